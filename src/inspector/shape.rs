//! The shape of all events of a type: which paths come, how often, as what, and when first and last.

use super::changes::had_it;
use super::figures::{self, Moment};
use super::phrase::{Phrase, Slot};
use super::place::{self, Place};
use super::state::App;
use super::strings::Strings;
use crate::follow::limits::{ENOUGH_EVENTS, SENDER_SHAPES, SHAPE_PATHS, SHAPES};
use crate::request::{RequestId, Timestamp, ValueType};
use crate::store::shapes::{Seen, ShapePath};
use crate::store::{Shape, ShapeSummary};

/// Shapes that the list of all names.
pub const LISTED_MAX: u32 = 200;

/// The page of one event.
#[derive(Debug)]
pub struct ShapePage {
    pub title: Phrase,
    /// One a variant.
    pub tables: Vec<ShapeTable>,
}

#[derive(Debug)]
pub struct ShapeTable {
    pub variant: Option<String>,
    pub events: Phrase,
    /// What is to be known before the table is read.
    pub remarks: Vec<String>,
    pub rows: Vec<PathRow>,
}

#[derive(Debug)]
pub struct PathRow {
    pub path: String,
    pub how_often: String,
    pub always: bool,
    /// Each type, and how often where there are several.
    pub types: Vec<(&'static str, Option<String>)>,
    pub first: (Moment, String),
    pub last: (Moment, String),
}

impl ShapePage {
    /// `shapes` are those of one event of one sender.
    #[must_use]
    pub fn new(
        shapes: &[Shape],
        sender: &str,
        event_type: &str,
        app: &App,
        place: &Place,
        s: &'static Strings,
    ) -> Self {
        let event = ("event", Slot::Code(event_type.to_owned()));
        let title = match sender {
            "" => Phrase::new(s.shape.title_guessed, &[event]),
            id => {
                let name = app.catalogue.sender_name(id).unwrap_or(id);
                let sender = ("sender", Slot::Strong(name.to_owned()));
                Phrase::new(s.shape.title, &[event, sender])
            }
        };
        Self {
            title,
            tables: shapes
                .iter()
                .map(|shape| ShapeTable::new(shape, place, s))
                .collect(),
        }
    }
}

impl ShapeTable {
    fn new(shape: &Shape, place: &Place, s: &'static Strings) -> Self {
        let events = shape.seen.events;
        let mut remarks = Vec::new();
        if events < ENOUGH_EVENTS {
            remarks.push(s.shape.learning.replace("{n}", &ENOUGH_EVENTS.to_string()));
        }
        if shape.left_out > 0 {
            let words = s.shape.left_out.of(shape.left_out);
            remarks.push(
                words
                    .replace("{n}", &figures::grouped(shape.left_out))
                    .replace("{max}", &figures::grouped(SHAPE_PATHS as u64)),
            );
        }
        let variant = Some(&shape.key.variant).filter(|variant| !variant.is_empty());
        Self {
            variant: variant.map(|variant| s.shape.variant.replace("{variant}", variant)),
            events: span(&shape.seen, s),
            remarks,
            rows: in_order(shape)
                .into_iter()
                .map(|path| PathRow::new(path, events, place, s))
                .collect(),
        }
    }
}

/// `15 events, 2026-11-24 07:12 to 2026-11-24 08:40 UTC`
fn span(seen: &Seen, s: &Strings) -> Phrase {
    let minute = |id| {
        moment(id)
            .full
            .get(..16)
            .map(str::to_owned)
            .unwrap_or_default()
    };
    let time = format!("{} – {} UTC", minute(seen.first), minute(seen.last));
    let words = s.shape.events.of(seen.events).replace("{time}", &time);
    let number = ("n", Slot::Strong(figures::grouped(seen.events)));
    Phrase::new(&words, &[number])
}

/// Each path behind the one above it, and among its like in the order in which they were first seen.
fn in_order(shape: &Shape) -> Vec<&ShapePath> {
    let mut below: std::collections::HashMap<Option<u32>, Vec<u32>> = Default::default();
    for (&place, path) in &shape.paths {
        below.entry(path.parent).or_default().push(place);
    }
    let mut ordered = Vec::with_capacity(shape.paths.len());
    // The next one is at the end.
    let mut next: Vec<u32> = below.remove(&None).unwrap_or_default();
    next.reverse();
    while let Some(place) = next.pop() {
        ordered.extend(shape.paths.get(&place));
        let children = below.remove(&Some(place)).unwrap_or_default();
        next.extend(children.into_iter().rev());
    }
    ordered
}

impl PathRow {
    fn new(path: &ShapePath, events: u64, place: &Place, s: &'static Strings) -> Self {
        let seen = &path.seen;
        let always = seen.events >= events;
        let how_often = if always {
            s.shape.always.to_owned()
        } else {
            s.shape
                .sometimes
                .replace("{n}", &figures::grouped(seen.events))
                .replace("{of}", &figures::grouped(events))
        };
        let kinds = ValueType::ALL.into_iter();
        let mut kinds: Vec<_> = kinds
            .filter_map(|kind| Some((kind, path.types[kind.index()]?.events)))
            .collect();
        kinds.sort_by_key(|&(_, events)| std::cmp::Reverse(events));
        let several = kinds.len() > 1;
        let types = kinds.into_iter().map(|(kind, events)| {
            let words = s.shape.times.of(events);
            let times = words.replace("{n}", &figures::grouped(events));
            (kind.as_str(), several.then_some(times))
        });
        let link = |id| (moment(id), had_it(id, &path.path, place));
        Self {
            path: path.path.clone(),
            how_often,
            always,
            types: types.collect(),
            first: link(seen.first),
            last: link(seen.last),
        }
    }
}

/// An id is the nanosecond of the commit.
fn moment(id: RequestId) -> Moment {
    Timestamp(id.get() / 1000).into()
}

/// The list of all shapes.
#[derive(Debug)]
pub struct ShapeList {
    pub rows: Vec<ShapeRow>,
    pub remarks: Vec<String>,
}

#[derive(Debug)]
pub struct ShapeRow {
    pub href: String,
    pub event: String,
    pub sender: String,
    pub events: String,
    pub paths: String,
    pub last: (Moment, String),
}

impl ShapeList {
    /// The newest shapes, and how many requests' events were too many to be learnt.
    #[must_use]
    pub fn new(
        shapes: &[ShapeSummary],
        unlearnt: u64,
        app: &App,
        place: &Place,
        s: &Strings,
    ) -> Self {
        let mut remarks = Vec::new();
        if shapes.len() >= LISTED_MAX as usize {
            remarks.push(s.shape.newest_only.replace("{n}", &LISTED_MAX.to_string()));
        }
        if unlearnt > 0 {
            let words = s.shape.unlearnt_requests.of(unlearnt);
            remarks.push(
                words
                    .replace("{n}", &figures::grouped(unlearnt))
                    .replace("{sender}", &figures::grouped(SENDER_SHAPES))
                    .replace("{all}", &figures::grouped(SHAPES)),
            );
        }
        let row = |shape: &ShapeSummary| {
            let key = &shape.key;
            let event = match key.variant.as_str() {
                "" => key.event_type.clone(),
                variant => format!("{} · {variant}", key.event_type),
            };
            let sender = match key.sender.as_str() {
                "" => s.shape.guessed,
                id => app.catalogue.sender_name(id).unwrap_or(id),
            };
            ShapeRow {
                href: place::shape_of(&key.sender, &key.event_type),
                event,
                sender: sender.to_owned(),
                events: figures::grouped(shape.seen.events),
                paths: figures::grouped(shape.paths),
                last: (moment(shape.seen.last), place.request(shape.seen.last)),
            }
        };
        Self {
            rows: shapes.iter().map(row).collect(),
            remarks,
        }
    }
}
