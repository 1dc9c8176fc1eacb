//! The real binary, as a person runs it.

use std::io::{BufRead, BufReader, Read};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use crate::harness::stored_in;

fn hookglass(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hookglass"));
    command.current_dir(folder).env_clear();
    command
        .env("HOME", folder)
        .env("XDG_DATA_HOME", folder.join("data"));
    command.env("XDG_CONFIG_HOME", folder.join("config"));
    command
}

fn output(folder: &Path, words: &[&str]) -> Output {
    hookglass(folder).args(words).output().unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

/// A server that says where it listens; killed with its handle.
struct Served {
    child: Child,
    greeting: String,
}

impl Served {
    fn start(folder: &Path, words: &[&str]) -> Self {
        let mut child = hookglass(folder)
            .args(["--listen", "127.0.0.1:0", "--min-free", "0"])
            .args(words)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap())
            .lines()
            .map_while(Result::ok);
        let mut greeting = String::new();
        for line in lines {
            greeting.push_str(&line);
            greeting.push('\n');
            if line.contains("caddy") {
                break;
            }
        }
        Self { child, greeting }
    }

    fn url(&self) -> String {
        let rest = self.greeting.split("http://").nth(1).unwrap();
        format!("http://{}/", rest.split('/').next().unwrap())
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_start_prints_what_a_person_needs_and_makes_the_database() {
    let folder = tempfile::tempdir().unwrap();
    let began = Instant::now();
    let served = Served::start(folder.path(), &[]);
    let took = began.elapsed();
    for text in [
        "Webhook URL",
        "/-/login?code=hgl_",
        "hookglass open",
        "hookglass.db",
        "--trust-proxy cloudflared",
    ] {
        assert!(
            served.greeting.contains(text),
            "{text}: {}",
            served.greeting
        );
    }
    assert!(folder.path().join("data/hookglass/hookglass.db").exists());
    assert!(took < Duration::from_secs(5), "{took:?}");
}

#[test]
fn samples_are_sent_stored_exported_and_opened_from_the_shell() {
    let folder = tempfile::tempdir().unwrap();
    let served = Served::start(folder.path(), &[]);
    let url = served.url();
    let all = output(folder.path(), &["send", "systeme-io", "--to", &url]);
    assert!(all.status.success(), "{}", text(&all.stderr));
    assert_eq!(
        text(&all.stdout).matches("200 stored as").count(),
        11,
        "{}",
        text(&all.stdout)
    );
    let csv = output(folder.path(), &["export", "--format", "csv"]);
    assert!(csv.status.success(), "{}", text(&csv.stderr));
    assert_eq!(text(&csv.stdout).matches("\r\n").count(), 12);
    let link = output(folder.path(), &["open", "/shop"]);
    assert!(
        text(&link.stdout).contains("/-/login?code=hgl_"),
        "{}",
        text(&link.stderr)
    );
    let stored = stored_in(&folder.path().join("data/hookglass/hookglass.db"));
    assert!(
        stored
            .iter()
            .all(|one| !one.received.sample && one.judged.identity.sender.is_some())
    );
    let list = output(folder.path(), &["send", "--list"]);
    assert!(text(&list.stdout).contains("Funnel step form subscribed"));
}

#[test]
fn tokens_are_made_listed_and_revoked() {
    let folder = tempfile::tempdir().unwrap();
    let _served = Served::start(folder.path(), &[]);
    let made = output(folder.path(), &["token", "new", "backup"]);
    assert!(text(&made.stdout).starts_with("hgt_"));
    assert_eq!(
        output(folder.path(), &["token", "new", "backup"])
            .status
            .code(),
        Some(1)
    );
    let list = output(folder.path(), &["token", "list"]);
    assert!(
        text(&list.stdout).starts_with("backup\tmade "),
        "{}",
        text(&list.stdout)
    );
    assert!(!text(&list.stdout).contains("hgt_"));
    assert!(
        output(folder.path(), &["token", "revoke", "backup"])
            .status
            .success()
    );
    assert_eq!(
        output(folder.path(), &["token", "revoke", "backup"])
            .status
            .code(),
        Some(1)
    );
}

#[test]
fn what_can_not_work_is_said_in_one_sentence_with_code_2() {
    let folder = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().to_string();
    std::fs::write(folder.path().join("photo.db"), "no database").unwrap();
    for (words, said) in [
        (vec!["--listen", &port], "is taken by another program"),
        (vec!["--db", "photo.db"], "is not a hookglass database"),
        (vec!["--max-body", "many"], "max-body"),
        (vec!["--no-auth", "--listen", "0.0.0.0:0"], "no-auth"),
        (vec!["--trust-proxy", "everybody"], "trust-proxy"),
        (vec!["open"], "there is no database"),
        (vec!["--config", "missing.toml"], "missing.toml"),
    ] {
        let output = output(folder.path(), &words);
        let stderr = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{words:?}: {stderr}");
        assert!(stderr.contains(said), "{words:?}: {stderr}");
        assert_eq!(stderr.trim_end().lines().count(), 1, "{words:?}: {stderr}");
    }
    let unknown = output(folder.path(), &["--no-such-flag"]);
    assert_eq!(unknown.status.code(), Some(2));
}

#[cfg(unix)]
#[test]
fn sigterm_answers_what_is_in_flight_and_leaves_an_empty_wal() {
    use std::io::Write;
    use std::net::TcpStream;
    let folder = tempfile::tempdir().unwrap();
    let mut served = Served::start(folder.path(), &[]);
    let url = served.url();
    let addr = url.trim_start_matches("http://").trim_end_matches('/');
    let mut socket = TcpStream::connect(addr).unwrap();
    socket
        .write_all(b"POST /late HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nla")
        .unwrap();
    // Answered only once the first half was read: the request is in flight.
    let mut other = TcpStream::connect(addr).unwrap();
    other
        .write_all(b"POST /first HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n")
        .unwrap();
    let mut word = [0; 12];
    other.read_exact(&mut word).unwrap();
    let pid = served.child.id().to_string();
    assert!(
        Command::new("kill")
            .args(["-TERM", &pid])
            .status()
            .unwrap()
            .success()
    );
    let mut said = BufReader::new(served.child.stderr.take().unwrap()).lines();
    assert!(said.any(|line| line.unwrap().contains("stopping")));
    socket.write_all(b"te").unwrap();
    let mut answer = String::new();
    socket.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert_eq!(served.child.wait().unwrap().code(), Some(0));
    let log: Vec<String> = said.map_while(Result::ok).collect();
    assert!(
        log.iter().any(|line| line.contains("POST /late")),
        "{log:?}"
    );
    let db = folder.path().join("data/hookglass/hookglass.db");
    let wal = std::fs::metadata(db.with_extension("db-wal")).map_or(0, |meta| meta.len());
    assert_eq!(wal, 0);
    assert_eq!(stored_in(&db).len(), 2);
}

#[test]
fn the_log_has_a_line_a_request_without_what_is_private() {
    let folder = tempfile::tempdir().unwrap();
    let mut served = Served::start(folder.path(), &[]);
    let url = served.url();
    let sent = output(
        folder.path(),
        &[
            "send",
            "contact.tag.added",
            "--to",
            &format!("{url}shop?key=private"),
        ],
    );
    assert!(sent.status.success(), "{}", text(&sent.stderr));
    served.child.kill().unwrap();
    let mut log = String::new();
    served
        .child
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut log)
        .unwrap();
    assert!(log.contains("POST /shop status=200"), "{log}");
    for private in ["private", "MyAwesomeTag", "Symfony", "hgl_", "example.com"] {
        assert!(!log.contains(private), "{private}: {log}");
    }
}

#[test]
fn settings_come_from_flags_variables_and_the_file_and_are_shown_with_their_source() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(
        folder.path().join("hookglass.toml"),
        "max-body = \"1MiB\"\nmin-free = \"1MiB\"\nlog = \"warn\"\n",
    )
    .unwrap();
    let output = hookglass(folder.path())
        .args(["--max-body", "2MiB", "config"])
        .env("HOOKGLASS_MIN_FREE", "3MiB")
        .output()
        .unwrap();
    let shown = text(&output.stdout);
    let line = |name: &str| {
        shown
            .lines()
            .find(|line| line.starts_with(name))
            .unwrap_or_default()
            .to_owned()
    };
    assert!(
        line("max-body").contains("2 MiB") && line("max-body").contains("--max-body"),
        "{shown}"
    );
    assert!(
        line("min-free").contains("3 MiB") && line("min-free").contains("HOOKGLASS_MIN_FREE"),
        "{shown}"
    );
    assert!(line("log").contains("hookglass.toml:3"), "{shown}");
}

