//! A stored body by itself: as bytes to keep, and a branch of its tree.

use axum::extract::{Path, Query, State};
use axum::response::{Html, IntoResponse, Response};
use http::{HeaderMap, StatusCode, header};
use serde::Deserialize;

use super::body;
use super::message::PageError;
use super::state::AppState;
use crate::request::{CapturedRequest, RequestId};

/// `GET /-/r/{id}/raw`: the body's bytes, never as anything that a browser would show or run.
pub async fn download(
    State(app): State<AppState>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    match find(&app, &id).await {
        Ok(request) => attachment(request),
        Err(error) => error.answer(&headers),
    }
}

/// A node of the body's tree, by its number.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct Node {
    node: u32,
    /// The first of its members that is wanted.
    #[serde(default)]
    from: usize,
}

/// `GET /-/r/{id}/tree?node=&from=`: members of a node, to be put into an open tree.
pub async fn tree(
    State(app): State<AppState>,
    Path(id): Path<String>,
    Query(Node { node, from }): Query<Node>,
    headers: HeaderMap,
) -> Response {
    match of_body(&app, &id, move |request| {
        body::render_branch(request.id, &request.received.body, node, from)
    })
    .await
    {
        Ok(Some(branch)) => Html(branch).into_response(),
        Ok(None) => StatusCode::NOT_FOUND.into_response(),
        Err(error) => error.answer(&headers),
    }
}

/// `GET /-/r/{id}/value?node=`: a node's whole value as text, to be copied.
pub async fn value(
    State(app): State<AppState>,
    Path(id): Path<String>,
    Query(Node { node, .. }): Query<Node>,
    headers: HeaderMap,
) -> Response {
    match of_body(&app, &id, move |request| {
        body::node_value(&request.received.body, node)
    })
    .await
    {
        Ok(Some(text)) => text.into_response(),
        Ok(None) => StatusCode::NOT_FOUND.into_response(),
        Err(error) => error.answer(&headers),
    }
}

/// Reads something out of a whole body, off the async threads.
async fn of_body(
    app: &AppState,
    id: &str,
    read: impl FnOnce(&CapturedRequest) -> Option<String> + Send + 'static,
) -> Result<Option<String>, PageError> {
    let request = find(app, id).await?;
    Ok(tokio::task::spawn_blocking(move || read(&request))
        .await
        .ok()
        .flatten())
}

/// The request that a URL names.
async fn find(app: &AppState, text: &str) -> Result<CapturedRequest, PageError> {
    let unknown = || PageError::UnknownRequest {
        id: text.to_owned(),
        list: "/?inspect".to_owned(),
    };
    let id: RequestId = text.parse().map_err(|_| unknown())?;
    app.store.request(id).await?.ok_or_else(unknown)
}

fn attachment(request: CapturedRequest) -> Response {
    let name = format!("attachment; filename=\"hookglass-{}.bin\"", request.id);
    let headers = [
        (header::CONTENT_TYPE, "application/octet-stream".to_owned()),
        (header::CONTENT_DISPOSITION, name),
        (header::CONTENT_SECURITY_POLICY, "sandbox".to_owned()),
    ];
    (headers, request.received.body).into_response()
}
