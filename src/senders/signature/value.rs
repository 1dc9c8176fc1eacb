//! What the sender sent as its signature: the texts, and what they decode to.

use super::encoding::Encoding;
use super::exchange::Exchange;
use super::message::{Message, Place};
use super::rewrite;
use crate::senders::selector::{Selector, SelectorId, Selectors};

/// More signatures than this in one value are not looked at.
const MAX_VALUES: usize = 32;
/// A longer one is none.
const MAX_VALUE_BYTES: usize = 16 * 1024;

/// Where the signature stands and how it is written.
#[derive(Debug)]
pub(super) struct ValueRule {
    pub(super) source: ValueSource,
    /// The value is a list of `name=value`; those of this name count.
    pub(super) field: Option<String>,
    /// Stands between the elements of a list.
    pub(super) separator: Option<String>,
    /// Stands before each signature.
    pub(super) prefix: String,
    pub(super) encoding: Encoding,
}

/// A selector, or a template in braces that takes the signature out of a longer text.
#[derive(Debug)]
pub(super) enum ValueSource {
    Selector(SelectorId),
    Template(Message),
}

impl ValueSource {
    pub(super) fn parse(text: &str, selectors: &mut Selectors) -> Result<Self, String> {
        if text.contains('{') {
            Message::parse(text, selectors).map(Self::Template)
        } else {
            selectors.read(text).map(Self::Selector)
        }
    }

    /// The texts that stand there; none where nothing does.
    pub(super) fn present(&self, exchange: &Exchange<'_>) -> Vec<String> {
        let mut texts = match self {
            Self::Selector(id) => exchange.texts(*id),
            Self::Template(template) => template.text(exchange).into_iter().collect(),
        };
        texts.retain(|text| !text.is_empty());
        texts
    }

    /// Where it stands, if it stands in one place.
    pub(super) fn place(&self) -> Option<Place<'_>> {
        match self {
            Self::Selector(selector) => Some(Place {
                selector: *selector,
                filter: None,
            }),
            Self::Template(template) => template.place(),
        }
    }

    /// Whether it stands in the body.
    pub(super) fn needs_body(&self, selectors: &Selectors) -> bool {
        match self {
            Self::Selector(selector) => selectors.get(*selector).needs_body(),
            Self::Template(template) => template.needs_body(selectors),
        }
    }

    /// Where it stands, for a person.
    pub(super) fn describe(&self, selectors: &Selectors) -> String {
        let place = self.place();
        place.map_or_else(
            || "request".to_owned(),
            |place| describe(selectors.get(place.selector)),
        )
    }
}

/// `header stripe-signature`, `body value signature.token`.
pub(super) fn describe(selector: &Selector) -> String {
    match selector {
        Selector::Header(name) => format!("header {name}"),
        Selector::Query(name) => format!("query parameter {name}"),
        Selector::Body(path) => format!("body value {path}"),
        _ => "request".to_owned(),
    }
}

impl ValueRule {
    /// The single signatures in these texts, with their prefixes.
    pub(super) fn elements(&self, present: &[String]) -> Vec<String> {
        present
            .iter()
            .flat_map(|text| self.split(text))
            .filter(|element| !element.is_empty() && element.len() <= MAX_VALUE_BYTES)
            .take(MAX_VALUES)
            .map(str::to_owned)
            .collect()
    }

