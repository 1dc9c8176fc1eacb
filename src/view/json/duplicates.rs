//! Members of one object that share a name.

use std::borrow::Cow;
use std::collections::HashMap;

use super::{Document, Kind, Node};

/// Which of how many members of that name one is; counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Turn {
    pub nth: usize,
    pub of: usize,
}

/// The duplicates among the members of one object; mostly there are none.
#[derive(Debug, Clone, Default)]
pub struct Duplicates(HashMap<Node, Turn>);

impl Duplicates {
    /// Looks at every member of `object` once.
    #[must_use]
    pub fn of(doc: &Document<'_>, object: Node) -> Self {
        if doc.kind(object) != Kind::Object || doc.len(object) < 2 {
            return Self::default();
        }
        let mut counts: HashMap<Cow<'_, str>, usize> = HashMap::with_capacity(doc.len(object));
        for member in doc.children(object) {
            *counts
                .entry(doc.key(member).unwrap_or_default())
                .or_default() += 1;
        }
        if counts.len() == doc.len(object) {
            return Self::default();
        }
        let mut seen: HashMap<Cow<'_, str>, usize> = HashMap::new();
        let mut turns = HashMap::new();
        for member in doc.children(object) {
            let key = doc.key(member).unwrap_or_default();
            let of = counts.get(&key).copied().unwrap_or(1);
            if of > 1 {
                let nth = seen.entry(key).or_default();
                *nth += 1;
                turns.insert(member, Turn { nth: *nth, of });
            }
        }
        Self(turns)
    }

    /// Set where the member's name is not its own.
    #[must_use]
    pub fn turn(&self, member: Node) -> Option<Turn> {
        self.0.get(&member).copied()
    }
}

impl Document<'_> {
    /// Which of the members of its name this one is; `None` where it is the only one.
    #[must_use]
    pub fn turn(&self, member: Node) -> Option<Turn> {
        let key = self.key(member)?;
        let mut turn = Turn { nth: 0, of: 0 };
        for other in self.children(self.parent(member)?) {
            if self.key_is(other, &key) {
                turn.of += 1;
                if other <= member {
                    turn.nth += 1;
                }
            }
        }
        (turn.of > 1).then_some(turn)
    }
}
