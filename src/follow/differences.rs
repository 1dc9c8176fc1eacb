//! How a body differs from what is known of its event. Of a branch that came, went or changed its type only
//! its top is told, and not all that stands below it.

use std::collections::{BTreeMap, HashSet};

use super::learn::{Learnt, step_of};
use super::limits::{CHANGES, ENOUGH_EVENTS};
use super::outline::{Outline, Part, Step};
use crate::request::{Against, Change, Changes, Difference, Types, ValueType};
use crate::store::shapes::ShapePath;

/// What a body has at a place.
#[derive(Debug, Default)]
pub(super) struct Here {
    pub(super) types: Types,
    /// The most names that stand below it at once.
    pub(super) names: usize,
    parts: Vec<usize>,
}

impl Here {
    pub(super) fn add(&mut self, index: usize, part: &Part) {
        self.types = self.types.and(part.types);
        self.names = self.names.max(part.names);
        self.parts.push(index);
    }

    fn node(&self, outline: &Outline, types: Types) -> Option<u32> {
        let nodes = self
            .parts
            .iter()
            .map(|&part| outline.parts[part].node(types));
        nodes.flatten().min()
    }
}

/// A body's places in a shape that has not counted it yet.
pub(super) struct Differences<'a> {
    pub(super) shape: &'a Learnt,
    pub(super) here: &'a BTreeMap<u32, Here>,
    /// Places that this body made.
    pub(super) fresh: &'a HashSet<u32>,
}

impl Differences<'_> {
    pub(super) fn of(
        &self,
        against: Against,
        outline: &Outline,
        documented: Option<&Learnt>,
    ) -> Changes {
        let mut changes = Changes {
            against,
            total: 0,
            list: Vec::new(),
        };
        self.appeared(&mut changes, outline, documented);
        // What was left out of a body may be what seems to be missing.
        if against == Against::Events && !outline.cut {
            self.lost(&mut changes);
        }
        changes
    }

    /// New paths and new types.
    fn appeared(&self, changes: &mut Changes, outline: &Outline, documented: Option<&Learnt>) {
        let mut told: HashSet<u32> = HashSet::new();
        for (&place, here) in self.here {
            let Some(path) = self.shape.shape.paths.get(&place) else {
                continue;
            };
            let samples = documented.and_then(|documented| documented.types_at(&path.path));
            let is_new = self.fresh.contains(&place) && samples.is_none();
            let before = path.all_types().and(samples.unwrap_or_default());
            let types = if is_new {
                here.types
            } else {
                here.types.without(before)
            };
            if types.is_empty() {
                continue;
            }
            let below = path.parent.is_some_and(|parent| told.contains(&parent));
            told.insert(place);
            if below {
                continue;
            }
            add(changes, || Change {
                what: if is_new {
                    Difference::New
                } else {
                    Difference::Type
                },
                path: path.path.clone(),
                types,
                before,
                node: here.node(outline, types),
                last: (path.seen.events > 0).then_some(path.seen.last),
            });
        }
    }

    /// Names that were there whenever the object was that they belong to.
    fn lost(&self, changes: &mut Changes) {
        for (place, path) in &self.shape.shape.paths {
            if self.here.contains_key(place) || step_of(&path.path) != Step::Name {
                continue;
            }
            if !self.is_missed(path) {
                continue;
            }
            add(changes, || Change {
                what: Difference::Lost,
                path: path.path.clone(),
                types: Types::default(),
                before: path.all_types(),
                node: None,
                last: Some(path.seen.last),
            });
        }
    }

    fn is_missed(&self, path: &ShapePath) -> bool {
        let parent = path.parent.and_then(|parent| {
            let here = self.here.get(&parent)?;
            here.types.has(ValueType::Object).then_some(parent)
        });
        let Some(parent) = parent.and_then(|parent| self.shape.shape.paths.get(&parent)) else {
            return false;
        };
        let objects = parent.types[ValueType::Object.index()].map_or(0, |seen| seen.events);
        path.seen.events >= ENOUGH_EVENTS && path.seen.events >= objects
    }
}

/// Counts a change, and keeps it while there is room.
fn add(changes: &mut Changes, change: impl FnOnce() -> Change) {
    changes.total += 1;
    if changes.list.len() < CHANGES {
        changes.list.push(change());
    }
}
