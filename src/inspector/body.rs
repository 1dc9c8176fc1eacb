//! The Body pane: one request's body in the view that was asked for, or the first that fits.
//!
//! All of this reads and lays out megabytes: call it off the async threads.

mod flat_views;
mod links;
mod path_bar;
mod plan;
mod shown;
mod tree;

use askama::Template;
use askama::filters::HtmlSafe;

use crate::request::RequestId;
use crate::view::body::{BodyKind, Sniffed, exact_size, sniff};
use crate::view::json::{Document, Node, SyntaxError, paths};
use crate::view::text::visible;
use flat_views::{ErrorView, FormView, HexView, PathsView, TextView};
use links::Links;
use path_bar::PathBar;
use tree::Tree;

/// A note is cut to this many characters.
const MAX_NOTE: usize = 200;

/// The ways to show a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ViewKind {
    Tree,
    Paths,
    Pretty,
    Form,
    Sent,
    Hex,
}

impl ViewKind {
    pub const ALL: [Self; 6] = [
        Self::Tree,
        Self::Paths,
        Self::Pretty,
        Self::Form,
        Self::Sent,
        Self::Hex,
    ];

    /// The value of `view=`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Tree => "tree",
            Self::Paths => "paths",
            Self::Pretty => "pretty",
            Self::Form => "form",
            Self::Sent => "sent",
            Self::Hex => "hex",
        }
    }

    /// The inverse of [`ViewKind::as_str`].
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    fn label(self) -> &'static str {
        match self {
            Self::Tree => "Tree",
            Self::Paths => "Paths",
            Self::Pretty => "Pretty",
            Self::Form => "Form",
            Self::Sent => "As sent",
            Self::Hex => "Hex",
        }
    }
}

/// What the pane shows of a body. Embed it in a page as `{{ pane }}`.
#[derive(Debug, Clone, Template)]
#[template(path = "body.html")]
pub struct BodyPane {
    size: String,
    kind: &'static str,
    charset: Option<String>,
    tabs: Vec<Tab>,
    notes: Vec<String>,
    error: Option<ErrorView>,
    raw: String,
    content: Content,
}

/// The template has escaped all that senders wrote.
impl HtmlSafe for BodyPane {}

#[derive(Debug, Clone)]
struct Tab {
    label: &'static str,
    view: &'static str,
    href: String,
    current: bool,
}

#[derive(Debug, Clone)]
enum Content {
    Empty,
    Tree(Box<TreeView>),
    Paths(PathsView),
    Pretty(TextView),
    Form(FormView),
    Sent(TextView),
    Hex(HexView),
}

#[derive(Debug, Clone)]
struct TreeView {
    bar: PathBar,
    tree: Tree,
    branches: String,
    /// Lead to the root and to the next levels, where the tree begins further down.
    up: Vec<(String, String)>,
    /// `at=` led nowhere.
    lost: bool,
}

impl BodyPane {
    /// Reads the body and lays out the view. `at` is a JSONPath or `node:N` in the tree, an offset
    /// in bytes as sent and in hex. `base_path` is the inspected path as it was sent, percent-encoded;
    /// empty for links relative to the page.
    #[must_use]
    pub fn new(
        request_id: RequestId,
        body: &[u8],
        content_type: Option<&str>,
        content_encoding: Option<&str>,
        view: Option<ViewKind>,
        at: Option<&str>,
        base_path: &str,
    ) -> Self {
        let links = Links::new(request_id, base_path);
        let mut sniffed = sniff(body, content_type, content_encoding);
        let mut parsed = (sniffed.kind == BodyKind::Json).then(|| Document::parse(body));
        if let (Some(Err(_)), Some(kind)) = (&parsed, sniffed.otherwise) {
            parsed = None;
            sniffed.kind = kind;
            sniffed.note = None;
        }
        let views = fitting(sniffed.kind, parsed.as_ref());
        let view = view
            .filter(|view| views.contains(view))
            .or(views.first().copied());
        let mut pane = Self::frame(body, &sniffed, &links, views, view);
        if let Some(Ok(doc)) = &parsed
            && doc.has_bom()
        {
            pane.notes.push("begins with a byte order mark".to_owned());
        }
        let (doc, error) = match &parsed {
            Some(Ok(doc)) => (Some(doc), None),
            Some(Err(error)) => (None, Some(error)),
            None => (None, None),
        };
        pane.error = error.map(|error| ErrorView::new(body, error, &links));
        let from = at.and_then(|at| at.parse().ok());
        pane.content = match (view, doc) {
            (Some(ViewKind::Tree), Some(doc)) => {
                Content::Tree(Box::new(TreeView::new(doc, &links, at)))
            }
            (Some(ViewKind::Paths), Some(doc)) => Content::Paths(PathsView::new(doc, &links)),
            (Some(ViewKind::Pretty), Some(doc)) => Content::Pretty(TextView::pretty(doc)),
            (Some(ViewKind::Form), _) => Content::Form(FormView::new(body, &sniffed.charset)),
            (Some(ViewKind::Hex), _) => Content::Hex(HexView::new(body, &links, from)),
            (Some(_), _) => {
                Content::Sent(TextView::sent(body, &sniffed.charset, &links, from, error))
            }
            (None, _) => Content::Empty,
        };
        pane
    }