#[test]
fn a_secret_is_read_from_the_standard_input_and_listed_without_its_value() {
    let folder = tempfile::tempdir().unwrap();
    drop(Served::start(folder.path(), &[]));
    let with_input = |words: &[&str], input: &str| {
        use std::io::Write;
        let mut child = hookglass(folder.path())
            .args(words)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child
            .stdin
            .take()
            .unwrap()
            .write_all(input.as_bytes())
            .unwrap();
        child.wait_with_output().unwrap()
    };
    let add = ["secret", "add", "/shop", "stripe live"];
    assert_eq!(with_input(&add, "").status.code(), Some(2));
    assert_eq!(with_input(&add, "whsec_hidden\n").status.code(), Some(0));
    let again = with_input(&add, "other");
    assert_eq!(again.status.code(), Some(1));
    assert!(
        text(&again.stderr).contains("already"),
        "{}",
        text(&again.stderr)
    );
    let listed = output(folder.path(), &["secret", "list"]);
    assert!(text(&listed.stdout).starts_with("/shop\tstripe live\tadded 20"));
    assert!(!text(&listed.stdout).contains("whsec"));
    let gone = output(folder.path(), &["secret", "remove", "/shop", "stripe live"]);
    assert_eq!(gone.status.code(), Some(0));
    assert!(output(folder.path(), &["secret", "list"]).stdout.is_empty());
}

