//! How far apart and how much is followed; docs/limits.md tells these numbers, and a test holds it to them.

use std::time::Duration;

/// Without a delivery id of the sender's, the same body is another attempt when it comes this soon after
/// the latest one: most senders give up within a day.
pub const SAME_BODY_WINDOW: Duration = Duration::from_secs(24 * 3600);
