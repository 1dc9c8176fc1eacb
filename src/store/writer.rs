//! The one thread that writes.
//!
//! Captures that wait are committed together ([`GROUP_MAX`]); a lone one is committed at once. Each
//! is answered only after the commit, which syncs the WAL (`synchronous=FULL`).

use std::sync::{Arc, Weak};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use rusqlite::{Connection, TransactionBehavior};
use tokio::sync::{mpsc, oneshot};

use super::checkpoint::Checkpointer;
use super::endpoints::Tally;
use super::error::{CaptureError, StoreError, capture_error};
use super::health::Health;
use super::open::OpenOptions;
use super::space::SpaceGuard;
use super::{OnStored, Shared, Stored, requests};
use crate::request::{NewRequest, RequestId};

/// Requests that may wait for the writer; more are answered 503.
const QUEUE_MAX: usize = 4096;
/// The longest wait for the writer; a request that waited longer is answered 503 and not stored.
const WAIT_MAX: Duration = Duration::from_secs(5);
/// How long other work waits for a lock while captures are failing.
const FAILING_WAIT: Duration = Duration::from_millis(100);
/// Requests committed together.
const GROUP_MAX: usize = 256;
/// Bytes of bodies committed together.
const GROUP_BYTES_MAX: usize = 16 * 1024 * 1024;
/// The WAL is cut back to this after a checkpoint.
pub(super) const WAL_LIMIT_BYTES: u32 = 64 * 1024 * 1024;

type Reply = oneshot::Sender<Result<RequestId, CaptureError>>;
/// Runs inside a transaction and gives what is to be called with the outcome of its commit.
type Work = Box<dyn FnOnce(Result<&Connection, StoreError>) -> Settle + Send>;

/// What a piece of work leaves to be done.
struct Settle {
    /// Whether its changes are to be committed.
    commit: bool,
    reply: Box<dyn FnOnce(Result<(), CaptureError>) + Send>,
}

enum Job {
    Capture(Waiting),
    Run(Work),
    Close(oneshot::Sender<()>),
}

struct Waiting {
    request: Box<NewRequest>,
    since: Instant,
    reply: Reply,
}

/// The sending side; the thread ends with the last of them, or when told to close.
pub(super) struct Writer(mpsc::Sender<Job>);

impl Writer {
    pub(super) fn start(
        db: Connection,
        options: &OpenOptions,
        on_stored: OnStored,
        shared: Weak<Shared>,
    ) -> Self {
        let (sender, jobs) = mpsc::channel(QUEUE_MAX);
        let mut thread = WriterThread {
            last_id: 0,
            space: SpaceGuard::new(&options.path, options.min_free),
            checkpointer: Checkpointer::start(&options.path),
            derived_from: options.derived_from,
            db,
            on_stored,
            shared,
        };
        let spawned = thread::Builder::new()
            .name("writer".into())
            .spawn(move || thread.run(jobs));
        if let Err(error) = spawned {
            // The queue's receiver is gone with the closure: each capture is answered 503.
            tracing::error!("can't start the writer thread: {error}");
        }
        Self(sender)
    }

    pub(super) async fn capture(&self, request: NewRequest) -> Result<RequestId, CaptureError> {
        let (reply, outcome) = oneshot::channel();
        let job = Job::Capture(Waiting {
            request: Box::new(request),
            since: Instant::now(),
            reply,
        });
        self.0
            .send_timeout(job, WAIT_MAX)
            .await
            .map_err(|error| match error {
                mpsc::error::SendTimeoutError::Timeout(_) => {
                    CaptureError::Unavailable("too many requests wait to be stored".into())
                }
                mpsc::error::SendTimeoutError::Closed(_) => closing(),
            })?;
        outcome.await.unwrap_or_else(|_| Err(closing()))
    }

