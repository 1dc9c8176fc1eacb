//! JSON as it was sent: a flat index over the raw bytes.
//!
//! `1.10`, `1E400`, `\u00e9`, the order of keys and duplicate keys all stay, since a node is only
//! a place in the text. Nothing here recurses, so a million levels are as good as three.

mod duplicates;
mod entry;
mod error;
mod flat;
mod lex;
mod notes;
pub mod paths;
mod pretty;
mod preview;
mod string;

use std::borrow::Cow;

pub use duplicates::{Duplicates, Turn};
use entry::{Entry, NONE, wide};
pub use flat::{FlatLimits, FlatList, Row, flat};
pub use notes::{Note, notes};
pub use pretty::{PrettyLimits, pretty};
pub use preview::preview;

pub use error::{Excerpt, Reason, SyntaxError};

/// A document with more values than this is refused: its index would need 32 bytes for each.
pub const MAX_NODES: usize = 4_000_000;

/// What a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    Object,
    Array,
    String,
    Number,
    Boolean,
    Null,
}

impl Kind {
    /// Objects and arrays hold other values.
    #[must_use]
    pub fn is_container(self) -> bool {
        matches!(self, Self::Object | Self::Array)
    }

    /// The word used on the page and in class names.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Object => "object",
            Self::Array => "array",
            Self::String => "string",
            Self::Number => "number",
            Self::Boolean => "boolean",
            Self::Null => "null",
        }
    }
}

/// One value of a [`Document`]. Its number is its place in the order of the text, so that it means
/// the same value each time the same bytes are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Node(u32);

impl Node {
    /// The number that [`Document::node`] turns back into the node.
    #[must_use]
    pub fn number(self) -> u32 {
        self.0
    }
}

/// A valid JSON text and the places of its values.
#[derive(Debug, Clone)]
pub struct Document<'a> {
    text: &'a str,
    entries: Vec<Entry>,
}

