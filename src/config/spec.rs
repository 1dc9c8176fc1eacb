//! The one list of settings. Flags, variables, file keys, the example file and docs/settings.md
//! are all held against it by tests.

/// One setting as all layers know it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spec {
    /// The flag without its dashes, and the key in `hookglass.toml`.
    pub name: &'static str,
    /// What the value looks like, for help texts.
    pub placeholder: &'static str,
    /// The default as it is written, or in words where it depends on the machine.
    pub default: &'static str,
    /// What it does, in a sentence.
    pub meaning: &'static str,
    /// A value for the example file.
    pub example: &'static str,
    pub kind: Kind,
    /// False for secrets: a command line can be read by every user of the machine.
    pub has_flag: bool,
}

/// How a value is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// One text.
    Text,
    /// One path; a relative one in the file starts at the file's folder.
    Path,
    /// On or off.
    Switch,
    /// Several texts: the flag is repeated, the variable takes commas, the file an array.
    Many,
}

impl Spec {
    /// `HOOKGLASS_MAX_BODY` for `max-body`.
    #[must_use]
    pub fn variable(&self) -> String {
        format!(
            "{}{}",
            super::platform::PREFIX,
            self.name.replace('-', "_").to_ascii_uppercase()
        )
    }

    /// `--max-body` for `max-body`, where there is a flag.
    #[must_use]
    pub fn flag(&self) -> Option<String> {
        self.has_flag.then(|| format!("--{}", self.name))
    }
}

const fn spec(name: &'static str, placeholder: &'static str, default: &'static str) -> Spec {
    Spec {
        name,
        placeholder,
        default,
        meaning: "",
        example: "",
        kind: Kind::Text,
        has_flag: true,
    }
}

impl Spec {
    const fn means(mut self, meaning: &'static str) -> Self {
        self.meaning = meaning;
        self
    }

    const fn example(mut self, example: &'static str) -> Self {
        self.example = example;
        self
    }

    const fn kind(mut self, kind: Kind) -> Self {
        self.kind = kind;
        self
    }

    const fn without_flag(mut self) -> Self {
        self.has_flag = false;
        self
    }
}

/// Every setting, in the order of docs and help.
pub const SPECS: &[Spec] = &[
    spec("listen", "ADDRESS", "127.0.0.1:4665")
        .means("Address and port to listen on; a port alone means 127.0.0.1.")
        .example("127.0.0.1:4665"),
    spec("db", "FILE", "hookglass/hookglass.db in the platform's data folder")
        .means("The database: one file that holds everything; made when it is missing.")
        .example("hookglass.db")
        .kind(Kind::Path),
    spec("public-url", "URL", "none")
        .means("The address that senders reach this by, shown as the webhook URL.")
        .example("https://hooks.example.com"),
    spec("trust-proxy", "PROXY", "none")
        .means("A proxy whose word on the sender's address is believed: cloudflared, ngrok, caddy, nginx, loopback, an address or a CIDR.")
        .example("cloudflared")
        .kind(Kind::Many),
    spec("client-ip-header", "NAME", "the one that the proxy uses")
        .means("The header in which the trusted proxy writes the sender's address.")
        .example("X-Forwarded-For"),
    spec("reject-outside", "on|off", "off")
        .means("Answer 403 to senders outside the lists that apply; what they sent is stored all the same.")
        .example("true")
        .kind(Kind::Switch),
    spec("no-handshakes", "on|off", "off")
        .means("Leave senders' checks of the URL (Slack, Meta, Zoom, …) to the usual answer instead of answering them as they ask.")
        .example("true")
        .kind(Kind::Switch),
    spec("catalogue", "FOLDER", "none")
        .means("A folder with sender files of your own; one with the id of a built-in sender replaces it.")
        .example("senders")
        .kind(Kind::Path),
    spec("max-body", "SIZE", "32MiB")
        .means("The largest body that is taken; a larger one is answered 413, and its first bytes are kept.")
        .example("32MiB"),
    spec("max-memory", "SIZE", "256MiB")
        .means("Memory for all bodies that are arriving at once; beyond it senders are answered 503.")
        .example("256MiB"),
    spec("min-free", "SIZE", "64MiB")
        .means("Disk space to leave free; below it senders are answered 507.")
        .example("64MiB"),
    spec("max-connections", "COUNT", "by the limit on open files, 16384 at most")
        .means("Connections held open at once.")
        .example("1024"),
    spec("no-auth", "on|off", "off")
        .means("Show the inspector without a sign-in; only with a loopback address to listen on.")
        .example("true")
        .kind(Kind::Switch),
    spec("allow-host", "HOST", "none")
        .means("Another host name that the inspector answers to under no-auth.")
        .example("devbox.local")
        .kind(Kind::Many),
    spec("token", "TOKEN", "none")
        .means("An API token for programs, 16 characters at least; `hookglass token new` makes one that need not stand in a file.")
        .example("change-me-to-something-long")
        .without_flag(),
    spec("log", "LEVELS", "info")
        .means("What is logged: off, error, warn, info, debug or trace, also by module (info,hookglass::store=debug).")
        .example("info"),
    spec("log-format", "text|json", "text")
        .means("How a line of the log is written.")
        .example("json"),
];

/// The entry of a setting; every name in use is in the list, which a test holds.
#[must_use]
pub(super) fn find(name: &str) -> Option<&'static Spec> {
    SPECS.iter().find(|spec| spec.name == name)
}
