//! Login codes, sessions and API tokens: only their hashes are stored.

use rusqlite::{Connection, OptionalExtension, params};

use super::error::StoreError;
use crate::request::Timestamp;

/// SHA-256 of a secret of 128 bits or more, which needs no salt.
pub type SecretHash = [u8; 32];

/// Microseconds between two notes of a token's use.
const USE_NOTED_EVERY: i64 = 3_600_000_000;

/// A token for programs, by its name; the token itself is shown once, when it is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiToken {
    pub name: String,
    pub created_at: Timestamp,
    /// To the hour.
    pub used_at: Option<Timestamp>,
}

/// # Errors
/// When the database can't be written.
pub fn add_login_code(
    db: &Connection,
    hash: &SecretHash,
    now: Timestamp,
    expires_at: Timestamp,
) -> Result<(), StoreError> {
    db.execute("DELETE FROM login_codes WHERE expires_at <= ?1", [now.0])?;
    db.execute(
        "INSERT INTO login_codes (hash, expires_at) VALUES (?1, ?2)",
        params![hash, expires_at.0],
    )?;
    Ok(())
}

/// Uses a code up; whether it was valid.
///
/// # Errors
/// When the database can't be written.
pub fn take_login_code(
    db: &Connection,
    hash: &SecretHash,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let taken = db.execute(
        "DELETE FROM login_codes WHERE hash = ?1 AND expires_at > ?2",
        params![hash, now.0],
    )?;
    Ok(taken == 1)
}

/// # Errors
/// When the database can't be written.
pub fn add_session(
    db: &Connection,
    hash: &SecretHash,
    now: Timestamp,
    expires_at: Timestamp,
) -> Result<(), StoreError> {
    db.execute("DELETE FROM sessions WHERE expires_at <= ?1", [now.0])?;
    db.execute(
        "INSERT INTO sessions (hash, created_at, expires_at) VALUES (?1, ?2, ?3)",
        params![hash, now.0, expires_at.0],
    )?;
    Ok(())
}

/// When a valid session ends.
///
/// # Errors
/// When the database can't be read.
pub fn session_end(
    db: &Connection,
    hash: &SecretHash,
    now: Timestamp,
) -> Result<Option<Timestamp>, StoreError> {
    let end = db
        .prepare_cached("SELECT expires_at FROM sessions WHERE hash = ?1 AND expires_at > ?2")?
        .query_row(params![hash, now.0], |row| row.get(0))
        .optional()?;
    Ok(end.map(Timestamp))
}

/// # Errors
/// When the database can't be written.
pub fn extend_session(
    db: &Connection,
    hash: &SecretHash,
    expires_at: Timestamp,
) -> Result<(), StoreError> {
    db.execute(
        "UPDATE sessions SET expires_at = ?2 WHERE hash = ?1",
        params![hash, expires_at.0],
    )?;
    Ok(())
}

/// # Errors
/// When the database can't be written.
pub fn end_session(db: &Connection, hash: &SecretHash) -> Result<(), StoreError> {
    db.execute("DELETE FROM sessions WHERE hash = ?1", [hash])?;
    Ok(())
}

/// Adds a token; `false` where the name is taken.
///
/// # Errors
/// When the database can't be written.
pub fn add_token(
    db: &Connection,
    name: &str,
    hash: &SecretHash,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let added = db.execute(
        "INSERT INTO api_tokens (name, hash, created_at) VALUES (?1, ?2, ?3) ON CONFLICT (name) DO NOTHING",
        params![name, hash, now.0],
    )?;
    Ok(added == 1)
}

/// Removes a token; whether there was one.
///
/// # Errors
/// When the database can't be written.
pub fn revoke_token(db: &Connection, name: &str) -> Result<bool, StoreError> {
    Ok(db.execute("DELETE FROM api_tokens WHERE name = ?1", [name])? == 1)
}

/// All tokens by name.
///
/// # Errors
/// When the database can't be read.
pub fn tokens(db: &Connection) -> Result<Vec<ApiToken>, StoreError> {
    let tokens = db
        .prepare_cached("SELECT name, created_at, used_at FROM api_tokens ORDER BY name")?
        .query_map([], |row| {
            Ok(ApiToken {
                name: row.get(0)?,
                created_at: Timestamp(row.get(1)?),
                used_at: row.get::<_, Option<i64>>(2)?.map(Timestamp),
            })
        })?
        .collect::<rusqlite::Result<_>>()?;
    Ok(tokens)
}

/// Whether a token is known, and whether its use is due to be noted.
///
/// # Errors
/// When the database can't be read.
pub fn find_token(
    db: &Connection,
    hash: &SecretHash,
    now: Timestamp,
) -> Result<Option<bool>, StoreError> {
    let used_at: Option<Option<i64>> = db
        .prepare_cached("SELECT used_at FROM api_tokens WHERE hash = ?1")?
        .query_row([hash], |row| row.get(0))
        .optional()?;
    Ok(used_at.map(|used| used.is_none_or(|used| now.0 - used >= USE_NOTED_EVERY)))
}

/// # Errors
/// When the database can't be written.
pub fn note_token_use(
    db: &Connection,
    hash: &SecretHash,
    now: Timestamp,
) -> Result<(), StoreError> {
    db.execute(
        "UPDATE api_tokens SET used_at = ?2 WHERE hash = ?1",
        params![hash, now.0 - now.0.rem_euclid(USE_NOTED_EVERY)],
    )?;
    Ok(())
}
