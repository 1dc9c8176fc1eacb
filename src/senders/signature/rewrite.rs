//! Texts with one part of them replaced and all else as it was: a list, JSON, what a pattern finds.

use crate::senders::filter::Filter;
use crate::view::json::{Document, Kind};

/// The text with a new one in the part that the filter would take out of it; `None` for filters that
/// take out no part.
pub(super) fn within(old: &str, filter: Option<&Filter>, new: &str) -> Option<String> {
    match filter {
        None => Some(new.to_owned()),
        Some(Filter::Field(name)) => Some(field(old, name, ",", new)),
        Some(Filter::Json(path)) => {
            let json = json(old.as_bytes(), path, |_: &str| Some(new.to_owned()))?;
            String::from_utf8(json).ok()
        }
        Some(Filter::Match(pattern)) => {
            let found = pattern.captures(old)?;
            let range = found.get(1).or_else(|| found.get(0))?.range();
            Some(format!("{}{new}{}", &old[..range.start], &old[range.end..]))
        }
        Some(_) => None,
    }
}

/// `t=1,v1=ab` with another `v1`; further ones of that name are dropped.
pub(super) fn field(list: &str, name: &str, separator: &str, new: &str) -> String {
    let separator = match separator {
        "," if !list.contains(',') && list.contains(';') => ";",
        separator => separator,
    };
    let is_one = |element: &str| {
        let pair = element.split_once('=');
        pair.is_some_and(|(known, _)| known.trim() == name)
    };
    element(list, separator, is_one, |_| format!("{name}={new}"))
}

/// A list with a new element in place of the first of a kind; others of it are dropped, and where there
/// is none it stands at the end.
pub(super) fn element(
    list: &str,
    separator: &str,
    is_one: impl Fn(&str) -> bool,
    new: impl Fn(&str) -> String,
) -> String {
    let mut put = false;
    let mut elements: Vec<String> = Vec::new();
    for element in list.split(separator) {
        let trimmed = element.trim();
        if trimmed.is_empty() {
            continue;
        }
        if !is_one(trimmed) {
            elements.push(element.to_owned());
        } else if !put {
            elements.push(element.replacen(trimmed, &new(trimmed), 1));
            put = true;
        }
    }
    if !put {
        elements.push(new(""));
    }
    elements.join(separator)
}

/// JSON with another value at the path, all else as it was.
pub(super) fn json(
    body: &[u8],
    path: &str,
    put: impl Fn(&str) -> Option<String>,
) -> Option<Vec<u8>> {
    let document = Document::parse(body).ok()?;
    let node = document.lookup(path)?;
    if document.kind(node).is_container() {
        return None;
    }
    let new = put(&document.text(node))?;
    let number =
        document.kind(node) == Kind::Number && new.bytes().all(|byte| byte.is_ascii_digit());
    let new = if number {
        new
    } else {
        serde_json::Value::from(new).to_string()
    };
    let span = document.span(node);
    Some([&body[..span.start], new.as_bytes(), &body[span.end..]].concat())
}
