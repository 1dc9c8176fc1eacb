//! Endpoints: the paths that requests were sent to, and how many.

use std::collections::HashMap;

use rusqlite::{Connection, params};

use super::error::StoreError;
use super::requests::{Counts, PathScope, Scope};
use crate::request::Timestamp;

/// How many endpoints a page names.
const LISTED_MAX: u32 = 100;

/// A path with what it received.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndpointSummary {
    pub path: String,
    /// Browser noise not counted.
    pub requests: u64,
    pub last_at: Timestamp,
}

/// Counts of one group commit, written once a group and not once a request.
#[derive(Default)]
pub(super) struct Tally(HashMap<String, Added>);

struct Added {
    id: i64,
    requests: i64,
    noise: i64,
    last_at: i64,
}

impl Tally {
    /// The id of the endpoint at `path`, made if need be, with one more request on it.
    pub(super) fn endpoint(
        &mut self,
        db: &Connection,
        path: &str,
        at: Timestamp,
        noise: bool,
    ) -> rusqlite::Result<i64> {
        if !self.0.contains_key(path) {
            let id = find_or_insert(db, path)?;
            let added = Added {
                id,
                requests: 0,
                noise: 0,
                last_at: 0,
            };
            self.0.insert(path.to_owned(), added);
        }
        let Some(added) = self.0.get_mut(path) else {
            return Ok(0);
        };
        added.requests += 1;
        added.noise += i64::from(noise);
        added.last_at = added.last_at.max(at.0);
        Ok(added.id)
    }

    pub(super) fn write(self, db: &Connection) -> rusqlite::Result<()> {
        let mut update = db.prepare_cached(
            "UPDATE endpoints SET requests = requests + ?2, noise = noise + ?3, last_at = max(last_at, ?4) WHERE id = ?1",
        )?;
        for added in self.0.values() {
            update.execute(params![
                added.id,
                added.requests,
                added.noise,
                added.last_at
            ])?;
        }
        Ok(())
    }
}

fn find_or_insert(db: &Connection, path: &str) -> rusqlite::Result<i64> {
    use rusqlite::OptionalExtension;
    let found = db
        .prepare_cached("SELECT id FROM endpoints WHERE path = ?1")?
        .query_row([path], |row| row.get(0))
        .optional()?;
    match found {
        Some(id) => Ok(id),
        None => db
            .prepare_cached("INSERT INTO endpoints (path) VALUES (?1) RETURNING id")?
            .query_row([path], |row| row.get(0)),
    }
}

/// The text just past all that start with `path/`: the slash's successor in their place.
pub(super) fn end_of(path: &str) -> String {
    format!("{path}0")
}

/// The ids of the endpoints at `path` and below, `limit` at most.
pub(super) fn under(db: &Connection, path: &str, limit: usize) -> Result<Vec<i64>, StoreError> {
    let ids = db
        .prepare_cached(
            "SELECT id FROM endpoints WHERE path = ?1 OR (path >= ?1 || '/' AND path < ?2) LIMIT ?3",
        )?
        .query_map(
            params![path, end_of(path), i64::try_from(limit).unwrap_or(i64::MAX)],
            |row| row.get(0),
        )?
        .collect::<rusqlite::Result<_>>()?;
    Ok(ids)
}

pub(super) fn counts(db: &Connection, scope: &Scope) -> Result<Counts, StoreError> {
    let read = |row: &rusqlite::Row<'_>| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?));
    const SUMS: &str = "SELECT coalesce(sum(requests), 0), coalesce(sum(noise), 0) FROM endpoints";
    let (requests, noise) = match &scope.path {
        PathScope::All => db.prepare_cached(SUMS)?.query_row([], read)?,
        PathScope::Under(path) => db
            .prepare_cached(&format!(
                "{SUMS} WHERE path = ?1 OR (path >= ?1 || '/' AND path < ?2)"
            ))?
            .query_row(params![path, end_of(path)], read)?,
    };
    let shown = if scope.noise {
        requests
    } else {
        requests - noise
    };
    Ok(Counts {
        shown: u64::try_from(shown).unwrap_or(0),
        noise: u64::try_from(noise).unwrap_or(0),
    })
}

pub(super) fn list(db: &Connection) -> Result<Vec<EndpointSummary>, StoreError> {
    let rows = db
        .prepare_cached(
            "SELECT path, requests - noise AS shown, last_at FROM endpoints WHERE shown > 0 \
             ORDER BY shown DESC, path LIMIT ?1",
        )?
        .query_map([LISTED_MAX], |row| {
            Ok(EndpointSummary {
                path: row.get(0)?,
                requests: u64::try_from(row.get::<_, i64>(1)?).unwrap_or(0),
                last_at: Timestamp(row.get(2)?),
            })
        })?
        .collect::<rusqlite::Result<_>>()?;
    Ok(rows)
}
