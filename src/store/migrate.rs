//! Brings a database to this program's schema: the files of `migrations/`, in order, each once.

use rusqlite::{Connection, TransactionBehavior, params};
use sha2::{Digest, Sha256};

/// Name and text of each migration; the position (from 1) is the schema version it leads to.
pub(super) const MIGRATIONS: &[(&str, &str)] = &[
    (
        "0001_requests.sql",
        include_str!("../../migrations/0001_requests.sql"),
    ),
    (
        "0002_deliveries.sql",
        include_str!("../../migrations/0002_deliveries.sql"),
    ),
    (
        "0003_shapes.sql",
        include_str!("../../migrations/0003_shapes.sql"),
    ),
    (
        "0004_secrets.sql",
        include_str!("../../migrations/0004_secrets.sql"),
    ),
];

/// Why a database can't be brought to this schema.
pub(super) enum MigrateError {
    Newer {
        found: u32,
        known: u32,
    },
    /// A migration that was applied here has another text in this build.
    Changed(String),
    Sqlite(rusqlite::Error),
}

impl From<rusqlite::Error> for MigrateError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

/// The schema version this program reads and writes.
pub(super) fn known_version() -> u32 {
    u32::try_from(MIGRATIONS.len()).unwrap_or(u32::MAX)
}

/// Applies what is missing, one transaction a file.
pub(super) fn run(db: &mut Connection) -> Result<(), MigrateError> {
    let found: u32 = db.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let known = known_version();
    if found > known {
        return Err(MigrateError::Newer { found, known });
    }
    check_applied(db, found)?;
    for (version, (name, sql)) in (1..).zip(MIGRATIONS).skip(found as usize) {
        let tx = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        tx.execute_batch(
            "CREATE TABLE IF NOT EXISTS migrations (name TEXT PRIMARY KEY, sha256 BLOB NOT NULL) STRICT",
        )?;
        tx.execute_batch(sql)?;
        tx.execute(
            "INSERT INTO migrations (name, sha256) VALUES (?1, ?2)",
            params![name, fingerprint(sql)],
        )?;
        tx.pragma_update(None, "user_version", version)?;
        tx.commit()?;
    }
    Ok(())
}

fn check_applied(db: &Connection, found: u32) -> Result<(), MigrateError> {
    for (name, sql) in MIGRATIONS.iter().take(found as usize) {
        let applied: Vec<u8> = db.query_row(
            "SELECT sha256 FROM migrations WHERE name = ?1",
            [name],
            |row| row.get(0),
        )?;
        if applied != fingerprint(sql) {
            return Err(MigrateError::Changed((*name).to_owned()));
        }
    }
    Ok(())
}

fn fingerprint(sql: &str) -> Vec<u8> {
    Sha256::digest(sql.as_bytes()).to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_the_folder() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/migrations");
        let mut files: Vec<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        files.sort();
        let listed: Vec<&str> = MIGRATIONS.iter().map(|(name, _)| *name).collect();
        assert_eq!(files, listed);
    }

    #[test]
    fn a_second_run_changes_nothing_and_a_newer_file_is_refused() {
        let mut db = Connection::open_in_memory().unwrap();
        assert!(run(&mut db).is_ok());
        assert!(run(&mut db).is_ok());
        db.pragma_update(None, "user_version", known_version() + 1)
            .unwrap();
        assert!(matches!(run(&mut db), Err(MigrateError::Newer { .. })));
    }

    #[test]
    fn an_altered_migration_is_noticed() {
        let mut db = Connection::open_in_memory().unwrap();
        assert!(run(&mut db).is_ok());
        db.execute("UPDATE migrations SET sha256 = x'00'", [])
            .unwrap();
        assert!(matches!(run(&mut db), Err(MigrateError::Changed(_))));
    }
}
