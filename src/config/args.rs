//! The command line: what can be typed, and the help that goes with it.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand};

use crate::request::Timestamp;
use crate::transfer::Format;

const AFTER_HELP: &str = "\
Every flag of `serve` is also a variable (--max-body is HOOKGLASS_MAX_BODY) and a key in
hookglass.toml (max-body = \"32MiB\"). A flag wins over a variable, a variable over the file.
`hookglass config` shows what is in force and from where.";

/// See every webhook that reaches you: stored in SQLite, shown at ?inspect.
#[derive(Debug, Parser)]
#[command(name = "hookglass", version, after_help = AFTER_HELP, max_term_width = 100)]
pub struct Cli {
    /// The settings file [default: ./hookglass.toml, else hookglass/hookglass.toml in the config folder]
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,

    /// The database: one file that holds everything; made when it is missing
    #[arg(long, global = true, value_name = "FILE")]
    pub db: Option<PathBuf>,

    #[command(subcommand)]
    pub command: Option<Command>,

    /// Without a command, `serve` is meant.
    #[command(flatten)]
    pub serve: ServeArgs,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Listen for webhooks and show them (the default)
    Serve(ServeArgs),
    /// Print a fresh one-time link to the inspector
    Open(OpenArgs),
    /// Make, list and revoke API tokens
    Token(TokenArgs),
    /// Keep the secrets that senders sign with, to check signatures
    Secret(SecretArgs),
    /// Post sample events to a running hookglass
    Send(SendArgs),
    /// List the known senders, and check files of your own
    Senders(SendersArgs),
    /// Write stored requests as JSON, NDJSON or CSV
    Export(ExportArgs),
    /// Show the settings in force and where each came from
    Config(ConfigArgs),
}

/// The settings as flags. All are text here: one parser serves flags, variables and the file.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Options of serve")]
pub struct ServeArgs {
    /// Address and port to listen on; a port alone means 127.0.0.1 [default: 127.0.0.1:4665]
    #[arg(long, value_name = "ADDRESS")]
    pub listen: Option<String>,

    /// The address that senders reach this by, shown as the webhook URL
    #[arg(long, value_name = "URL")]
    pub public_url: Option<String>,

    /// Believe this proxy on the sender's address: cloudflared, ngrok, caddy, nginx, loopback, an
    /// address or a CIDR; may be repeated
    #[arg(long, value_name = "PROXY")]
    pub trust_proxy: Vec<String>,

    /// The header in which the trusted proxy writes the sender's address [default: the one that the proxy uses]
    #[arg(long, value_name = "NAME")]
    pub client_ip_header: Option<String>,

    /// Answer 403 to senders outside the lists that apply; they are stored all the same
    #[arg(long, value_name = "on|off", num_args = 0..=1, require_equals = true, default_missing_value = "on")]
    pub reject_outside: Option<String>,

    /// Leave senders' checks of the URL (Slack, Meta, Zoom, …) to the usual answer
    #[arg(long, value_name = "on|off", num_args = 0..=1, require_equals = true, default_missing_value = "on")]
    pub no_handshakes: Option<String>,

    /// A folder with sender files of your own
    #[arg(long, value_name = "FOLDER")]
    pub catalogue: Option<PathBuf>,

    /// The largest body that is taken; larger ones are answered 413 [default: 32MiB]
    #[arg(long, value_name = "SIZE")]
    pub max_body: Option<String>,

    /// Memory for all bodies that are arriving at once [default: 256MiB]
    #[arg(long, value_name = "SIZE")]
    pub max_memory: Option<String>,

    /// Disk space to leave free; below it senders are answered 507 [default: 64MiB]
    #[arg(long, value_name = "SIZE")]
    pub min_free: Option<String>,

    /// Connections held open at once [default: by the limit on open files, 16384 at most]
    #[arg(long, value_name = "COUNT")]
    pub max_connections: Option<String>,

    /// Show the inspector without a sign-in; only with a loopback address to listen on
    #[arg(long, value_name = "on|off", num_args = 0..=1, require_equals = true, default_missing_value = "on")]
    pub no_auth: Option<String>,

    /// Another host name that the inspector answers to under --no-auth; may be repeated
    #[arg(long, value_name = "HOST")]
    pub allow_host: Vec<String>,

    /// What is logged: off, error, warn, info or debug, also by module (`info,hookglass::store=debug`)
    /// [default: info]
    #[arg(long, value_name = "LEVELS")]
    pub log: Option<String>,

    /// How a line of the log is written: text or json [default: text]
    #[arg(long, value_name = "text|json")]
    pub log_format: Option<String>,
}

/// `hookglass open [PATH]`
#[derive(Debug, Args)]
pub struct OpenArgs {
    /// The path to inspect: /shop shows what came to /shop and below
    #[arg(default_value = "/", value_parser = path)]
    pub path: String,
}

/// `hookglass token …`
#[derive(Debug, Args)]
pub struct TokenArgs {
    #[command(subcommand)]
    pub command: TokenCommand,
}

/// What to do with API tokens.
#[derive(Debug, Subcommand)]
pub enum TokenCommand {
    /// Make a token and print it, once; only its hash is kept
    New {
        /// What it is for, like "backup script"
        name: String,
    },
    /// List the tokens by name, without their values
    List,
    /// Revoke a token; programs that use it are refused at once
    Revoke {
        /// The name it was made with
        name: String,
    },
}

/// `hookglass secret …`
#[derive(Debug, Args)]
pub struct SecretArgs {
    #[command(subcommand)]
    pub command: SecretCommand,
}

/// What to do with signing secrets.
#[derive(Debug, Subcommand)]
pub enum SecretCommand {
    /// Read a secret from the standard input and keep it for a path and all below
    Add {
        /// The path that the sender posts to, like /shop; / holds for all
        #[arg(value_parser = path)]
        path: String,
        /// What to call it, like "stripe live"
        name: String,
    },
    /// List the secrets by path and name, without their values
    List,
    /// Forget a secret
    Remove {
        /// The path it was kept for
        #[arg(value_parser = path)]
        path: String,
        /// The name it was kept under
        name: String,
    },
}

/// `hookglass send …`
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("what").required(true).args(["sample", "list", "all"]))]
pub struct SendArgs {
    /// A sample's name, like stripe:invoice.paid, or a sender's, for all of its samples; --list shows all
    pub sample: Option<String>,

