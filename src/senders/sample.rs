//! Sample events: what a sender's request looks like, to try an endpoint out.

use toml::Spanned;

use super::compile::{Wrong, at, line_of};
use super::definition::Definition;
use super::event::TypePattern;

/// A request as its sender would send it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    /// `contact.tag.added`, with a variant `contact.optin.completed:blog-page`.
    pub id: String,
    /// The sender's id.
    pub sender: String,
    pub event_type: String,
    pub variant: Option<String>,
    /// The event in English.
    pub label: String,
    /// `POST`, mostly.
    pub method: String,
    /// The query without its `?`; mostly empty.
    pub query: String,
    /// The header lines that the sender is known to send.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Sample {
    /// What tells it apart from every other: `systeme-io:contact.tag.added`.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{}:{}", self.sender, self.id)
    }

    /// The target of a request to `path`.
    #[must_use]
    pub fn target(&self, path: &str) -> String {
        match self.query.as_str() {
            "" => path.to_owned(),
            query => format!("{path}?{query}"),
        }
    }
}

/// A sample as the file names it; its body is read by the catalogue.
#[derive(Debug)]
pub(super) struct SampleEntry {
    pub(super) event_type: String,
    pub(super) variant: Option<String>,
    /// The event in English.
    pub(super) label: String,
    pub(super) path: String,
    pub(super) line: usize,
    pub(super) method: String,
    pub(super) query: String,
    pub(super) headers: Vec<(String, String)>,
}

impl SampleEntry {
    /// With its body.
    pub(super) fn with_body(&self, sender: &str, body: Vec<u8>) -> Sample {
        Sample {
            id: match &self.variant {
                Some(variant) => format!("{}:{variant}", self.event_type),
                None => self.event_type.clone(),
            },
            sender: sender.to_owned(),
            event_type: self.event_type.clone(),
            variant: self.variant.clone(),
            label: self.label.clone(),
            method: self.method.clone(),
            query: self.query.clone(),
            headers: self.headers.clone(),
            body,
        }
    }
}

/// What an entry of the file says about its sample.
struct Written<'d> {
    kind: &'d Spanned<String>,
    variant: Option<&'d Spanned<String>>,
    label: Option<&'d String>,
    path: &'d Spanned<String>,
    headers: &'d [Spanned<String>],
    method: Option<&'d Spanned<String>>,
    query: Option<&'d Spanned<String>>,
}

/// The samples of a file, those of its events first.
pub(super) fn entries(source: &str, definition: &Definition) -> Result<Vec<SampleEntry>, Wrong> {
    let events = definition.event.iter().filter_map(|entry| {
        Some(Written {
            kind: &entry.kind,
            variant: entry.variant.as_ref(),
            label: entry.label.get_ref().get("en"),
            path: entry.sample.as_ref()?,
            headers: &entry.sample_headers,
            method: entry.sample_method.as_ref(),
            query: entry.sample_query.as_ref(),
        })
    });
    let handshakes = definition.handshake.iter().filter_map(|entry| {
        Some(Written {
            kind: &entry.kind,
            variant: None,
            label: entry.label.get_ref().get("en"),
            path: entry.sample.as_ref()?,
            headers: &entry.sample_headers,
            method: entry.sample_method.as_ref(),
            query: entry.sample_query.as_ref(),
        })
    });
    let common = definition
        .sample_headers
        .iter()
        .map(header_line)
        .collect::<Result<Vec<_>, _>>()?;
    events
        .chain(handshakes)
        .map(|written| entry(source, &common, &written))
        .collect()
}

fn entry(
    source: &str,
    common: &[(String, String)],
    written: &Written<'_>,
) -> Result<SampleEntry, Wrong> {
    let event_type = written.kind.get_ref();
    if matches!(TypePattern::parse(event_type), Ok(TypePattern::Prefix(_))) {
        return Err(at(
            written.path,
            "a sample has one type; this entry's ends with `*`",
        ));
    }
    let path = written.path.get_ref();
    if path.starts_with('/') || path.contains('\\') || path.split('/').any(|step| step == "..") {
        return Err(at(
            written.path,
            format!("`{path}` leads out of the catalogue's folder"),
        ));
    }
    let own = written
        .headers
        .iter()
        .map(header_line)
        .collect::<Result<Vec<_>, _>>()?;
    let replaced = |name: &str| {
        own.iter()
            .any(|(other, _)| other.eq_ignore_ascii_case(name))
    };
    let mut headers: Vec<_> = common
        .iter()
        .filter(|(name, _)| !replaced(name))
        .cloned()
        .collect();
    // A line without a value takes the sender's away.
    headers.extend(own.into_iter().filter(|(_, value)| !value.is_empty()));
    Ok(SampleEntry {
        event_type: event_type.clone(),
        variant: written.variant.map(|variant| variant.get_ref().clone()),
        label: written.label.unwrap_or(event_type).clone(),
        path: path.clone(),
        line: line_of(source, written.path.span().start),
        method: part(written.method, "method", |byte| byte.is_ascii_uppercase())?
            .unwrap_or_else(|| "POST".to_owned()),
        query: part(written.query, "query", |byte| {
            byte.is_ascii_graphic() && byte != b'#'
        })?
        .unwrap_or_default(),
        headers,
    })
}

/// A part of the request line, which must not become another line.
fn part(
    text: Option<&Spanned<String>>,
    what: &str,
    allowed: impl Fn(u8) -> bool,
) -> Result<Option<String>, Wrong> {
    let Some(text) = text else { return Ok(None) };
    let value = text.get_ref();
    if value.is_empty() || !value.bytes().all(allowed) {
        return Err(at(text, format!("`{value}` cannot be a {what}")));
    }
    Ok(Some(value.clone()))
}

/// Reads `Name: value`.
pub(super) fn header_line(line: &Spanned<String>) -> Result<(String, String), Wrong> {
    let pair = line.get_ref().split_once(':').filter(|(name, value)| {
        let token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
        !name.is_empty() && name.bytes().all(token) && !value.contains(char::is_control)
    });
    let (name, value) = pair.ok_or_else(|| at(line, "a header line is `Name: value`"))?;
    Ok((name.to_owned(), value.trim().to_owned()))
}
