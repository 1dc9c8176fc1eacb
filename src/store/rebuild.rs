//! Deriving stored requests anew after the catalogue or a list changed.

use rusqlite::{Connection, OptionalExtension, params};

use super::error::StoreError;
use super::row::{self, WHOLE_COLUMNS};
use crate::request::{CapturedRequest, Judged, RequestId};

/// Requests read and written at a time: a write this short holds no capture up.
const BATCH_ROWS: u32 = 50;
/// Bytes of heads and bodies after which a batch ends early: an update rewrites them.
const BATCH_BYTES: usize = 1024 * 1024;
/// The version that the whole history was last derived from.
const DONE: &str = "derived_from";

/// Whether each stored request is derived from `version`.
///
/// # Errors
/// When the database can't be read.
pub fn is_done(db: &Connection, version: i64) -> Result<bool, StoreError> {
    let done: Option<i64> = db
        .query_row("SELECT value FROM state WHERE key = ?1", [DONE], |row| {
            row.get(0)
        })
        .optional()?;
    Ok(done == Some(version))
}

/// Notes that each stored request is derived from `version`.
///
/// # Errors
/// When the database can't be written.
pub fn mark_done(db: &Connection, version: i64) -> Result<(), StoreError> {
    db.execute(
        "INSERT INTO state (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        params![DONE, version],
    )?;
    Ok(())
}

/// The next requests after `after` that are derived from another version, oldest first.
///
/// # Errors
/// When the database can't be read.
pub fn stale(
    db: &Connection,
    version: i64,
    after: Option<RequestId>,
) -> Result<Vec<CapturedRequest>, StoreError> {
    let sql = format!(
        "SELECT {WHOLE_COLUMNS} FROM requests WHERE id > ?1 AND derived_from <> ?2 ORDER BY id LIMIT ?3"
    );
    let mut statement = db.prepare_cached(&sql)?;
    let mut rows = statement.query(params![
        after.map_or(-1, RequestId::get),
        version,
        BATCH_ROWS
    ])?;
    row::until_bytes(&mut rows, BATCH_BYTES)
}

/// Replaces what is derived of one request; the client address stays as it was found at arrival.
///
/// # Errors
/// When the database can't be written.
pub fn replace(
    db: &Connection,
    id: RequestId,
    judged: &Judged,
    version: i64,
) -> Result<(), StoreError> {
    let (verdict, identity) = (&judged.verdict, &judged.identity);
    count_noise(db, id, identity.noise)?;
    db.prepare_cached(REPLACE)?.execute(params![
        id.get(),
        version,
        verdict.kind.as_str(),
        verdict.list,
        verdict.reason,
        identity.sender,
        identity.rule,
        identity.event_type,
        identity.event_source,
        identity.guessed,
        identity.variant,
        identity.title,
        identity.delivery_id,
        identity.attempt,
        identity.sent_at,
        identity.noise,
    ])?;
    Ok(())
}

/// The verdict at arrival is kept from the first rebuild that changes it on, and forgotten when it is back.
const REPLACE: &str = "UPDATE requests SET derived_from = ?2, \
     verdict_at_arrival = nullif(coalesce(verdict_at_arrival, verdict), ?3), \
     verdict = ?3, verdict_list = ?4, verdict_reason = ?5, sender = ?6, rule = ?7, event_type = ?8, \
     event_source = ?9, guessed = ?10, variant = ?11, title = ?12, delivery_id = ?13, attempt = ?14, \
     sent_at = ?15, noise = ?16 WHERE id = ?1";

/// Keeps the endpoint's count of noise true.
fn count_noise(db: &Connection, id: RequestId, noise: bool) -> Result<(), StoreError> {
    db.prepare_cached(
        "UPDATE endpoints SET noise = endpoints.noise + ?2 - r.noise FROM requests r \
         WHERE r.id = ?1 AND r.noise <> ?2 AND endpoints.id = r.endpoint_id",
    )?
    .execute(params![id.get(), noise])?;
    Ok(())
}
