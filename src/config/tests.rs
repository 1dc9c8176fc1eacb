//! The layers together, on a machine made for the test.

mod agreement;

use std::path::{Path, PathBuf};

use clap::{CommandFactory, Parser};

use super::*;

/// A machine with two folders of its own and nothing set.
struct Machine {
    folder: tempfile::TempDir,
    platform: Platform,
}

impl Machine {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let platform = Platform {
            working_dir: folder.path().to_owned(),
            data_dir: Some(PathBuf::from("/data")),
            config_dir: Some(folder.path().join("config")),
            ..Platform::default()
        };
        Self { folder, platform }
    }

    fn with(mut self, name: &str, value: &str) -> Self {
        self.platform
            .variables
            .insert(name.to_owned(), value.into());
        self
    }

    fn file(self, text: &str) -> Self {
        std::fs::write(self.folder.path().join("hookglass.toml"), text).unwrap();
        self
    }

    fn load(&self, args: &[&str]) -> Result<Loaded, ConfigError> {
        let words = std::iter::once("hookglass").chain(args.iter().copied());
        load(&Cli::try_parse_from(words).unwrap(), &self.platform)
    }

    /// The error's sentence, with the folder's name taken out.
    fn error(&self, args: &[&str]) -> String {
        let folder = format!("{}/", self.folder.path().display());
        self.load(args)
            .unwrap_err()
            .to_string()
            .replace(&folder, "")
    }
}

fn source_of(loaded: &Loaded, name: &str) -> Source {
    let line = loaded.report.iter().find(|line| line.name == name);
    line.unwrap().source.clone()
}

#[test]
fn verify_cli() {
    Cli::command().debug_assert();
}

#[test]
fn a_bare_start_has_the_documented_defaults() {
    let loaded = Machine::new().load(&[]).unwrap();
    let settings = &loaded.settings;
    assert_eq!(settings.listen.to_string(), "127.0.0.1:4665");
    assert_eq!(settings.db, Path::new("/data/hookglass/hookglass.db"));
    assert_eq!(settings.max_body, 32 << 20);
    assert_eq!(settings.max_memory, 256 << 20);
    assert_eq!(settings.min_free, 64 << 20);
    assert!(!settings.no_auth && !settings.reject_outside);
    assert_eq!(settings.log_format, LogFormat::Text);
    let names: Vec<_> = loaded
        .report
        .iter()
        .map(|line| line.name.as_str())
        .collect();
    let all: Vec<_> = SPECS.iter().map(|spec| spec.name).collect();
    assert_eq!(names, all);
    assert!(
        loaded
            .report
            .iter()
            .all(|line| line.source == Source::Default)
    );
}

#[test]
fn a_flag_wins_over_a_variable_over_the_file_over_the_default() {
    let machine = Machine::new()
        .file("listen = \"127.0.0.1:1\"\nmax-body = \"1MiB\"\nmin-free = 5\n")
        .with("HOOKGLASS_LISTEN", "127.0.0.1:2")
        .with("HOOKGLASS_MAX_BODY", "2MiB");
    let loaded = machine.load(&["--listen", "127.0.0.1:3"]).unwrap();
    assert_eq!(loaded.settings.listen.port(), 3);
    assert_eq!(loaded.settings.max_body, 2 << 20);
    assert_eq!(loaded.settings.min_free, 5);
    assert_eq!(source_of(&loaded, "listen").to_string(), "--listen");
    assert_eq!(
        source_of(&loaded, "max-body").to_string(),
        "HOOKGLASS_MAX_BODY"
    );
    let file = machine.folder.path().join("hookglass.toml");
    assert_eq!(source_of(&loaded, "min-free"), Source::File(file, 3));
    assert_eq!(source_of(&loaded, "max-memory"), Source::Default);
}

#[test]
fn flags_stand_before_or_after_the_word_serve() {
    let machine = Machine::new();
    for args in [
        &["--listen", "7"][..],
        &["serve", "--listen", "7"],
        &["--listen", "6", "serve", "--listen", "7"],
    ] {
        assert_eq!(
            machine.load(args).unwrap().settings.listen.port(),
            7,
            "{args:?}"
        );
    }
    let loaded = machine
        .load(&["--listen", "7", "send", "--all", "--db", "x.db"])
        .unwrap();
    assert_eq!(loaded.settings.listen.port(), 7);
    assert_eq!(loaded.settings.db, machine.folder.path().join("x.db"));
}

