//! How many connections there may be, and which goes when there are too many.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};

use super::limits::{CONNECTIONS_MAX, FILES_RESERVED};

/// All open connections. From 90 % of the bound on, each new one closes the oldest that has not sent a
/// whole head: slow connections cannot keep honest ones out.
pub(super) struct Connections {
    max: usize,
    free: Arc<Semaphore>,
    open: Mutex<BTreeMap<u64, Arc<State>>>,
}

struct State {
    waiting: AtomicBool,
    evict: Notify,
}

/// An open connection's place; given up when dropped.
pub(super) struct Place {
    number: u64,
    state: Arc<State>,
    all: Arc<Connections>,
    _permit: OwnedSemaphorePermit,
}

impl Connections {
    pub(super) fn new(max: usize) -> Arc<Self> {
        Arc::new(Self {
            max,
            free: Arc::new(Semaphore::new(max)),
            open: Mutex::new(BTreeMap::new()),
        })
    }

    /// A place for one more connection, once there is one.
    pub(super) async fn enter(self: &Arc<Self>) -> Option<Place> {
        if self.free.available_permits() <= self.max / 10 {
            self.evict_oldest_waiting();
        }
        let permit = Arc::clone(&self.free).acquire_owned().await.ok()?;
        let state = Arc::new(State {
            waiting: AtomicBool::new(true),
            evict: Notify::new(),
        });
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let number = open.last_key_value().map_or(0, |(last, _)| last + 1);
        open.insert(number, Arc::clone(&state));
        drop(open);
        Some(Place {
            number,
            state,
            all: Arc::clone(self),
            _permit: permit,
        })
    }

    /// Returns once no connection is open.
    pub(super) async fn all_closed(&self) {
        let all = u32::try_from(self.max).unwrap_or(u32::MAX);
        let _ = self.free.acquire_many(all).await;
    }

    fn evict_oldest_waiting(&self) {
        let oldest = self
            .open
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .values()
            .find(|state| state.waiting.load(Ordering::Relaxed))
            .cloned();
        if let Some(state) = oldest {
            state.waiting.store(false, Ordering::Relaxed);
            state.evict.notify_one();
        }
    }
}

impl Place {
    /// Says whether this connection waits for a head.
    pub(super) fn set_waiting(&self, waiting: bool) {
        self.state.waiting.store(waiting, Ordering::Relaxed);
    }

    /// Returns when this connection has to go.
    pub(super) async fn evicted(&self) {
        self.state.evict.notified().await;
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.all.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.remove(&self.number);
    }
}

/// As many connections as the operating system gives files for, after asking for all it gives.
#[must_use]
pub fn connections_max() -> usize {
    open_files().map_or(CONNECTIONS_MAX, |files| {
        CONNECTIONS_MAX.min(files.saturating_sub(FILES_RESERVED).max(16))
    })
}

#[cfg(unix)]
fn open_files() -> Option<usize> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: limit.maximum,
        maximum: limit.maximum,
    };
    let current = match setrlimit(Resource::Nofile, raised) {
        Ok(()) => limit.maximum,
        Err(_) => limit.current,
    };
    current.map(|files| usize::try_from(files).unwrap_or(usize::MAX))
}

#[cfg(not(unix))]
fn open_files() -> Option<usize> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn near_the_bound_the_oldest_without_a_head_goes() {
        let connections = Connections::new(10);
        let first = connections.enter().await.unwrap();
        let second = connections.enter().await.unwrap();
        let mut others = Vec::new();
        for _ in 2..9 {
            others.push(connections.enter().await.unwrap());
        }
        first.set_waiting(false);
        others.push(connections.enter().await.unwrap());
        let soon = std::time::Duration::from_millis(200);
        tokio::time::timeout(soon, second.evicted()).await.unwrap();
        assert!(tokio::time::timeout(soon, first.evicted()).await.is_err());
    }
}
