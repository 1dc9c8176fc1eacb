//! The files of `static/`, inside the binary.
//!
//! All of them share one edition, a hash over every name and byte, which stands in their URL. So they can
//! be kept forever, and a module's `import "./copy.mjs"` finds its neighbour of the same edition.

use std::fmt::Write;
use std::sync::LazyLock;

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode, header};
use rust_embed::RustEmbed;
use sha2::{Digest, Sha256};

#[derive(RustEmbed)]
#[folder = "static/"]
struct Files;

static EDITION: LazyLock<String> = LazyLock::new(|| {
    let mut names: Vec<_> = Files::iter().collect();
    names.sort();
    let mut hash = Sha256::new();
    for name in names {
        hash.update(name.as_bytes());
        if let Some(file) = Files::get(&name) {
            hash.update(file.metadata.sha256_hash());
        }
    }
    hash.finalize()
        .iter()
        .take(8)
        .fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
});

/// The URL of a file of `static/`.
#[must_use]
pub fn url(file: &str) -> String {
    format!("/-/static/{}/{file}", *EDITION)
}

/// `GET /-/static/{edition}/{file}`
///
/// A page of an older edition that is still open gets today's file, but may not keep it.
pub async fn serve(Path((edition, file)): Path<(String, String)>, headers: HeaderMap) -> Response {
    let Some(content) = Files::get(&file) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let keep = if edition == *EDITION {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    let tag = format!("\"{}\"", *EDITION);
    let known = headers
        .get(header::IF_NONE_MATCH)
        .and_then(|value| value.to_str().ok());
    let caching = [
        (header::CACHE_CONTROL, keep.to_owned()),
        (header::ETAG, tag.clone()),
    ];
    if known == Some(tag.as_str()) {
        return (StatusCode::NOT_MODIFIED, caching).into_response();
    }
    let kind = [(header::CONTENT_TYPE, media_type(&file))];
    (caching, kind, content.data.into_owned()).into_response()
}

fn media_type(file: &str) -> &'static str {
    match file.rsplit_once('.').map(|(_, ending)| ending) {
        Some("css") => "text/css; charset=utf-8",
        Some("mjs") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        _ => "application/octet-stream",
    }
}
