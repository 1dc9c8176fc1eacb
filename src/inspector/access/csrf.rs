//! Unsafe requests must come from a page of our own (Fetch Metadata; OWASP, CSRF prevention).

use http::HeaderMap;
use http::header::{HOST, ORIGIN};

/// Whether a request that carries ambient authority was made by one of our own pages: the browser says
/// so, or, where it says nothing, its `Origin` is the host it speaks to.
pub(super) fn from_own_page(headers: &HeaderMap) -> bool {
    if let Some(site) = headers.get("sec-fetch-site") {
        return site == "same-origin";
    }
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let (Some(origin), Some(host)) = (text(ORIGIN), text(HOST)) else {
        return false;
    };
    let authority = origin.split_once("://").map(|(_, authority)| authority);
    authority.is_some_and(|authority| authority.eq_ignore_ascii_case(host))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
            .collect()
    }

    #[test]
    fn only_our_own_pages_pass() {
        let own = |pairs: &[_]| from_own_page(&headers(pairs));
        assert!(own(&[("sec-fetch-site", "same-origin")]));
        assert!(!own(&[
            ("sec-fetch-site", "same-site"),
            ("origin", "http://h"),
            ("host", "h")
        ]));
        assert!(!own(&[("sec-fetch-site", "none")]));
        assert!(own(&[("origin", "http://h:1"), ("host", "h:1")]));
        assert!(!own(&[("origin", "http://h:1"), ("host", "h:2")]));
        assert!(!own(&[("origin", "null"), ("host", "null")]));
        assert!(!own(&[("host", "h")]));
    }
}
