//! Templates of what is signed: `{header.x-slack-request-timestamp}:{raw}`. Filled with bytes, since a
//! signature is over bytes.

use std::borrow::Cow;

use super::body_form::BodyForm;
use super::encoding::to_hex;
use super::exchange::{ByteStep, Exchange, Setting, sorted_pairs};
use super::proof::Pieces;
use crate::senders::braces::{self, Piece};
use crate::senders::filter::Filter;
use crate::senders::selector::{SelectorId, Selectors};

/// A compiled template.
#[derive(Debug)]
pub(super) struct Message {
    parts: Vec<Part>,
}

#[derive(Debug)]
enum Part {
    Text(String),
    Value {
        /// As written, to name what is missing.
        text: String,
        source: Source,
        steps: Vec<Step>,
    },
}

/// What a part takes its bytes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Source {
    Raw,
    Origin,
    Secret,
    /// The pairs of a form body, sorted.
    Form,
    /// The pairs of the query, sorted.
    Query,
    Selector(SelectorId),
}

#[derive(Debug)]
enum Step {
    Bytes(ByteStep),
    Text(Filter),
}

/// The part of a message that a request does not have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Missing(pub(super) String);

/// Where a value stands in a request, for signing.
pub(super) struct Place<'p> {
    pub(super) selector: SelectorId,
    pub(super) filter: Option<&'p Filter>,
}

impl Message {
    pub(super) fn parse(text: &str, selectors: &mut Selectors) -> Result<Self, String> {
        let parts = braces::pieces(text)?
            .into_iter()
            .map(|piece| match piece {
                Piece::Plain(text) => Ok(Part::Text(text)),
                Piece::Inside(inside) => Part::parse(inside, selectors),
            })
            .collect::<Result<_, _>>()?;
        Ok(Self { parts })
    }

    /// The bytes, or the first part that is not there. Here an empty value is a value.
    pub(super) fn fill<'p>(
        &'p self,
        exchange: &'p Exchange<'_>,
        setting: Setting<'p>,
    ) -> Result<Pieces<'p>, Missing> {
        self.parts
            .iter()
            .map(|part| match part {
                Part::Text(text) => Ok(Cow::Borrowed(text.as_bytes())),
                Part::Value {
                    text,
                    source,
                    steps,
                } => run(source.read(exchange, setting), steps, exchange)
                    .ok_or_else(|| Missing(text.clone())),
            })
            .collect()
    }

    /// The text, where that is all there and UTF-8.
    pub(super) fn text(&self, exchange: &Exchange<'_>) -> Option<String> {
        let setting = Setting {
            body: exchange.body,
            origin: "",
            secret: b"",
        };
        let pieces = self.fill(exchange, setting).ok()?;
        String::from_utf8(pieces.concat()).ok()
    }

    /// The form in which the body is a part of the message; `None` where it is none.
    pub(super) fn body_form(&self) -> Option<BodyForm> {
        self.values().find_map(|(source, steps)| {
            (source == Source::Raw).then(|| match steps.first() {
                Some(Step::Bytes(ByteStep::Json(form))) => *form,
                _ => BodyForm::AsSent,
            })
        })
    }

    /// Whether anything of the body is a part of it.
    pub(super) fn needs_body(&self, selectors: &Selectors) -> bool {
        self.values().any(|(source, _)| match source {
            Source::Raw | Source::Form => true,
            Source::Selector(id) => selectors.get(id).needs_body(),
            Source::Origin | Source::Secret | Source::Query => false,
        })
    }

    pub(super) fn names_origin(&self) -> bool {
        self.names(Source::Origin)
    }

    pub(super) fn names_secret(&self) -> bool {
        self.names(Source::Secret)
    }

    /// Where the value stands, if it is nothing but one value, perhaps taken out of a longer text.
    pub(super) fn place(&self) -> Option<Place<'_>> {
        let [Part::Value { source, steps, .. }] = &self.parts[..] else {
            return None;
        };
        let Source::Selector(selector) = *source else {
            return None;
        };
        match &steps[..] {
            [] => Some(Place {
                selector,
                filter: None,
            }),
            [Step::Text(filter)] => Some(Place {
                selector,
                filter: Some(filter),
            }),
            _ => None,
        }
    }

    fn names(&self, wanted: Source) -> bool {
        self.values().any(|(source, _)| source == wanted)
    }

    fn values(&self) -> impl Iterator<Item = (Source, &[Step])> {
        self.parts.iter().filter_map(|part| match part {
            Part::Value { source, steps, .. } => Some((*source, &steps[..])),
            Part::Text(_) => None,
        })
    }
}

impl Part {
    fn parse(inside: &str, selectors: &mut Selectors) -> Result<Self, String> {
        let mut steps = inside.split('|').map(str::trim_start).peekable();
        let name = steps.next().unwrap_or_default().trim();
        let source = match name {
            "raw" => Source::Raw,
            "origin" => Source::Origin,
            "secret" => Source::Secret,
            "form" | "query" => {
                if steps.next().map(str::trim_end) != Some("sorted") {
                    return Err(format!("`{name}` is written `{{{name}|sorted}}`"));
                }
                if name == "form" {
                    Source::Form
                } else {
                    Source::Query
                }
            }
            _ => Source::Selector(selectors.read(name).map_err(|reason| {
                format!("{reason}; messages also have origin, secret, form|sorted, query|sorted")
            })?),
        };
        let steps = steps
            .map(|step| match ByteStep::parse(step.trim_end()) {
                Some(step) => Ok(Step::Bytes(step)),
                None => Filter::parse(step, selectors).map(Step::Text).map_err(|reason| {
                    format!("{reason}; messages also have php-json, js-json, sha256 and other hashes")
                }),
            })
            .collect::<Result<_, _>>()?;
        Ok(Self::Value {
            text: name.to_owned(),
            source,
            steps,
        })
    }
}

impl Source {
    fn read<'p>(self, exchange: &'p Exchange<'_>, setting: Setting<'p>) -> Option<Cow<'p, [u8]>> {
        match self {
            Self::Raw => Some(Cow::Borrowed(setting.body)),
            Self::Origin => Some(Cow::Borrowed(setting.origin.as_bytes())),
            Self::Secret => Some(Cow::Borrowed(setting.secret)),
            Self::Form => Some(Cow::Borrowed(exchange.sorted_form())),
            Self::Query => exchange
                .head
                .query()
                .map(|query| Cow::Owned(sorted_pairs(query))),
            Self::Selector(id) => exchange.bytes(id),
        }
    }
}

/// What the steps make of a value, which may be missing until one of them stands in for it.
fn run<'p>(
    value: Option<Cow<'p, [u8]>>,
    steps: &[Step],
    exchange: &Exchange<'_>,
) -> Option<Cow<'p, [u8]>> {
    steps.iter().fold(value, |value, step| match step {
        Step::Bytes(ByteStep::Json(form)) => form.json(&value?).map(Cow::Owned),
        Step::Bytes(ByteStep::Digest(hash)) => {
            let digest = hash.digest(&[value?]);
            Some(Cow::Owned(to_hex(&digest).into_bytes()))
        }
        Step::Text(filter) => {
            let text = value.map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
            let text = filter.apply(text, &exchange.facts)?;
            Some(Cow::Owned(text.into_bytes()))
        }
    })
}
