//! Selectors: which part of a request a clause or a template speaks of.

use std::collections::HashMap;

/// A part of a request, as a catalogue line names it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Selector {
    Method,
    /// As sent, still percent-encoded.
    Path,
    /// The target as sent: path and query.
    Url,
    /// The body as text, whatever it is.
    Raw,
    /// The first pair of that name, decoded.
    Query(String),
    /// The first line of that name, in lower case.
    Header(String),
    /// A dotted path into the body; the empty one is the whole.
    Body(String),
}

impl Selector {
    /// Reads a selector as written in a catalogue file.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let (word, rest) = match text.split_once('.') {
            Some((word, rest)) => (word, Some(rest)),
            None => (text, None),
        };
        let selector = match (word, rest) {
            ("method", None) => Self::Method,
            ("path", None) => Self::Path,
            ("url", None) => Self::Url,
            ("raw", None) => Self::Raw,
            ("body", None) => Self::Body(String::new()),
            ("query", Some(name)) => Self::Query(name.to_owned()),
            ("header", Some(name)) => Self::Header(name.to_ascii_lowercase()),
            ("body", Some(path)) => Self::Body(path.to_owned()),
            _ => {
                return Err(format!(
                    "`{text}` is no selector; there are method, path, url, raw, query.NAME, header.NAME, body.PATH"
                ));
            }
        };
        if rest.is_some_and(|rest| rest.split('.').any(str::is_empty)) {
            return Err(format!("`{text}` has an empty name"));
        }
        if text.contains(['|', '{', '}']) {
            return Err(format!(
                "`{text}` is no selector; filters stand in braces, like {{body.a|first}}"
            ));
        }
        Ok(selector)
    }

    /// Looking at the head costs nothing; the body may have to be parsed first.
    pub(super) fn needs_body(&self) -> bool {
        matches!(self, Self::Body(_) | Self::Raw)
    }
}

/// The place of a selector in the catalogue's [`Selectors`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct SelectorId(usize);

impl SelectorId {
    pub(super) fn get(self) -> usize {
        self.0
    }
}

/// All selectors of a catalogue, each once, so that a request's value is looked up once however many
/// senders ask for it.
#[derive(Debug, Default)]
pub(super) struct Selectors {
    all: Vec<Selector>,
    places: HashMap<Selector, SelectorId>,
}

impl Selectors {
    /// The place of a selector, which is new or known.
    pub(super) fn intern(&mut self, selector: Selector) -> SelectorId {
        let Self { all, places } = self;
        *places.entry(selector).or_insert_with_key(|selector| {
            all.push(selector.clone());
            SelectorId(all.len() - 1)
        })
    }

    /// Parses and interns.
    pub(super) fn read(&mut self, text: &str) -> Result<SelectorId, String> {
        Selector::parse(text).map(|selector| self.intern(selector))
    }

    pub(super) fn get(&self, id: SelectorId) -> &Selector {
        &self.all[id.0]
    }

    pub(super) fn len(&self) -> usize {
        self.all.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn selectors_are_read_or_refused_with_their_text() {
        let read = |text| Selector::parse(text);
        assert_eq!(read("method"), Ok(Selector::Method));
        assert_eq!(read("body"), Ok(Selector::Body(String::new())));
        assert_eq!(read("body.a.0.b"), Ok(Selector::Body("a.0.b".to_owned())));
        assert_eq!(
            read("header.X-Webhook-Event"),
            Ok(Selector::Header("x-webhook-event".to_owned()))
        );
        assert_eq!(
            read("query.hub.mode"),
            Ok(Selector::Query("hub.mode".to_owned()))
        );
        for wrong in [
            "",
            "bodyx",
            "header",
            "method.x",
            "body.",
            "body.a..b",
            "cookie.a",
            "body.a|first",
        ] {
            let error = read(wrong).unwrap_err();
            assert!(error.contains(&format!("`{wrong}`")), "{error}");
        }
    }

    #[test]
    fn a_selector_is_kept_once() {
        let mut selectors = Selectors::default();
        let a = selectors.read("body.type").unwrap();
        let b = selectors.read("body.type").unwrap();
        assert_eq!((a, selectors.len()), (b, 1));
    }
}