#[test]
fn a_switch_of_the_file_can_be_turned_off() {
    let machine = Machine::new().file("reject-outside = true\nno-auth = true\n");
    assert!(machine.load(&[]).unwrap().settings.reject_outside);
    let loaded = machine.load(&["--reject-outside=off"]).unwrap();
    assert!(!loaded.settings.reject_outside && loaded.settings.no_auth);
    assert!(
        Machine::new()
            .load(&["--no-auth"])
            .unwrap()
            .settings
            .no_auth
    );
}

#[test]
fn several_values_come_repeated_or_with_commas_or_as_an_array() {
    let machine = Machine::new().file("trust-proxy = [\"caddy\", \"10.0.0.0/8\"]\n");
    assert_eq!(
        machine.load(&[]).unwrap().settings.trust_proxy,
        ["caddy", "10.0.0.0/8"]
    );
    let machine = machine.with("HOOKGLASS_TRUST_PROXY", "nginx, ngrok");
    assert_eq!(
        machine.load(&[]).unwrap().settings.trust_proxy,
        ["nginx", "ngrok"]
    );
    let loaded = machine
        .load(&["--trust-proxy", "ngrok", "--trust-proxy", "10.1.2.3"])
        .unwrap();
    assert_eq!(loaded.settings.trust_proxy, ["ngrok", "10.1.2.3"]);
}

#[test]
fn the_files_lists_are_read_with_their_addresses() {
    let machine = Machine::new().file(
        "[[list]]\nname = \"office\"\nallow = [\"203.0.113.0/24\", \"2001:db8::/32\"]\npaths = [\"/shop\"]\nsender = \"stripe\"\n\
         [[list]]\nname = \"home\"\nallow = \"192.0.2.7\"\n",
    );
    let loaded = machine.load(&[]).unwrap();
    let lists = &loaded.settings.lists;
    assert_eq!(lists[0].allow.len(), 2);
    assert_eq!(
        (lists[0].paths[0].as_str(), lists[0].sender.as_deref()),
        ("/shop", Some("stripe"))
    );
    assert_eq!(lists[1].allow[0].to_string(), "192.0.2.7/32");
    let line = loaded.report.last().unwrap();
    assert_eq!(
        (line.name.as_str(), line.shown.as_str()),
        ("list \"home\"", "192.0.2.7/32")
    );
}

#[test]
fn paths_in_the_file_start_at_its_folder() {
    let machine = Machine::new();
    let folder = machine.folder.path().join("etc");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(
        folder.join("h.toml"),
        "db = \"x.db\"\ncatalogue = \"/abs\"\n",
    )
    .unwrap();
    let settings = machine.load(&["--config", "etc/h.toml"]).unwrap().settings;
    assert_eq!(settings.db, folder.join("x.db"));
    assert_eq!(settings.catalogue.as_deref(), Some(Path::new("/abs")));
}

#[test]
fn the_file_is_looked_for_here_then_in_the_config_folder() {
    let machine = Machine::new();
    let own = machine.folder.path().join("config/hookglass");
    std::fs::create_dir_all(&own).unwrap();
    std::fs::write(own.join("hookglass.toml"), "listen = 1\n").unwrap();
    assert_eq!(machine.load(&[]).unwrap().settings.listen.port(), 1);
    let machine = machine.file("listen = 2\n");
    assert_eq!(machine.load(&[]).unwrap().settings.listen.port(), 2);
    let machine = machine.with("HOOKGLASS_CONFIG", "config/hookglass/hookglass.toml");
    assert_eq!(machine.load(&[]).unwrap().settings.listen.port(), 1);
}