    fn frame(
        body: &[u8],
        sniffed: &Sniffed,
        links: &Links,
        views: &[ViewKind],
        current: Option<ViewKind>,
    ) -> Self {
        let tabs = views
            .iter()
            .map(|&view| Tab {
                label: view.label(),
                view: view.as_str(),
                href: links.view(view),
                current: Some(view) == current,
            })
            .collect();
        let text = !matches!(sniffed.kind, BodyKind::Binary | BodyKind::Empty);
        Self {
            size: exact_size(body.len()),
            kind: sniffed.kind.label(),
            charset: text.then(|| sniffed.charset.name().to_owned()),
            tabs,
            notes: sniffed.note.iter().map(|note| short(note)).collect(),
            error: None,
            raw: links.raw(),
            content: Content::Empty,
        }
    }
}

/// A note names what a header says, which may be long, or not be seen.
fn short(note: &str) -> String {
    let first: String = note.chars().take(MAX_NOTE).collect();
    visible(&first).into_owned()
}

/// The views that a body can be shown in, the best one first.
fn fitting(
    kind: BodyKind,
    parsed: Option<&Result<Document<'_>, SyntaxError>>,
) -> &'static [ViewKind] {
    use ViewKind::{Form, Hex, Paths, Pretty, Sent, Tree};
    match (kind, parsed) {
        (BodyKind::Empty, _) => &[],
        (BodyKind::Binary, _) => &[Hex],
        (BodyKind::Form, _) => &[Form, Sent, Hex],
        (BodyKind::Json, Some(Ok(_))) => &[Tree, Paths, Pretty, Sent, Hex],
        (BodyKind::Json | BodyKind::Multipart | BodyKind::Text, _) => &[Sent, Hex],
    }
}

impl TreeView {
    fn new(doc: &Document<'_>, links: &Links, at: Option<&str>) -> Self {
        let marked = at.and_then(|at| locate(doc, at));
        let mut up = Vec::new();
        let top = Tree::top(doc, marked);
        if top != doc.root() {
            let above = doc.ancestors(top).nth(20).unwrap_or(doc.root());
            up.push((links.line("$", 0), "$".to_owned()));
            up.push((
                links.line(&format!("node:{}", above.number()), above.number()),
                format!("… {} levels above", doc.depth(top)),
            ));
        }
        Self {
            bar: PathBar::new(doc, links, marked),
            tree: Tree::page(doc, links, marked),
            branches: links.branches(),
            up,
            lost: at.is_some() && marked.is_none(),
        }
    }
}

/// The node that `at=` names: by a JSONPath, or by its number where a path is ambiguous or too long.
fn locate(doc: &Document<'_>, at: &str) -> Option<Node> {
    match at.strip_prefix("node:") {
        Some(number) => doc.node(number.parse().ok()?),
        None => paths::resolve(doc, at),
    }
}

/// The members of one container from a place on, as `/-/r/ID/tree?node=N&from=K` gives them: for 0
/// a `<details>` that takes the place of the link, else more `<li>`. `None` where the body has no
/// such node.
#[must_use]
pub fn render_branch(request_id: RequestId, body: &[u8], node: u32, from: usize) -> Option<String> {
    let doc = Document::parse(body).ok()?;
    let node = doc.node(node).filter(|&node| doc.len(node) > from)?;
    let links = Links::new(request_id, "");
    Tree::branch(&doc, &links, node, from).render().ok()
}

/// One value to be copied, as `/-/r/ID/value?node=N` gives it in plain text: a string's characters,
/// anything else as sent. `None` where the body has no such node.
#[must_use]
pub fn node_value(body: &[u8], node: u32) -> Option<String> {
    let doc = Document::parse(body).ok()?;
    Some(doc.text(doc.node(node)?).into_owned())
}

#[cfg(test)]
mod tests;
