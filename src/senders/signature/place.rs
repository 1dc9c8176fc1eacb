//! Putting a value into a request that is yet to be sent: a header, the query, or the body.

use super::rewrite;
use super::sign::{Draft, SignError};
use super::value::describe;
use crate::senders::body_values::dotted;
use crate::senders::selector::Selector;
use crate::view::{form, multipart};

/// Puts what `put` makes of the text that stands there in its place.
pub(super) fn write(
    draft: &mut Draft,
    selector: &Selector,
    put: &dyn Fn(&str) -> Option<String>,
) -> Result<(), SignError> {
    let no_place = || SignError::NoPlace(describe(selector));
    match selector {
        Selector::Header(name) => {
            let place = draft
                .headers
                .iter()
                .position(|(known, _)| known.eq_ignore_ascii_case(name));
            let old = place.map_or("", |place| draft.headers[place].1.as_str());
            let new = put(old).ok_or_else(no_place)?;
            match place {
                Some(place) => draft.headers[place].1 = new,
                None => draft.headers.push((name.clone(), new)),
            }
        }
        Selector::Query(name) => {
            let (path, query) = draft.target.split_once('?').unwrap_or((&draft.target, ""));
            let query = pairs_with(query.as_bytes(), |known| known == name, name, put)
                .ok_or_else(no_place)?;
            draft.target = format!("{path}?{query}");
        }
        Selector::Body(path) => {
            draft.body = rewrite::json(&draft.body, path, put)
                .or_else(|| form_with(draft, path, put))
                .ok_or_else(no_place)?;
        }
        Selector::Method | Selector::Path | Selector::Url | Selector::Raw => {
            return Err(no_place());
        }
    }
    Ok(())
}

fn form_with(draft: &Draft, path: &str, put: &dyn Fn(&str) -> Option<String>) -> Option<Vec<u8>> {
    let (_, kind) = draft
        .headers
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case("content-type"))?;
    if let Some(boundary) = multipart::boundary(kind) {
        return part_with(&draft.body, &boundary, path, put);
    }
    if !kind
        .to_ascii_lowercase()
        .starts_with("application/x-www-form-urlencoded")
    {
        return None;
    }
    pairs_with(&draft.body, |name| dotted(name) == path, path, put).map(String::into_bytes)
}

/// A multipart form with another text in the part of that name.
fn part_with(
    body: &[u8],
    boundary: &str,
    path: &str,
    put: &dyn Fn(&str) -> Option<String>,
) -> Option<Vec<u8>> {
    let (parts, _) = multipart::parts(body, boundary, usize::MAX);
    let part = parts.into_iter().find(|part| {
        part.name
            .as_deref()
            .is_some_and(|name| dotted(name) == path)
    })?;
    let new = put(part.text(body)?)?;
    let (start, end) = (part.content.start, part.content.end);
    Some([&body[..start], new.as_bytes(), &body[end..]].concat())
}

/// Pairs with another value at that name, which is added where there is none.
fn pairs_with(
    text: &[u8],
    is: impl Fn(&str) -> bool,
    name: &str,
    put: &dyn Fn(&str) -> Option<String>,
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
