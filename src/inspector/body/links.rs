//! Where the links of the pane lead. All are our own: nothing that a sender wrote becomes a place
//! to go to, only a part of a path or a query that is encoded here.

use std::fmt::Write;

use super::ViewKind;
use crate::request::RequestId;

/// The request that links are about, and the page they stand on.
#[derive(Debug, Clone)]
pub(super) struct Links {
    base: String,
    id: RequestId,
}

impl Links {
    /// `base_path` is the inspected path, still encoded as it was sent; empty for links relative to
    /// the page that a fragment is put into.
    pub(super) fn new(id: RequestId, base_path: &str) -> Self {
        let mut base = String::new();
        // `//host` would be another site, `/.//host` is a path of this one.
        if base_path.starts_with("//") || base_path.starts_with("/\\") {
            base.push_str("/.");
        }
        push_encoded(&mut base, base_path, b"-._~/%!$&'()*+,;=:@");
        Self { base, id }
    }

    pub(super) fn view(&self, view: ViewKind) -> String {
        format!("{}?inspect={}&view={}", self.base, self.id, view.as_str())
    }

    pub(super) fn at(&self, view: ViewKind, at: &str) -> String {
        let mut link = self.view(view);
        link.push_str("&at=");
        push_encoded(&mut link, at, b"-._~$:");
        link
    }

    /// A line of the tree; the fragment lets the browser scroll to it.
    pub(super) fn line(&self, at: &str, node: u32) -> String {
        let mut link = self.at(ViewKind::Tree, at);
        let _ = write!(link, "#n{node}");
        link
    }

    pub(super) fn raw(&self) -> String {
        format!("/-/r/{}/raw", self.id)
    }

    pub(super) fn branches(&self) -> String {
        format!("/-/r/{}/tree", self.id)
    }

    pub(super) fn values(&self) -> String {
        format!("/-/r/{}/value", self.id)
    }
}

fn push_encoded(out: &mut String, text: &str, kept: &[u8]) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || kept.contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_a_sender_wrote_leads_away() {
        let id = RequestId::new(1).unwrap();
        for (path, begins) in [
            ("/shop", "/shop?inspect="),
            ("//evil.example/x", "/.//evil.example/x?inspect="),
            ("/\\evil.example", "/./%5Cevil.example?inspect="),
            ("/a b?c#d\"<", "/a%20b%3Fc%23d%22%3C?inspect="),
            ("", "?inspect="),
        ] {
            let link = Links::new(id, path).view(ViewKind::Tree);
            assert!(link.starts_with(begins), "{link}");
        }
        let link = Links::new(id, "/shop").line("$.a['é&']", 7);
        assert!(
            link.ends_with("&view=tree&at=$.a%5B%27%C3%A9%26%27%5D#n7"),
            "{link}"
        );
    }
}
