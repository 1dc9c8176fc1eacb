//! The secrets that senders sign with, by the path they send to.

use rusqlite::{Connection, params};

use super::error::StoreError;
use crate::request::Timestamp;
use crate::secret::{EndpointSecret, Hidden, SECRETS_MAX_OF_PATH};

/// A secret without its value, which is never shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownSecret {
    pub path: String,
    pub name: String,
    /// From `hookglass.toml`; to be removed there.
    pub from_file: bool,
    pub created_at: Timestamp,
}

/// Whether a secret was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Added {
    Yes,
    /// One of this path has the name.
    NameTaken,
    /// The path has [`SECRETS_MAX_OF_PATH`].
    TooMany,
}

/// # Errors
/// When the database can't be written.
pub fn add(db: &Connection, secret: &EndpointSecret, now: Timestamp) -> Result<Added, StoreError> {
    let (count, taken): (u32, bool) = db.query_row(
        "SELECT count(*), coalesce(max(name = ?2), 0) FROM secrets WHERE path = ?1",
        [&secret.path, &secret.name],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    if taken {
        return Ok(Added::NameTaken);
    }
    if count as usize >= SECRETS_MAX_OF_PATH {
        return Ok(Added::TooMany);
    }
    insert(db, secret, false, now)?;
    Ok(Added::Yes)
}

/// Takes those of the settings file in place of those it had at the last start. One with the name of a
/// secret that was added otherwise takes its place.
///
/// # Errors
/// When the database can't be written.
pub fn replace_those_of_file(
    db: &Connection,
    secrets: &[EndpointSecret],
    now: Timestamp,
) -> Result<(), StoreError> {
    db.execute("DELETE FROM secrets WHERE from_file", [])?;
    secrets
        .iter()
        .try_for_each(|secret| insert(db, secret, true, now))
}

fn insert(
    db: &Connection,
    secret: &EndpointSecret,
    from_file: bool,
    now: Timestamp,
) -> Result<(), StoreError> {
    db.execute(
        "INSERT OR REPLACE INTO secrets (path, name, secret, from_file, created_at) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![secret.path, secret.name, secret.value.reveal(), from_file, now.0],
    )?;
    Ok(())
}

/// Whether there was one of this name.
///
/// # Errors
/// When the database can't be written.
pub fn remove(db: &Connection, path: &str, name: &str) -> Result<bool, StoreError> {
    let removed = db.execute(
        "DELETE FROM secrets WHERE path = ?1 AND name = ?2",
        [path, name],
    )?;
    Ok(removed > 0)
}

/// All of them, by path and name.
///
/// # Errors
/// When the database can't be read.
pub fn list(db: &Connection) -> Result<Vec<KnownSecret>, StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT path, name, from_file, created_at FROM secrets ORDER BY path, name",
    )?;
    let rows = statement.query_map([], |row| {
        Ok(KnownSecret {
            path: row.get(0)?,
            name: row.get(1)?,
            from_file: row.get(2)?,
            created_at: Timestamp(row.get(3)?),
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Those that hold for a request to `path`: its own, then those of the paths above it, the nearest first;
/// of one path the newest first.
///
/// # Errors
/// When the database can't be read.
pub fn of_path(db: &Connection, path: &str) -> Result<Vec<EndpointSecret>, StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT path, name, secret FROM secrets WHERE path = ?1 ORDER BY created_at DESC, name",
    )?;
    let mut found = Vec::new();
    for path in ancestors(path) {
        let rows = statement.query_map([path], secret)?;
        for row in rows {
            found.push(row?);
        }
    }
    Ok(found)
}

/// Secrets of other paths that are looked at to tell why a signature is wrong.
const OTHERS_MAX: u32 = 50;

/// Some of those that do not hold for a request to `path`, the newest first.
///
/// # Errors
/// When the database can't be read.
pub fn of_other_paths(db: &Connection, path: &str) -> Result<Vec<EndpointSecret>, StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT path, name, secret FROM secrets ORDER BY created_at DESC, name LIMIT ?1",
    )?;
    let own: Vec<_> = ancestors(path).collect();
    let rows = statement.query_map([OTHERS_MAX], secret)?;
    let all: Vec<_> = rows.collect::<rusqlite::Result<_>>()?;
    Ok(all
        .into_iter()
        .filter(|secret| !own.contains(&secret.path.as_str()))
        .collect())
}

fn secret(row: &rusqlite::Row<'_>) -> rusqlite::Result<EndpointSecret> {
    Ok(EndpointSecret {
        path: row.get(0)?,
        name: row.get(1)?,
        value: Hidden::new(row.get(2)?),
    })
}

/// Paths below this depth are as good as it.
const DEPTH_MAX: usize = 32;

/// A path as it stands in the table, and the ones above it: `/a/b`, `/a`, `/`.
fn ancestors(path: &str) -> impl Iterator<Item = &str> {
    let own = path.trim_end_matches('/');
    let cuts = own.match_indices('/').map(|(at, _)| at).take(DEPTH_MAX);
    let mut paths: Vec<_> = cuts
        .map(|at| if at == 0 { "/" } else { &own[..at] })
        .collect();
    paths.push(if own.is_empty() { "/" } else { own });
    paths.dedup();
    paths.into_iter().rev()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(path: &str) -> Vec<&str> {
        ancestors(path).collect()
    }

    #[test]
    fn a_path_has_the_paths_above_it() {
        assert_eq!(paths("/a/b/"), ["/a/b", "/a", "/"]);
        assert_eq!(paths("/a"), ["/a", "/"]);
        assert_eq!(paths("/"), ["/"]);
        assert_eq!(paths(""), ["/"]);
        assert_eq!(paths("*"), ["*"]);
        assert!(ancestors(&"/a".repeat(5_000)).count() <= DEPTH_MAX + 1);
    }
}
