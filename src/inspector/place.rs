//! Where in the inspector one is: read from the page's URL, written into links.

use std::fmt::Write;

use axum::extract::Query;
use http::Uri;

use crate::request::RequestId;
use crate::store::{PathScope, Scope};

/// What the page's URL asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The path whose requests are listed, as sent by the browser; all below it are listed too.
    pub path: String,
    /// Browser noise is shown too.
    pub all: bool,
    pub opened: Opened,
    /// The list goes on below this request.
    pub before: Option<RequestId>,
    /// Only what is newer than this request.
    pub after: Option<RequestId>,
    /// How the body is shown, and at which node.
    pub view: Option<String>,
    pub at: Option<String>,
    /// The event whose shape is shown, `sender/type`; empty for the list of all shapes.
    pub shape: Option<String>,
}

/// Which request is open beside the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Opened {
    /// None was asked for, so the newest.
    Newest,
    One(RequestId),
    /// The URL names something that is no id.
    Unreadable(String),
}

impl Place {
    /// Reads a URL that has the key `inspect`; what can't be read counts as not there.
    #[must_use]
    pub fn read(uri: &Uri) -> Self {
        let Query(pairs) = Query::<Vec<(String, String)>>::try_from_uri(uri).unwrap_or_default();
        let value = |name: &str| {
            let found = pairs.iter().find(|(key, _)| key == name);
            found
                .map(|(_, value)| value.as_str())
                .filter(|value| !value.is_empty())
        };
        let id = |name: &str| value(name).and_then(|text| text.parse().ok());
        Self {
            path: uri.path().to_owned(),
            all: value("show") == Some("all"),
            opened: match value("inspect") {
                None => Opened::Newest,
                Some(text) => text
                    .parse()
                    .map_or_else(|_| Opened::Unreadable(text.to_owned()), Opened::One),
            },
            before: id("before"),
            after: id("after"),
            view: value("view").map(str::to_owned),
            at: value("at").map(str::to_owned),
            shape: pairs
                .iter()
                .find(|(key, _)| key == "shape")
                .map(|(_, value)| value.clone()),
        }
    }

    /// The requests that are listed here.
    #[must_use]
    pub fn scope(&self) -> Scope {
        Scope {
            path: PathScope::new(&self.path),
            noise: self.all,
        }
    }

    /// Whether everything is listed, whatever its path.
    #[must_use]
    pub fn is_everywhere(&self) -> bool {
        PathScope::new(&self.path) == PathScope::All
    }

    /// Whether a request to `path` belongs to this list.
    #[must_use]
    pub fn holds(&self, path: &str) -> bool {
        match PathScope::new(&self.path) {
            PathScope::All => true,
            PathScope::Under(own) => path
                .strip_prefix(own.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/')),
        }
    }

    /// The link to the list's newest page.
    #[must_use]
    pub fn list(&self) -> String {
        self.link("inspect")
    }

    /// The list with browser noise.
    #[must_use]
    pub fn with_noise(&self) -> String {
        format!("{}?inspect&show=all", path_link(&self.path))
    }

    /// The list without browser noise.
    #[must_use]
    pub fn without_noise(&self) -> String {
        list_of(&self.path)
    }

    /// The page of the list below `id`.
    #[must_use]
    pub fn older_than(&self, id: RequestId) -> String {
        self.link(&format!("inspect&before={id}"))
    }

    /// The permalink of a request in this list.
    #[must_use]
    pub fn request(&self, id: RequestId) -> String {
        self.link(&format!("inspect={id}"))
    }

    /// A value in the body of a request in this list, by `at=` of the tree, and by its number for the browser.
    #[must_use]
    pub fn value(&self, id: RequestId, at: &str, node: Option<u32>) -> String {
        let line = node.map(|node| format!("#n{node}")).unwrap_or_default();
        let at = query_value(at);
        format!(
            "{}{line}",
            self.link(&format!("inspect={id}&view=tree&at={at}"))
        )
    }

    fn link(&self, query: &str) -> String {
        let all = if self.all { "&show=all" } else { "" };
        format!("{}?{query}{all}", path_link(&self.path))
    }
}

/// The link to the list of any path.
#[must_use]
pub fn list_of(path: &str) -> String {
    format!("{}?inspect", path_link(path))
}

/// The page of an event's shape.
#[must_use]
pub fn shape_of(sender: &str, event_type: &str) -> String {
    format!(
        "/?inspect&shape={}/{}",
        query_value(sender),
        query_value(event_type)
    )
}

/// The list of all shapes.
pub const SHAPES: &str = "/?inspect&shape=";

/// A path as the path of a link that stays on this host. A sender chooses its path freely: `//host`
/// would leave this site, and a browser folds `..` away, so those get a form that it leaves alone.
#[must_use]
pub fn path_link(path: &str) -> String {
    if !path.starts_with('/') || path.split('/').any(is_dots) {
        return "/".to_owned();
    }
    let mut link = String::with_capacity(path.len() + 2);
    if path.starts_with("//") {
        link.push_str("/.");
    }
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"/%-._~!$&'()*+,;=:@".contains(&byte) {
            link.push(char::from(byte));
        } else {
            // Writing into a String can't fail.
            let _ = write!(link, "%{byte:02X}");
        }
    }
    link
}

