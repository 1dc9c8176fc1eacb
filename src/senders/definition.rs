//! A catalogue file as it is written. What the strings mean is read in `compile`.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use toml::Spanned;

use super::signature::SignatureTable;

/// One string or a list of them.
#[derive(Debug, Clone, Default)]
pub(super) struct Strings(pub(super) Vec<Spanned<String>>);

impl<'de> Deserialize<'de> for Strings {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Spanned::<OneOrMany>::deserialize(deserializer)?;
        let span = value.span();
        Ok(Self(match value.into_inner() {
            OneOrMany::One(text) => vec![Spanned::new(span, text)],
            OneOrMany::Many(texts) => texts,
        }))
    }
}

/// The elements of a list know their places; a single string has that of the whole.
enum OneOrMany {
    One(String),
    Many(Vec<Spanned<String>>),
}

impl<'de> Deserialize<'de> for OneOrMany {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = OneOrMany;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string or a list of strings")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<OneOrMany, E> {
                Ok(OneOrMany::One(text.to_owned()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<OneOrMany, A::Error> {
                let mut texts = Vec::new();
                while let Some(text) = list.next_element()? {
                    texts.push(text);
                }
                Ok(OneOrMany::Many(texts))
            }
        }
        deserializer.deserialize_any(Either)
    }
}

/// A file of the catalogue.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Definition {
    pub(super) id: Spanned<String>,
    pub(super) name: String,
    /// What it tells may come from several senders: it answers them, and no name is wrong.
    #[serde(default)]
    pub(super) names_nobody: bool,
    /// Where the facts are from, and when they were read.
    #[serde(default)]
    pub(super) docs: Option<String>,
    #[serde(rename = "match")]
    pub(super) rules: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) event_type: Strings,
    #[serde(default)]
    pub(super) delivery_id: Strings,
    #[serde(default)]
    pub(super) attempt: Strings,
    #[serde(default)]
    pub(super) time: Strings,
    #[serde(default)]
    pub(super) ips: Option<Ips>,
    #[serde(default)]
    pub(super) signature: Vec<Spanned<SignatureTable>>,
    #[serde(default)]
    pub(super) event: Vec<Event>,
    #[serde(default)]
    pub(super) handshake: Vec<Handshake>,
    /// What the sender wants to be answered to each of its requests.
    #[serde(default)]
    pub(super) answer: Option<Answer>,
    /// Header lines that the samples are sent with.
    #[serde(default)]
    pub(super) sample_headers: Vec<Spanned<String>>,
}

/// The addresses that a sender publishes.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Ips {
    /// Where they are published, and when that was read.
    #[serde(default)]
    pub(super) source: Option<String>,
    pub(super) allow: Vec<Spanned<String>>,
}

/// An event of a sender.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Event {
    /// Exact, or open with a `*` at its end.
    #[serde(rename = "type")]
    pub(super) kind: Spanned<String>,
    #[serde(default)]
    pub(super) variant: Option<Spanned<String>>,
    /// By language; `en` has to be there.
    pub(super) label: Spanned<BTreeMap<String, String>>,
    #[serde(default)]
    pub(super) when: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) title: Strings,
    /// A file below the catalogue's folder.
    #[serde(default)]
    pub(super) sample: Option<Spanned<String>>,
    /// Header lines of this event's sample; one of the sender's lines with the same name gives way, and one
    /// without a value only takes it away.
    #[serde(default)]
    pub(super) sample_headers: Vec<Spanned<String>>,
    /// `POST` where it is left out.
    #[serde(default)]
    pub(super) sample_method: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) sample_query: Option<Spanned<String>>,
}

/// A check of the URL that a sender makes before it delivers, and what it wants to be answered.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Handshake {
    /// The event type that the check is shown as.
    #[serde(rename = "type")]
    pub(super) kind: Spanned<String>,
    pub(super) when: Spanned<String>,
    pub(super) label: Spanned<BTreeMap<String, String>>,
    #[serde(default)]
    pub(super) title: Strings,
    /// Answered only where the signature holds; 401 where it is wrong.
    #[serde(default)]
    pub(super) signed: bool,
    /// A template of the link that a person has to open to confirm; it is shown, never opened.
    #[serde(default)]
    pub(super) link: Option<Spanned<String>>,
    /// The selector of the signing secret that the check hands over.
    #[serde(default)]
    pub(super) secret_from: Option<Spanned<String>>,
    pub(super) answer: Answer,
    #[serde(default)]
    pub(super) sample: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) sample_headers: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) sample_method: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) sample_query: Option<Spanned<String>>,
}

/// `[answer]`, `[handshake.answer]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Answer {
    /// 200 where it is left out.
    #[serde(default)]
    pub(super) status: Option<Spanned<u16>>,
    #[serde(default)]
    pub(super) content_type: Option<Spanned<String>>,
    /// Header lines; the values are templates.
    #[serde(default)]
    pub(super) headers: Vec<Spanned<String>>,
    /// A template; nothing where it is left out.
    #[serde(default)]
    pub(super) body: Option<Spanned<String>>,
}
