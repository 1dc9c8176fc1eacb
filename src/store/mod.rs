//! The one SQLite file that is all the state, and the only place with SQL.
//!
//! Writes go through one thread that commits in groups ([`writer`]); reads through a few read-only
//! connections on blocking threads. A capture is acknowledged only after its commit.

pub mod access;
pub mod changes;
mod checkpoint;
pub mod deliveries;
mod endpoints;
mod error;
pub mod export;
pub mod follow;
mod handshakes;
mod health;
mod migrate;
mod open;
pub mod rebuild;
mod requests;
mod row;
pub mod secrets;
pub mod shapes;
mod space;
mod writer;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rusqlite::Connection;
use tokio::sync::Semaphore;

use crate::request::{
    Attempt, AttemptSummary, CapturedRequest, Changes, NewRequest, RequestId, RequestSummary,
    ShapeKey,
};
use crate::secret::EndpointSecret;

pub use endpoints::EndpointSummary;
pub use error::{CaptureError, OpenError, StoreError};
pub use health::Health;
pub use open::{Database, OpenOptions};
pub use requests::{Counts, Page, PathScope, Scope};
pub use shapes::{Shape, ShapeSummary};

/// Read-only connections; more than the cores would only wait for each other.
const READERS: usize = 4;

/// One connection to the database, inside a read or a write.
pub type Db = Connection;

/// A handle to the open database; cheap to clone.
#[derive(Clone)]
pub struct Store(Arc<Shared>);

struct Shared {
    writer: writer::Writer,
    readers: Readers,
    health: health::HealthCell,
    _lock: std::fs::File,
}

/// Idle read-only connections; a permit for each, so that a taker always finds one.
struct Readers {
    idle: Mutex<Vec<Connection>>,
    permits: Arc<Semaphore>,
}

impl Readers {
    fn take(&self) -> Option<Taken<'_>> {
        let connection = lock(&self.idle).pop();
        connection.map(|connection| Taken {
            connection: Some(connection),
            idle: &self.idle,
        })
    }
}

/// A reader in use; it goes back when this is dropped, also by a panic.
struct Taken<'a> {
    connection: Option<Connection>,
    idle: &'a Mutex<Vec<Connection>>,
}

impl std::ops::Deref for Taken<'_> {
    type Target = Connection;

    #[expect(clippy::expect_used, reason = "it is there until the drop")]
    fn deref(&self) -> &Connection {
        self.connection.as_ref().expect("a connection")
    }
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        lock(self.idle).extend(self.connection.take());
    }
}

/// Told after each commit which requests it stored, in the order of their ids, and how long that took.
pub type OnStored = Box<dyn Fn(&[Stored], Duration) + Send>;

/// A request that has just been committed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    pub id: RequestId,
    pub path: String,
}

impl Store {
    /// Stores a request and returns once it is committed and synced.
    ///
    /// The work goes on if the caller is dropped while it waits.
    ///
    /// # Errors
    /// [`CaptureError`] says what the sender should be told.
    pub async fn capture(&self, request: NewRequest) -> Result<RequestId, CaptureError> {
        self.0.writer.capture(request).await
    }

