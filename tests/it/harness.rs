//! A server on a port of its own with a database of its own, and a client that sends exactly what it
//! is told to.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use clap::Parser;
use hookglass::config::{self, Cli, Platform, Settings};
use hookglass::request::{CapturedRequest, RequestId};
use hookglass::senders::ProxyTrust;
use hookglass::server::Server;
use hookglass::store::export::{self, Selection};
use hookglass::store::{Database, PathScope};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// Longer than any step of a test takes; reaching it is a failure.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) struct TestApp {
    pub(crate) addr: SocketAddr,
    pub(crate) folder: TempDir,
    pub(crate) login: String,
    stop: watch::Sender<bool>,
    served: JoinHandle<()>,
}

impl TestApp {
    pub(crate) async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    /// A server whose settings were changed from the defaults.
    pub(crate) async fn start_with(change: impl FnOnce(&mut Settings)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self::start_in(folder, change).await
    }

    /// A server on a database that exists.
    pub(crate) async fn start_in(folder: TempDir, change: impl FnOnce(&mut Settings)) -> Self {
        let settings = settings(&folder, change);
        let (stop, stopped) = watch::channel(false);
        let server = Server::bind(&settings, stopped).await.unwrap();
        let addr = server.address();
        let login = server.login_link("/").await.unwrap();
        let served = tokio::spawn(server.run());
        Self {
            addr,
            folder,
            login,
            stop,
            served,
        }
    }

    pub(crate) fn db(&self) -> PathBuf {
        self.folder.path().join("hooks.db")
    }

    /// Stops as SIGTERM does; the folder stays for another start.
    pub(crate) async fn stop(self) -> TempDir {
        self.stop.send(true).unwrap();
        within(self.served).await.unwrap();
        self.folder
    }

    /// All that is stored, oldest first.
    pub(crate) fn stored(&self) -> Vec<CapturedRequest> {
        stored_in(&self.db())
    }

    /// The one request that is stored.
    pub(crate) fn only(&self) -> CapturedRequest {
        let mut stored = self.stored();
        assert_eq!(stored.len(), 1, "{stored:#?}");
        stored.remove(0)
    }

    /// Polls until `count` requests are stored: what is answered after a hang-up has nobody to wait for.
    pub(crate) async fn wait_stored(&self, count: usize) -> Vec<CapturedRequest> {
        poll(|| Some(self.stored()).filter(|stored| stored.len() >= count)).await
    }

    pub(crate) async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.addr).await.unwrap()
    }

    /// Sends bytes, says that no more come, and reads until the other end closes.
    pub(crate) async fn raw(&self, bytes: impl AsRef<[u8]>) -> String {
        let mut socket = self.connect().await;
        socket.write_all(bytes.as_ref()).await.unwrap();
        socket.shutdown().await.unwrap();
        read_to_end(&mut socket).await
    }

    /// One request on a connection of its own.
    pub(crate) async fn send(
        &self,
        method: &str,
        target: &str,
        headers: &str,
        body: &[u8],
    ) -> Answer {
        let mut socket = self.connect().await;
        let length = match body {
            [] if method == "GET" || method == "HEAD" => String::new(),
            body => format!("Content-Length: {}\r\n", body.len()),
        };
        let head = format!(
            "{method} {target} HTTP/1.1\r\nHost: {}\r\n{headers}{length}Connection: close\r\n\r\n",
            self.addr
        );
        socket.write_all(head.as_bytes()).await.unwrap();
        socket.write_all(body).await.unwrap();
        let mut answer = Vec::new();
        within(socket.read_to_end(&mut answer)).await.unwrap();
        Answer::parse(&answer)
    }

    pub(crate) async fn get(&self, target: &str, headers: &str) -> Answer {
        self.send("GET", target, headers, b"").await
    }

    pub(crate) async fn post(&self, target: &str, body: &[u8]) -> Answer {
        let headers = "Content-Type: application/json\r\n";
        self.send("POST", target, headers, body).await
    }

    /// A `Cookie` line of a signed-in browser.
    pub(crate) async fn sign_in(&self) -> String {
        let answer = self.get(&self.login, "").await;
        assert_eq!(answer.status, 303, "{}", answer.head);
        let cookie = answer.header("set-cookie").unwrap();
        format!("Cookie: {}\r\n", cookie.split(';').next().unwrap())
    }
}

/// An answer as it came.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn parse(raw: &[u8]) -> Self {
        let end = raw
            .windows(4)
            .position(|four| four == b"\r\n\r\n")
            .expect("a head");
        let head = String::from_utf8(raw[..end].to_vec()).unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        let mut answer = Self {
            status,
            head,
            body: raw[end + 4..].to_vec(),
        };
        if answer.header("transfer-encoding").is_some() {
            answer.body = dechunk(&answer.body);
        }
        answer
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().skip(1).find_map(|line| {
            let (found, value) = line.split_once(':')?;
            found.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// The id that the answer to a webhook names.
    pub(crate) fn id(&self) -> RequestId {
        self.json()["id"].as_str().unwrap().parse().unwrap()
    }
}

fn dechunk(mut raw: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    loop {
        let end = raw
            .windows(2)
            .position(|two| two == b"\r\n")
            .expect("a chunk's size");
        let size = usize::from_str_radix(std::str::from_utf8(&raw[..end]).unwrap(), 16).unwrap();
        if size == 0 {
            return body;
        }
        body.extend_from_slice(&raw[end + 2..end + 2 + size]);
        raw = &raw[end + 2 + size + 2..];
    }
}

pub(crate) async fn read_to_end(socket: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    // A reset after the answer is no failure: the answer is what counts.
    let _ = within(socket.read_to_end(&mut answer)).await;
    String::from_utf8_lossy(&answer).into_owned()
}

pub(crate) async fn within<F: std::future::IntoFuture>(future: F) -> F::Output {
    tokio::time::timeout(PATIENCE, future)
        .await
        .expect("in time")
}

/// Asks again until there is an answer.
pub(crate) async fn poll<T>(mut ask: impl FnMut() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(started.elapsed() < PATIENCE, "waited too long");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

pub(crate) fn settings(folder: &TempDir, change: impl FnOnce(&mut Settings)) -> Settings {
    let platform = Platform {
        data_dir: Some(folder.path().to_owned()),
        ..Platform::default()
    };
    let nothing_set = Cli::parse_from(["hookglass"]);
    let mut settings = config::load(&nothing_set, &platform).unwrap().settings;
    settings.listen = ([127, 0, 0, 1], 0).into();
    settings.db = folder.path().join("hooks.db");
    settings.min_free = 0;
    change(&mut settings);
    settings
}

/// The word of whoever connects from this machine is believed.
pub(crate) fn trust_loopback() -> ProxyTrust {
    ProxyTrust::parse(&["loopback".to_owned()], None).unwrap()
}

pub(crate) fn stored_in(db: &Path) -> Vec<CapturedRequest> {
    let db = Database::open(db).unwrap();
    let all = Selection {
        path: PathScope::All,
        since: None,
        until: None,
        only: None,
    };
    let (mut stored, mut after) = (Vec::new(), None);
    loop {
        let batch = db.read(|db| export::batch(db, &all, after)).unwrap();
        let Some(last) = batch.last() else {
            return stored;
        };
        after = Some(last.id);
        stored.extend(batch);
    }
}
