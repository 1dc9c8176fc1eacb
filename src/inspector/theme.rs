//! Light, dark, or as the system has it: kept in a cookie, so that the first painted frame is right.

use axum::Form;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode, header};
use serde::Deserialize;

const COOKIE: &str = "hookglass_theme";
const KEEP_S: u32 = 365 * 24 * 3600;

/// The colours of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Theme {
    /// What the system prefers.
    #[default]
    Auto,
    Light,
    Dark,
}

impl Theme {
    /// The theme that a request's cookie names.
    #[must_use]
    pub fn of(headers: &HeaderMap) -> Self {
        headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|line| line.to_str().ok())
            .flat_map(|line| line.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .find(|(name, _)| *name == COOKIE)
            .and_then(|(_, value)| Self::parse(value))
            .unwrap_or_default()
    }

    /// The word in cookie, form and `data-theme`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// What the theme button changes to.
    #[must_use]
    pub fn next(self) -> Self {
        match self {
            Self::Auto => Self::Light,
            Self::Light => Self::Dark,
            Self::Dark => Self::Auto,
        }
    }

    fn parse(text: &str) -> Option<Self> {
        [Self::Auto, Self::Light, Self::Dark]
            .into_iter()
            .find(|theme| theme.as_str() == text)
    }
}

/// The theme button's form.
#[derive(Debug, Deserialize)]
pub struct Change {
    theme: String,
    /// The page to come back to.
    back: Option<String>,
}

/// `POST /-/theme`
pub async fn change(Form(change): Form<Change>) -> Response {
    let Some(theme) = Theme::parse(&change.theme) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let cookie = format!(
        "{COOKIE}={}; Path=/; Max-Age={KEEP_S}; SameSite=Lax; HttpOnly",
        theme.as_str()
    );
    let back = change
        .back
        .filter(|back| is_own(back))
        .unwrap_or_else(|| "/?inspect".to_owned());
    let headers = [(header::SET_COOKIE, cookie), (header::LOCATION, back)];
    (StatusCode::SEE_OTHER, headers).into_response()
}

/// Whether `back` is a page of this host: browsers read `//` and `/\` as the start of another one.
pub(super) fn is_own(back: &str) -> bool {
    back.starts_with('/')
        && !back.starts_with("//")
        && back
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && byte != b'\\')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_back_stays_here() {
        assert!(is_own("/shop?inspect=1&show=all") && is_own("/.//x?inspect"));
        for other in [
            "//evil",
            "/\\evil",
            "https://evil",
            "",
            "/a\r\nSet-Cookie: x",
            "/é",
        ] {
            assert!(!is_own(other), "{other}");
        }
    }

    #[test]
    fn the_cookie_is_found_among_others() {
        let mut headers = HeaderMap::new();
        headers.insert(
            header::COOKIE,
            "a=b; hookglass_theme=dark; c".parse().unwrap(),
        );
        assert_eq!(Theme::of(&headers), Theme::Dark);
        headers.insert(header::COOKIE, "hookglass_theme=pink".parse().unwrap());
        assert_eq!(Theme::of(&headers), Theme::Auto);
    }
}
