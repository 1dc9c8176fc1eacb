//! SQLite alone: one such row a transaction, with the settings that hookglass uses.

use std::time::{Duration, Instant};

use rusqlite::{Connection, params};
use tempfile::TempDir;

const SALE: &[u8] =
    include_bytes!("../../src/senders/catalog/samples/systeme-io/customer.sale.completed.json");

pub(crate) struct Alone {
    db: Connection,
    next: i64,
    _folder: TempDir,
}

impl Alone {
    pub(crate) fn open() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let db = Connection::open(folder.path().join("alone.db")).expect("a database");
        db.execute_batch(
            "PRAGMA page_size = 8192; PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;",
        )
        .expect("its settings");
        db.execute_batch(include_str!("../../migrations/0001_requests.sql"))
            .expect("its tables");
        db.execute(
            "INSERT INTO endpoints (id, path) VALUES (1, '/systeme/sales')",
            [],
        )
        .expect("an endpoint");
        Self {
            db,
            next: 1,
            _folder: folder,
        }
    }

    /// The median time of a commit, in microseconds.
    pub(crate) fn p50(&mut self, time: Duration) -> f64 {
        let end = Instant::now() + time;
        let mut latencies = Vec::new();
        while Instant::now() < end {
            let began = Instant::now();
            let tx = self.db.transaction().expect("a transaction");
            tx.prepare_cached(
                "INSERT INTO requests (id, endpoint_id, received_at, took_us, peer, secure, method, body_bytes, \
                 arrival, sample, answer_status, client_addr, client_steps, derived_from, verdict, verdict_reason, \
                 sender, event_type, guessed, title, noise, head, body) VALUES (?1, 1, ?1, 5, '127.0.0.1:50000', 0, \
                 'POST', 1595, 'whole', 0, 200, '127.0.0.1', 'peer 127.0.0.1', 1, 'outside', 'matches none of 3', \
                 'systeme-io', 'customer.sale.completed', 0, 'Sale', 0, ?2, ?3)",
            )
            .expect("the statement")
            .execute(params![self.next, [b'h'; 210], SALE])
            .expect("a row");
            tx.commit().expect("a commit");
            self.next += 1;
            latencies.push(began.elapsed().as_nanos());
        }
        latencies.sort_unstable();
        latencies[latencies.len() / 2] as f64 / 1000.0
    }
}
