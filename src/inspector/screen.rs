//! The inspector's one screen: header, list, and the request that is open.

use askama::Template;
use askama::filters::HtmlSafe;
use http::request::Parts;
use http::{HeaderMap, header};

use super::detail::Detail;
use super::empty::Empty;
use super::frame::Frame;
use super::list::Rows;
use super::phrase::{Phrase, Slot};
use super::place::{self, Place};
use super::shape::{ShapeList, ShapePage};
use super::state::App;

/// A whole page.
#[derive(Template)]
#[template(path = "page.html")]
pub struct Page {
    pub frame: Frame,
    /// What the tab says.
    pub title: String,
    pub screen: Screen,
}

/// All that stands in the page's body.
#[derive(Template)]
#[template(path = "screen.html")]
pub struct Screen {
    pub frame: Frame,
    pub header: Header,
    /// Why requests can't be stored now.
    pub trouble: Option<Phrase>,
    pub content: Content,
}

impl HtmlSafe for Screen {}

/// The bar at the top.
pub struct Header {
    /// The link to the list of all paths.
    pub home: String,
    pub path: String,
    /// The path's full address, to be pasted at a sender.
    pub url: String,
    /// `(format, href)` of this list's exports; none while there is nothing to export.
    pub exports: Vec<(&'static str, String)>,
    pub export_title: Phrase,
    /// This page, for forms that come back to it.
    pub back: String,
    pub auth: bool,
}

/// What the page is about.
pub enum Content {
    Empty(Empty),
    List(Box<Listed>),
    Shape(ShapePage),
    Shapes(ShapeList),
}

/// The list and the request that is open.
pub struct Listed {
    pub place: Place,
    pub rows: Rows,
    /// The list's newest rows are not on this page; the link leads there.
    pub newest: Option<String>,
    pub detail: Option<Detail>,
    /// The URL names the open request, so that a narrow page shows it and not the list.
    pub is_permalink: bool,
    /// Where newer rows are asked for.
    pub feed: String,
}

impl Header {
    /// The bar of the page at `place`.
    #[must_use]
    pub fn new(place: &Place, parts: &Parts, app: &App, frame: &Frame, has_requests: bool) -> Self {
        let s = frame.s;
        let path = place::query_value(&place.path);
        let export = |format: &'static str| format!("/-/export?format={format}&path={path}");
        let exports = vec![
            (s.export_json, export("json")),
            (s.export_ndjson, export("ndjson")),
            (s.export_csv, export("csv")),
        ];
        Self {
            home: place::list_of("/"),
            path: place.path.clone(),
            url: full_url(place, &parts.headers, app.public_url.as_deref()),
            exports: if has_requests { exports } else { Vec::new() },
            export_title: Phrase::new(s.export_list, &[("path", Slot::Code(place.path.clone()))]),
            back: back(parts),
            auth: app.access.needs_sign_in(),
        }
    }
}

/// The page that was asked for, as a link that stays on this host: `//host` would lead to another.
fn back(parts: &Parts) -> String {
    let page = parts
        .uri
        .path_and_query()
        .map_or("/?inspect", |page| page.as_str());
    let here = if page.starts_with("//") { "/." } else { "" };
    format!("{here}{page}")
}

/// The address to paste at a sender: what the owner says is public, else what the browser used.
#[must_use]
pub fn full_url(place: &Place, headers: &HeaderMap, public_url: Option<&str>) -> String {
    let text = |name: http::HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let base = public_url.map_or_else(
        || {
            let host = text(header::HOST).unwrap_or("127.0.0.1");
            // Told by whichever proxy the viewer came through; it only words a line of the viewer's own page.
            let secure =
                text(http::HeaderName::from_static("x-forwarded-proto")).is_some_and(|scheme| {
                    scheme
                        .split(',')
                        .next()
                        .is_some_and(|first| first.trim() == "https")
                });
            format!("{}://{host}", if secure { "https" } else { "http" })
        },
        |url| url.trim_end_matches('/').to_owned(),
    );
    format!("{base}{}", place.path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_back_leads_to_no_other_host() {
        let back_of = |page: &str| {
            let (parts, ()) = http::Request::get(page).body(()).unwrap().into_parts();
            back(&parts)
        };
        assert_eq!(
            back_of("//evil.example/x?inspect"),
            "/.//evil.example/x?inspect"
        );
        assert_eq!(back_of("/shop?inspect=1"), "/shop?inspect=1");
    }

    #[test]
    fn the_url_to_paste_is_the_public_one_or_the_one_that_was_used() {
        let place = Place::read(&"/shop?inspect".parse().unwrap());
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, "localhost:4665".parse().unwrap());
        assert_eq!(
            full_url(&place, &headers, None),
            "http://localhost:4665/shop"
        );
        assert_eq!(
            full_url(&place, &headers, Some("https://h.example/")),
            "https://h.example/shop"
        );
        headers.insert("x-forwarded-proto", "https".parse().unwrap());
        assert_eq!(
            full_url(&place, &headers, None),
            "https://localhost:4665/shop"
        );
    }
}
