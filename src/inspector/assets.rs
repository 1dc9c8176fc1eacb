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

#[cfg(test)]
mod tests {
    use super::*;

    /// `light-dark(#rrggbb, #rrggbb)` of a token of app.css.
    fn token(css: &str, name: &str) -> [String; 2] {
        let (_, rest) = css.split_once(&format!("--{name}: light-dark(")).unwrap();
        let (pair, _) = rest.split_once(')').unwrap();
        let (light, dark) = pair.split_once(", ").unwrap();
        [light.to_owned(), dark.to_owned()]
    }

    fn luminance(colour: &str) -> f64 {
        let part = |at: usize| {
            let value = f64::from(u8::from_str_radix(&colour[at..at + 2], 16).unwrap()) / 255.0;
            if value <= 0.04045 {
                value / 12.92
            } else {
                ((value + 0.055) / 1.055).powf(2.4)
            }
        };
        0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5)
    }

    fn contrast(one: &str, other: &str) -> f64 {
        let (a, b) = (luminance(one), luminance(other));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn text_and_controls_stand_out_in_both_themes() {
        let css = Files::get("app.css").unwrap();
        let css = std::str::from_utf8(&css.data).unwrap();
        let grounds = ["bg", "panel", "selected", "hover"];
        let on_ground = [
            "text",
            "muted",
            "accent",
            "json-key",
            "json-string",
            "json-number",
            "json-boolean",
            "json-null",
        ];
        let mut pairs = vec![
            ("text", "find-bg", 4.5),
            ("on-accent", "accent", 4.5),
            ("warn", "warn-bg", 4.5),
        ];
        pairs.extend([
            ("good", "good-bg", 4.5),
            ("bad", "bad-bg", 4.5),
            ("neutral", "neutral-bg", 4.5),
        ]);
        pairs.extend([
            ("teal", "teal-bg", 4.5),
            ("violet", "violet-bg", 4.5),
            ("pink", "pink-bg", 4.5),
        ]);
        pairs.extend([
            ("olive", "olive-bg", 4.5),
            ("indigo", "indigo-bg", 4.5),
            ("slate", "slate-bg", 4.5),
        ]);
        for ground in grounds {
            pairs.push(("control", ground, 3.0));
            pairs.extend(on_ground.map(|text| (text, ground, 4.5)));
        }
        for (text, ground, least) in pairs {
            let (fore, back) = (token(css, text), token(css, ground));
            for theme in [0, 1] {
                let ratio = contrast(&fore[theme], &back[theme]);
                assert!(
                    ratio >= least,
                    "{text} on {ground}, theme {theme}: {ratio:.2}"
                );
            }
        }
    }

    #[test]
    fn scripts_and_styles_stay_small() {
        let size = |ending: &str| -> usize {
            let names = Files::iter().filter(|name| name.ends_with(ending));
            names
                .map(|name| Files::get(&name).unwrap().data.len())
                .sum()
        };
        assert!(size(".mjs") < 40 * 1024, "{}", size(".mjs"));
        // Two tables more, of attempts and of shapes: 2 % of a page's weight.
        assert!(size(".css") < 28 * 1024, "{}", size(".css"));
    }
}
