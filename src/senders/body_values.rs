//! A body as named values: JSON by the index of the view, forms by their pairs or parts.

use std::borrow::Cow;
use std::collections::HashMap;

use crate::view::form;
use crate::view::json::{Document, Kind, Node, paths};
use crate::view::multipart;

/// A body with more values than this is not looked into on its way to the answer (some 10 ms).
const MAX_VALUES: usize = 200_000;
/// An object with more members, or a place further on in a list, is passed over: each rule that asks for
/// one costs a walk along them, and whoever sends thousands must not slow down the rest.
const MAX_MEMBERS: usize = 2_000;
/// More pairs than this of a form or a query are not looked at.
pub(super) const MAX_PAIRS: usize = 1_000;

/// What a body holds.
#[derive(Debug)]
pub(super) enum BodyValues<'a> {
    Json(Document<'a>),
    /// Dotted paths (`data[contact][email]` is `data.contact.email`) and their values, in order.
    Form(Vec<(String, String)>),
    /// Nothing that has names.
    Opaque,
}

impl<'a> BodyValues<'a> {
    /// Text that begins like JSON is read as JSON whatever it says it is; a form only where it says so.
    pub(super) fn parse(body: &'a [u8], content_type: Option<&str>) -> Self {
        if begins_like_json(body)
            && let Ok(document) = Document::parse_bounded(body, MAX_VALUES)
        {
            return Self::Json(document);
        }
        if content_type.is_some_and(is_form) {
            let (pairs, _) = form::pairs(body, MAX_PAIRS);
            let pairs = pairs.into_iter().map(|pair| (pair.name, pair.value));
            return Self::Form(nested(pairs));
        }
        if let Some(boundary) = content_type.and_then(multipart::boundary) {
            let (parts, _) = multipart::parts(body, &boundary, MAX_PAIRS);
            let fields = parts.into_iter().filter_map(|part| {
                let text = part.text(body)?.to_owned();
                Some((part.name?, text))
            });
            return Self::Form(nested(fields));
        }
        Self::Opaque
    }

    /// The text at a dotted path. `null` is as good as nothing; a container of JSON is its raw text,
    /// one of a form is empty.
    pub(super) fn lookup(&self, path: &str) -> Option<Cow<'a, str>> {
        match self {
            Self::Json(document) => {
                let node = find(document, path)?;
                (document.kind(node) != Kind::Null).then(|| document.text(node))
            }
            Self::Form(pairs) => {
                let exact = pairs.iter().find(|(name, _)| name == path);
                if let Some((_, value)) = exact {
                    return Some(Cow::Owned(value.clone()));
                }
                let inside = |name: &str| {
                    name.strip_prefix(path)
                        .is_some_and(|rest| path.is_empty() || rest.starts_with('.'))
                };
                let container = pairs.iter().any(|(name, _)| inside(name));
                container.then_some(Cow::Borrowed(""))
            }
            Self::Opaque => None,
        }
    }

    /// The text at a top-level key where it is a string there, not a number or a container.
    pub(super) fn top_string(&self, key: &str) -> Option<Cow<'a, str>> {
        match self {
            Self::Json(document) => {
                let node = find(document, key)?;
                (document.kind(node) == Kind::String).then(|| document.text(node))
            }
            Self::Form(_) => self.lookup(key),
            Self::Opaque => None,
        }
    }

    /// How many elements the list at a dotted path has; 0 where there is none.
    pub(super) fn len(&self, path: &str) -> usize {
        match self {
            Self::Json(document) => find(document, path)
                .filter(|&node| document.kind(node) == Kind::Array)
                .map_or(0, |node| document.len(node)),
            Self::Form(_) | Self::Opaque => 0,
        }
    }

    /// The keys that a path may begin with: an object's members, a form's fields, `0` for a list.
    pub(super) fn for_each_top_key(&self, mut f: impl FnMut(&str)) {
        match self {
            Self::Json(document) => match document.kind(document.root()) {
                Kind::Object if document.len(document.root()) <= MAX_MEMBERS => document
                    .children(document.root())
                    .filter_map(|node| document.key(node))
                    .for_each(|key| f(&key)),
                Kind::Array => f("0"),
                _ => {}
            },
            Self::Form(pairs) => pairs.iter().for_each(|(name, _)| {
                f(name);
                if let Some((first, _)) = name.split_once('.') {
                    f(first);
                }
            }),
            Self::Opaque => {}
        }
    }

    /// Where a value stands, for a person: JSONPath, or the name of the form's field.
    pub(super) fn describe(&self, dotted: &str) -> String {
        match self {
            Self::Json(document) => match find(document, dotted) {
                Some(node) => {
                    let mut json = String::from("$");
                    for step in paths::steps(document, node) {
                        paths::push_json(&mut json, &step);
                    }
                    json
                }
                None => dotted.to_owned(),
            },
            Self::Form(_) => format!("form field {dotted}"),
            Self::Opaque => dotted.to_owned(),
        }
    }
}

/// The node at a dotted path, as [`Document::lookup`] finds it, where that is cheap.
fn find(document: &Document<'_>, path: &str) -> Option<Node> {
    let steps = path.split('.').filter(|step| !step.is_empty());
    let mut at = document.root();
    for step in steps {
        at = match document.kind(at) {
            Kind::Object if document.len(at) <= MAX_MEMBERS => document.get(at, step),
            Kind::Array => {
                let place = step.parse().ok().filter(|&place| place < MAX_MEMBERS)?;
                document.index(at, place)
            }
            _ => None,
        }?;
    }
    Some(at)
}

