//! Folds the WAL into the database where that holds no answer up.
//!
//! A thread with its own connection does the bulk while the writer goes on. It can never finish under
//! load, since the writer is always ahead, and a WAL that is not finished only grows; so past a bound the
//! writer does the small rest itself, between two groups, and the next write starts the WAL anew.

use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use rusqlite::{Connection, OpenFlags};

/// Bytes of WAL between two checkpoints in the background.
const NUDGE_BYTES: usize = 8 * 1024 * 1024;
/// Bytes of WAL past which the writer finishes the checkpoint itself.
const FINISH_BYTES: usize = 32 * 1024 * 1024;
/// A row's head and columns beside its body, roughly.
const ROW_BYTES: usize = 1024;
/// Each commit writes these pages at least: the newest of the table, of its index and of the endpoints.
const COMMIT_BYTES: usize = 3 * 8192;
/// A page, which a row of a piece of work that is no capture may be alone in.
const PAGE_BYTES: usize = 8192;
/// What such a piece of work writes, at most roughly: a batch of a rebuild.
const WORK_BYTES: usize = 1024 * 1024;

pub(super) struct Checkpointer {
    nudge: SyncSender<()>,
    /// Written since the thread was last asked.
    since_nudge: usize,
    /// Written since the writer last finished a checkpoint.
    since_finish: usize,
}

impl Checkpointer {
    pub(super) fn start(path: &Path) -> Self {
        let (nudge, nudges) = sync_channel(1);
        let path = path.to_owned();
        let spawned = thread::Builder::new()
            .name("checkpoint".into())
            .spawn(move || run(&path, &nudges));
        if let Err(error) = spawned {
            // The writer then does all of it.
            tracing::error!("can't start the checkpoint thread: {error}");
        }
        Self {
            nudge,
            since_nudge: 0,
            since_finish: 0,
        }
    }

    /// Called by the writer, outside any transaction.
    pub(super) fn before_group(&mut self, db: &Connection) {
        if self.since_finish < FINISH_BYTES {
            return;
        }
        self.since_finish = match checkpoint(db, "PASSIVE") {
            Ok(true) => 0,
            // A reader still needs an older page: asked again soon.
            Ok(false) => FINISH_BYTES - NUDGE_BYTES,
            Err(error) => {
                tracing::warn!("checkpoint: {error}");
                FINISH_BYTES - NUDGE_BYTES
            }
        };
    }

    pub(super) fn after_group(&mut self, rows: usize, body_bytes: usize) {
        self.written(COMMIT_BYTES + rows * ROW_BYTES + body_bytes);
    }

    pub(super) fn after_work(&mut self, rows: u64) {
        let rows = usize::try_from(rows).unwrap_or(usize::MAX);
        self.written(rows.saturating_mul(PAGE_BYTES).min(WORK_BYTES));
    }

    fn written(&mut self, bytes: usize) {
        self.since_finish += bytes;
        self.since_nudge += bytes;
        if self.since_nudge >= NUDGE_BYTES {
            self.since_nudge = 0;
            // Full: a checkpoint is asked for already. Disconnected: the writer does all of it.
            let _ = self.nudge.try_send(());
        }
    }

    /// Leaves an empty WAL behind.
    pub(super) fn finish(&self, db: &Connection) {
        if let Err(error) = checkpoint(db, "TRUNCATE") {
            tracing::warn!("the last checkpoint failed, the next start makes up for it: {error}");
        }
    }
}

fn run(path: &Path, nudges: &Receiver<()>) {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let db = match Connection::open_with_flags(path, flags) {
        Ok(db) => db,
        Err(error) => {
            tracing::error!("the checkpoint thread can't open the database: {error}");
            return;
        }
    };
    while nudges.recv().is_ok() {
        if let Err(error) = checkpoint(&db, "PASSIVE") {
            tracing::warn!("checkpoint: {error}");
        }
    }
}

/// Whether the whole WAL is folded in, so that the next write starts it anew.
fn checkpoint(db: &Connection, mode: &str) -> rusqlite::Result<bool> {
    let (log, folded): (i64, i64) =
        db.query_row(&format!("PRAGMA wal_checkpoint({mode})"), [], |row| {
            Ok((row.get(1)?, row.get(2)?))
        })?;
    Ok(log == folded)
}