    pub(super) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (reply, outcome) = oneshot::channel();
        let work: Work = Box::new(move |db| {
            let result = db.and_then(work);
            Settle {
                commit: result.is_ok(),
                reply: Box::new(move |committed| {
                    let _ = reply.send(match (committed, result) {
                        (Err(error), Ok(_)) => Err(error.into()),
                        (_, result) => result,
                    });
                }),
            }
        });
        self.0
            .send(Job::Run(work))
            .await
            .map_err(|_| StoreError::Closed)?;
        outcome.await.map_err(|_| StoreError::Closed)?
    }

    pub(super) async fn close(&self) {
        let (done, closed) = oneshot::channel();
        if self.0.send(Job::Close(done)).await.is_ok() {
            let _ = closed.await;
        }
    }
}

fn closing() -> CaptureError {
    CaptureError::Unavailable("hookglass is shutting down".into())
}

struct WriterThread {
    db: Connection,
    last_id: i64,
    space: SpaceGuard,
    checkpointer: Checkpointer,
    derived_from: i64,
    on_stored: OnStored,
    shared: Weak<Shared>,
}

impl WriterThread {
    fn run(&mut self, mut jobs: mpsc::Receiver<Job>) {
        let mut next = jobs.blocking_recv();
        while let Some(job) = next.take() {
            match job {
                Job::Capture(first) => {
                    let (group, after) = gather(first, &mut jobs);
                    self.store(group);
                    next = after;
                }
                Job::Run(work) => self.run_alone(work),
                Job::Close(done) => {
                    jobs.close();
                    while let Ok(job) = jobs.try_recv() {
                        match job {
                            Job::Capture(one) => self.store(vec![one]),
                            Job::Run(work) => self.run_alone(work),
                            Job::Close(_) => {}
                        }
                    }
                    self.checkpointer.finish(&self.db);
                    let _ = done.send(());
                    return;
                }
            }
            if next.is_none() {
                next = jobs.blocking_recv();
            }
        }
        self.checkpointer.finish(&self.db);
    }

    /// Commits a group and answers it; if that fails, and not for want of room, each alone, so that
    /// one request that can't be stored takes no other with it.
    fn store(&mut self, group: Vec<Waiting>) {
        let (late, group): (Vec<_>, Vec<_>) = group
            .into_iter()
            .partition(|one| one.since.elapsed() > WAIT_MAX);
        for one in late {
            let error = self.failing().unwrap_or_else(|| {
                CaptureError::Unavailable("it waited too long to be stored".into())
            });
            self.report(Health::Failing(error.clone()));
            let _ = one.reply.send(Err(error));
        }
        if group.is_empty() {
            return;
        }
        let began = Instant::now();
        match self.commit(&group) {
            Ok(stored) => self.acknowledge(group, &stored, began.elapsed()),
            Err(error @ CaptureError::Unavailable(_)) if group.len() > 1 => {
                self.report(Health::Failing(error));
                for one in group {
                    self.store(vec![one]);
                }
            }
            Err(error) => {
                self.report(Health::Failing(error.clone()));
                for one in group {
                    let _ = one.reply.send(Err(error.clone()));
                }
            }
        }
    }

    fn commit(&mut self, group: &[Waiting]) -> Result<Vec<Stored>, CaptureError> {
        self.space.check()?;
        self.checkpointer.before_group(&self.db);
        self.limit_wait(group)?;
        let last_id = self.last_id()?;
        let (stored, newest) = insert_group(&mut self.db, group, last_id, self.derived_from)
            .map_err(|error| capture_error(&error))?;
        self.last_id = newest;
        let bytes = group
            .iter()
            .map(|one| one.request.received.body.len())
            .sum();
        self.checkpointer.after_group(group.len(), bytes);
        Ok(stored)
    }

    fn acknowledge(&mut self, group: Vec<Waiting>, stored: &[Stored], took: Duration) {
        self.report(Health::Ok);
        for (one, stored) in group.into_iter().zip(stored) {
            // A sender that is gone leaves nobody to tell; the request is stored all the same.
            let _ = one.reply.send(Ok(stored.id));
        }
        (self.on_stored)(stored, took);
    }