impl<'a> Document<'a> {
    /// Indexes a JSON text as RFC 8259 has it. A byte order mark before it is tolerated.
    ///
    /// # Errors
    /// Names the first byte that breaks the grammar.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, SyntaxError> {
        Self::parse_bounded(bytes, MAX_NODES)
    }

    /// [`Document::parse`] that gives up after `max_nodes` values, for paths that must stay cheap.
    ///
    /// # Errors
    /// Names the first byte that breaks the grammar, or the value that is one too many.
    pub fn parse_bounded(bytes: &'a [u8], max_nodes: usize) -> Result<Self, SyntaxError> {
        let text = std::str::from_utf8(bytes)
            .map_err(|error| SyntaxError::new(bytes, error.valid_up_to(), Reason::NotUtf8))?;
        let entries = lex::index(text, max_nodes)
            .map_err(|fault| SyntaxError::new(bytes, fault.byte, fault.reason))?;
        Ok(Self { text, entries })
    }

    /// The whole text, with the white space around the value and a byte order mark.
    #[must_use]
    pub fn source(&self) -> &'a str {
        self.text
    }

    /// The text begins with a byte order mark, which RFC 8259 forbids senders.
    #[must_use]
    pub fn has_bom(&self) -> bool {
        self.text.starts_with('\u{feff}')
    }

    /// How many values there are, containers counted too; at least one.
    #[must_use]
    pub fn node_count(&self) -> usize {
        self.entries.len()
    }

    /// The outermost value.
    #[must_use]
    pub fn root(&self) -> Node {
        Node(0)
    }

    /// The node of a number, if there are so many.
    #[must_use]
    pub fn node(&self, number: u32) -> Option<Node> {
        (usize::try_from(number).ok()? < self.entries.len()).then_some(Node(number))
    }

    #[must_use]
    pub fn kind(&self, node: Node) -> Kind {
        self.entry(node).kind
    }

    /// The value exactly as sent: a string with its quotes, a container with all that it holds.
    #[must_use]
    pub fn raw(&self, node: Node) -> &'a str {
        let entry = self.entry(node);
        self.slice(entry.start, entry.end)
    }

    /// A string's characters with escapes resolved (a lone surrogate becomes U+FFFD); of any other
    /// value its raw text.
    #[must_use]
    pub fn text(&self, node: Node) -> Cow<'a, str> {
        let entry = self.entry(node);
        if entry.kind != Kind::String {
            return Cow::Borrowed(self.slice(entry.start, entry.end));
        }
        let inside = self.slice(entry.start + 1, entry.end - 1);
        string::decode(inside, entry.has_escape())
    }

    /// A string holds escapes.
    #[must_use]
    pub fn has_escape(&self, node: Node) -> bool {
        self.entry(node).has_escape()
    }

    /// A string holds the escape of a surrogate without its other half, which no text can hold.
    #[must_use]
    pub fn has_lone_surrogate(&self, node: Node) -> bool {
        let entry = self.entry(node);
        entry.kind == Kind::String
            && entry.has_escape()
            && string::has_lone_surrogate(self.slice(entry.start + 1, entry.end - 1))
    }

    /// The member's name as sent, with its quotes; `None` for array elements and the root.
    #[must_use]
    pub fn raw_key(&self, node: Node) -> Option<&'a str> {
        let entry = self.entry(node);
        entry
            .has_key()
            .then(|| self.slice(entry.key_start, entry.key_end))
    }

    /// The member's name with escapes resolved; `None` for array elements and the root.
    #[must_use]
    pub fn key(&self, node: Node) -> Option<Cow<'a, str>> {
        let entry = self.entry(node);
        let inside = self.key_inside(entry)?;
        Some(string::decode(inside, entry.key_has_escape()))
    }

    /// Where the value stands in the bytes.
    #[must_use]
    pub fn span(&self, node: Node) -> std::ops::Range<usize> {
        let entry = self.entry(node);
        wide(entry.start)..wide(entry.end)
    }

    /// The container around a value; `None` for the root.
    #[must_use]
    pub fn parent(&self, node: Node) -> Option<Node> {
        let parent = self.entry(node).parent;
        (parent != NONE).then_some(Node(parent))
    }

    /// How many containers stand around a value.
    #[must_use]
    pub fn depth(&self, node: Node) -> usize {
        self.ancestors(node).count()
    }

    /// The containers around a value, the innermost first.
    pub fn ancestors(&self, node: Node) -> impl Iterator<Item = Node> {
        std::iter::successors(self.parent(node), |&inner| self.parent(inner))
    }

    /// How many values a container holds itself; 0 for scalars.
    #[must_use]
    pub fn len(&self, node: Node) -> usize {
        wide(self.entry(node).count)
    }

    /// A container with nothing in it, or the empty string.
    #[must_use]
    pub fn is_empty(&self, node: Node) -> bool {
        let entry = self.entry(node);
        match entry.kind {
            Kind::Object | Kind::Array => entry.count == 0,
            Kind::String => entry.end - entry.start == 2,
            Kind::Number | Kind::Boolean | Kind::Null => false,
        }
    }

    /// The values that a container holds itself, in their order.
    #[must_use]
    pub fn children(&self, node: Node) -> Children<'_> {
        let entry = self.entry(node);
        Children {
            entries: &self.entries,
            next: node.0 + 1,
            left: entry.count,
        }
    }

    /// The member of that name; of duplicates the last, as most parsers have it.
    #[must_use]
    pub fn get(&self, node: Node, key: &str) -> Option<Node> {
        if self.kind(node) != Kind::Object {
            return None;
        }
        self.children(node)
            .filter(|&child| self.key_is(child, key))
            .last()
    }

    /// Whether the member's decoded name is `key`.
    #[must_use]
    pub fn key_is(&self, node: Node, key: &str) -> bool {
        let entry = self.entry(node);
        self.key_inside(entry).is_some_and(|inside| {
            if entry.key_has_escape() {
                string::decode(inside, true) == key
            } else {
                inside == key
            }
        })
    }

    /// The element at a place of an array, counted from 0.
    #[must_use]
    pub fn index(&self, node: Node, place: usize) -> Option<Node> {
        if self.kind(node) != Kind::Array {
            return None;
        }
        self.children(node).nth(place)
    }

    /// A dotted path from the root, `data.fields.0.value`; the empty path is the root itself.
    #[must_use]
    pub fn lookup(&self, path: &str) -> Option<Node> {
        self.lookup_from(self.root(), path)
    }

    /// A dotted path from a node.
    #[must_use]
    pub fn lookup_from(&self, node: Node, path: &str) -> Option<Node> {
        if path.is_empty() {
            return Some(node);
        }
        path.split('.')
            .try_fold(node, |at, step| match self.kind(at) {
                Kind::Object => self.get(at, step),
                Kind::Array => self.index(at, step.parse().ok()?),
                _ => None,
            })
    }

    fn key_inside(&self, entry: &Entry) -> Option<&'a str> {
        entry
            .has_key()
            .then(|| self.slice(entry.key_start + 1, entry.key_end - 1))
    }

    fn entry(&self, node: Node) -> &Entry {
        &self.entries[wide(node.0)]
    }

    fn slice(&self, start: u32, end: u32) -> &'a str {
        &self.text[wide(start)..wide(end)]
    }
}

/// The values that a container holds itself; see [`Document::children`].
#[derive(Debug, Clone)]
pub struct Children<'d> {
    entries: &'d [Entry],
    next: u32,
    left: u32,
}

impl Iterator for Children<'_> {
    type Item = Node;

    fn next(&mut self) -> Option<Node> {
        self.left = self.left.checked_sub(1)?;
        let node = Node(self.next);
        self.next = self.entries[wide(self.next)].next;
        Some(node)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (wide(self.left), Some(wide(self.left)))
    }
}

impl ExactSizeIterator for Children<'_> {}

#[cfg(test)]
mod suite;
#[cfg(test)]
mod tests;
