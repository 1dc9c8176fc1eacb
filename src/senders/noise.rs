//! By-products of browsers and crawlers: kept like everything, labelled, hidden by default.

use crate::request::{Head, Identity};

/// What a request is that no sender sent, if it is one of those.
pub(super) fn identity(head: &Head) -> Option<Identity> {
    if let Some(title) = preflight(head) {
        return Some(Identity {
            title: Some(title),
            ..Identity::default()
        });
    }
    let title = by_product(head)?;
    Some(Identity {
        title: Some(title.to_owned()),
        noise: true,
        ..Identity::default()
    })
}

/// A browser asks for it by itself, or a crawler.
fn by_product(head: &Head) -> Option<&'static str> {
    if !matches!(&*head.method(), "GET" | "HEAD") {
        return None;
    }
    let path = head.path();
    match &*path {
        "/favicon.ico" => Some("Browser asks for its icon"),
        "/robots.txt" => Some("Crawler asks for robots.txt"),
        _ => {
            let name = path.strip_prefix("/apple-touch-icon")?;
            // `/apple-touch-icon-120x120-precomposed.png` and the like, never a folder.
            let image = name.ends_with(".png") && !name.contains('/');
            image.then_some("Browser asks for its home screen icon")
        }
    }
}

/// A browser asks whether a page may send the request it is about to send (Fetch, CORS protocol). No
/// noise: a page does call this endpoint.
fn preflight(head: &Head) -> Option<String> {
    if head.method() != "OPTIONS" || head.first("origin").is_none() {
        return None;
    }
    let method = head.text("access-control-request-method")?;
    let token = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    let plain = (1..=20).contains(&method.len()) && method.bytes().all(token);
    Some(if plain {
        format!("CORS preflight for {method}")
    } else {
        "CORS preflight".to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn icons_and_robots_are_noise_and_a_preflight_is_named() {
        let cases = [
            (
                "GET /favicon.ico",
                "",
                Some(("Browser asks for its icon", true)),
            ),
            (
                "HEAD /favicon.ico?v=2",
                "",
                Some(("Browser asks for its icon", true)),
            ),
            ("POST /favicon.ico", "", None),
            ("GET /shop/favicon.ico", "", None),
            (
                "GET /robots.txt",
                "",
                Some(("Crawler asks for robots.txt", true)),
            ),
            (
                "GET /apple-touch-icon-120x120-precomposed.png",
                "",
                Some(("Browser asks for its home screen icon", true)),
            ),
            ("GET /apple-touch-icon/x.png", "", None),
            ("GET /apple-touch-icon.jpg", "", None),
            (
                "OPTIONS /hook",
                "Origin: https://a.example\r\nAccess-Control-Request-Method: POST\r\n",
                Some(("CORS preflight for POST", false)),
            ),
            (
                "OPTIONS /hook",
                "Origin: null\r\nAccess-Control-Request-Method: <b>\r\n",
                Some(("CORS preflight", false)),
            ),
            ("OPTIONS /hook", "Origin: https://a.example\r\n", None),
            ("GET /hook", "", None),
        ];
        for (line, headers, expected) in cases {
            let head = Head::new(format!("{line} HTTP/1.1\r\n{headers}\r\n"));
            let found = identity(&head).map(|found| (found.title.unwrap(), found.noise));
            let expected = expected.map(|(title, noise)| (title.to_owned(), noise));
            assert_eq!(found, expected, "{line}");
        }
    }
}
