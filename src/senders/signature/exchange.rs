//! A request as signing sees it: bytes, not text.

use std::borrow::Cow;
use std::cell::OnceCell;

use super::body_form::BodyForm;
use super::origin;
use super::proof::Hash;
use crate::request::{Arrival, Head};
use crate::senders::facts::Facts;
use crate::senders::selector::{Selector, SelectorId, Selectors};
use crate::view::form;

/// More pairs than this of a form are not sorted: nobody signs as many.
const MAX_FORM_PAIRS: usize = 10_000;

/// A request whose signature is made or checked.
pub(super) struct Exchange<'a> {
    pub(super) facts: Facts<'a>,
    pub(super) head: &'a Head,
    pub(super) body: &'a [u8],
    pub(super) arrival: Arrival,
    /// The ways in which the sender may have called this host: `https://example.com`.
    pub(super) origins: Vec<String>,
    selectors: &'a Selectors,
    form: OnceCell<Vec<u8>>,
}

impl<'a> Exchange<'a> {
    pub(super) fn new(
        selectors: &'a Selectors,
        head: &'a Head,
        body: &'a [u8],
        arrival: Arrival,
        secure: bool,
    ) -> Self {
        Self {
            facts: Facts::new(selectors, head, body, arrival),
            head,
            body,
            arrival,
            origins: origin::candidates(head, secure),
            selectors,
            form: OnceCell::new(),
        }
    }

    pub(super) fn is_whole(&self) -> bool {
        self.arrival == Arrival::Whole
    }

    /// The bytes of a part as they were sent; of what is a value in JSON or in a form, its text.
    pub(super) fn bytes(&self, id: SelectorId) -> Option<Cow<'_, [u8]>> {
        match self.selectors.get(id) {
            Selector::Raw => Some(Cow::Borrowed(self.body)),
            Selector::Path => Some(Cow::Borrowed(self.head.path_bytes())),
            Selector::Url => Some(Cow::Owned(url(self.head))),
            Selector::Header(name) => self.head.first(name).map(Cow::Borrowed),
            _ => self
                .facts
                .value(id)
                .map(|text| Cow::Borrowed(text.as_bytes())),
        }
    }

    /// The pairs of a form body, sorted and joined; once, since they are asked for with each origin.
    pub(super) fn sorted_form(&self) -> &[u8] {
        self.form.get_or_init(|| sorted_pairs(self.body))
    }

    /// All texts of a part: a header may stand there several times.
    pub(super) fn texts(&self, id: SelectorId) -> Vec<String> {
        match self.selectors.get(id) {
            Selector::Header(name) => self
                .head
                .all(name)
                .map(|value| String::from_utf8_lossy(value).into_owned())
                .collect(),
            _ => self
                .facts
                .value(id)
                .map(str::to_owned)
                .into_iter()
                .collect(),
        }
    }
}

/// Path and query, without the host that an absolute target names.
fn url(head: &Head) -> Vec<u8> {
    match head.query() {
        Some(query) => [head.path_bytes(), b"?", query].concat(),
        None => head.path_bytes().to_vec(),
    }
}

/// The pairs sorted by name, each name followed by its value, nothing between them; equal pairs once.
pub(super) fn sorted_pairs(text: &[u8]) -> Vec<u8> {
    let (mut pairs, _) = form::pairs(text, MAX_FORM_PAIRS);
    pairs.sort_by(|a, b| (&a.name, &a.value).cmp(&(&b.name, &b.value)));
    pairs.dedup_by(|a, b| (&a.name, &a.value) == (&b.name, &b.value));
    pairs
        .into_iter()
        .flat_map(|pair| [pair.name, pair.value])
        .collect::<String>()
        .into_bytes()
}

/// What changes from one try to the next while the request stays the same.
#[derive(Clone, Copy)]
pub(super) struct Setting<'s> {
    pub(super) body: &'s [u8],
    pub(super) origin: &'s str,
    pub(super) secret: &'s [u8],
}

/// A step that works on bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ByteStep {
    Json(BodyForm),
    /// The digest in lower-case hex.
    Digest(Hash),
}

impl ByteStep {
    pub(super) fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "php-json" => Self::Json(BodyForm::PhpJson),
            "js-json" => Self::Json(BodyForm::JsJson),
            hash => Self::Digest(Hash::parse(hash).ok()?),
        })
    }
}
