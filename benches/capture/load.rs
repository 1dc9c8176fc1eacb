//! The load: connections that each send the next request once the last is answered.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const SALE: &[u8] =
    include_bytes!("../../src/senders/catalog/samples/systeme-io/customer.sale.completed.json");

/// What came of one run.
pub(crate) struct Run {
    pub(crate) rate: f64,
    /// Microseconds.
    pub(crate) p50: f64,
    pub(crate) p99: f64,
    /// Answers other than 200, and broken connections.
    pub(crate) errors: u64,
}

pub(crate) fn run(addr: SocketAddr, connections: usize, time: Duration) -> Run {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let started = Instant::now();
    let results = runtime.block_on(async {
        let tasks: Vec<_> = (0..connections)
            .map(|_| tokio::spawn(connection(addr, started + time)))
            .collect();
        let mut results = Vec::new();
        for task in tasks {
            results.push(task.await.expect("a task"));
        }
        results
    });
    let took = started.elapsed().as_secs_f64();
    let mut latencies: Vec<u32> = Vec::new();
    let mut errors = 0;
    for (mine, failed) in results {
        latencies.extend(mine);
        errors += failed;
    }
    latencies.sort_unstable();
    let at = |share: f64| {
        latencies
            .get((latencies.len() as f64 * share) as usize)
            .map_or(f64::NAN, |&l| f64::from(l))
    };
    Run {
        rate: latencies.len() as f64 / took,
        p50: at(0.5),
        p99: at(0.99),
        errors,
    }
}

/// Latencies in microseconds, and failures.
async fn connection(addr: SocketAddr, end: Instant) -> (Vec<u32>, u64) {
    let request = request();
    let (mut latencies, mut failed) = (Vec::new(), 0);
    let Ok(mut socket) = TcpStream::connect(addr).await else {
        return (latencies, 1);
    };
    let _ = socket.set_nodelay(true);
    let mut buffer = vec![0; 4096];
    while Instant::now() < end {
        let sent = Instant::now();
        if socket.write_all(&request).await.is_err() {
            return (latencies, failed + 1);
        }
        match answer(&mut socket, &mut buffer).await {
            Some(200) => {
                latencies.push(u32::try_from(sent.elapsed().as_micros()).unwrap_or(u32::MAX));
            }
            Some(_) => failed += 1,
            None => return (latencies, failed + 1),
        }
    }
    (latencies, failed)
}

/// Reads one answer; its status.
async fn answer(socket: &mut TcpStream, buffer: &mut [u8]) -> Option<u16> {
    let mut filled = 0;
    loop {
        let read = socket
            .read(&mut buffer[filled..])
            .await
            .ok()
            .filter(|&read| read > 0)?;
        filled += read;
        let text = std::str::from_utf8(&buffer[..filled]).ok()?;
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        let length: usize = head.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("content-length")
                .then(|| value.trim().parse().ok())?
        })?;
        if body.len() >= length {
            return head.get(9..12)?.parse().ok();
        }
    }
}

/// The sale as systeme.io sends it.
fn request() -> Vec<u8> {
    let head = format!(
        "POST /systeme/sales HTTP/1.1\r\nHost: hooks.example.com\r\nAccept: */*\r\nContent-Type: application/json\r\nUser-Agent: Symfony HttpClient (Curl)\r\nAccept-Encoding: gzip\r\nContent-Length: {}\r\n\r\n",
        SALE.len()
    );
    [head.as_bytes(), SALE].concat()
}
