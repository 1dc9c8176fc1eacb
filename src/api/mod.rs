//! The API for programs: what is stored, as JSON, behind a token (`docs/api.md`).

mod among;
mod error;
mod export;
mod requests;

use axum::Router;
use axum::routing::get;

use crate::inspector::AppState;

/// The routes below `/-/api/v1`, and the export that pages link to.
pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/-/api/v1/requests", get(requests::list))
        .route("/-/api/v1/requests/{id}", get(requests::one))
        .route("/-/api/v1/requests/{id}/body", get(requests::body))
        .route("/-/api/v1/endpoints", get(requests::endpoints))
        .route("/-/api/v1/export", get(export::export))
        .route("/-/export", get(export::export))
}
