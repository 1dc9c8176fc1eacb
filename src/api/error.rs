//! The one shape of an API error: `{"error": "a sentence"}` with its status.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::StatusCode;

use crate::store::StoreError;

#[derive(Debug)]
pub(super) enum ApiError {
    BadRequest(String),
    NotFound(String),
    Store(StoreError),
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let (status, sentence) = match self {
            Self::BadRequest(sentence) => (StatusCode::BAD_REQUEST, sentence),
            Self::NotFound(sentence) => (StatusCode::NOT_FOUND, sentence),
            Self::Store(error) => {
                tracing::error!("an API call failed: {error}");
                (StatusCode::SERVICE_UNAVAILABLE, error.to_string())
            }
        };
        (status, Json(serde_json::json!({ "error": sentence }))).into_response()
    }
}

/// Reads a parameter that may be left out.
pub(super) fn optional<T>(
    name: &str,
    text: Option<&str>,
    parse: impl FnOnce(&str) -> Option<T>,
    expected: &str,
) -> Result<Option<T>, ApiError> {
    let Some(text) = text.filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    parse(text)
        .map(Some)
        .ok_or_else(|| ApiError::BadRequest(format!("{name}={text:?} is not {expected}")))
}
