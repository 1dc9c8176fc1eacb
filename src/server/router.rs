//! Every URL of hookglass's own, in one place, and what stands in front of them.

use axum::extract::{Request, State};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use http::StatusCode;

use crate::api;
use crate::inspector::{self, AppState, access, headers};

pub(super) fn router(state: AppState) -> Router {
    Router::new()
        .merge(inspector::pages())
        .merge(access::routes())
        .merge(api::routes())
        .route("/-/healthz", get("ok\n"))
        .route("/-/readyz", get(ready))
        .fallback(show_or_nothing)
        // Read from below: first the headers, so that a refusal carries them too, then the sign-in.
        .layer(from_fn_with_state(state.clone(), access::gate))
        .layer(from_fn(headers::guard))
        .with_state(state)
}

/// `?inspect` at any path; below `/-/` only what has a route of its own is there.
async fn show_or_nothing(state: State<AppState>, request: Request) -> Response {
    let path = request.uri().path();
    if path.starts_with("/-/api/") {
        let error =
            serde_json::json!({ "error": "there is no such call; docs/api.md has them all" });
        return (StatusCode::NOT_FOUND, Json(error)).into_response();
    }
    if path.starts_with("/-/") {
        return (StatusCode::NOT_FOUND, "There is nothing at this address.\n").into_response();
    }
    let (parts, _) = request.into_parts();
    inspector::show(state, parts).await
}

/// One word: whether captures can be stored.
async fn ready(State(state): State<AppState>) -> (StatusCode, &'static str) {
    match state.store.health().is_ok() {
        true => (StatusCode::OK, "ready\n"),
        false => (StatusCode::SERVICE_UNAVAILABLE, "failing\n"),
    }
}
