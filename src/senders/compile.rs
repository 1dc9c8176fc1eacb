//! A file of the catalogue into what a request can be asked with; what is wrong is named by its place.

use std::ops::Range;
use std::path::PathBuf;

use ipnet::IpNet;
use toml::Spanned;

use super::catalogue::Origin;
use super::clause::{Condition, Rule};
use super::definition::{self, Definition, Event, Handshake, Ips, Strings};
use super::event::{self, EventEntry, TypePattern};
use super::handshake::{AnswerTemplate, HandshakeEntry};
use super::lists::parse_net;
use super::sample::{self, SampleEntry};
use super::selector::Selectors;
use super::signature::SignatureScheme;
use super::template::Template;
use crate::request::HandshakeAnswer;

/// A sender, ready to be asked.
#[derive(Debug)]
pub(super) struct Sender {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) names_nobody: bool,
    pub(super) docs: Option<String>,
    pub(super) rules: Vec<Rule>,
    pub(super) event_type: Vec<Template>,
    pub(super) delivery_id: Vec<Template>,
    pub(super) attempt: Vec<Template>,
    pub(super) time: Vec<Template>,
    pub(super) ips: Vec<IpNet>,
    pub(super) ips_source: Option<String>,
    pub(super) signatures: Vec<SignatureScheme>,
    pub(super) events: Vec<EventEntry>,
    pub(super) handshakes: Vec<HandshakeEntry>,
    /// What each request is answered: the status and the rest.
    pub(super) answer: Option<(u16, HandshakeAnswer)>,
    pub(super) samples: Vec<SampleEntry>,
    /// The file as it is written, and where it stands.
    pub(super) source: String,
    pub(super) file: PathBuf,
    pub(super) origin: Origin,
}

/// What is wrong with a file, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) line: usize,
    pub(super) key: String,
    pub(super) message: String,
}

/// Reads a file.
pub(super) fn sender(source: &str, selectors: &mut Selectors) -> Result<Sender, Fault> {
    let fault = |span: Range<usize>, message: String| Fault {
        line: line_of(source, span.start),
        key: key_at(source, span.start),
        message,
    };
    let definition: Definition = toml::from_str(source)
        .map_err(|error| fault(error.span().unwrap_or(0..0), error.message().to_owned()))?;
    compile(source, definition, selectors).map_err(|wrong| fault(wrong.span(), wrong.into_inner()))
}

/// What is wrong, and where it stands.
pub(super) type Wrong = Spanned<String>;

fn compile(
    source: &str,
    definition: Definition,
    selectors: &mut Selectors,
) -> Result<Sender, Wrong> {
    check_id(&definition.id)?;
    let rules = definition
        .rules
        .iter()
        .map(|rule| {
            let line = line_of(source, rule.span().start);
            Rule::parse(rule.get_ref(), line, selectors).map_err(|reason| at(rule, reason))
        })
        .collect::<Result<_, _>>()?;
    let samples = sample::entries(source, &definition)?;
    let mut events = definition
        .event
        .into_iter()
        .map(|entry| event_entry(entry, selectors))
        .collect::<Result<Vec<_>, _>>()?;
    event::sort(&mut events);
    let handshakes = definition
        .handshake
        .into_iter()
        .map(|entry| handshake_entry(entry, selectors))
        .collect::<Result<_, _>>()?;
    let answer = definition
        .answer
        .map(|written| constant_answer(written, selectors));
    let (ips, ips_source) = addresses(definition.ips)?;
    Ok(Sender {
        event_type: templates(&definition.event_type, selectors)?,
        delivery_id: templates(&definition.delivery_id, selectors)?,
        attempt: templates(&definition.attempt, selectors)?,
        time: templates(&definition.time, selectors)?,
        id: definition.id.into_inner(),
        name: definition.name,
        names_nobody: definition.names_nobody,
        docs: definition.docs,
        rules,
        ips,
        ips_source,
        signatures: definition
            .signature
            .into_iter()
            .map(|table| SignatureScheme::compile(table, selectors))
            .collect::<Result<_, _>>()?,
        events,
        handshakes,
        answer: answer.transpose()?,
        samples,
        source: source.to_owned(),
        file: PathBuf::new(),
        origin: Origin::default(),
    })
}