    /// Runs `work` in the writer's next transaction and returns once that is committed.
    /// If `work` fails, its changes are undone and those of its neighbours stand.
    ///
    /// # Errors
    /// What `work` returned, or what kept it from running.
    pub async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.0.writer.run(work).await
    }

    /// Runs `work` on a read-only connection, off the async threads.
    ///
    /// # Errors
    /// What `work` returned, or what kept it from running.
    pub async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let readers = &self.0.readers;
        let permit = Arc::clone(&readers.permits)
            .acquire_owned()
            .await
            .map_err(|_| StoreError::Closed)?;
        let shared = Arc::clone(&self.0);
        tokio::task::spawn_blocking(move || {
            let taken = shared.readers.take().ok_or(StoreError::Closed)?;
            let result = work(&taken);
            drop(taken);
            drop(permit);
            result
        })
        .await
        .map_err(|_| StoreError::Closed)?
    }

    /// A page of the list, newest first.
    ///
    /// # Errors
    /// When the database can't be read.
    pub async fn page(&self, scope: Scope, page: Page) -> Result<Vec<RequestSummary>, StoreError> {
        self.read(move |db| requests::page(db, &scope, page)).await
    }

    /// One request, whole.
    ///
    /// # Errors
    /// When the database can't be read.
    pub async fn request(&self, id: RequestId) -> Result<Option<CapturedRequest>, StoreError> {
        self.read(move |db| requests::get(db, id)).await
    }

    /// The ids of the requests just newer and just older than `id` in the list of `scope`.
    ///
    /// # Errors
    /// When the database can't be read.
    pub async fn neighbours(
        &self,
        scope: Scope,
        id: RequestId,
    ) -> Result<(Option<RequestId>, Option<RequestId>), StoreError> {
        self.read(move |db| requests::neighbours(db, &scope, id))
            .await
    }

    /// Which attempt of its delivery a request is, where it is one of several.
    ///
    /// # Errors
    /// When the database can't be read.
    pub async fn attempt(&self, id: RequestId) -> Result<Option<Attempt>, StoreError> {
        self.read(move |db| deliveries::attempt(db, id)).await
    }

    /// The attempts beside one, oldest first: `beside` before and behind it, and the first and the last.
    ///
    /// # Errors
    /// When the database can't be read.
    pub async fn attempts(
        &self,
        attempt: Attempt,
        beside: u64,
    ) -> Result<Vec<AttemptSummary>, StoreError> {
        self.read(move |db| deliveries::attempts(db, &attempt, beside))
            .await
    }

    /// A page of a delivery's attempts, newest first.
    ///
    /// # Errors
    /// When the database can't be read.
    pub async fn delivery(
        &self,
        delivery: RequestId,
        page: Page,
    ) -> Result<Vec<RequestSummary>, StoreError> {
        self.read(move |db| deliveries::page(db, delivery, page))
            .await
    }

    /// How a request's body differs from those before it, where it does.
    ///
    /// # Errors
    /// When the database can't be read.
    pub async fn changes(&self, id: RequestId) -> Result<Option<Changes>, StoreError> {
        self.read(move |db| changes::of(db, id)).await
    }

    /// A shape by its name and numbers; `None` where none is learnt.
    ///
    /// # Errors
    /// When the database can't be read.
    pub async fn shape(&self, key: ShapeKey) -> Result<Option<ShapeSummary>, StoreError> {
        self.read(move |db| shapes::named(db, &key)).await
    }

    /// The shapes of a sender's event with all their paths, one a variant.
    ///
    /// # Errors
    /// When the database can't be read.
    pub async fn shapes_of(
        &self,
        sender: String,
        event_type: String,
    ) -> Result<Vec<Shape>, StoreError> {
        self.read(move |db| shapes::of_event(db, &sender, &event_type))
            .await
    }

    /// The shapes that were seen last, and how many requests' events were too many to be learnt.
    ///
    /// # Errors
    /// When the database can't be read.
    pub async fn shapes(&self, limit: u32) -> Result<(Vec<ShapeSummary>, u64), StoreError> {
        self.read(move |db| Ok((shapes::list(db, limit)?, changes::unlearnt(db)?)))
            .await
    }

    /// How many requests `scope` holds.
    ///
    /// # Errors
    /// When the database can't be read.
    pub async fn counts(&self, scope: Scope) -> Result<Counts, StoreError> {
        self.read(move |db| endpoints::counts(db, &scope)).await
    }

    /// The paths that requests were sent to, the busiest first, a hundred at most.
    ///
    /// # Errors
    /// When the database can't be read.
    pub async fn endpoints(&self) -> Result<Vec<EndpointSummary>, StoreError> {
        self.read(endpoints::list).await
    }

    /// The signing secrets that hold for a request to `path`, the nearest first.
    ///
    /// # Errors
    /// When the database can't be read.
    pub async fn secrets(&self, path: String) -> Result<Vec<EndpointSecret>, StoreError> {
        self.read(move |db| secrets::of_path(db, &path)).await
    }

    /// Whether captures can be stored now.
    #[must_use]
    pub fn health(&self) -> Health {
        self.0.health.get()
    }

    /// Tries a small write where captures have been failing; a success ends that.
    ///
    /// # Errors
    /// When nothing can be written still.
    pub async fn probe(&self) -> Result<(), StoreError> {
        self.write(|db| {
            db.execute(
                "INSERT INTO state (key, value) VALUES ('probe', 1) \
                 ON CONFLICT (key) DO UPDATE SET value = value + 1",
                [],
            )?;
            Ok(())
        })
        .await
    }

    /// Commits what waits, folds the WAL into the database and closes. Later calls fail with `Closed`.
    pub async fn close(&self) {
        self.0.writer.close().await;
    }
}

/// A poisoned lock only says that another thread panicked; the data behind ours are whole.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
