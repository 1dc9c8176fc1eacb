//! How far apart and how much is followed; docs/limits.md tells these numbers, and a test holds it to them.

use std::time::Duration;

/// Without a delivery id of the sender's, the same body is another attempt when it comes this soon after
/// the latest one: most senders give up within a day.
pub const SAME_BODY_WINDOW: Duration = Duration::from_secs(24 * 3600);

/// Requests of an event after which they are what the next is held against, and no longer the samples.
pub const ENOUGH_EVENTS: u64 = 5;
/// Paths of one body that are looked at.
pub const BODY_PATHS: usize = 1_000;
/// Levels of one body that are looked at.
pub const DEPTH: usize = 32;
/// Longer paths are left out.
pub const PATH_BYTES: usize = 500;
/// With more names of its own than this an object may be a dictionary, whose names stand as one path.
pub const DICTIONARY_KEYS: usize = 50;
/// Paths kept of one event.
pub const SHAPE_PATHS: usize = 2_000;
/// Paths kept of all events together.
pub const ALL_PATHS: u64 = 200_000;
/// Events of one sender whose shape is learnt; and of all that nobody described.
pub const SENDER_SHAPES: u64 = 500;
/// Events whose shape is learnt.
pub const SHAPES: u64 = 5_000;
/// Changes kept of one request; more are counted.
pub const CHANGES: usize = 50;
