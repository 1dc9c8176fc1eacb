//! A catalogue file as it is written. What the strings mean is read in `compile`.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use toml::Spanned;

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
    pub(super) signature: Vec<Spanned<Signature>>,
    #[serde(default)]
    pub(super) event: Vec<Event>,
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

/// How a sender signs; read and shown, not yet checked.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signature {
    pub kind: SignatureKind,
    /// `sha256`, `sha1`, …
    #[serde(default)]
    pub hash: Option<String>,
    /// The selector of what the sender sent.
    pub value: String,
    /// `hex` or `base64`.
    #[serde(default)]
    pub encoding: Option<String>,
    /// Templates of what is signed, tried in order.
    #[serde(default)]
    pub message: Vec<String>,
}

/// The ways to sign that the catalogue has words for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SignatureKind {
    Hmac,
    /// A shared secret sent as it is.
    Equal,
    Basic,
    Ed25519,
    EcdsaP256,
    /// Checked by asking the sender; shown only.
    External,
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
}