fn begins_like_json(body: &[u8]) -> bool {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    let first = body.iter().find(|byte| !byte.is_ascii_whitespace());
    matches!(first, Some(b'{' | b'['))
}

fn is_form(content_type: &str) -> bool {
    let kind = content_type.split(';').next().unwrap_or_default().trim();
    kind.eq_ignore_ascii_case("application/x-www-form-urlencoded")
}

/// Bracket keys become dotted paths, `items[]` counts.
fn nested(pairs: impl Iterator<Item = (String, String)>) -> Vec<(String, String)> {
    let mut lengths: HashMap<String, usize> = HashMap::new();
    let mut path = |name: &str| {
        let path = dotted(name);
        let Some(list) = path.strip_suffix("[]") else {
            return path;
        };
        let length = lengths.entry(list.to_owned()).or_default();
        *length += 1;
        format!("{list}.{}", *length - 1)
    };
    pairs.map(|(name, value)| (path(&name), value)).collect()
}

/// `a[b][c]` is `a.b.c`; an empty pair of brackets at the end stays for the caller to count.
pub(super) fn dotted(name: &str) -> String {
    let Some((first, mut rest)) = name.find('[').map(|at| name.split_at(at)) else {
        return name.to_owned();
    };
    let mut out = first.to_owned();
    while let Some((step, behind)) = rest.strip_prefix('[').and_then(|text| text.split_once(']')) {
        if step.is_empty() && behind.is_empty() {
            return out + "[]";
        }
        out.push('.');
        out.push_str(step);
        rest = behind;
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    const FORM: Option<&str> = Some("application/x-www-form-urlencoded; charset=utf-8");

    #[test]
    fn json_is_found_whatever_the_type_says() {
        let body = br#" {"a":[{"b":"\u00e9"},null],"n":1.10} "#;
        for kind in [None, Some("text/plain"), FORM] {
            let values = BodyValues::parse(body, kind);
            assert_eq!(values.lookup("a.0.b").as_deref(), Some("é"));
            assert_eq!(values.lookup("a.1"), None, "null is as good as nothing");
            assert_eq!(values.lookup("n").as_deref(), Some("1.10"));
            assert_eq!(values.top_string("n"), None);
        }
    }

    #[test]
    fn bracket_keys_of_a_form_nest() {
        let values = BodyValues::parse(
            b"type=a.b&data%5Bc%5D%5Bd%5D=1&l[]=x&l[]=y&o[=2&p[q]r=3",
            FORM,
        );
        let value = |path: &str| values.lookup(path).map(Cow::into_owned);
        assert_eq!(value("type").as_deref(), Some("a.b"));
        assert_eq!(value("data.c.d").as_deref(), Some("1"));
        assert_eq!(value("data").as_deref(), Some(""));
        assert_eq!(value("l.1").as_deref(), Some("y"));
        assert_eq!(value("o[").as_deref(), Some("2"));
        assert_eq!(value("dat"), None);
        assert_eq!(values.describe("type"), "form field type");
    }

    #[test]
    fn the_text_parts_of_a_multipart_form_are_its_fields() {
        let part = |head: &str, text: &str| {
            format!("--b\r\nContent-Disposition: form-data; {head}\r\n\r\n{text}\r\n")
        };
        let body = [
            part("name=\"a[b]\"", "1"),
            part("name=\"file\"; filename=\"x\"", "no field"),
            part("name=\"rawRequest\"", "{\"q\":2}"),
            "--b--\r\n".to_owned(),
        ];
        let body = body.concat();
        let values = BodyValues::parse(body.as_bytes(), Some("multipart/form-data; boundary=b"));
        assert_eq!(values.lookup("a.b").as_deref(), Some("1"));
        assert_eq!(values.lookup("rawRequest").as_deref(), Some("{\"q\":2}"));
        assert_eq!(values.lookup("file"), None);
    }

    #[test]
    fn what_is_neither_has_no_values() {
        for body in [&b""[..], b"hello", b"{\"a\":", b"\xff\xfe", b"42"] {
            assert!(matches!(BodyValues::parse(body, None), BodyValues::Opaque));
        }
    }

    #[test]
    fn thousands_of_members_are_passed_over() {
        let members = |count: usize| {
            let members: Vec<_> = (0..count)
                .map(|number| format!("\"k{number}\":[1]"))
                .collect();
            format!("{{{}}}", members.join(","))
        };
        let (few, many) = (members(MAX_MEMBERS), members(MAX_MEMBERS + 1));
        let found = |body: &str| {
            BodyValues::parse(body.as_bytes(), None)
                .lookup("k1.0")
                .is_some()
        };
        assert!(found(&few) && !found(&many));
    }

    #[test]
    fn places_are_written_as_json_paths() {
        let values = BodyValues::parse(br#"{"type":1,"a":[{"b c":2}]}"#, None);
        assert_eq!(values.describe("type"), "$.type");
        assert_eq!(values.describe("a.0.b c"), "$.a[0]['b c']");
    }
}
