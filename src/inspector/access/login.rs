//! Signing in by a one-time link or a token, and out.

use std::time::Duration;

use axum::Router;
use axum::extract::{Form, Query, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Extension, http};
use http::header::{LOCATION, REFERRER_POLICY, SET_COOKIE};
use http::{HeaderMap, Method, StatusCode};
use serde::Deserialize;

use super::gate::{SESSION_TIME, is_token, session_of};
use super::{Access, Unavailable};
use crate::capture::Origin;
use crate::inspector::{AppState, sign_in};
use crate::request::Timestamp;
use crate::secret::{self, Kind};
use crate::store::{StoreError, access};

/// The cookie outlives the session, whose end moves on with its use; browsers keep none longer than this.
const COOKIE_TIME: Duration = Duration::from_hours(400 * 24);

/// Where a sign-in leads that was not on its way anywhere.
const HOME: &str = "/?inspect";

/// The one-time link's query, and the form's fields.
#[derive(Deserialize, Default)]
struct SignIn {
    #[serde(default)]
    code: String,
    #[serde(default)]
    next: String,
}

pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/-/login", get(show).post(submit))
        .route("/-/logout", post(sign_out))
}

/// The link that start prints. Only a GET uses the code up: a HEAD may come from a previewer.
async fn show(
    State(state): State<AppState>,
    Extension(origin): Extension<Origin>,
    method: Method,
    Query(query): Query<SignIn>,
) -> Result<Response, Unavailable> {
    let next = local_target(&query.next);
    if query.code.is_empty() || method == Method::HEAD {
        return Ok(sign_in::page(next, None));
    }
    enter(&state, origin, &query.code, next).await
}

async fn submit(
    State(state): State<AppState>,
    Extension(origin): Extension<Origin>,
    Form(form): Form<SignIn>,
) -> Result<Response, Unavailable> {
    enter(&state, origin, form.code.trim(), local_target(&form.next)).await
}

/// Exchanges a code or a token for a session.
async fn enter(
    state: &AppState,
    origin: Origin,
    code: &str,
    next: &str,
) -> Result<Response, Unavailable> {
    let Access::SignIn { cookie, own_token } = &state.access else {
        return Ok(redirect(next));
    };
    if !is_valid(state, code, own_token.as_ref()).await? {
        let error = "This code is used up, older than 10 minutes, or not one of this hookglass.";
        return Ok(sign_in::page(next, Some(error)));
    }
    let Ok(session) = Kind::Session.generate() else {
        return Ok((
            StatusCode::SERVICE_UNAVAILABLE,
            "The system gives no randomness.",
        )
            .into_response());
    };
    let (hash, now) = (secret::hash(&session), Timestamp::now());
    let end = now.plus(SESSION_TIME);
    state
        .store
        .write(move |db| access::add_session(db, &hash, now, end))
        .await?;
    let age = COOKIE_TIME.as_secs();
    let secure = if origin.secure { "; Secure" } else { "" };
    let cookie =
        format!("{cookie}={session}; Path=/; HttpOnly; SameSite=Strict; Max-Age={age}{secure}");
    // The page that is left had the code in its address.
    let headers = [
        (SET_COOKIE, cookie),
        (REFERRER_POLICY, "no-referrer".into()),
    ];
    Ok((headers, redirect(next)).into_response())
}

async fn is_valid(
    state: &AppState,
    code: &str,
    own_token: Option<&[u8; 32]>,
) -> Result<bool, StoreError> {
    if Kind::LoginCode.is_like(code) {
        let (hash, now) = (secret::hash(code), Timestamp::now());
        return state
            .store
            .write(move |db| access::take_login_code(db, &hash, now))
            .await;
    }
    is_token(state, code, own_token).await
}

async fn sign_out(
    State(state): State<AppState>,
    headers: HeaderMap,
) -> Result<Response, Unavailable> {
    let Access::SignIn { cookie, .. } = &state.access else {
        return Ok(redirect(HOME));
    };
    if let Some(session) = session_of(&headers, cookie) {
        let hash = secret::hash(session);
        state
            .store
            .write(move |db| access::end_session(db, &hash))
            .await?;
    }
    let gone = format!("{cookie}=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0");
    Ok(([(SET_COOKIE, gone)], redirect("/-/login")).into_response())
}

fn redirect(target: &str) -> Response {
    (StatusCode::SEE_OTHER, [(LOCATION, target.to_owned())]).into_response()
}

/// A place on this server only: browsers read `//host` and `/\host` as other servers.
fn local_target(next: &str) -> &str {
    let printable = next
        .bytes()
        .all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    if next.starts_with('/') && !next.starts_with("//") && printable {
        next
    } else {
        HOME
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sign_in_leads_nowhere_else() {
        assert_eq!(local_target("/shop?inspect=1"), "/shop?inspect=1");
        for evil in [
            "",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "/a\r\nb: c",
            "/\t/e",
        ] {
            assert_eq!(local_target(evil), HOME, "{evil}");
        }
    }
}
