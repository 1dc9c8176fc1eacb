//! Where a value stands: as JSONPath (RFC 9535), and as automation tools write it, `{{data.id}}`.

use std::borrow::Cow;
use std::fmt::Write;

use super::{Document, Kind, Node};
use crate::view::text::is_hidden;

/// One step down from a container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step<'a> {
    Key(Cow<'a, str>),
    Index(usize),
}

/// The way to a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodePath {
    /// `$.data.fields[0]['first name']`
    pub json: String,
    /// `{{data.fields[0]["first name"]}}`; `None` for the root, which has no name there.
    pub template: Option<String>,
    /// A duplicate key is on the way, so that the path may lead to another value.
    pub ambiguous: bool,
}

/// The steps from the root to a value.
#[must_use]
pub fn steps<'a>(doc: &Document<'a>, node: Node) -> Vec<Step<'a>> {
    let mut steps = Vec::new();
    let mut at = node;
    while let Some(parent) = doc.parent(at) {
        steps.push(match doc.key(at) {
            Some(key) => Step::Key(key),
            None => Step::Index(place(doc, parent, at)),
        });
        at = parent;
    }
    steps.reverse();
    steps
}

/// How many siblings stand before a child.
#[must_use]
pub fn place(doc: &Document<'_>, parent: Node, child: Node) -> usize {
    doc.children(parent)
        .take_while(|&other| other < child)
        .count()
}

/// The path of a value in both forms.
#[must_use]
pub fn path(doc: &Document<'_>, node: Node) -> NodePath {
    let steps = steps(doc, node);
    let mut json = "$".to_owned();
    let mut template = String::new();
    for step in &steps {
        push_json(&mut json, step);
        push_template(&mut template, step);
    }
    let ambiguous = std::iter::once(node)
        .chain(doc.ancestors(node))
        .any(|at| doc.turn(at).is_some());
    NodePath {
        json,
        template: (!steps.is_empty()).then(|| braces(&template)),
        ambiguous,
    }
}

/// The template form as it is pasted.
#[must_use]
pub fn braces(inside: &str) -> String {
    format!("{{{{{inside}}}}}")
}

/// Adds a step to a JSONPath that begins with `$`.
pub fn push_json(path: &mut String, step: &Step<'_>) {
    match step {
        Step::Index(place) => {
            let _ = write!(path, "[{place}]");
        }
        Step::Key(key) if is_plain(key) => {
            path.push('.');
            path.push_str(key);
        }
        Step::Key(key) => {
            path.push_str("['");
            push_escaped(path, key, '\'');
            path.push_str("']");
        }
    }
}

/// Adds a step to the inside of a template form.
pub fn push_template(path: &mut String, step: &Step<'_>) {
    match step {
        Step::Index(place) => {
            let _ = write!(path, "[{place}]");
        }
        Step::Key(key) if is_plain(key) => {
            if !path.is_empty() {
                path.push('.');
            }
            path.push_str(key);
        }
        Step::Key(key) => {
            path.push_str("[\"");
            push_escaped(path, key, '"');
            path.push_str("\"]");
        }
    }
}

/// A name that every reader of paths takes behind a dot. RFC 9535 would also take `é` and emoji,
/// but many tools do not.
fn is_plain(key: &str) -> bool {
    let mut letters = key.bytes();
    letters
        .next()
        .is_some_and(|first| first.is_ascii_alphabetic() || first == b'_')
        && letters.all(|letter| letter.is_ascii_alphanumeric() || letter == b'_')
}