    fn split<'t>(&self, text: &'t str) -> Vec<&'t str> {
        let separator = match (&self.separator, &self.field) {
            (Some(separator), _) => separator.as_str(),
            (None, Some(_)) => ",",
            (None, None) => return vec![text.trim()],
        };
        let elements = text.split(separator).map(str::trim);
        let Some(field) = &self.field else {
            return elements.collect();
        };
        elements
            .filter_map(|pair| {
                let (name, value) = pair.split_once('=')?;
                (name.trim() == field).then(|| value.trim().trim_matches('"'))
            })
            .collect()
    }

    /// The signature of an element, written as the sender writes it.
    pub(super) fn decode(&self, element: &str) -> Option<Vec<u8>> {
        let text = self.cut(element)?;
        self.encoding.decode(text).filter(|bytes| !bytes.is_empty())
    }

    /// What stands behind the prefix. Case matters, but not in the name of an HTTP scheme (`Bearer `);
    /// with a `*` at its start anything may stand before the rest of the prefix (`*|`).
    pub(super) fn cut<'e>(&self, element: &'e str) -> Option<&'e str> {
        if let Some(rest) = self.prefix.strip_prefix('*') {
            return Some(element.rsplit_once(rest)?.1);
        }
        let (start, text) = element.split_at_checked(self.prefix.len())?;
        let same = if self.prefix.ends_with(' ') {
            start.eq_ignore_ascii_case(&self.prefix)
        } else {
            start == self.prefix
        };
        same.then_some(text)
    }

    /// The inverse of [`ValueRule::decode`], with the prefix of the element whose place it takes.
    pub(super) fn encode(&self, signature: &[u8], old: &str) -> String {
        let prefix = match self.prefix.strip_prefix('*') {
            Some(rest) => old.rfind(rest).map_or(rest, |at| &old[..at + rest.len()]),
            None => &self.prefix,
        };
        format!("{prefix}{}", self.encoding.encode(signature))
    }

    /// What stands there with another signature in it, all else as it was.
    pub(super) fn with(&self, old: &str, signature: &[u8]) -> Option<String> {
        if let (Some(field), separator) = (&self.field, &self.separator) {
            let separator = separator.as_deref().unwrap_or(",");
            let text = self.encode(signature, "");
            return Some(rewrite::field(old, field, separator, &text));
        }
        if let Some(separator) = &self.separator {
            let is_one = |element: &str| {
                let known = self.prefix.is_empty();
                self.cut(element).is_some()
                    && (!known || self.decode(element).is_some_and(|bytes| bytes.len() >= 16))
            };
            let new = |element: &str| self.encode(signature, element);
            return Some(rewrite::element(old, separator, is_one, new));
        }
        let filter = self.source.place()?.filter;
        rewrite::within(old, filter, &self.encode(signature, old))
    }
}

/// How an element may be read, and what is odd about that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ValueReading {
    pub(super) bytes: Vec<u8>,
    /// The encoding, where it is not the sender's.
    pub(super) encoding: Option<Encoding>,
    /// What stands before it, where that is not what the sender puts there.
    pub(super) prefix: Option<String>,
}

impl ValueRule {
    /// The ways to read an element that give a signature of a possible size, the sender's own first.
    pub(super) fn readings(
        &self,
        element: &str,
        fits: &dyn Fn(usize) -> bool,
    ) -> Vec<ValueReading> {
        let mut readings: Vec<ValueReading> = Vec::new();
        for (prefix, text) in self.prefixes(element) {
            for encoding in self.encodings(text) {
                let Some(bytes) = encoding.decode(text).filter(|bytes| fits(bytes.len())) else {
                    continue;
                };
                if readings.iter().all(|known| known.bytes != bytes) {
                    readings.push(ValueReading {
                        bytes,
                        encoding: (encoding != self.encoding).then_some(encoding),
                        prefix: prefix.clone(),
                    });
                }
            }
        }
        readings
    }

    /// The element's text behind the prefix; behind another one, or without any.
    fn prefixes<'t>(&self, element: &'t str) -> Vec<(Option<String>, &'t str)> {
        let mut found = Vec::new();
        let own = self.cut(element);
        found.extend(own.map(|text| (None, text)));
        if own.is_none() {
            found.push((Some(String::new()), element));
        }
        for mark in ['=', ',', ':', ' '] {
            if let Some((before, text)) = element.split_once(mark)
                && !text.is_empty()
                && before.len() <= 20
                && !(own.is_some() && self.prefix.ends_with(mark))
            {
                found.push((Some(format!("{before}{mark}")), text));
            }
        }
        found
    }

    /// The sender's encoding first. What is hex by its look is not tried as base64 as well.
    fn encodings(&self, text: &str) -> Vec<Encoding> {
        let hex = text.len() >= 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let others = Encoding::OF_DIGESTS
            .into_iter()
            .filter(|&other| other != self.encoding && (other == Encoding::Hex) == hex);
        std::iter::once(self.encoding).chain(others).collect()
    }
}
