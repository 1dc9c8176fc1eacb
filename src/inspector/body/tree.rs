//! The tree: what the template walks over, flat, so that no depth can overflow anything.

use askama::Template;
use askama::filters::HtmlSafe;

use super::links::Links;
use super::plan::{CHUNK, Plan};
use super::shown::Shown;
use crate::view::body::{grouped, short_size};
use crate::view::json::paths::{self, Step};
use crate::view::json::{Children, Document, Duplicates, Kind, Node, notes, preview};

/// A closed container is summed up in so many characters.
const PREVIEW: usize = 80;
/// A longer key is cut.
const MAX_KEY: usize = 120;
/// A longer value is cut.
const MAX_VALUE: usize = 2_000;
/// When the long values of a page have used this up, in bytes, the others are cut earlier.
const LONG_VALUES: usize = 40_000;
/// As early as this.
const MAX_LATE_VALUE: usize = 120;
/// A node with a longer path is linked to by its number.
const MAX_LINK: usize = 512;
/// An ambiguous path up to this size is kept on its line for copying.
const MAX_KEPT_PATH: usize = 2_048;

/// A list of lines, opened and closed.
#[derive(Debug, Clone, Template)]
#[template(path = "tree.html")]
pub(super) struct Tree {
    items: Vec<Item>,
}

/// The template has escaped the text already.
impl HtmlSafe for Tree {}

#[derive(Debug, Clone)]
enum Item {
    /// A value that holds no others.
    Leaf(Line, Value),
    /// A container that is not in the page.
    Closed(Line, Summary),
    /// A container, the start of its members, and whether they are unfolded.
    Open(Line, Summary, bool),
    /// The end of a container's members.
    Close,
    /// The start of the members of the container that a branch is about, which has its line already.
    OpenBranch(Summary),
    /// The end of a branch.
    CloseBranch,
    /// Members that are not in the page.
    More(More),
}

/// The linked part of a line.
#[derive(Debug, Clone)]
struct Line {
    node: u32,
    href: String,
    /// The name with its quotes, or the place in an array, or `$`.
    label: Shown,
    is_key: bool,
    cut: bool,
    /// Kept only where the link does not say it.
    path: Option<String>,
    /// A duplicate key is on the way.
    ambiguous: bool,
    marked: bool,
    notes: Vec<String>,
}

#[derive(Debug, Clone)]
struct Value {
    class: &'static str,
    text: Shown,
    /// The whole size of a value that is cut.
    cut: Option<String>,
}

#[derive(Debug, Clone)]
struct Summary {
    count: String,
    preview: String,
}

#[derive(Debug, Clone)]
struct More {
    href: String,
    /// The container's number and the first member, for a branch that can be put in this place;
    /// `None` for what stands before, which only a page of its own shows.
    branch: Option<(u32, usize)>,
    text: String,
}

impl Tree {
    /// The tree of a page, with `marked` in view.
    pub(super) fn page(doc: &Document<'_>, links: &Links, marked: Option<Node>) -> Self {
        let plan = Plan::page(doc, marked);
        let mut builder = Builder::new(doc, links, &plan, marked);
        let way = Way::to(doc, plan.top);
        builder.node(plan.top, &Duplicates::default(), way);
        builder.run();
        Self {
            items: builder.items,
        }
    }

    /// The members of one container, from a place on.
    pub(super) fn branch(doc: &Document<'_>, links: &Links, node: Node, from: usize) -> Self {
        let plan = Plan::branch(doc, node, from);
        let mut builder = Builder::new(doc, links, &plan, None);
        // The first part brings the frame that later ones are put into.
        if from == 0 {
            builder.items.push(Item::OpenBranch(summary(doc, node)));
        }
        builder.push_level(node, Way::to(doc, node), false);
        builder.run();
        if from == 0 {
            builder.items.push(Item::CloseBranch);
        }
        Self {
            items: builder.items,
        }
    }

    /// The tree begins below the root.
    pub(super) fn top(doc: &Document<'_>, marked: Option<Node>) -> Node {
        Plan::page(doc, marked).top
    }
}

/// The way to a node, as far as its members' links need it.
#[derive(Clone)]
struct Way {
    json: String,
    ambiguous: bool,
}

impl Way {
    fn to(doc: &Document<'_>, node: Node) -> Self {
        let path = paths::path(doc, node);
        Self {
            json: path.json,
            ambiguous: path.ambiguous,
        }
    }

    fn down(&self, step: &Step<'_>, ambiguous: bool) -> Self {
        let mut json = self.json.clone();
        // Past what a link takes, only the length matters.
        if json.len() <= MAX_KEPT_PATH {
            paths::push_json(&mut json, step);
        }
        Self {
            json,
            ambiguous: self.ambiguous || ambiguous,
        }
    }

    /// How a link names the node, and the path to keep beside it.
    fn reference(&self, node: Node) -> (String, Option<String>) {
        if !self.ambiguous && self.json.len() <= MAX_LINK {
            return (self.json.clone(), None);
        }
        let kept = (self.json.len() <= MAX_KEPT_PATH).then(|| self.json.clone());
        (format!("node:{}", node.number()), kept)
    }
}

/// A container whose members are being written.
struct Level<'d> {
    node: Node,
    way: Way,
    members: std::iter::Take<std::iter::Skip<Children<'d>>>,
    place: usize,
    to: usize,
    duplicates: Duplicates,
    has_line: bool,
}

struct Builder<'d, 'a> {
    doc: &'d Document<'a>,
    links: &'d Links,
    plan: &'d Plan,
    marked: Option<Node>,
    items: Vec<Item>,
    levels: Vec<Level<'d>>,
    long_values: usize,
}

