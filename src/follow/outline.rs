//! The outline of a body: which paths it has, with which types. Pure, and bounded whatever is sent.

use std::borrow::Cow;
use std::collections::HashMap;

use super::limits::{BODY_PATHS, DEPTH, DICTIONARY_KEYS, PATH_BYTES};
use crate::request::{Head, Types, ValueType};
use crate::view::body::{BodyKind, sniff};
use crate::view::form;
use crate::view::json::{Document, Kind, Node, paths};

/// A body with more values is not looked into (some 20 ms).
const VALUES_MAX: usize = 200_000;
/// More pairs of a form are not looked at.
const PAIRS_MAX: usize = 1_000;
/// An object of one type of values is a dictionary with more than [`DICTIONARY_KEYS`] keys; one of several
/// types, or of texts, has names of its own up to so many: an order or a repository has a hundred.
const NAMES_MAX: usize = 200;
/// A hash or a key of this many hexadecimal digits is data.
const HEX_MIN: usize = 16;
/// No sender names a field with more.
const NAME_BYTES: usize = 64;

/// What leads from a path to one below it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Step {
    /// A member, by its name.
    Name,
    /// A member of which the name is data: `.*`.
    Any,
    /// An element of a list: `[]`.
    Element,
}

/// A path of the body, and what stands there.
#[derive(Debug, Clone)]
pub(super) struct Part {
    /// The place of the path above, which comes before; the root has none.
    pub(super) parent: Option<usize>,
    pub(super) step: Step,
    /// What its path adds to that of its parent.
    pub(super) suffix: String,
    pub(super) types: Types,
    /// The first value of each type, by its number in the document.
    nodes: [Option<u32>; ValueType::ALL.len()],
    /// How many names stand below it in this body.
    pub(super) names: usize,
    /// Of the whole path.
    bytes: usize,
    depth: usize,
}

impl Part {
    /// The number of the first value of one of these types.
    pub(super) fn node(&self, types: Types) -> Option<u32> {
        types
            .iter()
            .filter_map(|kind| self.nodes[kind.index()])
            .min()
    }

    fn note(&mut self, kind: ValueType, node: Option<Node>) {
        self.types = self.types.with(kind);
        let first = &mut self.nodes[kind.index()];
        *first = first.or(node.map(Node::number));
    }
}

/// The paths of a body in the order of its text, the root first.
#[derive(Debug, Clone, Default)]
pub(super) struct Outline {
    pub(super) parts: Vec<Part>,
    /// Some were left out: too many, too long or too deep.
    pub(super) cut: bool,
}

impl Outline {
    /// `None` for a body that has no names.
    pub(super) fn of(head: &Head, body: &[u8]) -> Option<Self> {
        let kind = head.text("content-type");
        Self::read(body, kind, head.text("content-encoding"))
    }

    pub(super) fn read(
        body: &[u8],
        content_type: Option<&str>,
        content_encoding: Option<&str>,
    ) -> Option<Self> {
        let sniffed = sniff(body, content_type, content_encoding);
        let kind = match sniffed.kind {
            BodyKind::Json => match Document::parse_bounded(body, VALUES_MAX) {
                Ok(document) => return Some(of_json(&document)),
                Err(_) => sniffed.otherwise?,
            },
            kind => kind,
        };
        (kind == BodyKind::Form).then(|| of_form(&sniffed.charset.to_utf8(body)))
    }
}

struct Drawing<'a> {
    outline: Outline,
    places: HashMap<(usize, Step, Cow<'a, str>), usize>,
}

impl<'a> Drawing<'a> {
    fn new() -> Self {
        let root = Part {
            parent: None,
            step: Step::Name,
            suffix: "$".to_owned(),
            types: Types::default(),
            nodes: [None; ValueType::ALL.len()],
            names: 0,
            bytes: 1,
            depth: 0,
        };
        Self {
            outline: Outline {
                parts: vec![root],
                cut: false,
            },
            places: HashMap::new(),
        }
    }

    /// The place of a step below a part, made if need be; `None` where there is no room for it.
    fn below(&mut self, parent: usize, step: Step, name: Cow<'a, str>) -> Option<usize> {
        let key = (parent, step, name);
        if let Some(&place) = self.places.get(&key) {
            return Some(place);
        }
        let above = &self.outline.parts[parent];
        let (depth, mut suffix) = (above.depth + 1, String::new());
        match step {
            Step::Name => paths::push_json(&mut suffix, &paths::Step::Key(Cow::Borrowed(&key.2))),
            Step::Any => suffix.push_str(".*"),
            Step::Element => suffix.push_str("[]"),
        }
        let bytes = above.bytes + suffix.len();
        if depth > DEPTH || bytes > PATH_BYTES || self.outline.parts.len() >= BODY_PATHS {
            self.outline.cut = true;
            return None;
        }
        if step == Step::Name {
            self.outline.parts[parent].names += 1;
        }
        let place = self.outline.parts.len();
        self.outline.parts.push(Part {
            parent: Some(parent),
            step,
            suffix,
            types: Types::default(),
            nodes: [None; ValueType::ALL.len()],
            names: 0,
            bytes,
            depth,
        });
        self.places.insert(key, place);
        Some(place)
    }

