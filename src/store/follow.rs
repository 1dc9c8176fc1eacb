//! How far the history has been followed: what is found out of several requests together is found in
//! the order of their ids, and is written together with the id it has come to.

use rusqlite::{Connection, OptionalExtension, params};

use super::changes;
use super::error::StoreError;
use super::row::{self, WHOLE_COLUMNS};
use crate::request::CapturedRequest;

/// Requests read at a time.
const BATCH_ROWS: u32 = 128;
/// Bytes of heads and bodies after which a batch ends early.
const BATCH_BYTES: usize = 2 * 1024 * 1024;
/// Rows forgotten at a time: a write this short holds no capture up.
const FORGET_ROWS: u32 = 1000;

/// The id of the last request that was looked at.
const THROUGH: &str = "followed";
/// The version under which that was done.
const VERSION: &str = "followed_by";

/// The tables that are made of `requests` by following it, each with its key.
const MADE: [(&str, &str); 7] = [
    ("attempts", "request_id"),
    ("deliveries", "key"),
    ("shape_changes", "(request_id, nth)"),
    ("shape_marks", "request_id"),
    ("shape_types", "(shape_id, place, type)"),
    ("shape_paths", "(shape_id, place)"),
    ("shapes", "id"),
];

/// The last request that was followed under `version`, 0 for none yet; `None` where what is kept was made
/// under another version.
///
/// # Errors
/// When the database can't be read.
pub fn through(db: &Connection, version: i64) -> Result<Option<i64>, StoreError> {
    let value = |key| {
        db.prepare_cached("SELECT value FROM state WHERE key = ?1")?
            .query_row([key], |row| row.get::<_, i64>(0))
            .optional()
    };
    let same = value(VERSION)? == Some(version);
    Ok(value(THROUGH)?.filter(|_| same))
}

/// The requests behind `after`, oldest first, and whether there may be more.
///
/// # Errors
/// When the database can't be read.
pub fn batch(db: &Connection, after: i64) -> Result<(Vec<CapturedRequest>, bool), StoreError> {
    let sql = format!("SELECT {WHOLE_COLUMNS} FROM requests WHERE id > ?1 ORDER BY id LIMIT ?2");
    let mut statement = db.prepare_cached(&sql)?;
    let mut rows = statement.query(params![after, BATCH_ROWS])?;
    let batch = row::until_bytes(&mut rows, BATCH_BYTES)?;
    let more = batch.len() >= BATCH_ROWS as usize || rows.next()?.is_some();
    Ok((batch, more))
}

/// Moves on, in the transaction of what was found.
///
/// # Errors
/// When the database can't be written, or somebody else has moved it.
pub fn advance(db: &Connection, from: i64, to: i64) -> Result<(), StoreError> {
    let moved = db
        .prepare_cached("UPDATE state SET value = ?3 WHERE key = ?1 AND value = ?2")?
        .execute(params![THROUGH, from, to])?;
    match moved {
        1 => Ok(()),
        _ => Err(StoreError::Unreadable(format!("{THROUGH} is not {from}"))),
    }
}

/// Deletes a part of what was found under another version; whether more is left.
///
/// # Errors
/// When the database can't be written.
pub fn forget_some(db: &Connection) -> Result<bool, StoreError> {
    // First of all, so that a program of the other version does not go on from a half.
    db.execute(
        "DELETE FROM state WHERE key IN (?1, ?2)",
        [THROUGH, VERSION],
    )?;
    changes::forget_unlearnt(db)?;
    for (table, key) in MADE {
        let columns = key.trim_matches(['(', ')']);
        let sql = format!(
            "DELETE FROM {table} WHERE {key} IN (SELECT {columns} FROM {table} LIMIT {FORGET_ROWS})"
        );
        if db.execute(&sql, [])? > 0 {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Begins anew under `version`, once all is forgotten.
///
/// # Errors
/// When the database can't be written.
pub fn begin(db: &Connection, version: i64) -> Result<(), StoreError> {
    let mut set = db.prepare_cached(
        "INSERT INTO state (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
    )?;
    set.execute(params![THROUGH, 0])?;
    set.execute(params![VERSION, version])?;
    Ok(())
}