impl<'d, 'a> Builder<'d, 'a> {
    fn new(doc: &'d Document<'a>, links: &'d Links, plan: &'d Plan, marked: Option<Node>) -> Self {
        Self {
            doc,
            links,
            plan,
            marked,
            items: Vec::new(),
            levels: Vec::new(),
            long_values: 0,
        }
    }

    fn run(&mut self) {
        while let Some(level) = self.levels.last_mut() {
            if let Some(child) = level.members.next() {
                let step = match self.doc.key(child) {
                    Some(key) => Step::Key(key),
                    None => Step::Index(level.place),
                };
                level.place += 1;
                let way = level
                    .way
                    .down(&step, level.duplicates.turn(child).is_some());
                let duplicates = std::mem::take(&mut level.duplicates);
                let depth = self.levels.len();
                self.node(child, &duplicates, way);
                self.levels[depth - 1].duplicates = duplicates;
            } else if let Some(level) = self.levels.pop() {
                self.push_more(&level);
                if level.has_line {
                    self.items.push(Item::Close);
                }
            }
        }
    }

    /// Writes a node's line; the members of an open one follow.
    fn node(&mut self, node: Node, duplicates: &Duplicates, way: Way) {
        let turn = duplicates.turn(node);
        let (at, path) = way.reference(node);
        let (label, cut) = self.label(node, &way);
        let line = Line {
            node: node.number(),
            href: self.links.line(&at, node.number()),
            label,
            is_key: self.doc.raw_key(node).is_some(),
            cut,
            path,
            ambiguous: way.ambiguous,
            marked: self.marked == Some(node),
            notes: notes(self.doc, node, turn)
                .iter()
                .map(ToString::to_string)
                .collect(),
        };
        if self.doc.len(node) == 0 {
            let value = self.value(node);
            self.items.push(Item::Leaf(line, value));
        } else if let Some(part) = self.plan.part(node) {
            self.items
                .push(Item::Open(line, summary(self.doc, node), part.unfolded));
            self.push_level(node, way, true);
        } else {
            self.items.push(Item::Closed(line, summary(self.doc, node)));
        }
    }

    fn push_level(&mut self, node: Node, way: Way, has_line: bool) {
        let Some(shown) = self.plan.part(node).map(|part| part.members.clone()) else {
            return;
        };
        if shown.start > 0 && has_line {
            let from = shown.start.saturating_sub(CHUNK);
            let text = format!("{} before", grouped(shown.start));
            self.push_part(node, &way, from, text, false);
        }
        self.levels.push(Level {
            node,
            way,
            members: self.doc.children(node).skip(shown.start).take(shown.len()),
            place: shown.start,
            to: shown.end,
            duplicates: Duplicates::of(self.doc, node),
            has_line,
        });
    }

    fn push_more(&mut self, level: &Level<'_>) {
        let left = self.doc.len(level.node).saturating_sub(level.to);
        if left > 0 {
            let text = format!("{} more", grouped(left));
            self.push_part(level.node, &level.way, level.to, text, true);
        }
    }

    /// A link to members that are not in the page: to the first of them.
    fn push_part(&mut self, node: Node, way: &Way, from: usize, text: String, in_place: bool) {
        let Some(first) = self.doc.children(node).nth(from) else {
            return;
        };
        let step = match self.doc.key(first) {
            Some(key) => Step::Key(key),
            None => Step::Index(from),
        };
        // Whether the key is a duplicate is not worth a look: its number is never wrong.
        let (at, _) = way
            .down(&step, matches!(step, Step::Key(_)))
            .reference(first);
        self.items.push(Item::More(More {
            href: self.links.line(&at, first.number()),
            branch: in_place.then(|| (node.number(), from)),
            text,
        }));
    }

    fn label(&self, node: Node, way: &Way) -> (Shown, bool) {
        match self.doc.raw_key(node) {
            Some(key) => Shown::clipped(key, MAX_KEY),
            None => match self.levels.last() {
                Some(level) => (Shown::new(&(level.place - 1).to_string()), false),
                None => Shown::clipped(&way.json, MAX_KEY),
            },
        }
    }

    fn value(&mut self, node: Node) -> Value {
        let raw = self.doc.raw(node);
        let max = if self.long_values < LONG_VALUES {
            MAX_VALUE
        } else {
            MAX_LATE_VALUE
        };
        let (text, cut) = Shown::clipped(raw, max);
        if raw.len() > MAX_LATE_VALUE {
            self.long_values += raw.len().min(MAX_VALUE);
        }
        Value {
            class: class(self.doc.kind(node)),
            text,
            cut: cut.then(|| short_size(raw.len())),
        }
    }
}

/// Short names, since each stands on hundreds of lines.
pub(super) fn class(kind: Kind) -> &'static str {
    match kind {
        Kind::Object | Kind::Array => "e",
        Kind::String => "s",
        Kind::Number => "n",
        Kind::Boolean => "b",
        Kind::Null => "z",
    }
}

fn summary(doc: &Document<'_>, node: Node) -> Summary {
    let count = doc.len(node);
    let noun = match (doc.kind(node), count) {
        (Kind::Object, 1) => "key",
        (Kind::Object, _) => "keys",
        (_, 1) => "item",
        (_, _) => "items",
    };
    let (open, close) = if doc.kind(node) == Kind::Object {
        ('{', '}')
    } else {
        ('[', ']')
    };
    Summary {
        count: format!("{open} {} {noun} {close}", grouped(count)),
        preview: preview(doc, node, PREVIEW),
    }
}
