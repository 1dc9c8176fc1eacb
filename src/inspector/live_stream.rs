//! `/-/live`: server-sent events that tell a page what has just been stored.

use std::convert::Infallible;
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::stream::{self, Stream};
use http::HeaderMap;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use serde::Deserialize;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{broadcast, watch};
use tokio::time::timeout_at;

use super::AppState;
use super::access::is_still_welcome;
use crate::live::News;
use crate::store::PathScope;

/// A comment this often keeps proxies from closing the stream, and notices that the page is gone.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// A sign-out or a revoked token ends the stream at its next event, within this time.
const RECHECK: Duration = Duration::from_secs(1);
/// Sent first, so that the page knows at once that it is connected, and how soon to come back.
const HELLO: &str = "retry: 1000\n: hello\n\n";

#[derive(Deserialize)]
pub(super) struct Watch {
    #[serde(default)]
    path: String,
}

/// Events `added` and `marked` with `{"id":…,"path":…}` for the path and all below; `missed` where the page
/// was too slow and has to ask for what is new.
pub(super) async fn live(
    State(state): State<AppState>,
    Query(watch): Query<Watch>,
    headers: HeaderMap,
) -> Response {
    let stream = events(Watcher {
        admitted: Instant::now(),
        headers,
        news: state.live.watch(),
        stop: state.stop.clone(),
        scope: PathScope::new(&watch.path),
        greeted: false,
        state,
    });
    (
        [
            (CONTENT_TYPE, "text/event-stream"),
            (CACHE_CONTROL, "no-store"),
        ],
        Body::from_stream(stream),
    )
        .into_response()
}

struct Watcher {
    state: AppState,
    /// What the visitor came with, and when that was last found good.
    headers: HeaderMap,
    admitted: Instant,
    news: broadcast::Receiver<News>,
    stop: watch::Receiver<bool>,
    scope: PathScope,
    greeted: bool,
}

fn events(watcher: Watcher) -> impl Stream<Item = Result<Bytes, Infallible>> {
    stream::unfold(watcher, |mut watcher| async move {
        let event = watcher.next().await?;
        Some((Ok(Bytes::from(event)), watcher))
    })
}

impl Watcher {
    async fn next(&mut self) -> Option<String> {
        if !std::mem::replace(&mut self.greeted, true) {
            return Some(HELLO.to_owned());
        }
        let next_beat = tokio::time::Instant::now() + HEARTBEAT;
        loop {
            let news = tokio::select! {
                news = timeout_at(next_beat, self.news.recv()) => news,
                _ = self.stop.wait_for(|stop| *stop) => return None,
            };
            if !self.is_admitted().await {
                return None;
            }
            match news {
                Ok(Ok(News { what, id, path })) if self.scope.holds(&path) => {
                    let data = serde_json::json!({"id": id.to_string(), "path": &*path});
                    let event = what.as_str();
                    return Some(format!("event: {event}\nid: {id}\ndata: {data}\n\n"));
                }
                Ok(Ok(_)) => {}
                Ok(Err(RecvError::Lagged(_))) => {
                    return Some("event: missed\ndata: {}\n\n".to_owned());
                }
                Ok(Err(RecvError::Closed)) => return None,
                Err(_) => return Some(": alive\n\n".to_owned()),
            }
        }
    }

    /// Asked again at each heartbeat, and with news at most once a second.
    async fn is_admitted(&mut self) -> bool {
        if self.admitted.elapsed() < RECHECK {
            return true;
        }
        self.admitted = Instant::now();
        is_still_welcome(&self.state, &self.headers).await
    }
}
