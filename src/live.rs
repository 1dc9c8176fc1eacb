//! Tells those who watch which requests have just been committed. Bounded: a watcher that is too slow
//! is told so, and catches up from the database.

use std::sync::Arc;

use tokio::sync::broadcast;

use crate::request::RequestId;

/// News that a slow watcher may be behind before it is told that it missed some.
const BACKLOG: usize = 1024;

/// A request that can now be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Added {
    pub id: RequestId,
    pub path: Arc<str>,
}

/// The news of one program; cheap to clone.
#[derive(Debug, Clone)]
pub struct Live(broadcast::Sender<Added>);

impl Default for Live {
    fn default() -> Self {
        Self(broadcast::channel(BACKLOG).0)
    }
}

impl Live {
    /// Whether anybody watches; without, news need not be made.
    #[must_use]
    pub fn is_watched(&self) -> bool {
        self.0.receiver_count() > 0
    }

    pub fn publish(&self, added: Added) {
        // An error means that the last watcher has just left.
        let _ = self.0.send(added);
    }

    /// All news from now on.
    #[must_use]
    pub fn watch(&self) -> broadcast::Receiver<Added> {
        self.0.subscribe()
    }
}