    /// The newest id in the file, read once.
    fn last_id(&self) -> Result<i64, CaptureError> {
        if self.last_id > 0 {
            return Ok(self.last_id);
        }
        self.db
            .query_row("SELECT coalesce(max(id), 0) FROM requests", [], |row| {
                row.get(0)
            })
            .map_err(|error| capture_error(&error))
    }

    /// A lock held by another program is waited for no longer than the first of the group may wait.
    fn limit_wait(&self, group: &[Waiting]) -> Result<(), CaptureError> {
        let waited = group
            .first()
            .map_or(Duration::ZERO, |one| one.since.elapsed());
        let left = WAIT_MAX.saturating_sub(waited);
        self.db
            .busy_timeout(left)
            .map_err(|error| capture_error(&error))
    }

    /// Runs one piece of work in a transaction of its own. That one can be committed also shows that
    /// captures can be again, where there is room.
    fn run_alone(&mut self, work: Work) {
        // While captures fail already, those behind are not to wait for this too.
        let wait = match self.failing() {
            None => WAIT_MAX,
            Some(_) => FAILING_WAIT,
        };
        // Setting it cannot fail on an open connection, and matters only where another program locks.
        let _ = self.db.busy_timeout(wait);
        let before = self.db.total_changes();
        let immediate = TransactionBehavior::Immediate;
        let tx = match self.db.transaction_with_behavior(immediate) {
            Ok(tx) => tx,
            Err(error) => {
                let Settle { reply, .. } = work(Err(error.into()));
                return reply(Ok(()));
            }
        };
        let Settle { commit, reply } = work(Ok(&tx));
        let outcome = match commit {
            true => tx.commit(),
            false => tx.rollback(),
        };
        let outcome = outcome.map_err(|error| capture_error(&error));
        self.checkpointer
            .after_work(self.db.total_changes() - before);
        if commit && outcome.is_ok() && self.space.check().is_ok() {
            self.report(Health::Ok);
        }
        reply(outcome);
    }

    fn failing(&self) -> Option<CaptureError> {
        match self.shared.upgrade()?.health.get() {
            Health::Ok => None,
            Health::Failing(error) => Some(error),
        }
    }

    fn report(&self, health: Health) {
        if let Some(shared) = self.shared.upgrade() {
            let shared: Arc<Shared> = shared;
            shared.health.set(health);
        }
    }
}

/// One transaction; what it stored and the newest id.
fn insert_group(
    db: &mut Connection,
    group: &[Waiting],
    last_id: i64,
    derived_from: i64,
) -> rusqlite::Result<(Vec<Stored>, i64)> {
    let tx = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let mut id = last_id;
    let mut tally = Tally::default();
    let mut stored = Vec::with_capacity(group.len());
    for one in group {
        id = next_id(id);
        stored.push(requests::insert(
            &tx,
            id,
            &one.request,
            derived_from,
            &mut tally,
        )?);
    }
    tally.write(&tx)?;
    tx.commit()?;
    Ok((stored, id))
}

/// Takes what else is waiting, up to the bounds of a group; and the job that ended it, if one did.
fn gather(first: Waiting, jobs: &mut mpsc::Receiver<Job>) -> (Vec<Waiting>, Option<Job>) {
    let mut bytes = first.request.received.body.len();
    let mut group = vec![first];
    while group.len() < GROUP_MAX && bytes < GROUP_BYTES_MAX {
        match jobs.try_recv() {
            Ok(Job::Capture(one)) => {
                bytes += one.request.received.body.len();
                group.push(one);
            }
            Ok(other) => return (group, Some(other)),
            Err(_) => break,
        }
    }
    (group, None)
}

/// The nanosecond it is, or one more than the last.
fn next_id(last: i64) -> i64 {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |elapsed| elapsed.as_nanos());
    i64::try_from(now).unwrap_or(0).max(last.saturating_add(1))
}
