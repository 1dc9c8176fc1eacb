//! A closed container in one line: `{ id: 84, name: "item 84", … }`.

use super::{Document, Kind, Node};
use crate::view::text::visible;

/// A string inside a preview is cut to this many characters.
const MAX_STRING: usize = 24;

/// One line of at most about `max` characters. Tokens are as sent; plain names lose their quotes.
#[must_use]
pub fn preview(doc: &Document<'_>, node: Node, max: usize) -> String {
    let (open, close) = match doc.kind(node) {
        Kind::Object => ('{', '}'),
        Kind::Array => ('[', ']'),
        _ => return clip(doc.raw(node), max),
    };
    if doc.len(node) == 0 {
        return format!("{open}{close}");
    }
    let mut out = format!("{open} ");
    let mut used = 2;
    for (place, child) in doc.children(node).enumerate() {
        let piece = piece(doc, child);
        let length = piece.chars().count() + if place > 0 { 2 } else { 0 };
        // Room is kept for `, … }`.
        if used + length + 5 > max {
            out.push_str(if place > 0 { ", …" } else { "…" });
            break;
        }
        if place > 0 {
            out.push_str(", ");
        }
        out.push_str(&piece);
        used += length;
    }
    out.push(' ');
    out.push(close);
    out
}

fn piece(doc: &Document<'_>, child: Node) -> String {
    let value = match doc.kind(child) {
        Kind::Object if doc.len(child) == 0 => "{}".to_owned(),
        Kind::Array if doc.len(child) == 0 => "[]".to_owned(),
        Kind::Object => "{…}".to_owned(),
        Kind::Array => "[…]".to_owned(),
        _ => clip(doc.raw(child), MAX_STRING),
    };
    match doc.raw_key(child) {
        Some(key) => {
            let inside = key.get(1..key.len() - 1).unwrap_or(key);
            let name = if inside.is_empty() { key } else { inside };
            format!("{}: {value}", clip(name, MAX_STRING))
        }
        None => value,
    }
}

/// The first characters; of a string that is cut, the closing quote stays.
fn clip(raw: &str, max: usize) -> String {
    // Bytes first: the text can have megabytes.
    let short = raw
        .char_indices()
        .nth(max)
        .map_or(raw, |(at, _)| &raw[..at]);
    if short.len() == raw.len() {
        return visible(short).into_owned();
    }
    let end = if raw.starts_with('"') { "…\"" } else { "…" };
    format!("{}{end}", visible(short))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_preview_is_one_short_line() {
        for (text, shown) in [
            (
                r#"{"id":84,"name":"item 84","tags":[1],"o":{},"e":[]}"#,
                r#"{ id: 84, name: "item 84", tags: […], o: {}, e: [] }"#,
            ),
            ("[]", "[]"),
            ("[1.10, 2]", "[ 1.10, 2 ]"),
            (r#"{"":"\u00e9"}"#, r#"{ "": "\u00e9" }"#),
            ("\"a\u{202e}b\"", "\"a⟨U+202E⟩b\""),
        ] {
            let doc = Document::parse(text.as_bytes()).unwrap();
            assert_eq!(preview(&doc, doc.root(), 80), shown);
        }
        let long = format!(
            "[{}1]",
            "\"0123456789abcdefghijklmnopqrstuvwxyz\",".repeat(1000)
        );
        let doc = Document::parse(long.as_bytes()).unwrap();
        let line = preview(&doc, doc.root(), 80);
        assert!(line.chars().count() <= 80, "{line}");
        assert!(line.ends_with(", … ]"), "{line}");
    }
}
