//! Shapes: what the bodies of one event look like, as far as they were followed.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, params};

use super::error::StoreError;
use super::row::{self, count, id, number};
use crate::request::{RequestId, ShapeKey, Types, ValueType};

/// How often something came, and in which requests first and last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    pub events: u64,
    pub first: RequestId,
    pub last: RequestId,
}

/// A path of a shape.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShapePath {
    /// The place of the path above; the root has none.
    pub parent: Option<u32>,
    pub path: String,
    /// Its keys are data, and stand as one path.
    pub dictionary: bool,
    pub seen: Seen,
    /// By [`ValueType::index`].
    pub types: [Option<Seen>; ValueType::ALL.len()],
}

impl ShapePath {
    /// The types that ever stood there.
    #[must_use]
    pub fn all_types(&self) -> Types {
        let known = |kind: &ValueType| self.types[kind.index()].is_some();
        ValueType::ALL.into_iter().filter(known).collect()
    }
}

/// What the bodies of one event look like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shape {
    pub key: ShapeKey,
    /// The requests that it was learnt from.
    pub seen: Seen,
    /// Times that a path found no room.
    pub left_out: u64,
    /// By their places, which are in the order in which they were first seen.
    pub paths: BTreeMap<u32, ShapePath>,
}

/// A shape by its name and numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShapeSummary {
    pub key: ShapeKey,
    pub seen: Seen,
    pub paths: u64,
    pub left_out: u64,
}

/// How much is kept in all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Totals {
    pub shapes: u64,
    pub paths: u64,
}

/// # Errors
/// When the database can't be read.
pub fn totals(db: &Connection) -> Result<Totals, StoreError> {
    let totals = db
        .prepare_cached("SELECT count(*), coalesce(sum(paths), 0) FROM shapes")?
        .query_row([], |row| {
            Ok(Totals {
                shapes: count(row.get(0)?),
                paths: count(row.get(1)?),
            })
        })?;
    Ok(totals)
}

/// How many shapes of a sender are kept.
///
/// # Errors
/// When the database can't be read.
pub fn of_sender(db: &Connection, sender: &str) -> Result<u64, StoreError> {
    let shapes = db
        .prepare_cached("SELECT count(*) FROM shapes WHERE sender = ?1")?
        .query_row([sender], |row| row.get(0))?;
    Ok(count(shapes))
}

/// A shape with all its paths.
///
/// # Errors
/// When the database can't be read.
pub fn find(db: &Connection, key: &ShapeKey) -> Result<Option<Shape>, StoreError> {
    let found = db
        .prepare_cached(
            "SELECT id, events, first_id, last_id, left_out FROM shapes \
             WHERE sender = ?1 AND event_type = ?2 AND variant = ?3",
        )?
        .query_row(params![key.sender, key.event_type, key.variant], |row| {
            let shape = Shape {
                key: key.clone(),
                seen: seen(row, 1)?,
                left_out: count(row.get(4)?),
                paths: BTreeMap::new(),
            };
            Ok((row.get::<_, i64>(0)?, shape))
        })
        .optional()?;
    let Some((shape_id, mut shape)) = found else {
        return Ok(None);
    };
    let mut paths = db.prepare_cached(
        "SELECT place, events, first_id, last_id, parent, path, dictionary FROM shape_paths WHERE shape_id = ?1",
    )?;
    let mut rows = paths.query([shape_id])?;
    while let Some(row) = rows.next()? {
        let path = ShapePath {
            parent: row.get(4)?,
            path: row.get(5)?,
            dictionary: row.get(6)?,
            seen: seen(row, 1)?,
            types: [None; ValueType::ALL.len()],
        };
        shape.paths.insert(row.get(0)?, path);
    }
    let mut types = db.prepare_cached(
        "SELECT place, events, first_id, last_id, type FROM shape_types WHERE shape_id = ?1",
    )?;
    let mut rows = types.query([shape_id])?;
    while let Some(row) = rows.next()? {
        let word: String = row.get(4)?;
        let kind = ValueType::parse(&word).ok_or_else(|| row::unreadable("type", &word))?;
        if let Some(path) = shape.paths.get_mut(&row.get(0)?) {
            path.types[kind.index()] = Some(seen(row, 1)?);
        }
    }
    Ok(Some(shape))
}

/// The columns `events`, `first_id` and `last_id` from `at` on.
fn seen(row: &rusqlite::Row<'_>, at: usize) -> rusqlite::Result<Seen> {
    Ok(Seen {
        events: count(row.get(at)?),
        first: id(row.get(at + 1)?),
        last: id(row.get(at + 2)?),
    })
}

