//! What can go wrong with the database, for those who decide on it.

use std::path::PathBuf;

use rusqlite::ErrorCode;

/// Why a capture was not stored.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CaptureError {
    /// 507: the disk is full, read-only, or below the reserve.
    #[error("no room to store the request: {0}")]
    NoSpace(String),
    /// 503: the queue is full, the database locked, damaged or closing.
    #[error("the request could not be stored: {0}")]
    Unavailable(String),
}

/// A read or a write that failed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("the database is closed")]
    Closed,
    #[error("the database answered: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// A stored value that no version of this program writes.
    #[error("the database holds an unreadable value: {0}")]
    Unreadable(String),
    /// The write's transaction could not be committed.
    #[error("{0}")]
    NotCommitted(#[from] CaptureError),
}

/// Why the database can't be opened; each says what to do.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("can't create the folder {}: {source}; name another file with --db", path.display())]
    Folder {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("{} is in use by another hookglass; stop that one, or name another file with --db", .0.display())]
    InUse(PathBuf),
    #[error("can't open {}: {reason}; check its permissions, or name another file with --db", path.display())]
    Unreadable { path: PathBuf, reason: String },
    #[error("{} is not a hookglass database; it was left untouched, name another file with --db", .0.display())]
    Foreign(PathBuf),
    #[error("{} was written by a newer hookglass (schema {found}, this one knows {known}); use that version", path.display())]
    Newer {
        path: PathBuf,
        found: u32,
        known: u32,
    },
    #[error("{} is damaged ({reason}); it was left untouched: move it aside together with its -wal and -shm files, or name another file with --db", path.display())]
    Damaged { path: PathBuf, reason: String },
    #[error(
        "this build carries SQLite {0}, which can corrupt a database; 3.51.3 or newer is needed"
    )]
    OldSqlite(String),
    #[error("there is no database at {}; start hookglass once, or name its file with --db", .0.display())]
    Missing(PathBuf),
}

/// Sorts SQLite's failure to store into what the sender is told.
pub(super) fn capture_error(error: &rusqlite::Error) -> CaptureError {
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => CaptureError::NoSpace("the disk is full".into()),
        Some(ErrorCode::ReadOnly) => CaptureError::NoSpace("the database file is read-only".into()),
        // Writing past a file-size limit (EFBIG) and on a failing disk surface as I/O errors.
        Some(ErrorCode::SystemIoFailure) => {
            CaptureError::NoSpace(format!("the disk refused a write ({error})"))
        }
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            CaptureError::Unavailable("another program holds the database locked".into())
        }
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
            CaptureError::Unavailable("the database is damaged".into())
        }
        _ => CaptureError::Unavailable(error.to_string()),
    }
}