pub(super) fn at<T>(place: &Spanned<T>, message: impl Into<String>) -> Wrong {
    Spanned::new(place.span(), message.into())
}

/// Ids stand in URLs and filters.
fn check_id(id: &Spanned<String>) -> Result<(), Wrong> {
    let text = id.get_ref();
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if text.is_empty() || text.len() > 40 || !text.bytes().all(plain) {
        return Err(at(
            id,
            format!("`{text}`: an id is up to 40 of a-z, 0-9 and -"),
        ));
    }
    Ok(())
}

fn addresses(ips: Option<Ips>) -> Result<(Vec<IpNet>, Option<String>), Wrong> {
    let Some(ips) = ips else {
        return Ok((Vec::new(), None));
    };
    let allow = ips
        .allow
        .iter()
        .map(|text| parse_net(text.get_ref()).map_err(|reason| at(text, reason)))
        .collect::<Result<_, _>>()?;
    Ok((allow, ips.source))
}

fn templates(strings: &Strings, selectors: &mut Selectors) -> Result<Vec<Template>, Wrong> {
    strings
        .0
        .iter()
        .map(|text| Template::parse(text.get_ref(), selectors).map_err(|reason| at(text, reason)))
        .collect()
}

fn event_entry(entry: Event, selectors: &mut Selectors) -> Result<EventEntry, Wrong> {
    let kind =
        TypePattern::parse(entry.kind.get_ref()).map_err(|reason| at(&entry.kind, reason))?;
    if !entry.label.get_ref().contains_key("en") {
        return Err(at(&entry.label, "a label needs `en`"));
    }
    let when = entry.when.map(|when| {
        Condition::parse(when.get_ref(), selectors).map_err(|reason| at(&when, reason))
    });
    Ok(EventEntry {
        kind,
        variant: entry.variant.map(Spanned::into_inner),
        label: entry.label.into_inner(),
        when: when.transpose()?,
        titles: templates(&entry.title, selectors)?,
    })
}

fn handshake_entry(entry: Handshake, selectors: &mut Selectors) -> Result<HandshakeEntry, Wrong> {
    let Ok(TypePattern::Exact(event_type)) = TypePattern::parse(entry.kind.get_ref()) else {
        return Err(at(&entry.kind, "a handshake has one type, without `*`"));
    };
    if !entry.label.get_ref().contains_key("en") {
        return Err(at(&entry.label, "a label needs `en`"));
    }
    let when = Condition::parse(entry.when.get_ref(), selectors)
        .map_err(|reason| at(&entry.when, reason))?;
    let secret_from = entry.secret_from.as_ref().map(|text| {
        selectors
            .read(text.get_ref())
            .map_err(|reason| at(text, reason))
    });
    let link = entry
        .link
        .as_ref()
        .map(|text| Template::parse(text.get_ref(), selectors).map_err(|reason| at(text, reason)));
    let place = Spanned::new(entry.kind.span(), ());
    let answer = answer(entry.answer, selectors)?;
    if answer.takes_secret() && !entry.signed {
        return Err(at(
            &place,
            "an answer with `hmac` needs `signed = true`: else anybody could have anything signed",
        ));
    }
    Ok(HandshakeEntry {
        link: link.transpose()?,
        event: EventEntry {
            kind: TypePattern::Exact(event_type.clone()),
            variant: None,
            label: entry.label.into_inner(),
            when: None,
            titles: templates(&entry.title, selectors)?,
        },
        event_type,
        when,
        signed: entry.signed,
        secret_from: secret_from.transpose()?,
        answer,
    })
}

/// The answer to each of a sender's requests takes nothing of them: it is given to bodies of any size.
fn constant_answer(
    written: definition::Answer,
    selectors: &mut Selectors,
) -> Result<(u16, HandshakeAnswer), Wrong> {
    let place = written.body.as_ref().map_or(0..0, Spanned::span);
    answer(written, selectors)?.constant().ok_or_else(|| {
        Spanned::new(
            place,
            "this answer can take nothing of a request".to_owned(),
        )
    })
}

