//! A file of the catalogue into what a request can be asked with; what is wrong is named by its place.

use std::ops::Range;

use ipnet::IpNet;
use toml::Spanned;

use super::clause::{Condition, Rule};
use super::definition::{Definition, Event, Ips, Signature, Strings};
use super::event::{self, EventEntry, TypePattern};
use super::lists::parse_net;
use super::selector::{Selector, Selectors};
use super::template::Template;

/// A sender, ready to be asked.
#[derive(Debug)]
pub(super) struct Sender {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) docs: Option<String>,
    pub(super) rules: Vec<Rule>,
    pub(super) event_type: Vec<Template>,
    pub(super) delivery_id: Vec<Template>,
    pub(super) attempt: Vec<Template>,
    pub(super) time: Vec<Template>,
    pub(super) ips: Vec<IpNet>,
    pub(super) ips_source: Option<String>,
    pub(super) signatures: Vec<Signature>,
    pub(super) events: Vec<EventEntry>,
    pub(super) samples: Vec<SampleEntry>,
    pub(super) sample_headers: Vec<(String, String)>,
}

/// A sample as the file names it; its body is read by the catalogue.
#[derive(Debug)]
pub(super) struct SampleEntry {
    pub(super) event_type: String,
    pub(super) variant: Option<String>,
    pub(super) path: String,
    pub(super) line: usize,
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

type Wrong = Spanned<String>;

fn compile(
    source: &str,
    definition: Definition,
    selectors: &mut Selectors,
) -> Result<Sender, Wrong> {
    check_id(&definition.id)?;
    let rules = definition
        .rules
        .iter()
        .map(|rule| Rule::parse(rule.get_ref(), selectors).map_err(|reason| at(rule, reason)))
        .collect::<Result<_, _>>()?;
    let samples = samples(source, &definition.event)?;
    let sample_headers = definition
        .sample_headers
        .iter()
        .map(header_line)
        .collect::<Result<_, _>>()?;
    let mut events = definition
        .event
        .into_iter()
        .map(|entry| event_entry(entry, selectors))
        .collect::<Result<Vec<_>, _>>()?;
    event::sort(&mut events);
    let (ips, ips_source) = addresses(definition.ips)?;
    Ok(Sender {
        event_type: templates(&definition.event_type, selectors)?,
        delivery_id: templates(&definition.delivery_id, selectors)?,
        attempt: templates(&definition.attempt, selectors)?,
        time: templates(&definition.time, selectors)?,
        id: definition.id.into_inner(),
        name: definition.name,
        docs: definition.docs,
        rules,
        ips,
        ips_source,
        signatures: definition
            .signature
            .into_iter()
            .map(signature)
            .collect::<Result<_, _>>()?,
        events,
        samples,
        sample_headers,
    })
}

fn at<T>(place: &Spanned<T>, message: impl Into<String>) -> Wrong {
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

/// The message is left as it is: it may name ways of writing the body that titles have no use for.
fn signature(entry: Spanned<Signature>) -> Result<Signature, Wrong> {
    match Selector::parse(&entry.get_ref().value) {
        Ok(_) => Ok(entry.into_inner()),
        Err(reason) => Err(at(&entry, format!("value: {reason}"))),
    }
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

fn samples(source: &str, events: &[Event]) -> Result<Vec<SampleEntry>, Wrong> {
    let mut samples = Vec::new();
    for entry in events {
        let Some(path) = &entry.sample else { continue };
        if matches!(
            TypePattern::parse(entry.kind.get_ref()),
            Ok(TypePattern::Prefix(_))
        ) {
            return Err(at(
                path,
                "a sample has one type; this entry's ends with `*`",
            ));
        }
        let text = path.get_ref();
        if text.starts_with('/') || text.contains('\\') || text.split('/').any(|step| step == "..")
        {
            return Err(at(
                path,
                format!("`{text}` leads out of the catalogue's folder"),
            ));
        }
        samples.push(SampleEntry {
            event_type: entry.kind.get_ref().clone(),
            variant: entry
                .variant
                .as_ref()
                .map(|variant| variant.get_ref().clone()),
            path: text.clone(),
            line: line_of(source, path.span().start),
        });
    }
    Ok(samples)
}

fn header_line(line: &Spanned<String>) -> Result<(String, String), Wrong> {
    let pair = line.get_ref().split_once(':').filter(|(name, value)| {
        let token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
        !name.is_empty() && name.bytes().all(token) && !value.contains(char::is_control)
    });
    let (name, value) = pair.ok_or_else(|| at(line, "a header line is `Name: value`"))?;
    Ok((name.to_owned(), value.trim().to_owned()))
}

fn line_of(source: &str, offset: usize) -> usize {
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
