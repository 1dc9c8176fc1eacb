//! A stored body by itself: as bytes to keep, and a branch of its tree.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, header};

use super::message::PageError;
use super::state::AppState;
use crate::request::{CapturedRequest, RequestId};

/// `GET /-/r/{id}/raw`: the body's bytes, never as anything that a browser would show or run.
pub async fn body(
    State(app): State<AppState>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    match find(&app, &id).await {
        Ok(request) => download(request),
        Err(error) => error.answer(&headers),
    }
}

/// The request that a URL names.
pub(super) async fn find(app: &AppState, text: &str) -> Result<CapturedRequest, PageError> {
    let unknown = || PageError::UnknownRequest {
        id: text.to_owned(),
        list: "/?inspect".to_owned(),
    };
    let id: RequestId = text.parse().map_err(|_| unknown())?;
    app.store.request(id).await?.ok_or_else(unknown)
}

fn download(request: CapturedRequest) -> Response {
    let name = format!("attachment; filename=\"hookglass-{}.bin\"", request.id);
    let headers = [
        (header::CONTENT_TYPE, "application/octet-stream".to_owned()),
        (header::CONTENT_DISPOSITION, name),
        (header::CONTENT_SECURITY_POLICY, "sandbox".to_owned()),
    ];
    (headers, request.received.body).into_response()
}
