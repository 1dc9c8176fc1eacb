//! The bar above the tree: what the chosen value is called, and the value.

use super::links::Links;
use super::shown::Shown;
use super::tree::class;
use crate::view::body::short_size;
use crate::view::json::paths;
use crate::view::json::{Document, Kind, Node, notes};

/// As much of a value is shown in the bar; the link to the rest leads to all of it.
const MAX_VALUE: usize = 8_000;
/// As much of a path.
const MAX_PATH: usize = 8_000;

/// The paths of the chosen value. Without a choice the bar says how to make one.
#[derive(Debug, Clone)]
pub(super) struct PathBar {
    pub(super) chosen: Option<Chosen>,
    /// Where scripts get a whole value from.
    pub(super) values: String,
}

#[derive(Debug, Clone)]
pub(super) struct Chosen {
    pub(super) node: u32,
    pub(super) json: String,
    pub(super) template: Option<String>,
    pub(super) notes: Vec<String>,
    pub(super) class: &'static str,
    /// A string's characters; else the text as sent.
    pub(super) value: Shown,
    /// The size of a value that is cut.
    pub(super) cut: Option<String>,
}

impl PathBar {
    pub(super) fn new(doc: &Document<'_>, links: &Links, chosen: Option<Node>) -> Self {
        Self {
            chosen: chosen.map(|node| Chosen::new(doc, node)),
            values: links.values(),
        }
    }
}

impl Chosen {
    fn new(doc: &Document<'_>, node: Node) -> Self {
        let path = paths::path(doc, node);
        let mut said: Vec<String> = notes(doc, node, doc.turn(node))
            .iter()
            .filter(|note| !matches!(note, crate::view::json::Note::Escapes))
            .map(ToString::to_string)
            .collect();
        if path.ambiguous {
            said.push("a duplicate key is on the way: the path may lead to another value".into());
        }
        let mut json = path.json;
        let mut template = path.template;
        if json.len() > MAX_PATH {
            said.push(format!(
                "{} levels deep: the path has {}",
                doc.depth(node),
                short_size(json.len())
            ));
            json = json.chars().take(MAX_PATH).chain(['…']).collect();
            template = None;
        }
        let text = doc.text(node);
        let (value, cut) = Shown::clipped(&text, MAX_VALUE);
        if doc.kind(node) == Kind::String && doc.has_escape(node) {
            said.push("escapes decoded".into());
        }
        Self {
            node: node.number(),
            json,
            template,
            notes: said,
            class: class(doc.kind(node)),
            value,
            cut: cut.then(|| short_size(text.len())),
        }
    }
}
