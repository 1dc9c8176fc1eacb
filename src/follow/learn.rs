//! Learning a shape, one body after the other, and saying how each differs from those before it. Pure.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::differences::{Differences, Here};
use super::limits::{DICTIONARY_KEYS, ENOUGH_EVENTS, SHAPE_PATHS};
use super::outline::{Outline, Part, Step};
use crate::request::{Against, Changes, RequestId, ShapeKey, Types, ValueType};
use crate::store::Shape;
use crate::store::shapes::{Seen, ShapePath};

/// Keys are data where so many times more of them were seen than come at once.
const MORE_THAN_AT_ONCE: usize = 4;

/// A shape while it is learnt.
#[derive(Debug, Clone)]
pub(super) struct Learnt {
    pub(super) shape: Shape,
    places: HashMap<String, u32>,
    /// How many names stand below a place.
    names: HashMap<u32, usize>,
    next: u32,
    changed: BTreeSet<u32>,
    /// Places have moved: all of them are to be kept anew.
    moved: bool,
}

impl Learnt {
    /// A shape of which nothing is known.
    pub(super) fn new(key: ShapeKey, id: RequestId) -> Self {
        Self::from(Shape {
            key,
            seen: never(id),
            left_out: 0,
            paths: BTreeMap::new(),
        })
    }

    /// What is to be kept of the paths: those that changed; `None` for all of them.
    pub(super) fn changed(&self) -> Option<Vec<u32>> {
        (!self.moved).then(|| self.changed.iter().copied().collect())
    }

    /// The types that ever stood at a path.
    pub(super) fn types_at(&self, path: &str) -> Option<Types> {
        let place = self.places.get(path)?;
        Some(self.shape.paths.get(place)?.all_types())
    }

    /// Adds a body. How it differs from those before it is told once there are enough of them, and
    /// until then how it differs from what is `documented`. `room` is what is left for paths in all.
    pub(super) fn learn(
        &mut self,
        outline: &Outline,
        id: RequestId,
        documented: Option<&Self>,
        room: &mut u64,
    ) -> Option<Changes> {
        let before = self.shape.seen.events;
        let (here, fresh) = self.place(outline, id, room);
        let differences = Differences {
            shape: self,
            here: &here,
            fresh: &fresh,
        };
        let changes = match documented {
            _ if before >= ENOUGH_EVENTS => Some(differences.of(Against::Events, outline, None)),
            Some(documented) => Some(differences.of(Against::Samples, outline, Some(documented))),
            None => None,
        };
        self.count(&here, id);
        for parent in self.dictionaries(&here, &fresh) {
            self.collapse(parent, room);
        }
        changes.filter(|changes| changes.total > 0)
    }

    /// Where each part of the body has its place; places that are new.
    fn place(
        &mut self,
        outline: &Outline,
        id: RequestId,
        room: &mut u64,
    ) -> (BTreeMap<u32, Here>, HashSet<u32>) {
        let (mut here, mut fresh) = (BTreeMap::<u32, Here>::new(), HashSet::new());
        let mut places: Vec<Option<u32>> = Vec::with_capacity(outline.parts.len());
        for (index, part) in outline.parts.iter().enumerate() {
            let parent = part.parent.map(|above| places[above]);
            let place = match parent {
                Some(None) => None,
                Some(Some(above)) => self.place_of(part, Some(above), id, &mut fresh, room),
                None => self.place_of(part, None, id, &mut fresh, room),
            };
            if let Some(place) = place {
                here.entry(place).or_default().add(index, part);
            }
            places.push(place);
        }
        (here, fresh)
    }

    fn place_of(
        &mut self,
        part: &Part,
        above: Option<u32>,
        id: RequestId,
        fresh: &mut HashSet<u32>,
        room: &mut u64,
    ) -> Option<u32> {
        let parent = above.and_then(|above| self.shape.paths.get(&above));
        let dictionary = parent.is_some_and(|parent| parent.dictionary);
        let suffix = match part.step {
            Step::Name if dictionary => ".*",
            _ => &part.suffix,
        };
        let path = parent.map_or_else(String::new, |parent| parent.path.clone()) + suffix;
        if let Some(&place) = self.places.get(&path) {
            return Some(place);
        }
        if self.shape.paths.len() >= SHAPE_PATHS || *room == 0 {
            self.shape.left_out += 1;
            return None;
        }
        *room -= 1;
        let place = self.insert(above, path, never(id));
        fresh.insert(place);
        Some(place)
    }

    fn insert(&mut self, parent: Option<u32>, path: String, seen: Seen) -> u32 {
        let place = self.next;
        self.next += 1;
        self.index(place, parent, &path);
        let path = ShapePath {
            parent,
            path,
            dictionary: false,
            seen,
            types: [None; ValueType::ALL.len()],
        };
        self.shape.paths.insert(place, path);
        place
    }

    fn index(&mut self, place: u32, parent: Option<u32>, path: &str) {
        self.places.insert(path.to_owned(), place);
        if let Some(parent) = parent.filter(|_| step_of(path) == Step::Name) {
            *self.names.entry(parent).or_default() += 1;
        }
    }

