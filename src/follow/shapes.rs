//! The shapes that a batch of requests belongs to, as they stand behind it.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::learn::Learnt;
use super::limits::{ALL_PATHS, SENDER_SHAPES, SHAPES};
use super::outline::Outline;
use super::samples::Samples;
use crate::request::{Arrival, CapturedRequest, Changes, RequestId, ShapeKey};
use crate::store::shapes::{self as stored, Totals};
use crate::store::{Db, StoreError, changes};

#[derive(Debug, Default)]
pub(super) struct Shapes {
    /// `None` for an event that is one too many.
    learnt: HashMap<ShapeKey, Option<Learnt>>,
    changes: Vec<(RequestId, Changes)>,
    /// Requests of events that are too many.
    unlearnt: u64,
    /// What is kept in all, once it had to be asked, and of a sender.
    totals: Option<Totals>,
    senders: HashMap<String, u64>,
    /// Rows that were read, and that are to be written, roughly.
    pub(super) rows: usize,
}

impl Shapes {
    /// Adds the next request; whether its body differs from those before it.
    pub(super) fn add(
        &mut self,
        db: &Db,
        request: &CapturedRequest,
        samples: &Samples,
    ) -> Result<bool, StoreError> {
        let received = &request.received;
        let Some(key) = key(request).filter(|_| is_real(request)) else {
            return Ok(false);
        };
        let Some(outline) = Outline::of(&received.head, &received.body) else {
            return Ok(false);
        };
        let totals = match self.totals {
            Some(totals) => totals,
            None => stored::totals(db)?,
        };
        let totals = self.totals.insert(totals);
        let learnt = match self.learnt.entry(key) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(unknown) => {
                let learnt = find(db, unknown.key(), request.id, totals, &mut self.senders)?;
                self.rows += learnt.as_ref().map_or(0, |learnt| learnt.shape.paths.len());
                unknown.insert(learnt)
            }
        };
        let Some(learnt) = learnt else {
            self.unlearnt += 1;
            return Ok(false);
        };
        let before = learnt.changed().map_or(0, |changed| changed.len());
        let mut room = ALL_PATHS.saturating_sub(totals.paths);
        let full = totals.paths + room;
        let documented = samples.of(&learnt.shape.key);
        let changes = learnt.learn(&outline, request.id, documented, &mut room);
        totals.paths = full - room;
        let all = learnt.shape.paths.len();
        self.rows += learnt
            .changed()
            .map_or(all, |changed| changed.len() - before);
        let differs = changes.is_some();
        if let Some(changes) = changes {
            self.rows += changes.list.len();
            self.changes.push((request.id, changes));
        }
        Ok(differs)
    }

    pub(super) fn write(&self, db: &Db) -> Result<(), StoreError> {
        for learnt in self.learnt.values().flatten() {
            stored::keep(db, &learnt.shape, learnt.changed().as_deref())?;
        }
        for (id, differences) in &self.changes {
            changes::keep(db, *id, differences)?;
        }
        match self.unlearnt {
            0 => Ok(()),
            requests => changes::add_unlearnt(db, requests),
        }
    }
}

/// The shape that a request's body is held against.
#[must_use]
pub fn key(request: &CapturedRequest) -> Option<ShapeKey> {
    let identity = &request.judged.identity;
    let sender = identity.sender.clone().filter(|_| !identity.guessed);
    Some(ShapeKey {
        sender: sender.unwrap_or_default(),
        event_type: identity.event_type.clone()?,
        variant: identity.variant.clone().unwrap_or_default(),
    })
}

/// Whether a request counts to the shape of its event, if there is room for that.
#[must_use]
pub fn counts(request: &CapturedRequest) -> bool {
    let received = &request.received;
    key(request).is_some()
        && is_real(request)
        && Outline::of(&received.head, &received.body).is_some()
}

/// A sample is no event, and a body that was cut off has lost nothing.
fn is_real(request: &CapturedRequest) -> bool {
    request.received.arrival == Arrival::Whole && !request.received.sample
}

/// What is kept of a shape; a new one where there is room for it.
fn find(
    db: &Db,
    key: &ShapeKey,
    id: RequestId,
    totals: &mut Totals,
    senders: &mut HashMap<String, u64>,
) -> Result<Option<Learnt>, StoreError> {
    if let Some(shape) = stored::find(db, key)? {
        return Ok(Some(shape.into()));
    }
    let of_sender = match senders.get_mut(&key.sender) {
        Some(shapes) => shapes,
        None => {
            let shapes = stored::of_sender(db, &key.sender)?;
            senders.entry(key.sender.clone()).or_insert(shapes)
        }
    };
    if totals.shapes >= SHAPES || *of_sender >= SENDER_SHAPES {
        return Ok(None);
    }
    *of_sender += 1;
    totals.shapes += 1;
    Ok(Some(Learnt::new(key.clone(), id)))
}