fn is_dots(segment: &str) -> bool {
    matches!(
        segment.to_ascii_lowercase().replace("%2e", ".").as_str(),
        "." | ".."
    )
}

/// A value inside a query.
#[must_use]
pub fn query_value(text: &str) -> String {
    let mut value = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte) {
            value.push(char::from(byte));
        } else {
            let _ = write!(value, "%{byte:02X}");
        }
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(url: &str) -> Place {
        Place::read(&url.parse().unwrap())
    }

    #[test]
    fn the_url_says_what_is_shown() {
        let id: RequestId = "1h6x5q8v0k2pd".parse().unwrap();
        assert_eq!(place("/shop?inspect").opened, Opened::Newest);
        assert_eq!(place("/shop?a=b&inspect=").opened, Opened::Newest);
        assert_eq!(place("/shop?inspect=1h6x5q8v0k2pd").opened, Opened::One(id));
        assert_eq!(
            place("/?inspect=zz").opened,
            Opened::Unreadable("zz".into())
        );
        let older = place("/?inspect&show=all&before=1h6x5q8v0k2pd&after=x");
        assert_eq!(
            (older.before, older.after, older.all),
            (Some(id), None, true)
        );
        assert_eq!(older.request(id), "/?inspect=1h6x5q8v0k2pd&show=all");
        assert_eq!(older.shape, None);
        let shape = place("/?inspect&shape=shop/order.paid%2Fnow");
        assert_eq!(shape.shape.as_deref(), Some("shop/order.paid/now"));
        assert_eq!(place("/?inspect&shape").shape.as_deref(), Some(""));
    }

    #[test]
    fn a_list_holds_its_path_and_all_below() {
        let shop = place("/shop/?inspect");
        assert!(shop.holds("/shop") && shop.holds("/shop/") && shop.holds("/shop/a"));
        assert!(!shop.holds("/shopping") && !shop.holds("/"));
        assert!(place("/?inspect").holds("anything"));
    }

    #[test]
    fn links_never_leave_this_host() {
        assert_eq!(list_of("//evil.example/x"), "/.//evil.example/x?inspect");
        assert_eq!(list_of("/a/../b"), "/?inspect");
        assert_eq!(list_of("/a/%2E%2e/b"), "/?inspect");
        assert_eq!(list_of("*"), "/?inspect");
        assert_eq!(list_of("/a b\"é"), "/a%20b%22%C3%A9?inspect");
        assert_eq!(list_of("/a%20b"), "/a%20b?inspect");
    }
}
