//! How many connections there may be, and which goes when there are too many.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};

use super::limits::{CONNECTIONS_MAX, FILES_RESERVED};

/// One that waits for a head is left in peace this long.
const GRACE_MS: u64 = 1_000;

/// All open connections. From 90 % of the bound on, each new one closes the one that has gone longest
/// without a whole head: slow connections cannot keep honest ones out.
pub(super) struct Connections {
    max: usize,
    free: Arc<Semaphore>,
    open: Mutex<BTreeMap<u64, Arc<State>>>,
    start: Instant,
}

struct State {
    /// Milliseconds from the start to when it began to wait for a head; [`BUSY`] while it does not.
    waiting_since: AtomicU64,
    evict: Notify,
}

const BUSY: u64 = u64::MAX;

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
            start: Instant::now(),
        })
    }

    /// A place for one more connection, once there is one.
    pub(super) async fn enter(self: &Arc<Self>) -> Option<Place> {
        if self.free.available_permits() <= self.max / 10 {
            self.evict_longest_waiting();
        }
        let permit = Arc::clone(&self.free).acquire_owned().await.ok()?;
        let state = Arc::new(State {
            waiting_since: AtomicU64::new(self.now_ms()),
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

    fn now_ms(&self) -> u64 {
        u64::try_from(self.start.elapsed().as_millis()).unwrap_or(BUSY - 1)
    }

    fn evict_longest_waiting(&self) {
        let patient = self.now_ms().saturating_sub(GRACE_MS);
        let longest = self
            .open
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .values()
            .map(|state| (state.waiting_since.load(Ordering::Relaxed), state))
            .filter(|(since, _)| *since <= patient)
            .min_by_key(|(since, _)| *since)
            .map(|(_, state)| Arc::clone(state));
        if let Some(state) = longest {
            state.waiting_since.store(BUSY, Ordering::Relaxed);
            state.evict.notify_one();
        }
    }
}

impl Place {
    /// From now on this connection waits for a head.
    pub(super) fn waits(&self) {
        self.state
            .waiting_since
            .store(self.all.now_ms(), Ordering::Relaxed);
    }

    /// A whole head has come.
    pub(super) fn is_busy(&self) {
        self.state.waiting_since.store(BUSY, Ordering::Relaxed);
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
    use std::time::Duration;

    async fn is_evicted(place: &Place) -> bool {
        let soon = Duration::from_millis(50);
        tokio::time::timeout(soon, place.evicted()).await.is_ok()
    }

    #[tokio::test]
    async fn near_the_bound_the_longest_without_a_head_goes_and_no_other() {
        let mut connections = Connections::new(10);
        let two_seconds_old = Instant::now().checked_sub(Duration::from_secs(2)).unwrap();
        Arc::get_mut(&mut connections).unwrap().start = two_seconds_old;
        let mut places = Vec::new();
        for _ in 0..9 {
            places.push(connections.enter().await.unwrap());
        }
        let since = |place: &Place, ms| place.state.waiting_since.store(ms, Ordering::Relaxed);
        for place in &places {
            since(place, BUSY);
        }
        since(&places[3], 0);
        since(&places[1], 1);
        since(&places[5], 1_500);
        places.push(connections.enter().await.unwrap());
        assert!(is_evicted(&places[3]).await, "the longest waiting");
        for other in [0, 1, 5, 9] {
            assert!(!is_evicted(&places[other]).await, "{other}");
        }
    }
}
