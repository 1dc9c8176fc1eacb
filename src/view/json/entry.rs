//! Where one value stands.

use super::Kind;

/// "No entry": the parent of the root.
pub(super) const NONE: u32 = u32::MAX;

pub(super) const VALUE_ESCAPE: u8 = 1;
pub(super) const KEY_ESCAPE: u8 = 2;

/// Where one value stands. 32 bytes, so two share a cache line.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) start: u32,
    pub(super) end: u32,
    /// The name with its quotes; empty where there is none.
    pub(super) key_start: u32,
    pub(super) key_end: u32,
    pub(super) parent: u32,
    /// The entry behind this one and all that it holds.
    pub(super) next: u32,
    /// How many values it holds itself.
    pub(super) count: u32,
    pub(super) kind: Kind,
    pub(super) flags: u8,
}

impl Entry {
    pub(super) fn has_key(&self) -> bool {
        self.key_end > self.key_start
    }

    pub(super) fn has_escape(&self) -> bool {
        self.flags & VALUE_ESCAPE != 0
    }

    pub(super) fn key_has_escape(&self) -> bool {
        self.flags & KEY_ESCAPE != 0
    }
}

/// Texts over 4 GiB are refused before the first offset is taken.
pub(super) fn narrow(offset: usize) -> u32 {
    u32::try_from(offset).unwrap_or(u32::MAX)
}

/// Offsets are kept in 32 bits, which every platform we build for can index.
pub(super) fn wide(offset: u32) -> usize {
    usize::try_from(offset).unwrap_or(usize::MAX)
}
