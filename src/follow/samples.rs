//! The documented samples of the catalogue, as shapes: what the first real events are held against.

use std::collections::HashMap;

use sha2::{Digest, Sha256};

use super::learn::Learnt;
use super::outline::Outline;
use crate::request::{RequestId, ShapeKey};
use crate::senders::Catalogue;

/// What the samples of each event look like.
#[derive(Debug, Clone, Default)]
pub struct Samples {
    shapes: HashMap<ShapeKey, Learnt>,
    hash: [u8; 32],
}

impl Samples {
    #[must_use]
    pub fn new(catalogue: &Catalogue) -> Self {
        let mut hash = Sha256::new();
        let mut shapes: HashMap<ShapeKey, Learnt> = HashMap::new();
        // No request has this id: none is named by a sample's first and last.
        let Some(none) = RequestId::new(0) else {
            return Self::default();
        };
        for sample in catalogue.samples() {
            hash.update(sample.body.len().to_le_bytes());
            hash.update(&sample.body);
            let header = |name: &str| {
                let mut lines = sample.headers.iter();
                let line = lines.find(|(own, _)| own.eq_ignore_ascii_case(name));
                line.map(|(_, value)| value.as_str())
            };
            let Some(outline) = Outline::read(&sample.body, header("content-type"), None) else {
                continue;
            };
            let key = ShapeKey {
                sender: sample.sender.clone(),
                event_type: sample.event_type.clone(),
                variant: sample.variant.clone().unwrap_or_default(),
            };
            let learnt = shapes
                .entry(key)
                .or_insert_with_key(|key| Learnt::new(key.clone(), none));
            // Samples are few, and come with the program or from its owner.
            let mut room = u64::MAX;
            let _ = learnt.learn(&outline, none, None, &mut room);
        }
        Self {
            shapes,
            hash: hash.finalize().into(),
        }
    }

    pub(super) fn of(&self, key: &ShapeKey) -> Option<&Learnt> {
        self.shapes.get(key)
    }

    /// Changes with the samples.
    pub(super) fn version(&self) -> [u8; 32] {
        self.hash
    }
}
