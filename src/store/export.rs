//! Reading the history in order, in short reads, so that a long export holds no checkpoint up.

use rusqlite::{Connection, params};

use super::endpoints;
use super::error::StoreError;
use super::handshakes;
use super::requests::PathScope;
use super::row::{self, WHOLE_COLUMNS};
use crate::request::{CapturedRequest, RequestId, Timestamp};

/// Requests read at a time.
const BATCH_ROWS: u32 = 64;
/// Bytes after which a batch ends early: memory stays flat whatever the bodies' sizes.
const BATCH_BYTES: usize = 4 * 1024 * 1024;

/// An id is the nanosecond of the commit, so what was received since a time has an id from then on; a
/// clock that was set back in between may have moved it by this much.
const CLOCK_SLACK_NS: i64 = 24 * 3_600 * 1_000_000_000;

/// What is exported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selection {
    pub path: PathScope,
    /// Received at this time or later.
    pub since: Option<Timestamp>,
    /// Received before this time.
    pub until: Option<Timestamp>,
    /// Only this request.
    pub only: Option<RequestId>,
}

/// The next requests of a selection after `after`, oldest first; empty at the end.
///
/// # Errors
/// When the database can't be read.
pub fn batch(
    db: &Connection,
    selection: &Selection,
    after: Option<RequestId>,
) -> Result<Vec<CapturedRequest>, StoreError> {
    let (place, path, end) = match &selection.path {
        PathScope::All => ("?1 IS ?2", None, None),
        PathScope::Under(path) => (
            "+endpoint_id IN (SELECT id FROM endpoints WHERE path = ?1 OR (path >= ?1 || '/' AND path < ?2))",
            Some(path.clone()),
            Some(endpoints::end_of(path)),
        ),
    };
    let sql = format!(
        "SELECT {WHOLE_COLUMNS} FROM requests WHERE {place} AND id > ?3 AND id <= ?4 \
         AND received_at >= ?5 AND received_at < ?6 ORDER BY id LIMIT ?7"
    );
    let mut statement = db.prepare_cached(&sql)?;
    let only = selection.only.map_or(-1, |id| id.get() - 1);
    let since = selection.since.map_or(-1, |time| {
        time.0.saturating_mul(1000).saturating_sub(CLOCK_SLACK_NS)
    });
    let mut rows = statement.query(params![
        path,
        end,
        after.map_or(-1, RequestId::get).max(only).max(since),
        selection.only.map_or(i64::MAX, RequestId::get),
        selection.since.map_or(i64::MIN, |time| time.0),
        selection.until.map_or(i64::MAX, |time| time.0),
        BATCH_ROWS,
    ])?;
    let mut batch = row::until_bytes(&mut rows, BATCH_BYTES)?;
    // Only a known sender's check of its URL has one.
    let known = |request: &&mut CapturedRequest| request.judged.identity.sender.is_some();
    for request in batch.iter_mut().filter(known) {
        request.handshake = handshakes::get(db, request.id.get())?;
    }
    Ok(batch)
}
