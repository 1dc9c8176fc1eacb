//! The middleware in front of all pages, streams and API calls.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::{AUTHORIZATION, COOKIE};
use http::{HeaderMap, Method, StatusCode};

use super::{Access, Unavailable, csrf, open_mode};
use crate::inspector::AppState;
use crate::inspector::sign_in;
use crate::request::Timestamp;
use crate::secret::{self, Kind};
use crate::store::{StoreError, access};

/// A session lasts this long from its last use.
pub(super) const SESSION_TIME: std::time::Duration = std::time::Duration::from_hours(7 * 24);
/// A session is moved on at most once in this time.
const SESSION_STEP_US: i64 = 24 * 3_600_000_000;

/// What a visitor showed.
enum Visitor {
    /// A browser with a session, or anybody under `--no-auth`: what it sends may have been made by a
    /// foreign page.
    Browser,
    /// A program with a token.
    Program,
    Stranger,
}

/// Lets a request through, or answers why not.
pub async fn gate(State(state): State<AppState>, request: Request, next: Next) -> Response {
    if let Access::Open { hosts } = &state.access
        && let Some((status, reason)) = open_mode::turned_away(request.headers(), hosts)
    {
        return (status, reason).into_response();
    }
    let path = request.uri().path();
    let open =
        matches!(path, "/-/login" | "/-/healthz" | "/-/readyz") || path.starts_with("/-/static/");
    let visitor = match open {
        true => Visitor::Browser,
        false => match visitor(&state, request.headers()).await {
            Ok(visitor) => visitor,
            Err(error) => return Unavailable(error).into_response(),
        },
    };
    match visitor {
        Visitor::Stranger => stranger(&request),
        Visitor::Browser if !is_allowed(&request) => (
            StatusCode::FORBIDDEN,
            "This was not sent by a page of hookglass itself, so it was not done.",
        )
            .into_response(),
        Visitor::Browser | Visitor::Program => next.run(request).await,
    }
}

/// Reading changes nothing and is free; the stream is for our own pages only.
fn is_allowed(request: &Request) -> bool {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    match reads {
        true if request.uri().path() == "/-/live" => request
            .headers()
            .get("sec-fetch-site")
            .is_none_or(|site| site == "same-origin"),
        true => true,
        false => csrf::from_own_page(request.headers()),
    }
}

/// Whether who came with these headers may still look: a stream outlives a sign-out otherwise.
pub(in crate::inspector) async fn is_still_welcome(state: &AppState, headers: &HeaderMap) -> bool {
    matches!(
        visitor(state, headers).await,
        Ok(Visitor::Browser | Visitor::Program)
    )
}

async fn visitor(state: &AppState, headers: &HeaderMap) -> Result<Visitor, StoreError> {
    let Access::SignIn { cookie, own_token } = &state.access else {
        return Ok(Visitor::Browser);
    };
    if let Some(token) = bearer(headers) {
        let known = is_token(state, token, own_token.as_ref()).await?;
        return Ok(if known {
            Visitor::Program
        } else {
            Visitor::Stranger
        });
    }
    match session_of(headers, cookie) {
        Some(session) if is_session(state, session).await? => Ok(Visitor::Browser),
        _ => Ok(Visitor::Stranger),
    }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// The value of our cookie.
pub(super) fn session_of<'a>(headers: &'a HeaderMap, cookie: &str) -> Option<&'a str> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, value)| *name == cookie && Kind::Session.is_like(value))
        .map(|(_, value)| value)
}

/// Whether a token opens the API; notes its use.
pub(super) async fn is_token(
    state: &AppState,
    token: &str,
    own: Option<&[u8; 32]>,
) -> Result<bool, StoreError> {
    let hash = secret::hash(token);
    if own.is_some_and(|own| secret::same(own, &hash)) {
        return Ok(true);
    }
    let now = Timestamp::now();
    let found = state
        .store
        .read(move |db| access::find_token(db, &hash, now))
        .await?;
    if found == Some(true) {
        // Reading goes on while nothing can be written.
        let store = state.store.clone();
        tokio::spawn(async move {
            let noted = store
                .write(move |db| access::note_token_use(db, &hash, now))
                .await;
            if let Err(error) = noted {
                tracing::warn!("can't note the use of a token: {error}");
            }
        });
    }
    Ok(found.is_some())
}

async fn is_session(state: &AppState, session: &str) -> Result<bool, StoreError> {
    let (hash, now) = (secret::hash(session), Timestamp::now());
    let Some(end) = state
        .store
        .read(move |db| access::session_end(db, &hash, now))
        .await?
    else {
        return Ok(false);
    };
    let fresh_end = now.plus(SESSION_TIME);
    if fresh_end.0 - end.0 > SESSION_STEP_US {
        // A full disk must not lock the owner out: the session just ends earlier.
        let moved = state
            .store
            .write(move |db| access::extend_session(db, &hash, fresh_end))
            .await;
        if let Err(error) = moved {
            tracing::warn!("can't extend a session: {error}");
        }
    }
    Ok(true)
}

fn stranger(request: &Request) -> Response {
    let path = request.uri().path();
    let for_programs = path.starts_with("/-/api/") || matches!(path, "/-/live" | "/-/metrics");
    let challenge = [(http::header::WWW_AUTHENTICATE, "Bearer realm=\"hookglass\"")];
    if for_programs || request.headers().contains_key(AUTHORIZATION) {
        let body = axum::Json(serde_json::json!({
            "error": "sign in, or send a token: Authorization: Bearer … (hookglass token new NAME)"
        }));
        return (StatusCode::UNAUTHORIZED, challenge, body).into_response();
    }
    sign_in::unauthorized(request.uri())
}
