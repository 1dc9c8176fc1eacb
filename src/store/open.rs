//! Opening the database: whose file it is, its permissions, its settings.

use std::fs::{self, File};
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior};
use tokio::sync::Semaphore;

use super::error::{OpenError, StoreError};
use super::migrate::{self, MigrateError};
use super::{OnStored, READERS, Readers, Shared, Store, health, writer};

/// Marks our files in SQLite's header (`hkgl`).
const APPLICATION_ID: u32 = 0x686b_676c;

/// A 1.6 KB webhook with its headers needs no overflow page at this size: measured 9 µs a row against 16 µs at 4 KiB.
const PAGE_BYTES: u32 = 8192;

/// How long a statement waits for a lock that another program holds.
const BUSY_WAIT: Duration = Duration::from_secs(5);

/// SQLite before this can corrupt a WAL when a checkpoint races a writer on another connection.
const OLDEST_SQLITE: i32 = 3_051_003;

/// Where the database is and when to stop filling the disk.
#[derive(Debug, Clone)]
pub struct OpenOptions {
    pub path: PathBuf,
    /// Bytes left free on the disk; below, captures are answered 507.
    pub min_free: u64,
    /// What is derived from raw requests is stamped with this.
    pub derived_from: i64,
}

impl Store {
    /// Opens the database for serving, creating it if it does not exist, and takes its lock.
    ///
    /// # Errors
    /// [`OpenError`]; a file that is not ours, newer or damaged is left untouched.
    pub fn open(options: &OpenOptions, on_stored: OnStored) -> Result<Self, OpenError> {
        let path = &options.path;
        create_folder(path)?;
        let lock = take_lock(path)?;
        create_file(path)?;
        let write = open_writable(path)?;
        check_newest(path, &write)?;
        let readers = (0..READERS)
            .map(|_| open_read_only(path))
            .collect::<Result<Vec<_>, _>>()?;
        let health = health::HealthCell::default();
        let shared = Arc::new_cyclic(|shared| Shared {
            writer: writer::Writer::start(write, options, on_stored, shared.clone()),
            readers: Readers {
                idle: Mutex::new(readers),
                permits: Arc::new(Semaphore::new(READERS)),
            },
            health,
            _lock: lock,
        });
        Ok(Self(shared))
    }
}

/// The database beside a running server, or without one: what commands of the shell use.
pub struct Database(Connection);

impl Database {
    /// Opens an existing database; a running server goes on with it.
    ///
    /// # Errors
    /// [`OpenError::Missing`] where there is none, else as [`Store::open`].
    pub fn open(path: &Path) -> Result<Self, OpenError> {
        if !path.exists() {
            return Err(OpenError::Missing(path.to_owned()));
        }
        open_writable(path).map(Self)
    }

    /// Reads; long reads are for the caller to cut into pages, since they hold up checkpoints.
    ///
    /// # Errors
    /// What `work` returned.
    pub fn read<T>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        work(&self.0)
    }

    /// Runs `work` in one transaction.
    ///
    /// # Errors
    /// What `work` returned, and then nothing is changed.
    pub fn write<T>(
        &mut self,
        work: impl FnOnce(&Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let tx = self
            .0
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        let value = work(&tx)?;
        tx.commit()?;
        Ok(value)
    }
}

fn create_folder(path: &Path) -> Result<(), OpenError> {
    let Some(folder) = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
    else {
        return Ok(());
    };
    if folder.is_dir() {
        return Ok(());
    }
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).map_err(|source| OpenError::Folder {
        path: folder.to_owned(),
        source,
    })
}

/// One server a database: held as long as the returned file lives.
fn take_lock(path: &Path) -> Result<File, OpenError> {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    let file = private_file()
        .truncate(false)
        .open(&name)
        .map_err(|error| unreadable(path, &error))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(fs::TryLockError::WouldBlock) => Err(OpenError::InUse(path.to_owned())),
        Err(fs::TryLockError::Error(error)) => Err(unreadable(path, &error)),
    }
}

/// Makes an empty file that only its owner can read; SQLite gives -wal and -shm the same mode.
fn create_file(path: &Path) -> Result<(), OpenError> {
    match private_file().create_new(true).open(path) {
        Ok(_) => sync_folder(path),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(unreadable(path, &error)),
    }
}

