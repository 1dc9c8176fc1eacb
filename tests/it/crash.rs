//! kill -9 under load: what was acknowledged is there after the restart.

use std::collections::HashMap;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::deliveries::followed_in;
use crate::harness::{Answer, stored_in, within};
use crate::shapes::{tables, varied};

const ROUNDS: usize = 20;
const SENDERS: usize = 64;

type Acknowledged = Arc<Mutex<HashMap<String, String>>>;

#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_lost_altered_or_doubled_by_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("hooks.db");
    let acknowledged = Acknowledged::default();
    for round in 0..ROUNDS {
        let (mut server, addr) = start(&db);
        let senders: Vec<_> = (0..SENDERS)
            .map(|sender| tokio::spawn(send(addr, round, sender, Arc::clone(&acknowledged))))
            .collect();
        // The kill falls at another point of the load each round: after so many acknowledgements.
        let before = acknowledged.lock().unwrap().len();
        let target = before + 100 + 37 * round;
        while acknowledged.lock().unwrap().len() < target {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        server.kill().unwrap();
        server.wait().unwrap();
        for sender in senders {
            within(sender).await.unwrap();
        }
    }
    let (mut server, _) = start(&db);
    let mut found = HashMap::new();
    for request in stored_in(&db) {
        let received = request.received;
        let body = String::from_utf8(received.body.to_vec()).unwrap();
        let earlier = found.insert(request.id.to_string(), body);
        assert_eq!(earlier, None, "an id twice");
    }
    let acknowledged = acknowledged.lock().unwrap();
    for (id, body) in acknowledged.iter() {
        assert_eq!(
            found.get(id),
            Some(body),
            "acknowledged, and lost or altered"
        );
    }
    let mut bodies: Vec<_> = found.values().collect();
    bodies.sort();
    bodies.dedup();
    assert_eq!(bodies.len(), found.len(), "a request stored twice");
    assert!(acknowledged.len() > ROUNDS * 100);
    server.kill().unwrap();
    server.wait().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_while_requests_are_followed_leaves_the_tables_of_a_run_from_scratch() {
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("hooks.db");
    for round in 0..10 {
        let (mut server, addr) = start(&db);
        let senders = (0..4).map(|sender| async move {
            let Ok(mut socket) = TcpStream::connect(addr).await else {
                return;
            };
            for number in 0..60 {
                let body = varied(number + 7 * sender);
                let request = format!(
                    "POST /load HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
                    body.len()
                );
                if socket.write_all(request.as_bytes()).await.is_err() {
                    return;
                }
                let mut answer = Vec::new();
                while !answer.ends_with(b"}\n") {
                    if !matches!(socket.read_buf(&mut answer).await, Ok(read) if read > 0) {
                        return;
                    }
                }
            }
        });
        within(futures_util::future::join_all(senders)).await;
        // At another point of the way each round; what is left is followed in those to come.
        tokio::time::sleep(Duration::from_millis(7 * round)).await;
        server.kill().unwrap();
        server.wait().unwrap();
    }
    let newest = stored_in(&db).last().unwrap().id.get();
    let followed = |db: &Path| {
        let db = db.to_owned();
        async move {
            let (mut server, _) = start(&db);
            followed_in(&db, newest).await;
            server.kill().unwrap();
            server.wait().unwrap();
            tables(&db)
        }
    };
    let after_kills = followed(&db).await;
    rusqlite::Connection::open(&db)
        .unwrap()
        .execute(
            "DELETE FROM state WHERE key IN ('followed', 'followed_by')",
            [],
        )
        .unwrap();
    let from_scratch = followed(&db).await;
    assert!(after_kills.len() > 2000, "{}", after_kills.len());
    assert!(after_kills == from_scratch);
}

/// Sends numbered bodies until the connection breaks.
async fn send(addr: SocketAddr, round: usize, sender: usize, acknowledged: Acknowledged) {
    let Ok(mut socket) = TcpStream::connect(addr).await else {
        return;
    };
    for number in 0.. {
        let body = format!("{{\"round\":{round},\"sender\":{sender},\"number\":{number}}}");
        let request = format!(
            "POST /load HTTP/1.1\r\nHost: h\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        if socket.write_all(request.as_bytes()).await.is_err() {
            return;
        }
        let mut answer = Vec::new();
        while !answer.ends_with(b"}\n") {
            match socket.read_buf(&mut answer).await {
                Ok(read) if read > 0 => {}
                _ => return,
            }
        }
        let answer = Answer::parse(&answer);
        assert_eq!(answer.status, 200, "{}", answer.text());
        let id = answer.id().to_string();
        acknowledged.lock().unwrap().insert(id, body);
    }
}

fn start(db: &Path) -> (Child, SocketAddr) {
    let mut server = Command::new(env!("CARGO_BIN_EXE_hookglass"))
        .args([
            "--listen",
            "127.0.0.1:0",
            "--min-free",
            "0",
            "--log",
            "off",
            "--db",
        ])
        .arg(db)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let out = BufReader::new(server.stdout.take().unwrap());
    let addr = out
        .lines()
        .map_while(Result::ok)
        .find_map(|line| {
            line.split_once("http://")?
                .1
                .split('/')
                .next()?
                .parse()
                .ok()
        })
        .expect("an address");
    (server, addr)
}
