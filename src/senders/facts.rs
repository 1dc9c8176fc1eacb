//! One request as the values that clauses and templates ask for, each looked up once and only on demand.

use std::borrow::Cow;
use std::cell::OnceCell;

use super::body_values::{BodyValues, MAX_PAIRS};
use super::selector::{Selector, SelectorId, Selectors};
use crate::request::{Arrival, Head};
use crate::view::form;

/// Selectors on a page of values.
const PAGE: usize = 4;

/// What a selector finds, once it was asked for.
type Value<'a> = OnceCell<Option<Cow<'a, str>>>;

/// A request under judgement.
pub(super) struct Facts<'a> {
    head: &'a Head,
    body: &'a [u8],
    arrival: Arrival,
    selectors: &'a Selectors,
    /// In pages that are made on demand: a catalogue has thousands of selectors, a request asks for tens.
    values: Vec<OnceCell<Box<[Value<'a>; PAGE]>>>,
    parsed: OnceCell<BodyValues<'a>>,
    query: OnceCell<Vec<form::Pair>>,
    /// The endpoint's secret, where an answer is made with it.
    secret: Option<&'a str>,
}

impl<'a> Facts<'a> {
    pub(super) fn new(
        selectors: &'a Selectors,
        head: &'a Head,
        body: &'a [u8],
        arrival: Arrival,
    ) -> Self {
        Self {
            head,
            body,
            arrival,
            selectors,
            values: vec![OnceCell::new(); selectors.len().div_ceil(PAGE)],
            parsed: OnceCell::new(),
            query: OnceCell::new(),
            secret: None,
        }
    }

    /// With what the answer to a handshake may be made of.
    pub(super) fn with_secret(self, secret: Option<&'a str>) -> Self {
        Self { secret, ..self }
    }

    pub(super) fn secret(&self) -> Option<&'a str> {
        self.secret
    }

    pub(super) fn head(&self) -> &'a Head {
        self.head
    }

    /// What the body holds. One that did not arrive whole holds nothing: its last value may be cut.
    pub(super) fn body(&self) -> &BodyValues<'a> {
        self.parsed.get_or_init(|| {
            if self.arrival == Arrival::Whole {
                BodyValues::parse(self.body, self.head.text("content-type"))
            } else {
                BodyValues::Opaque
            }
        })
    }

    /// The value of a selector, if the request has it.
    pub(super) fn value(&self, id: SelectorId) -> Option<&str> {
        let page = self.values[id.get() / PAGE].get_or_init(Box::default);
        page[id.get() % PAGE]
            .get_or_init(|| self.read(self.selectors.get(id)))
            .as_deref()
    }

    /// The body's bytes, if that is what the selector speaks of.
    pub(super) fn raw(&self, id: SelectorId) -> Option<&'a [u8]> {
        matches!(self.selectors.get(id), Selector::Raw).then_some(self.body)
    }

    /// Where the value of a selector stands, for a person: `$.type`, or the header's name as sent.
    pub(super) fn source(&self, id: SelectorId) -> String {
        match self.selectors.get(id) {
            Selector::Method => "method".to_owned(),
            Selector::Path => "path".to_owned(),
            Selector::Url => "target".to_owned(),
            Selector::Raw => "body".to_owned(),
            Selector::Query(name) => format!("query {name}"),
            Selector::Header(name) => self
                .head
                .headers()
                .map(|(sent, _)| sent)
                .find(|sent| sent.eq_ignore_ascii_case(name))
                .map_or_else(|| name.clone(), Cow::into_owned),
            Selector::Body(path) => self.body().describe(path),
        }
    }

    /// How many more elements a list has whose first one a selector speaks of: senders put several events
    /// into one request.
    pub(super) fn more_than_first(&self, id: SelectorId) -> usize {
        let Selector::Body(path) = self.selectors.get(id) else {
            return 0;
        };
        let list = match path.strip_prefix("0.") {
            Some(_) => "",
            None => match path.split_once(".0.") {
                Some((list, _)) => list,
                None => return 0,
            },
        };
        self.body().len(list).saturating_sub(1)
    }

    fn read(&self, selector: &'a Selector) -> Option<Cow<'a, str>> {
        match selector {
            Selector::Method => Some(self.head.method()),
            Selector::Path => Some(self.head.path()),
            Selector::Url => Some(String::from_utf8_lossy(self.head.target())),
            Selector::Raw => Some(String::from_utf8_lossy(self.body)),
            Selector::Query(name) => self.query(name),
            Selector::Header(name) => self.head.first(name).map(String::from_utf8_lossy),
            Selector::Body(path) => self.body().lookup(path),
        }
    }

    fn query(&self, name: &str) -> Option<Cow<'a, str>> {
        let pairs = self
            .query
            .get_or_init(|| form::pairs(self.head.query().unwrap_or_default(), MAX_PAIRS).0);
        let pair = pairs.iter().find(|pair| pair.name == name)?;
        Some(Cow::Owned(pair.value.clone()))
    }
}
