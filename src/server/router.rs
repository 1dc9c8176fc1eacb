//! Every URL of hookglass's own, in one place, and what stands in front of them.

use axum::Router;
use axum::extract::State;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::get;
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
        .fallback(inspector::show)
        // Read from below: first the headers, so that a refusal carries them too, then the sign-in.
        .layer(from_fn_with_state(state.clone(), access::gate))
        .layer(from_fn(headers::guard))
        .with_state(state)
}

/// One word: whether captures can be stored.
async fn ready(State(state): State<AppState>) -> (StatusCode, &'static str) {
    match state.store.health().is_ok() {
        true => (StatusCode::OK, "ready\n"),
        false => (StatusCode::SERVICE_UNAVAILABLE, "failing\n"),
    }
}
