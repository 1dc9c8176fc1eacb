//! What a request is among others, as JSON: found behind its commit, so `null` in its first milliseconds.

use serde::Serialize;

use crate::request::{Attempt, Change, Changes, RequestId, ToldBy, Types};

/// Which attempt of its delivery a request is; `null` while it came but once.
#[derive(Serialize)]
pub(super) struct Delivery {
    id: String,
    attempt: u64,
    attempts: u64,
    told_by: ToldBy,
}

impl From<Attempt> for Delivery {
    fn from(attempt: Attempt) -> Self {
        Self {
            id: attempt.delivery.to_string(),
            attempt: attempt.number,
            attempts: attempt.of,
            told_by: attempt.told_by,
        }
    }
}

/// How a request's body differs from those of its event before it, or from the documented sample.
#[derive(Serialize)]
pub(super) struct Differences {
    against: &'static str,
    /// All of them; of the list there are 50 at most.
    total: u64,
    list: Vec<Item>,
}

#[derive(Serialize)]
struct Item {
    what: &'static str,
    path: String,
    types: Vec<&'static str>,
    before: Vec<&'static str>,
    /// The latest request before that had the path.
    last: Option<String>,
}

impl From<Changes> for Differences {
    fn from(changes: Changes) -> Self {
        Self {
            against: changes.against.as_str(),
            total: changes.total,
            list: changes.list.into_iter().map(Item::from).collect(),
        }
    }
}

impl From<Change> for Item {
    fn from(change: Change) -> Self {
        let words = |types: Types| types.iter().map(|kind| kind.as_str()).collect();
        Self {
            what: change.what.as_str(),
            path: change.path,
            types: words(change.types),
            before: words(change.before),
            last: change.last.as_ref().map(RequestId::to_string),
        }
    }
}
