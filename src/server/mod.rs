//! Puts the parts together: opens the database, binds the port, serves until told to stop.

mod rebuild;
mod router;

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::capture::{self, Hook, Redactor, connections_max, limits::Limits};
use crate::config::Settings;
use crate::follow::{Follower, Pulse, Samples};
use crate::inspector::{Access, App, AppState};
use crate::live::{Live, News, What};
use crate::request::Timestamp;
use crate::secret::{self, EndpointSecret, Kind};
use crate::senders::{Catalogue, CatalogueError, Judge};
use crate::store::{OnStored, OpenError, OpenOptions, Store, StoreError, access, secrets};

/// Between two tries whether captures can be stored again.
const PROBE_EVERY: Duration = Duration::from_secs(5);

/// How long a one-time link opens.
pub const LOGIN_CODE_TIME: Duration = Duration::from_secs(10 * 60);

/// Why the server can't start; each says what to do.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error(
        "{addr} is taken by another program; stop that one, or choose another port with --listen"
    )]
    PortTaken { addr: SocketAddr },
    #[error("can't listen on {addr}: {source}; choose another address with --listen")]
    Listen { addr: SocketAddr, source: io::Error },
    #[error("can't start: {0}")]
    Io(#[from] io::Error),
}

/// A server that is bound and has its database open; [`Server::run`] makes it answer.
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    limits: Limits,
    hook: Hook,
    state: AppState,
    store: Store,
    judge: Arc<Judge>,
    follower: Follower,
    /// Broken files of the user's catalogue; they stop nothing.
    pub catalogue_errors: Vec<CatalogueError>,
}

impl Server {
    /// Opens what `settings` names. `stop` turns true when the server is to stop.
    ///
    /// # Errors
    /// [`StartError`].
    pub async fn bind(
        settings: &Settings,
        stop: watch::Receiver<bool>,
    ) -> Result<Self, StartError> {
        let (catalogue, errors) = Catalogue::load(settings.catalogue.as_deref());
        let server = Self::bind_with(settings, catalogue, stop).await?;
        Ok(Self {
            catalogue_errors: errors,
            ..server
        })
    }

    /// Like [`Server::bind`], with these senders instead of those that `settings` names.
    ///
    /// # Errors
    /// [`StartError`].
    pub async fn bind_with(
        settings: &Settings,
        catalogue: Catalogue,
        stop: watch::Receiver<bool>,
    ) -> Result<Self, StartError> {
        let trust = Arc::new(settings.proxies.clone());
        let listener = listen(settings.listen).await?;
        let address = listener.local_addr()?;
        let catalogue = Arc::new(catalogue);
        let judge = Arc::new(Judge::new(Arc::clone(&catalogue), settings.lists.clone()));
        let live = Live::default();
        let options = OpenOptions {
            path: settings.db.clone(),
            min_free: settings.min_free,
            derived_from: judge.version(),
        };
        let pulse = Arc::new(Pulse::default());
        let store = open(options, tell(live.clone(), Arc::clone(&pulse))).await?;
        take_secrets(&store, settings.secrets.clone()).await;
        let follower = Follower {
            store: store.clone(),
            live: live.clone(),
            pulse,
            derived_from: judge.version(),
            samples: Arc::new(Samples::new(&catalogue)),
        };
        let token = settings.token.as_ref().map(|token| token.reveal());
        let access = if settings.no_auth {
            let hosts = settings.allow_host.clone();
            Access::Open { hosts }
        } else {
            Access::sign_in(address.port(), token)
        };
        let state = AppState::new(App {
            store: store.clone(),
            catalogue,
            judge: Arc::clone(&judge),
            trust: Arc::clone(&trust),
            live,
            access,
            public_url: settings
                .public_url
                .as_ref()
                .map(|url| url.as_str().to_owned()),
            stop,
        });
        Ok(Self {
            listener,
            address,
            limits: Limits {
                body: settings.max_body,
                memory: settings.max_memory,
                connections: settings.max_connections.unwrap_or_else(connections_max),
            },
            hook: Hook {
                store: store.clone(),
                judge: Arc::clone(&judge),
                trust,
                redactor: Redactor::new(token),
                reject_outside: settings.reject_outside,
                handshakes: settings.handshakes,
            },
            state,
            store,
            judge,
            follower,
            catalogue_errors: Vec::new(),
        })
    }