    /// Where to post it [default: the address that hookglass listens on]
    #[arg(long, value_name = "URL", conflicts_with = "list")]
    pub to: Option<String>,

    /// Sign it as its sender would, with the secret in this file; - is the standard input
    #[arg(long, value_name = "FILE", conflicts_with = "list")]
    pub secret_file: Option<PathBuf>,

    /// Send it as often, as a sender that gets no answer it likes; counted and signed anew each time
    #[arg(long, value_name = "COUNT", default_value = "1", conflicts_with = "list",
          value_parser = clap::value_parser!(u32).range(1..=100))]
    pub attempts: u32,

    /// Seconds between two attempts
    #[arg(long, value_name = "SECONDS", default_value = "1", conflicts_with = "list",
          value_parser = clap::value_parser!(u32).range(0..=3600))]
    pub gap: u32,

    /// Show all samples
    #[arg(long)]
    pub list: bool,

    /// Send every sample, one after the other
    #[arg(long)]
    pub all: bool,
}

/// `hookglass senders …`
#[derive(Debug, Args)]
pub struct SendersArgs {
    #[command(subcommand)]
    pub command: SendersCommand,
}

/// What to do with the catalogue of senders.
#[derive(Debug, Subcommand)]
pub enum SendersCommand {
    /// List the senders, those of your own folder too
    List,
    /// Print a sender's file, to read or to start from
    Show {
        /// Its id, like systeme-io
        id: String,
    },
    /// Read sender files and send their samples through the catalogue
    Check {
        /// Files, or folders of them
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
    },
    /// Say what a sender file makes of stored requests
    Test {
        /// The sender's file
        file: PathBuf,
        /// Requests as JSON: of an export, or one as the API gives it
        request: PathBuf,
    },
}

/// `hookglass export …`
#[derive(Debug, Args)]
pub struct ExportArgs {
    /// json and ndjson carry every byte; csv is for spreadsheets
    #[arg(long, value_name = "FORMAT", default_value = "ndjson",
          value_parser = PossibleValuesParser::new(Format::ALL.map(Format::as_str)).try_map(|text| text.parse::<Format>()))]
    pub format: Format,

    /// Only what was sent to this path and below
    #[arg(long, value_name = "PATH", default_value = "/", value_parser = path)]
    pub path: String,

    /// Only what came at this time or later: 2026-11-24 or 2026-11-24T07:12:34Z
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub after: Option<Timestamp>,

    /// Only what came before this time
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub before: Option<Timestamp>,

    /// The file to write; without it, the standard output
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// `hookglass config …`
#[derive(Debug, Args)]
pub struct ConfigArgs {
    /// Print a hookglass.toml with every setting, explained and commented out
    #[arg(long)]
    pub example: bool,

    /// The flags of `serve`, to see what they would change.
    #[command(flatten)]
    pub serve: ServeArgs,
}

fn path(text: &str) -> Result<String, String> {
    super::parse::path(text)
}

fn time(text: &str) -> Result<Timestamp, String> {
    Timestamp::parse(text).ok_or_else(|| {
        "write a date like 2026-11-24 or a time like 2026-11-24T07:12:34Z (UTC)".to_owned()
    })
}

impl Cli {
    /// The values given as flags, by the setting's name. Flags stand before or after the command's
    /// word; where both give one, the later wins.
    pub(super) fn flags(&self) -> Vec<(&'static str, Vec<OsString>)> {
        let mut all = Vec::new();
        all.extend(self.db.iter().map(|db| ("db", vec![db.into()])));
        self.serve.collect(&mut all);
        match &self.command {
            Some(Command::Serve(args)) => args.collect(&mut all),
            Some(Command::Config(args)) => args.serve.collect(&mut all),
            _ => {}
        }
        all
    }
}

impl ServeArgs {
    fn collect(&self, into: &mut Vec<(&'static str, Vec<OsString>)>) {
        let one = |text: &Option<String>| text.iter().map(OsString::from).collect();
        let many = |texts: &[String]| texts.iter().map(OsString::from).collect();
        let given: [(&'static str, Vec<OsString>); 15] = [
            ("listen", one(&self.listen)),
            ("public-url", one(&self.public_url)),
            ("trust-proxy", many(&self.trust_proxy)),
            ("client-ip-header", one(&self.client_ip_header)),
            ("reject-outside", one(&self.reject_outside)),
            ("no-handshakes", one(&self.no_handshakes)),
            (
                "catalogue",
                self.catalogue.iter().map(OsString::from).collect(),
            ),
            ("max-body", one(&self.max_body)),
            ("max-memory", one(&self.max_memory)),
            ("min-free", one(&self.min_free)),
            ("max-connections", one(&self.max_connections)),
            ("no-auth", one(&self.no_auth)),
            ("allow-host", many(&self.allow_host)),
            ("log", one(&self.log)),
            ("log-format", one(&self.log_format)),
        ];
        into.extend(given.into_iter().filter(|(_, values)| !values.is_empty()));
    }
}