/// Hidden characters are escaped too, so that a copied path shows all that it holds.
fn push_escaped(path: &mut String, key: &str, quote: char) {
    for letter in key.chars() {
        match letter {
            '\\' => path.push_str("\\\\"),
            '\n' => path.push_str("\\n"),
            '\r' => path.push_str("\\r"),
            '\t' => path.push_str("\\t"),
            '\u{8}' => path.push_str("\\b"),
            '\u{c}' => path.push_str("\\f"),
            _ if letter == quote => {
                path.push('\\');
                path.push(letter);
            }
            _ if is_hidden(letter) => {
                for unit in letter.encode_utf16(&mut [0; 2]) {
                    let _ = write!(path, "\\u{unit:04x}");
                }
            }
            _ => path.push(letter),
        }
    }
}

/// Follows a JSONPath of names and places to its value; of duplicates to the last. `None` for what
/// is no such path, or leads nowhere.
#[must_use]
pub fn resolve(doc: &Document<'_>, path: &str) -> Option<Node> {
    let mut rest = path.strip_prefix('$')?;
    let mut at = doc.root();
    while !rest.is_empty() {
        let (step, behind) = read_step(rest)?;
        at = match step {
            Step::Key(key) => doc.get(at, &key)?,
            Step::Index(place) => doc.index(at, place)?,
        };
        rest = behind;
    }
    Some(at)
}

fn read_step(text: &str) -> Option<(Step<'_>, &str)> {
    if let Some(name) = text.strip_prefix('.') {
        let end = name
            .find(|letter: char| {
                letter.is_ascii() && !letter.is_ascii_alphanumeric() && letter != '_'
            })
            .unwrap_or(name.len());
        let (name, rest) = name.split_at(end);
        let fits = !name.is_empty() && !name.starts_with(|first: char| first.is_ascii_digit());
        return fits.then_some((Step::Key(Cow::Borrowed(name)), rest));
    }
    let inside = text.strip_prefix('[')?;
    if let Some(quote @ ('\'' | '"')) = inside.chars().next() {
        let (key, rest) = read_quoted(&inside[1..], quote)?;
        return Some((Step::Key(Cow::Owned(key)), rest.strip_prefix(']')?));
    }
    let (digits, rest) = inside.split_once(']')?;
    let digits_only = digits.bytes().all(|byte| byte.is_ascii_digit());
    let place = digits_only.then(|| digits.parse().ok())??;
    Some((Step::Index(place), rest))
}

/// A string of a path up to its closing quote, and what stands behind that.
fn read_quoted(text: &str, quote: char) -> Option<(String, &str)> {
    let mut key = String::new();
    let mut letters = text.chars();
    loop {
        match letters.next()? {
            letter if letter == quote => return Some((key, letters.as_str())),
            '\\' => key.push(match letters.next()? {
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                'b' => '\u{8}',
                'f' => '\u{c}',
                'u' => read_unicode(&mut letters)?,
                letter @ ('\\' | '/' | '\'' | '"') => letter,
                _ => return None,
            }),
            letter => key.push(letter),
        }
    }
}

fn read_unicode(letters: &mut std::str::Chars<'_>) -> Option<char> {
    let high = read_unit(letters)?;
    if !(0xD800..0xDC00).contains(&high) {
        return char::from_u32(high);
    }
    let rest = letters.as_str().strip_prefix("\\u")?;
    *letters = rest.chars();
    let low = read_unit(letters)?.checked_sub(0xDC00)?;
    char::from_u32(0x1_0000 + ((high - 0xD800) << 10) + low)
}

fn read_unit(letters: &mut std::str::Chars<'_>) -> Option<u32> {
    let digits = letters.as_str().get(..4)?;
    *letters = letters.as_str()[4..].chars();
    u32::from_str_radix(digits, 16).ok()
}

