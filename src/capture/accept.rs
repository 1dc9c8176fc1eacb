//! The accept loop: from a listener to connections, and to a stop that loses nothing.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::time::timeout;

use super::budget::Budget;
use super::connection::{self, Server};
use super::connections::Connections;
use super::hook::Hook;
use super::limits::{Limits, STOP_TIME};
use super::relay::Pages;

/// First and longest pause after the operating system refuses a connection (no file left).
const BACKOFF_MIN: Duration = Duration::from_millis(50);
const BACKOFF_MAX: Duration = Duration::from_secs(1);

/// Serves until `stop` turns true; then what is in flight is answered, for at most [`STOP_TIME`].
pub async fn serve(
    listener: TcpListener,
    hook: Hook,
    pages: Pages,
    limits: Limits,
    mut stop: watch::Receiver<bool>,
) {
    let connections = Connections::new(limits.connections);
    let server = Arc::new(Server {
        hook,
        pages,
        limits,
        budget: Budget::new(limits.memory),
        stop: stop.clone(),
    });
    let mut backoff = BACKOFF_MIN;
    loop {
        let next = async {
            let place = connections.enter().await;
            (place, listener.accept().await)
        };
        let (place, accepted) = tokio::select! {
            next = next => next,
            _ = stop.wait_for(|stop| *stop) => break,
        };
        let Some(place) = place else {
            break;
        };
        match accepted {
            Ok((socket, peer)) => {
                backoff = BACKOFF_MIN;
                // Answers are one write each: nothing is gained by waiting for more.
                let _ = socket.set_nodelay(true);
                tokio::spawn(connection::run(socket, peer, place, Arc::clone(&server)));
            }
            Err(error) if is_the_senders(&error) => {}
            Err(error) => {
                tracing::warn!("can't accept a connection: {error}");
                tokio::time::sleep(backoff).await;
                backoff = (backoff * 2).min(BACKOFF_MAX);
            }
        }
    }
    drop(listener);
    if timeout(STOP_TIME, connections.all_closed()).await.is_err() {
        tracing::warn!("some connections were still open after {STOP_TIME:?} and are cut off");
    }
}

/// Errors of the connection that was about to be accepted, not of ours.
fn is_the_senders(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionRefused
    )
}