/// Lines that are ours to write, or that a browser acts on.
const NOT_ANSWERED: [&str; 8] = [
    "connection",
    "content-length",
    "content-security-policy",
    "content-type",
    "date",
    "set-cookie",
    "transfer-encoding",
    "x-content-type-options",
];
/// Types that no browser runs anything of; XML only where it is the same for everybody.
const ANSWERED_TYPES: [&str; 3] = ["text/plain", "application/json", "text/xml"];

fn answer(answer: definition::Answer, selectors: &mut Selectors) -> Result<AnswerTemplate, Wrong> {
    let status = match &answer.status {
        Some(status) if !(200..600).contains(status.get_ref()) => {
            return Err(at(status, "a status is a number from 200 to 599"));
        }
        Some(status) => *status.get_ref(),
        None => 200,
    };
    let mut headers = Vec::with_capacity(answer.headers.len());
    for line in &answer.headers {
        let (name, value) = sample::header_line(line)?;
        if NOT_ANSWERED
            .iter()
            .any(|own| name.eq_ignore_ascii_case(own))
        {
            return Err(at(
                line,
                format!("`{name}` is not for a sender's file to set"),
            ));
        }
        let value = Template::parse(&value, selectors).map_err(|reason| at(line, reason))?;
        headers.push((name, value));
    }
    if let Some(kind) = &answer.content_type
        && !ANSWERED_TYPES.contains(&kind.get_ref().as_str())
    {
        let known = ANSWERED_TYPES.join(", ");
        return Err(at(kind, format!("an answer is one of {known}")));
    }
    let body = answer.body.filter(|text| !text.get_ref().is_empty());
    let body = body
        .map(|text| Template::parse(text.get_ref(), selectors).map_err(|reason| at(&text, reason)));
    Ok(AnswerTemplate {
        status,
        content_type: answer.content_type.map(Spanned::into_inner),
        headers,
        body: body.transpose()?,
    })
}

pub(super) fn line_of(source: &str, offset: usize) -> usize {
    let before = source.get(..offset).unwrap_or(source);
    before.matches('\n').count() + 1
}

/// The key that a place belongs to, with its table: `event.title`. Read from the lines above, since
/// a value alone does not know its name.
fn key_at(source: &str, offset: usize) -> String {
    let end = source
        .get(offset..)
        .and_then(|rest| rest.find('\n'))
        .map_or(source.len(), |len| offset + len);
    let mut key: Option<&str> = None;
    for line in source.get(..end).unwrap_or(source).lines().rev() {
        let line = line.trim();
        if let Some(table) = table(line) {
            return match key {
                Some(key) => format!("{table}.{key}"),
                None => table.to_owned(),
            };
        }
        if key.is_none() {
            key = assigned(line);
        }
    }
    key.unwrap_or_default().to_owned()
}

/// The name in `[ips]` or `[[event]]`.
fn table(line: &str) -> Option<&str> {
    let name = line.strip_prefix('[')?.trim_start_matches('[');
    let (name, _) = name.split_once(']')?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
    (!name.is_empty() && name.bytes().all(plain)).then_some(name)
}

/// The name before the `=` of a line, if that is what the line begins with.
fn assigned(line: &str) -> Option<&str> {
    let name = line.split_once('=')?.0.trim();
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.\"".contains(&byte);
    (!name.is_empty() && name.bytes().all(plain)).then_some(name.trim_matches('"'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const FILE: &str = include_str!("catalog/systeme-io.toml");

    proptest! {
        #[test]
        fn a_bent_file_is_taken_or_named_by_its_line(
            at in 0..FILE.len(),
            removed in 0_usize..40,
            put in r#"([\[\]{}"=|.:!&@#\n]|é|title|when){0,3}"#,
        ) {
            let at = FILE.floor_char_boundary(at);
            let end = FILE.ceil_char_boundary((at + removed).min(FILE.len()));
            let bent = format!("{}{put}{}", &FILE[..at], &FILE[end..]);
            if let Err(fault) = sender(&bent, &mut Selectors::default()) {
                prop_assert!((1..=bent.lines().count() + 1).contains(&fault.line));
                prop_assert!(!fault.message.is_empty());
            }
        }
    }
}