impl Document<'_> {
    /// Where a step leads from a node.
    #[must_use]
    pub fn step(&self, node: Node, step: &Step<'_>) -> Option<Node> {
        match (self.kind(node), step) {
            (Kind::Object, Step::Key(key)) => self.get(node, key),
            (Kind::Array, Step::Index(place)) => self.index(node, *place),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::json_text;
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn paths_are_written_as_readers_take_them() {
        let doc = Document::parse(
            "{\"data\":{\"fields\":[{\"value\":1}]},\"first name\":2,\"it's \\\"q\\\" \\\\\":3,\
             \"a.b\":4,\"😀\":5,\"\\n\\u001f\\u202e\":6,\"\":7,\"1a\":8,\"é\":9}"
                .as_bytes(),
        )
        .unwrap();
        let data = doc.lookup("data.fields.0.value").unwrap();
        let all: Vec<Node> = std::iter::once(data)
            .chain(doc.children(doc.root()).skip(1))
            .collect();
        let expected = [
            ("$.data.fields[0].value", "{{data.fields[0].value}}"),
            ("$['first name']", "{{[\"first name\"]}}"),
            (r#"$['it\'s "q" \\']"#, r#"{{["it's \"q\" \\"]}}"#),
            ("$['a.b']", "{{[\"a.b\"]}}"),
            ("$['😀']", "{{[\"😀\"]}}"),
            (r"$['\n\u001f\u202e']", r#"{{["\n\u001f\u202e"]}}"#),
            ("$['']", "{{[\"\"]}}"),
            ("$['1a']", "{{[\"1a\"]}}"),
            ("$['é']", "{{[\"é\"]}}"),
        ];
        for (node, (json, template)) in all.into_iter().zip(expected) {
            let path = path(&doc, node);
            assert_eq!(
                (path.json.as_str(), path.template.as_deref()),
                (json, Some(template))
            );
            assert!(!path.ambiguous);
            assert_eq!(resolve(&doc, json), Some(node));
        }
        assert_eq!(path(&doc, doc.root()).template, None);
        assert_eq!(resolve(&doc, "$"), Some(doc.root()));
    }

    #[test]
    fn what_is_no_path_leads_nowhere() {
        let doc = Document::parse(br#"{"a":[{"b":1}]}"#).unwrap();
        for path in [
            "",
            "a",
            "$.",
            "$.a[",
            "$.a[]",
            "$.a[-1]",
            "$.a[+1]",
            "$.a[0",
            "$.a[9]",
            "$.a[99999999999999999999999]",
            "$.a[0].b.c",
            "$['a",
            "$['a'",
            "$[\"a\"]x",
            "$..b",
            "$.a[*]",
            "$['\\u12']",
            "$['\\ud800']",
            "$['\\x']",
            "$.1",
        ] {
            assert_eq!(resolve(&doc, path), None, "{path}");
        }
        assert!(resolve(&doc, "$[\"a\"][0]['b']").is_some());
    }

    #[test]
    fn a_duplicate_on_the_way_is_said() {
        let doc = Document::parse(br#"{"a":{"x":1},"a":{"x":2},"b":0}"#).unwrap();
        let first = doc.children(doc.root()).next().unwrap();
        let x = doc.children(first).next().unwrap();
        assert!(path(&doc, x).ambiguous);
        assert_ne!(resolve(&doc, &path(&doc, x).json), Some(x));
        assert!(!path(&doc, doc.lookup("b").unwrap()).ambiguous);
    }

    proptest! {
        #[test]
        fn a_path_leads_back_to_its_node(text in json_text()) {
            let doc = Document::parse(text.as_bytes()).unwrap();
            for node in (0..).map_while(|number| doc.node(number)) {
                let path = path(&doc, node);
                let found = resolve(&doc, &path.json);
                if path.ambiguous {
                    let found = found.map(|node| super::path(&doc, node).json);
                    prop_assert!(found.is_none_or(|json| json == path.json));
                } else {
                    prop_assert_eq!(found, Some(node), "{}", path.json);
                }
            }
        }

        #[test]
        fn any_text_is_followed_or_not(path in "\\$?[.\\[\\]'\"\\\\ua0-9$é]{0,12}") {
            let doc = Document::parse(br#"{"a":[{"a":1}],"":{"0":2}}"#).unwrap();
            let _ = resolve(&doc, &path);
        }
    }
}
