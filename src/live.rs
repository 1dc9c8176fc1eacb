//! Tells those who watch which requests have just been committed, and what was found out of them since.
//! Bounded: a watcher that is too slow is told so, and catches up from the database.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use tokio::sync::{broadcast, watch};
use tokio::time::timeout;

use crate::request::RequestId;

/// News that a slow watcher may be behind before it is told that it missed some.
const BACKLOG: usize = 1024;

/// A page waits so long for what is found behind the commit of what it shows; mostly that is there within a
/// few milliseconds, and no row need change under the reader's eyes.
const MARKS_WAIT: Duration = Duration::from_millis(50);

/// What is told of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// It can now be read.
    Added,
    /// It has turned out to be another attempt, or to look other than those before it.
    Marked,
}

impl What {
    /// The name of the event.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Marked => "marked",
        }
    }
}

/// What has happened to a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct News {
    pub what: What,
    pub id: RequestId,
    pub path: Arc<str>,
}

/// How far the history has been followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Followed {
    through: i64,
    /// Whether what arrives now is followed at once.
    keeps_up: bool,
}

/// The news of one program; cheap to clone.
#[derive(Debug, Clone)]
pub struct Live {
    news: broadcast::Sender<News>,
    /// The newest id.
    stored: Arc<AtomicI64>,
    followed: Arc<watch::Sender<Followed>>,
}

impl Default for Live {
    fn default() -> Self {
        Self {
            news: broadcast::channel(BACKLOG).0,
            stored: Arc::default(),
            followed: Arc::new(watch::channel(Followed::default()).0),
        }
    }
}

impl Live {
    /// Whether anybody watches; without, news need not be made.
    #[must_use]
    pub fn is_watched(&self) -> bool {
        self.news.receiver_count() > 0
    }

    pub fn publish(&self, news: News) {
        // An error means that the last watcher has just left.
        let _ = self.news.send(news);
    }

    /// All news from now on.
    #[must_use]
    pub fn watch(&self) -> broadcast::Receiver<News> {
        self.news.subscribe()
    }

    /// Says that all up to this id is stored.
    pub fn set_stored(&self, newest: RequestId) {
        self.stored.store(newest.get(), Ordering::Release);
    }

    /// Says how far the history has been followed, and whether that keeps up with what arrives.
    pub fn set_followed(&self, through: i64, keeps_up: bool) {
        self.followed.send_replace(Followed { through, keeps_up });
    }

    /// Returns once what can be found out of all that is stored now is found; where that is not soon,
    /// without it: whoever shows it is told later, by [`What::Marked`].
    pub async fn followed(&self) {
        let stored = self.stored.load(Ordering::Acquire);
        let mut followed = self.followed.subscribe();
        let there = followed.wait_for(|now| now.through >= stored || !now.keeps_up);
        // Late or gone: what is known is shown.
        let _ = timeout(MARKS_WAIT, there).await;
    }
}