#[test]
fn mistakes_are_named_with_their_place_and_a_way_out() {
    let file = |text: &str| Machine::new().file(text).error(&[]);
    let flag = |args: &[&str]| Machine::new().error(args);
    let sentences = [
        file("\nlisen = 1"),
        file("listen = \"nowhere\""),
        file("no-auth = \"perhaps\""),
        file("reject-outside = 3"),
        file("max-body = [1]"),
        file("trust-proxy = [\n  \"caddy\",\n  7]"),
        file("listen = "),
        file("log = \"info\"\nlog = \"warn\""),
        file("[list]\nname = \"a\""),
        file("[[list]]\nallow = [\"::1\"]"),
        file("[[list]]\nname = \"a\"\nalow = []"),
        file("[[list]]\nname = \"a\"\nallow = [\"::1\",\n\"10.0.0\"]"),
        file("[[list]]\nname = \"a\""),
        file("db = \"\""),
        flag(&["--max-body", "12 parsecs"]),
        flag(&["--no-auth", "--listen", "0.0.0.0:80"]),
        flag(&["--client-ip-header", "X-Real-IP"]),
        file("trust-proxy = [\"caddie\"]"),
        flag(&["--trust-proxy", "caddy,cloudflared"]),
        flag(&["--max-body", "1GiB"]),
        flag(&["--config", "nowhere.toml"]),
        Machine::new().with("HOOKGLASS_TOKEN", "hunter2").error(&[]),
    ];
    insta::assert_snapshot!(sentences.join("\n"), @r#"
    hookglass.toml:2: lisen: there is no such setting (did you mean "listen"?); `hookglass config --example` shows all
    hookglass.toml:1: listen: "nowhere" is no address to listen on; write an IP address and a port, like 127.0.0.1:4665 or [::1]:4665
    hookglass.toml:1: no-auth: "perhaps" is neither on nor off; write true or false
    hookglass.toml:1: reject-outside: this is a number, but true or false is wanted
    hookglass.toml:1: max-body: this is an array, but a text in quotes is wanted
    hookglass.toml:3: trust-proxy: a number is no text; put it in quotes
    hookglass.toml:1: string values must be quoted, expected literal string
    hookglass.toml:2: duplicate key
    hookglass.toml:1: list: write each list under a line [[list]], with two brackets
    hookglass.toml:1: list: the list has no name; add name = "office"
    hookglass.toml:3: list.alow: a list has no such key (did you mean "allow"?); it has name, allow, paths, sender
    hookglass.toml:4: list.allow: `10.0.0` is neither an address nor a range like 10.0.0.0/8
    hookglass.toml:1: list: list "a" allows no address; add allow = ["203.0.113.0/24"]
    hookglass.toml:1: db: the path is empty; name one
    --max-body: "12 parsecs" is no size; write it like 32MiB, 10MB or 65536
    no-auth would show every stored request to whoever reaches 0.0.0.0:80; listen on 127.0.0.1, or leave no-auth out and sign in
    client-ip-header is read from trusted proxies only; name yours with --trust-proxy ADDRESS (loopback for one on this machine)
    hookglass.toml:1: trust-proxy: `caddie` is neither an address nor a range like 10.0.0.0/8, nor one of cloudflared, ngrok, caddy, nginx, loopback
    caddy names the client in X-Forwarded-For and cloudflared in CF-Connecting-IP; choose one with --client-ip-header
    max-memory (256 MiB) is less than max-body (1 GiB), so the largest body would never fit; raise one or lower the other
    cannot read the settings in nowhere.toml: No such file or directory (os error 2); mend that or name another file with --config
    HOOKGLASS_TOKEN: the token has 7 characters; use 16 or more, or make one with `hookglass token new NAME`
    "#);
}

#[test]
fn a_file_from_a_windows_editor_is_read() {
    let machine = Machine::new().file("\u{feff}listen = 8080\r\nlog = \"warn\"\r\n");
    let loaded = machine.load(&[]).unwrap();
    assert_eq!(loaded.settings.listen.port(), 8080);
    let Source::File(_, line) = source_of(&loaded, "log") else {
        panic!("log comes from the file");
    };
    assert_eq!(line, 2);
}

#[test]
fn a_token_is_never_shown() {
    let machine = Machine::new().with("HOOKGLASS_TOKEN", "0123456789abcdefgh");
    let loaded = machine.load(&[]).unwrap();
    assert_eq!(
        loaded.settings.token.as_ref().unwrap().reveal(),
        "0123456789abcdefgh"
    );
    assert!(!format!("{loaded:?}").contains("0123456789"));
}

#[test]
fn a_misspelt_variable_is_warned_of_and_a_foreign_one_is_not() {
    let machine = Machine::new()
        .with("HOOKGLASS_LISTN", "1")
        .with("HOOKGLASS_PORT_4665_TCP_PROTO", "tcp");
    let loaded = machine.load(&[]).unwrap();
    assert_eq!(
        loaded.warnings,
        ["HOOKGLASS_LISTN is no setting; did you mean HOOKGLASS_LISTEN?"]
    );
}

#[test]
fn a_machine_without_a_data_folder_asks_for_a_database() {
    let mut machine = Machine::new();
    machine.platform.data_dir = None;
    assert!(machine.error(&[]).contains("--db FILE"));
    assert!(machine.load(&["--db", "x.db"]).is_ok());
}

proptest::proptest! {
    #[test]
    fn any_file_is_read_or_refused_in_one_line(text in "([a-z-]{1,9}|listen|list|name|allow|token| |=|\\[|\\]|\"|,|\n|[0-9é#.])*") {
        if let Err(error) = file::parse_text(&text, Path::new("hookglass.toml")) {
            let sentence = error.to_string();
            proptest::prop_assert!(sentence.starts_with("hookglass.toml:"), "{}", sentence);
            proptest::prop_assert!(!sentence.contains('\n'), "{}", sentence);
        }
    }
}