fn private_file() -> fs::OpenOptions {
    let mut options = fs::OpenOptions::new();
    options.read(true).write(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Without this a power loss can take the new file's name away.
fn sync_folder(path: &Path) -> Result<(), OpenError> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(|error| unreadable(path, &error))
}

fn unreadable(path: &Path, error: &dyn std::fmt::Display) -> OpenError {
    OpenError::Unreadable {
        path: path.to_owned(),
        reason: error.to_string(),
    }
}

/// Reads the header before SQLite does: opening a file of ours behind SQLite's back would drop its locks.
fn check_header(path: &Path) -> Result<(), OpenError> {
    let mut header = Vec::with_capacity(100);
    File::open(path)
        .and_then(|file| file.take(100).read_to_end(&mut header))
        .map_err(|error| unreadable(path, &error))?;
    if header.is_empty() {
        return Ok(());
    }
    let ours = header.len() == 100
        && header.starts_with(b"SQLite format 3\0")
        && header[68..72] == APPLICATION_ID.to_be_bytes();
    if ours {
        Ok(())
    } else {
        Err(OpenError::Foreign(path.to_owned()))
    }
}

fn open_writable(path: &Path) -> Result<Connection, OpenError> {
    if rusqlite::version_number() < OLDEST_SQLITE {
        return Err(OpenError::OldSqlite(rusqlite::version().to_owned()));
    }
    check_header(path)?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut db = Connection::open_with_flags(path, flags).map_err(|error| refused(path, &error))?;
    configure(&db).map_err(|error| refused(path, &error))?;
    migrate::run(&mut db).map_err(|error| match error {
        MigrateError::Newer { found, known } => OpenError::Newer {
            path: path.to_owned(),
            found,
            known,
        },
        MigrateError::Changed(name) => OpenError::Damaged {
            path: path.to_owned(),
            reason: format!("its migration {name} is not the one of this program"),
        },
        MigrateError::Sqlite(error) => refused(path, &error),
    })?;
    Ok(db)
}

fn configure(db: &Connection) -> rusqlite::Result<()> {
    db.busy_timeout(BUSY_WAIT)?;
    let id: u32 = db.pragma_query_value(None, "application_id", |row| row.get(0))?;
    if id != APPLICATION_ID {
        // Written before WAL is on, so that a crash right after leaves a file we know; and never to a
        // file that exists, which may be damaged and is then to stay as it is.
        db.pragma_update(None, "page_size", PAGE_BYTES)?;
        db.pragma_update(None, "auto_vacuum", "INCREMENTAL")?;
        db.pragma_update(None, "application_id", APPLICATION_ID)?;
    }
    db.pragma_update(None, "journal_mode", "WAL")?;
    db.pragma_update(None, "synchronous", "FULL")?;
    db.pragma_update(None, "secure_delete", "ON")?;
    db.pragma_update(None, "foreign_keys", "ON")?;
    db.pragma_update(None, "trusted_schema", "OFF")?;
    // Checkpoints are the business of `checkpoint`, never of a commit that a sender waits for.
    db.pragma_update(None, "wal_autocheckpoint", 0)?;
    db.pragma_update(None, "journal_size_limit", writer::WAL_LIMIT_BYTES)?;
    db.set_prepared_statement_cache_capacity(64);
    Ok(())
}

fn open_read_only(path: &Path) -> Result<Connection, OpenError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let open = || {
        let db = Connection::open_with_flags(path, flags)?;
        db.busy_timeout(BUSY_WAIT)?;
        db.pragma_update(None, "trusted_schema", "OFF")?;
        db.set_prepared_statement_cache_capacity(64);
        Ok(db)
    };
    open().map_err(|error| refused(path, &error))
}

/// Damage is best noticed before new requests are added to it.
fn check_newest(path: &Path, db: &Connection) -> Result<(), OpenError> {
    let read = || {
        db.prepare("SELECT length(head), length(body) FROM requests ORDER BY id DESC LIMIT 10")?
            .query_map([], |row| {
                row.get::<_, i64>(0)?;
                row.get::<_, i64>(1)
            })?
            .try_for_each(|row| row.map(drop))
    };
    read().map_err(|error| refused(path, &error))
}

fn refused(path: &Path, error: &rusqlite::Error) -> OpenError {
    let path = path.to_owned();
    match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => OpenError::Damaged {
            path,
            reason: error.to_string(),
        },
        _ => OpenError::Unreadable {
            path,
            reason: error.to_string(),
        },
    }
}
