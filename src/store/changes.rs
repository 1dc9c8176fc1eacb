//! Changes: the requests whose body differs from those before it, and in what.

use rusqlite::{Connection, OptionalExtension, params};

use super::error::StoreError;
use super::row::{self, count, number};
use crate::request::{Against, Change, Changes, Difference, RequestId, Types};

/// Requests whose event is one too many to be learnt.
const UNLEARNT: &str = "unlearnt";

/// Keeps how a request differs; of one that is gone by now, nothing.
///
/// # Errors
/// When the database can't be written.
pub fn keep(db: &Connection, id: RequestId, changes: &Changes) -> Result<(), StoreError> {
    let marked = db
        .prepare_cached(
            "INSERT INTO shape_marks (request_id, against, total) \
             SELECT ?1, ?2, ?3 WHERE EXISTS (SELECT 1 FROM requests WHERE id = ?1)",
        )?
        .execute(params![
            id.get(),
            changes.against.as_str(),
            number(changes.total)
        ])?;
    if marked == 0 {
        return Ok(());
    }
    let mut keep = db.prepare_cached(
        "INSERT INTO shape_changes (request_id, nth, what, path, types, before, node, last_id) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?;
    for (nth, change) in (1_i64..).zip(&changes.list) {
        keep.execute(params![
            id.get(),
            nth,
            change.what.as_str(),
            change.path,
            change.types.to_string(),
            change.before.to_string(),
            change.node,
            change.last.map(RequestId::get),
        ])?;
    }
    Ok(())
}

/// How a request differs, where it does.
pub(super) fn of(db: &Connection, id: RequestId) -> Result<Option<Changes>, StoreError> {
    let mark: Option<(String, i64)> = db
        .prepare_cached("SELECT against, total FROM shape_marks WHERE request_id = ?1")?
        .query_row([id.get()], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((against, total)) = mark else {
        return Ok(None);
    };
    let against = Against::parse(&against).ok_or_else(|| row::unreadable("against", &against))?;
    let mut statement = db.prepare_cached(
        "SELECT what, path, types, before, node, last_id FROM shape_changes WHERE request_id = ?1 ORDER BY nth",
    )?;
    let mut rows = statement.query([id.get()])?;
    let mut list = Vec::new();
    while let Some(row) = rows.next()? {
        let word: String = row.get(0)?;
        let (types, before): (String, String) = (row.get(2)?, row.get(3)?);
        list.push(Change {
            what: Difference::parse(&word).ok_or_else(|| row::unreadable("what", &word))?,
            path: row.get(1)?,
            types: Types::parse(&types),
            before: Types::parse(&before),
            node: row.get(4)?,
            last: row.get::<_, Option<i64>>(5)?.and_then(RequestId::new),
        });
    }
    Ok(Some(Changes {
        against,
        total: count(total),
        list,
    }))
}

/// Counts requests whose event is one too many to be learnt.
///
/// # Errors
/// When the database can't be written.
pub fn add_unlearnt(db: &Connection, requests: u64) -> Result<(), StoreError> {
    db.prepare_cached(
        "INSERT INTO state (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = value + excluded.value",
    )?
    .execute(params![UNLEARNT, number(requests)])?;
    Ok(())
}

/// How many there were.
pub(super) fn unlearnt(db: &Connection) -> Result<u64, StoreError> {
    let requests: Option<i64> = db
        .prepare_cached("SELECT value FROM state WHERE key = ?1")?
        .query_row([UNLEARNT], |row| row.get(0))
        .optional()?;
    Ok(requests.map_or(0, count))
}

/// Forgets the count.
pub(super) fn forget_unlearnt(db: &Connection) -> Result<(), StoreError> {
    db.execute("DELETE FROM state WHERE key = ?1", [UNLEARNT])?;
    Ok(())
}
