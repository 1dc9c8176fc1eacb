//! Putting a value into a request that is yet to be sent: a header, the query, or the body.

use super::sign::{Draft, SignError};
use crate::senders::body_values::dotted;
use crate::senders::filter::Filter;
use crate::senders::selector::Selector;
use crate::view::form;
use crate::view::json::{Document, Kind};

/// Puts `text` where the selector points; with a filter only into that part of what stands there.
pub(super) fn write(
    draft: &mut Draft,
    selector: &Selector,
    filter: Option<&Filter>,
    separator: &str,
    text: &str,
) -> Result<(), SignError> {
    let no_place = || SignError::NoPlace(format!("{selector:?}"));
    match selector {
        Selector::Header(name) => {
            let place = draft
                .headers
                .iter()
                .position(|(known, _)| known.eq_ignore_ascii_case(name));
            let old = place.map_or("", |place| draft.headers[place].1.as_str());
            let new = within(old, filter, separator, text).ok_or_else(no_place)?;
            match place {
                Some(place) => draft.headers[place].1 = new,
                None => draft.headers.push((name.clone(), new)),
            }
        }
        Selector::Query(name) => {
            let (path, query) = draft.target.split_once('?').unwrap_or((&draft.target, ""));
            let query = pairs_with(
                query.as_bytes(),
                |known| known == name,
                name,
                |old| within(old, filter, separator, text),
            )
            .ok_or_else(no_place)?;
            draft.target = format!("{path}?{query}");
        }
        Selector::Body(path) => {
            let put = |old: &str| within(old, filter, separator, text);
            draft.body = json_with(&draft.body, path, put)
                .or_else(|| form_with(draft, path, put))
                .ok_or_else(no_place)?;
        }
        Selector::Method | Selector::Path | Selector::Url | Selector::Raw => {
            return Err(no_place());
        }
    }
    Ok(())
}

/// The old text with the new one in the part that the filter would take out of it.
fn within(old: &str, filter: Option<&Filter>, separator: &str, text: &str) -> Option<String> {
    match filter {
        None => Some(text.to_owned()),
        Some(Filter::Field(name)) => Some(field_with(old, name, separator, text)),
        Some(Filter::Match(pattern)) => {
            let found = pattern.captures(old)?;
            let range = found.get(1).or_else(|| found.get(0))?.range();
            Some(format!(
                "{}{text}{}",
                &old[..range.start],
                &old[range.end..]
            ))
        }
        Some(_) => None,
    }
}

/// `t=1,v1=ab` with another `v1`; further ones of that name are dropped.
fn field_with(list: &str, name: &str, separator: &str, text: &str) -> String {
    let separator = match separator {
        "," if !list.contains(',') && list.contains(';') => ";",
        separator => separator,
    };
    let new = format!("{name}={text}");
    let mut put = false;
    let mut elements: Vec<String> = Vec::new();
    for element in list
        .split(separator)
        .filter(|element| !element.trim().is_empty())
    {
        let same = element
            .split_once('=')
            .is_some_and(|(known, _)| known.trim() == name);
        if !same {
            elements.push(element.to_owned());
        } else if !put {
            let blank = &element[..element.len() - element.trim_start().len()];
            elements.push(format!("{blank}{new}"));
            put = true;
        }
    }
    if !put {
        elements.push(new);
    }
    elements.join(separator)
}

/// JSON with another value at the path, all else as it was.
fn json_with(body: &[u8], path: &str, put: impl Fn(&str) -> Option<String>) -> Option<Vec<u8>> {
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

fn form_with(draft: &Draft, path: &str, put: impl Fn(&str) -> Option<String>) -> Option<Vec<u8>> {
    let (_, kind) = draft
        .headers
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case("content-type"))?;
    if !kind
        .to_ascii_lowercase()
        .starts_with("application/x-www-form-urlencoded")
    {
        return None;
    }
    pairs_with(&draft.body, |name| dotted(name) == path, path, put).map(String::into_bytes)
}

/// Pairs with another value at that name, which is added where there is none.
fn pairs_with(
    text: &[u8],
    is: impl Fn(&str) -> bool,
    name: &str,
    put: impl Fn(&str) -> Option<String>,
) -> Option<String> {
    let (pairs, _) = form::pairs(text, usize::MAX);
    let place = pairs.iter().position(|pair| is(&pair.name));
    let old = place.map_or("", |place| pairs[place].value.as_str());
    let new = percent(&put(old)?);
    let mut written: Vec<String> = pairs.iter().map(|pair| pair.raw.clone()).collect();
    match place {
        Some(place) => {
            let raw = &pairs[place].raw;
            let name = raw.split_once('=').map_or(raw.as_str(), |(name, _)| name);
            written[place] = format!("{name}={new}");
        }
        None => written.push(format!("{}={new}", percent(name))),
    }
    Some(written.join("&"))
}

/// All but letters, digits and `-._~` as `%XX`.
fn percent(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    text.bytes().fold(String::new(), |mut out, byte| {
        if plain(byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
        out
    })
}