    /// Where it listens; the port is the real one where 0 was asked for.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until it is told to stop, then answers what is in flight and closes the database.
    pub async fn run(self) {
        let stop = self.state.stop.clone();
        let probe = tokio::spawn(probe(self.store.clone()));
        let follow = tokio::spawn(follow(
            self.store.clone(),
            self.judge,
            self.follower,
            stop.clone(),
        ));
        let pages = router::router(self.state);
        capture::serve(self.listener, self.hook, pages, self.limits, stop).await;
        let _ = follow.await;
        probe.abort();
        self.store.close().await;
    }

    /// A path and query that sign a browser in once, and lead to `next`.
    ///
    /// # Errors
    /// When the database can't be written.
    pub async fn login_link(&self, next: &str) -> Result<String, StoreError> {
        let code = new_login_code()?;
        let link = login_path(&code, next);
        let (hash, now) = (secret::hash(&code), Timestamp::now());
        let end = now.plus(LOGIN_CODE_TIME);
        self.store
            .write(move |db| access::add_login_code(db, &hash, now, end))
            .await?;
        Ok(link)
    }
}

/// First derives the history anew where that is due, since what is found out of several requests together
/// is found by what each was identified as.
async fn follow(store: Store, judge: Arc<Judge>, follower: Follower, stop: watch::Receiver<bool>) {
    if rebuild::run(store, judge, stop.clone()).await {
        follower.run(stop).await;
    }
}

/// While captures fail, tries again whether they can be stored: senders that were told to come back
/// later, and whoever asks `/-/readyz`, need no capture to succeed first.
async fn probe(store: Store) {
    loop {
        tokio::time::sleep(PROBE_EVERY).await;
        if !store.health().is_ok()
            && let Err(error) = store.probe().await
        {
            tracing::debug!("still nothing can be stored: {error}");
        }
    }
}

/// A code for [`login_path`]; only its hash is to be stored.
///
/// # Errors
/// When the operating system gives no randomness.
pub fn new_login_code() -> Result<String, StoreError> {
    Kind::LoginCode
        .generate()
        .map_err(|error| StoreError::Unreadable(format!("the system's randomness: {error}")))
}

/// Path and query of the one-time link.
#[must_use]
pub fn login_path(code: &str, next: &str) -> String {
    match next {
        "" | "/" => format!("/-/login?code={code}"),
        path => format!("/-/login?code={code}&next={}%3Finspect", encoded(path)),
    }
}

/// A path as a query's value.
fn encoded(path: &str) -> String {
    let mut text = String::new();
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'.' | b'_' | b'~' => {
                text.push(char::from(byte));
            }
            _ => text.push_str(&format!("%{byte:02X}")),
        }
    }
    text
}

async fn listen(addr: SocketAddr) -> Result<TcpListener, StartError> {
    TcpListener::bind(addr)
        .await
        .map_err(|source| match source.kind() {
            io::ErrorKind::AddrInUse => StartError::PortTaken { addr },
            _ => StartError::Listen { addr, source },
        })
}

/// The settings file's secrets into the database. A full disk must not keep senders from being told so.
async fn take_secrets(store: &Store, secrets: Vec<EndpointSecret>) {
    let now = Timestamp::now();
    let taken = store
        .write(move |db| secrets::replace_those_of_file(db, &secrets, now))
        .await;
    if let Err(error) = taken {
        tracing::warn!("the secrets of the settings file cannot be stored: {error}");
    }
}

/// Opening may recover a long WAL: not on an async thread.
async fn open(options: OpenOptions, on_stored: OnStored) -> Result<Store, StartError> {
    tokio::task::spawn_blocking(move || Store::open(&options, on_stored))
        .await
        .map_err(|error| StartError::Io(io::Error::other(error)))?
        .map_err(StartError::Open)
}

/// Wakes the follower with each commit, and tells those who watch.
fn tell(live: Live, pulse: Arc<Pulse>) -> OnStored {
    Box::new(move |stored, took| {
        if let Some(newest) = stored.last() {
            live.set_stored(newest.id);
        }
        pulse.beat(stored.len(), took);
        if live.is_watched() {
            for one in stored {
                live.publish(News {
                    what: What::Added,
                    id: one.id,
                    path: one.path.as_str().into(),
                });
            }
        }
    })
}

/// The folder of the database, shortened for a person to read.
#[must_use]
pub fn shown_path(path: &std::path::Path) -> String {
    let home = directories::BaseDirs::new().map(|dirs| PathBuf::from(dirs.home_dir()));
    match home
        .as_deref()
        .and_then(|home| path.strip_prefix(home).ok())
    {
        Some(rest) => format!("~/{}", rest.display()),
        None => path.display().to_string(),
    }
}