#[test]
fn a_sender_file_of_ones_own_is_checked_tested_and_taken() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let file = path("shop.toml");
    let wrong = "id = \"shop\"\nname = \"Shop\"\nmatch = [\"header.x-shop @900\"]\n";
    std::fs::write(&file, wrong).unwrap();
    let check = output(folder.path(), &["senders", "check", &file]);
    assert_eq!(check.status.code(), Some(1));
    assert!(
        text(&check.stdout).contains("shop.toml:3: match:"),
        "{}",
        text(&check.stdout)
    );

    let right = "id = \"shop\"\nname = \"Shop\"\nmatch = [\"header.x-shop @100\"]\nevent_type = \"{body.event}\"\n\
        sample_headers = [\"X-Shop: 1\"]\n[[event]]\ntype = \"paid\"\nlabel = { en = \"Paid\" }\ntitle = \"Paid by {body.who}\"\nsample = \"paid.json\"\n";
    std::fs::write(&file, right).unwrap();
    std::fs::write(path("paid.json"), r#"{"event":"paid","who":"Ann"}"#).unwrap();
    let check = output(folder.path(), &["senders", "check", &file]);
    assert_eq!(check.status.code(), Some(0), "{}", text(&check.stdout));
    assert!(text(&check.stdout).ends_with("shop, 1 samples: right\n"));

    std::fs::write(path("paid.json"), r#"{"event":"payed"}"#).unwrap();
    let check = output(folder.path(), &["senders", "check", &file]);
    assert!(text(&check.stdout).contains("its event type is read as `payed`"));

    let served = Served::start(folder.path(), &[]);
    let url = served.url();
    let sent = output(
        folder.path(),
        &["send", "systeme-io:contact.tag.added", "--to", &url],
    );
    assert_eq!(sent.status.code(), Some(0), "{}", text(&sent.stderr));
    let request = output(folder.path(), &["export"]);
    std::fs::write(path("request.json"), &request.stdout).unwrap();
    let test = output(
        folder.path(),
        &["senders", "test", &file, &path("request.json")],
    );
    assert_eq!(test.status.code(), Some(1), "it is systeme.io's");
    let systeme = path("systeme-io.toml");
    let shown = output(folder.path(), &["senders", "show", "systeme-io"]);
    std::fs::write(&systeme, &shown.stdout).unwrap();
    let test = output(
        folder.path(),
        &["senders", "test", &systeme, &path("request.json")],
    );
    let said = text(&test.stdout);
    assert_eq!(test.status.code(), Some(0), "{said}");
    assert!(
        said.contains("event type       contact.tag.added"),
        "{said}"
    );
    assert!(said.contains("@70 (line "), "{said}");
    let unknown = output(folder.path(), &["senders", "show", "systeme.io"]);
    assert!(
        text(&unknown.stderr).contains("did you mean systeme-io?"),
        "{}",
        text(&unknown.stderr)
    );
    let listed = output(folder.path(), &["senders", "list"]);
    assert!(text(&listed.stdout).contains("systeme-io"));
}
