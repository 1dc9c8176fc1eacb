//! Folds the WAL into the database where that holds no answer up.
//!
//! A thread with its own connection does the bulk while the writer goes on. It can never finish under
//! load, since the writer is always ahead, and a WAL that is not finished grows; so past a bound the
//! writer does the small rest itself, between two groups.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread;

use rusqlite::{Connection, OpenFlags};

/// Bytes stored between two checkpoints in the background.
const NUDGE_BYTES: usize = 8 * 1024 * 1024;
/// WAL frames (of 8 KiB) past which the writer finishes the checkpoint itself.
const FINISH_FRAMES: u64 = 4096;
/// A row's head and columns beside its body, roughly.
const ROW_BYTES: usize = 1024;
/// What a piece of work that is no capture writes, at most roughly: a batch of a rebuild.
const WORK_BYTES: usize = 1024 * 1024;

pub(super) struct Checkpointer {
    nudge: SyncSender<()>,
    frames: Arc<AtomicU64>,
    unfolded_bytes: usize,
}

impl Checkpointer {
    pub(super) fn start(path: &Path) -> Self {
        let (nudge, nudges) = sync_channel(1);
        let frames = Arc::new(AtomicU64::new(0));
        let (path, seen) = (path.to_owned(), Arc::clone(&frames));
        let spawned = thread::Builder::new()
            .name("checkpoint".into())
            .spawn(move || run(&path, &nudges, &seen));
        if let Err(error) = spawned {
            tracing::error!("can't start the checkpoint thread: {error}");
        }
        Self {
            nudge,
            frames,
            unfolded_bytes: 0,
        }
    }

    /// Called by the writer, outside any transaction.
    pub(super) fn before_group(&self, db: &Connection) {
        if self.frames.load(Ordering::Relaxed) > FINISH_FRAMES {
            let frames = checkpoint(db, "PASSIVE").unwrap_or(0);
            self.frames.store(frames, Ordering::Relaxed);
        }
    }

    pub(super) fn after_group(&mut self, rows: usize, body_bytes: usize) {
        self.written(body_bytes + rows * ROW_BYTES);
    }

    pub(super) fn after_work(&mut self) {
        self.written(WORK_BYTES);
    }

    fn written(&mut self, bytes: usize) {
        self.unfolded_bytes += bytes;
        if self.unfolded_bytes < NUDGE_BYTES {
            return;
        }
        self.unfolded_bytes = 0;
        match self.nudge.try_send(()) {
            // Full: a checkpoint is already asked for.
            Ok(()) | Err(TrySendError::Full(())) => {}
            // The thread is gone: the writer does all of it.
            Err(TrySendError::Disconnected(())) => {
                self.frames.store(u64::MAX, Ordering::Relaxed);
            }
        }
    }

    /// Leaves an empty WAL behind.
    pub(super) fn finish(&self, db: &Connection) {
        if let Err(error) = checkpoint(db, "TRUNCATE") {
            tracing::warn!("the last checkpoint failed, the next start makes up for it: {error}");
        }
    }
}

fn run(path: &PathBuf, nudges: &Receiver<()>, frames: &AtomicU64) {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let db = match Connection::open_with_flags(path, flags) {
        Ok(db) => db,
        Err(error) => {
            tracing::error!("the checkpoint thread can't open the database: {error}");
            return;
        }
    };
    while nudges.recv().is_ok() {
        match checkpoint(&db, "PASSIVE") {
            Ok(left) => frames.store(left, Ordering::Relaxed),
            Err(error) => tracing::warn!("checkpoint: {error}"),
        }
    }
}

/// How many frames the WAL holds afterwards; none where all were folded in, since the next write starts it anew.
fn checkpoint(db: &Connection, mode: &str) -> rusqlite::Result<u64> {
    let (log, folded): (i64, i64) =
        db.query_row(&format!("PRAGMA wal_checkpoint({mode})"), [], |row| {
            Ok((row.get(1)?, row.get(2)?))
        })?;
    let left = if log == folded { 0 } else { log };
    Ok(u64::try_from(left).unwrap_or(0))
}