    fn count(&mut self, here: &BTreeMap<u32, Here>, id: RequestId) {
        see(&mut self.shape.seen, id);
        for (&place, here) in here {
            self.changed.insert(place);
            let Some(path) = self.shape.paths.get_mut(&place) else {
                continue;
            };
            see(&mut path.seen, id);
            for kind in here.types.iter() {
                see(path.types[kind.index()].get_or_insert(never(id)), id);
            }
        }
    }

    /// The parents whose names have turned out to be data: far more of them than come at once.
    fn dictionaries(&self, here: &BTreeMap<u32, Here>, fresh: &HashSet<u32>) -> BTreeSet<u32> {
        let grown = fresh.iter().filter_map(|place| {
            let parent = self.shape.paths.get(place)?.parent?;
            let names = *self.names.get(&parent)?;
            let at_once = here.get(&parent).map_or(0, |here| here.names);
            let data = names > DICTIONARY_KEYS && names > MORE_THAN_AT_ONCE * at_once;
            data.then_some(parent)
        });
        grown.collect()
    }

    /// Puts all names below `parent` into one path, `.*`, with all that stands below them.
    fn collapse(&mut self, parent: u32, room: &mut u64) {
        let Some(dictionary) = self.shape.paths.get_mut(&parent) else {
            return;
        };
        dictionary.dictionary = true;
        let any = format!("{}.*", dictionary.path);
        let before = self.shape.paths.len();
        // By the place that each had: where it is now, and the length of the path it had.
        let mut now: HashMap<u32, (u32, usize)> = HashMap::new();
        let places: Vec<u32> = self.shape.paths.keys().copied().collect();
        for place in places {
            let Some(path) = self.shape.paths.get(&place) else {
                continue;
            };
            let (above, new_path) = match path.parent {
                Some(above) if above == parent && step_of(&path.path) == Step::Name => {
                    (parent, any.clone())
                }
                Some(above) => match now.get(&above) {
                    Some(&(moved, length)) => {
                        let above = self.shape.paths.get(&moved);
                        let above = above.map_or("", |above| &above.path);
                        (moved, format!("{above}{}", &path.path[length..]))
                    }
                    None => continue,
                },
                None => continue,
            };
            let Some(old) = self.shape.paths.remove(&place) else {
                continue;
            };
            self.places.remove(&old.path);
            self.names.remove(&place);
            let target = match self.places.get(&new_path) {
                Some(&target) => target,
                None => {
                    let nothing = Seen {
                        events: 0,
                        ..old.seen
                    };
                    self.insert(Some(above), new_path, nothing)
                }
            };
            now.insert(place, (target, old.path.len()));
            self.merge(target, above, &old);
        }
        self.names.remove(&parent);
        self.moved = true;
        *room += (before - self.shape.paths.len()) as u64;
    }

    /// Two paths that become one came at least as often as either, and at most as often as what holds them.
    fn merge(&mut self, target: u32, above: u32, old: &ShapePath) {
        let most = self
            .shape
            .paths
            .get(&above)
            .map_or(u64::MAX, |above| above.seen.events);
        let Some(path) = self.shape.paths.get_mut(&target) else {
            return;
        };
        path.dictionary |= old.dictionary;
        path.seen = both(path.seen, old.seen, most);
        for (mine, theirs) in path.types.iter_mut().zip(&old.types) {
            *mine = match (*mine, *theirs) {
                (Some(mine), Some(theirs)) => Some(both(mine, theirs, most)),
                (mine, theirs) => mine.or(theirs),
            };
        }
    }
}

impl From<Shape> for Learnt {
    fn from(shape: Shape) -> Self {
        let mut learnt = Self {
            places: HashMap::with_capacity(shape.paths.len()),
            names: HashMap::new(),
            next: shape.paths.last_key_value().map_or(0, |(last, _)| last + 1),
            changed: BTreeSet::new(),
            moved: false,
            shape,
        };
        let paths: Vec<_> = learnt
            .shape
            .paths
            .iter()
            .map(|(&place, path)| (place, path.parent, path.path.clone()))
            .collect();
        for (place, parent, path) in paths {
            learnt.index(place, parent, &path);
        }
        learnt
    }
}

/// What the last step of a path is: a name that is written out ends with a letter or with `']`.
pub(super) fn step_of(path: &str) -> Step {
    if path.ends_with("[]") {
        Step::Element
    } else if path.ends_with(".*") {
        Step::Any
    } else {
        Step::Name
    }
}

fn never(id: RequestId) -> Seen {
    Seen {
        events: 0,
        first: id,
        last: id,
    }
}

fn see(seen: &mut Seen, id: RequestId) {
    seen.events += 1;
    seen.last = id;
}

fn both(a: Seen, b: Seen, most: u64) -> Seen {
    Seen {
        events: (a.events + b.events).min(most.max(a.events).max(b.events)),
        first: a.first.min(b.first),
        last: a.last.max(b.last),
    }
}

#[cfg(test)]
mod tests;