/// Keeps a shape; of its paths those at `places`, or all of them in place of those that are kept.
///
/// # Errors
/// When the database can't be written.
pub fn keep(db: &Connection, shape: &Shape, places: Option<&[u32]>) -> Result<(), StoreError> {
    let (key, seen) = (&shape.key, &shape.seen);
    let shape_id: i64 = db
        .prepare_cached(
            "INSERT INTO shapes (sender, event_type, variant, events, paths, left_out, first_id, last_id) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (sender, event_type, variant) DO UPDATE SET \
             events = excluded.events, paths = excluded.paths, left_out = excluded.left_out, \
             last_id = excluded.last_id RETURNING id",
        )?
        .query_row(
            params![
                key.sender,
                key.event_type,
                key.variant,
                number(seen.events),
                i64::try_from(shape.paths.len()).unwrap_or(i64::MAX),
                number(shape.left_out),
                seen.first.get(),
                seen.last.get(),
            ],
            |row| row.get(0),
        )?;
    match places {
        Some(places) => places
            .iter()
            .filter_map(|place| Some((*place, shape.paths.get(place)?)))
            .try_for_each(|(place, path)| keep_path(db, shape_id, place, path)),
        None => {
            for table in ["shape_paths", "shape_types"] {
                db.prepare_cached(&format!("DELETE FROM {table} WHERE shape_id = ?1"))?
                    .execute([shape_id])?;
            }
            shape
                .paths
                .iter()
                .try_for_each(|(place, path)| keep_path(db, shape_id, *place, path))
        }
    }
}

fn keep_path(
    db: &Connection,
    shape_id: i64,
    place: u32,
    path: &ShapePath,
) -> Result<(), StoreError> {
    let ShapePath { seen, .. } = path;
    db.prepare_cached(
        "INSERT INTO shape_paths (shape_id, place, parent, path, dictionary, events, first_id, last_id) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (shape_id, place) DO UPDATE SET \
         dictionary = excluded.dictionary, events = excluded.events, last_id = excluded.last_id",
    )?
    .execute(params![
        shape_id,
        place,
        path.parent,
        path.path,
        path.dictionary,
        number(seen.events),
        seen.first.get(),
        seen.last.get(),
    ])?;
    let mut keep_type = db.prepare_cached(
        "INSERT INTO shape_types (shape_id, place, type, events, first_id, last_id) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (shape_id, place, type) DO UPDATE SET \
         events = excluded.events, last_id = excluded.last_id",
    )?;
    for kind in ValueType::ALL {
        let Some(seen) = path.types[kind.index()] else {
            continue;
        };
        keep_type.execute(params![
            shape_id,
            place,
            kind.as_str(),
            number(seen.events),
            seen.first.get(),
            seen.last.get(),
        ])?;
    }
    Ok(())
}

/// The shapes of a sender's event, one a variant.
pub(super) fn of_event(
    db: &Connection,
    sender: &str,
    event_type: &str,
) -> Result<Vec<Shape>, StoreError> {
    let variants: Vec<String> = db
        .prepare_cached(
            "SELECT variant FROM shapes WHERE sender = ?1 AND event_type = ?2 ORDER BY variant",
        )?
        .query_map([sender, event_type], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    let keys = variants.into_iter().map(|variant| ShapeKey {
        sender: sender.to_owned(),
        event_type: event_type.to_owned(),
        variant,
    });
    keys.filter_map(|key| find(db, &key).transpose()).collect()
}

const SUMMARY: &str =
    "SELECT events, first_id, last_id, sender, event_type, variant, paths, left_out FROM shapes";

fn summary(row: &rusqlite::Row<'_>) -> rusqlite::Result<ShapeSummary> {
    Ok(ShapeSummary {
        seen: seen(row, 0)?,
        key: ShapeKey {
            sender: row.get(3)?,
            event_type: row.get(4)?,
            variant: row.get(5)?,
        },
        paths: count(row.get(6)?),
        left_out: count(row.get(7)?),
    })
}

/// A shape by its name and numbers.
pub(super) fn named(db: &Connection, key: &ShapeKey) -> Result<Option<ShapeSummary>, StoreError> {
    let sql = format!("{SUMMARY} WHERE sender = ?1 AND event_type = ?2 AND variant = ?3");
    let found = db
        .prepare_cached(&sql)?
        .query_row(params![key.sender, key.event_type, key.variant], summary)
        .optional()?;
    Ok(found)
}

/// The shapes that were seen last, `limit` at most.
pub(super) fn list(db: &Connection, limit: u32) -> Result<Vec<ShapeSummary>, StoreError> {
    let sql = format!("{SUMMARY} ORDER BY last_id DESC LIMIT ?1");
    let shapes = db
        .prepare_cached(&sql)?
        .query_map([limit], summary)?
        .collect::<rusqlite::Result<_>>()?;
    Ok(shapes)
}