    fn member(&mut self, parent: usize, name: Cow<'a, str>, dictionary: bool) -> Option<usize> {
        if dictionary || is_data(&name) {
            self.below(parent, Step::Any, Cow::Borrowed(""))
        } else {
            self.below(parent, Step::Name, name)
        }
    }

    fn element(&mut self, parent: usize) -> Option<usize> {
        self.below(parent, Step::Element, Cow::Borrowed(""))
    }
}

/// An open container.
struct Level {
    node: Node,
    /// `None` where it found no room.
    place: Option<usize>,
    dictionary: bool,
}

fn of_json(document: &Document<'_>) -> Outline {
    let mut drawing = Drawing::new();
    let mut levels: Vec<Level> = Vec::new();
    for node in (0..).map_while(|number| document.node(number)) {
        let parent = document.parent(node);
        while levels
            .last()
            .is_some_and(|level| Some(level.node) != parent)
        {
            levels.pop();
        }
        let place = match levels.last() {
            None => Some(0),
            Some(level) => level.place.and_then(|above| match document.key(node) {
                Some(name) => drawing.member(above, name, level.dictionary),
                None => drawing.element(above),
            }),
        };
        if let Some(place) = place {
            drawing.outline.parts[place].note(type_of(document, node), Some(node));
        }
        if document.len(node) > 0 {
            levels.push(Level {
                node,
                place,
                dictionary: is_dictionary(document, node),
            });
        }
    }
    drawing.outline
}

fn type_of(document: &Document<'_>, node: Node) -> ValueType {
    match document.kind(node) {
        Kind::Object => ValueType::Object,
        Kind::Array if document.len(node) == 0 => ValueType::EmptyArray,
        Kind::Array => ValueType::Array,
        Kind::String => ValueType::String,
        Kind::Number => ValueType::Number,
        Kind::Boolean => ValueType::Boolean,
        Kind::Null => ValueType::Null,
    }
}

/// Whether the keys of an object are data, by how many there are.
fn is_dictionary(document: &Document<'_>, node: Node) -> bool {
    let keys = document.len(node);
    if document.kind(node) != Kind::Object || keys <= DICTIONARY_KEYS {
        return false;
    }
    let mut kinds = document.children(node).map(|child| document.kind(child));
    let first = kinds.next();
    let alike = first != Some(Kind::String) && kinds.all(|kind| Some(kind) == first);
    alike || keys > NAMES_MAX
}

/// Whether a key is no name but data: a number, a date, an id, an address.
fn is_data(key: &str) -> bool {
    let bytes = key.as_bytes();
    let digit = bytes.iter().any(u8::is_ascii_digit);
    let no_letter = bytes
        .iter()
        .all(|byte| byte.is_ascii_digit() || b"-_.:+/ ".contains(byte));
    let hex = bytes
        .iter()
        .all(|byte| byte.is_ascii_hexdigit() || *byte == b'-');
    digit && (no_letter || hex && bytes.len() >= HEX_MIN)
        || bytes.len() > NAME_BYTES
        || key
            .split_once('@')
            .is_some_and(|(who, host)| !who.is_empty() && host.contains('.'))
}

/// Bracket keys nest, `items[]` and `items[0]` are elements; each value is a text.
fn of_form(body: &[u8]) -> Outline {
    let mut drawing = Drawing::new();
    let (pairs, more) = form::pairs(body, PAIRS_MAX);
    drawing.outline.cut = more;
    drawing.outline.parts[0].note(ValueType::Object, None);
    let dictionary = pairs.len() > NAMES_MAX;
    for pair in &pairs {
        let mut steps = steps_of(&pair.name).into_iter();
        let first = steps.next().unwrap_or_default();
        let mut place = drawing.member(0, Cow::Owned(first.to_owned()), dictionary);
        for step in steps {
            let is_place = step.bytes().all(|byte| byte.is_ascii_digit());
            let kind = if is_place {
                ValueType::Array
            } else {
                ValueType::Object
            };
            place = place.and_then(|above| {
                drawing.outline.parts[above].note(kind, None);
                if is_place {
                    drawing.element(above)
                } else {
                    drawing.member(above, Cow::Owned(step.to_owned()), false)
                }
            });
        }
        if let Some(place) = place {
            drawing.outline.parts[place].note(ValueType::String, None);
        }
    }
    drawing.outline
}

/// `a[b][]` is `a`, `b` and an empty step; a name with brackets that don't close is one step.
fn steps_of(name: &str) -> Vec<&str> {
    let Some((first, mut rest)) = name.find('[').map(|at| name.split_at(at)) else {
        return vec![name];
    };
    let mut steps = vec![first];
    while let Some((step, behind)) = rest.strip_prefix('[').and_then(|text| text.split_once(']')) {
        steps.push(step);
        rest = behind;
    }
    if rest.is_empty() { steps } else { vec![name] }
}

#[cfg(test)]
impl Outline {
    /// Each path with its types, a line each.
    pub(super) fn lines(&self) -> Vec<String> {
        let mut paths: Vec<String> = Vec::with_capacity(self.parts.len());
        let mut lines = Vec::with_capacity(self.parts.len());
        for part in &self.parts {
            let mut path = part
                .parent
                .map_or_else(String::new, |above| paths[above].clone());
            path.push_str(&part.suffix);
            lines.push(format!("{path}: {}", part.types));
            paths.push(path);
        }
        lines
    }
}

#[cfg(test)]
mod tests;
