//! What is found out of several requests together: which are attempts of one delivery, what the bodies of
//! one event look like, and which of them differ from those before.
//!
//! All of it is found behind the commit: no sender waits for it, and while captures come fast it holds
//! back ([`pace`]). It goes through the requests in the order of their ids, in batches of a bounded size: read
//! and worked out on a reader, written in one short transaction together with the id it has come to, so
//! that a kill at any moment leaves the tables as if nothing had happened behind that id.

mod deliveries;
mod differences;
mod learn;
pub mod limits;
#[cfg(test)]
mod made;
mod outline;
mod pace;
mod samples;
mod shapes;

use std::sync::Arc;
use std::time::{Duration, Instant};

use sha2::{Digest, Sha256};
use tokio::sync::watch;

use crate::live::{Live, News, What};
use crate::request::RequestId;
use crate::store::{Db, Store, StoreError, deliveries as stored, follow};
use deliveries::Deliveries;
use pace::Pace;
pub use pace::Pulse;
pub use samples::Samples;
use shapes::Shapes;
pub use shapes::{counts as has_shape, key as shape_key};

/// What is found is part of the version: raise it when the code's answer changes.
const ENGINE: &[u8] = b"2";
/// Between two tries while the database can't be read or written.
const RETRY: Duration = Duration::from_secs(5);
/// Between two looks whether anything can be stored again.
const HEALTH_LOOK: Duration = Duration::from_secs(1);
/// Rows of shapes that a batch may read and write: its transaction is to stay short.
const ROWS_MAX: usize = 4_000;
/// Between two pieces of what is forgotten.
const PAUSE: Duration = Duration::from_millis(5);

/// Follows the history as it grows.
pub struct Follower {
    pub store: Store,
    pub live: Live,
    pub pulse: Arc<Pulse>,
    /// What the requests' identities are derived from: under another, all is found anew.
    pub derived_from: i64,
    pub samples: Arc<Samples>,
}

/// What a batch of requests came to.
struct Found {
    through: i64,
    more: bool,
    deliveries: Deliveries,
    shapes: Shapes,
    /// Those that pages are told of.
    marked: Vec<(RequestId, Arc<str>)>,
}

impl Follower {
    /// Goes on until it is told to stop.
    pub async fn run(self, mut stop: watch::Receiver<bool>) {
        let mut said = false;
        loop {
            match self.follow(&mut stop).await {
                Ok(()) | Err(StoreError::Closed) => return,
                Err(error) if !said => {
                    said = true;
                    tracing::warn!("requests can't be looked through, it is tried again: {error}");
                }
                Err(error) => tracing::debug!("requests can't be looked through: {error}"),
            }
            self.live.set_followed(0, false);
            if waited_in_vain(&mut stop, tokio::time::sleep(RETRY)).await {
                return;
            }
        }
    }

    async fn follow(&self, stop: &mut watch::Receiver<bool>) -> Result<(), StoreError> {
        let Some(mut through) = self.start(stop).await? else {
            return Ok(());
        };
        let mut pace = Pace::new(&self.pulse);
        loop {
            if *stop.borrow() {
                return Ok(());
            }
            // What fails for want of room is not to take the last of it.
            if !self.store.health().is_ok() {
                self.live.set_followed(through, false);
                if waited_in_vain(stop, tokio::time::sleep(HEALTH_LOOK)).await {
                    return Ok(());
                }
                continue;
            }
            let began = Instant::now();
            let more = self.step(&mut through).await?;
            self.live.set_followed(through, !more && !pace.is_rush());
            let rest = async {
                pace.rest(began.elapsed(), more).await;
                if !more {
                    self.pulse.felt().await;
                }
            };
            let stopped = waited_in_vain(stop, rest).await;
            if stopped {
                return Ok(());
            }
        }
    }

    /// Where to go on; `None` when told to stop. What was found under another version is forgotten first.
    async fn start(&self, stop: &watch::Receiver<bool>) -> Result<Option<i64>, StoreError> {
        let version = self.version();
        let through = self
            .store
            .read(move |db| follow::through(db, version))
            .await?;
        if through.is_some() {
            return Ok(through);
        }
        while self.store.write(follow::forget_some).await? {
            if *stop.borrow() {
                return Ok(None);
            }
            tokio::time::sleep(PAUSE).await;
        }
        self.store
            .write(move |db| follow::begin(db, version))
            .await?;
        Ok(Some(0))
    }

    fn version(&self) -> i64 {
        let mut all = Sha256::new_with_prefix(ENGINE);
        all.update(self.derived_from.to_le_bytes());
        all.update(self.samples.version());
        let hash: [u8; 32] = all.finalize().into();
        i64::from_le_bytes(*hash.first_chunk().unwrap_or(&[0; 8]))
    }

    /// Looks at the next requests; whether there are more.
    async fn step(&self, through: &mut i64) -> Result<bool, StoreError> {
        let from = *through;
        let samples = Arc::clone(&self.samples);
        let found = self
            .store
            .read(move |db| Found::read(db, from, &samples))
            .await?;
        let (to, more) = (found.through, found.more);
        if to == from {
            return Ok(false);
        }
        let marked = self.store.write(move |db| found.write(db, from)).await?;
        *through = to;
        if self.live.is_watched() {
            for (id, path) in marked {
                let what = What::Marked;
                self.live.publish(News { what, id, path });
            }
        }
        Ok(more)
    }
}

impl Found {
    fn read(db: &Db, from: i64, samples: &Samples) -> Result<Self, StoreError> {
        let (requests, more) = follow::batch(db, from)?;
        let mut found = Self {
            through: from,
            more,
            deliveries: Deliveries::default(),
            shapes: Shapes::default(),
            marked: Vec::new(),
        };
        for request in &requests {
            let again = found.deliveries.add(request, |key| stored::find(db, key))?;
            let differs = found.shapes.add(db, request, samples)?;
            if again || differs {
                let path = request.received.head.url_path();
                found.marked.push((request.id, path.into()));
            }
            found.through = request.id.get();
            if found.shapes.rows >= ROWS_MAX {
                found.more = true;
                break;
            }
        }
        Ok(found)
    }

    fn write(self, db: &Db, from: i64) -> Result<Vec<(RequestId, Arc<str>)>, StoreError> {
        for (key, delivery) in &self.deliveries.kept {
            stored::keep(db, key, delivery)?;
        }
        for attempt in &self.deliveries.attempts {
            stored::add(db, attempt)?;
        }
        self.shapes.write(db)?;
        follow::advance(db, from, self.through)?;
        Ok(self.marked)
    }
}

/// Whether it was told to stop before `event` came.
async fn waited_in_vain(stop: &mut watch::Receiver<bool>, event: impl Future<Output = ()>) -> bool {
    tokio::select! {
        () = event => false,
        _ = stop.wait_for(|stop| *stop) => true,
    }
}
