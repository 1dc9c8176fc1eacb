//! A way to sign, compiled from its table; what is wrong with the table is named by its place.

use toml::Spanned;

use super::encoding::Encoding;
use super::exchange::Exchange;
use super::key::{KeyForm, KeyRule};
use super::message::Message;
use super::proof::{Hash, Proof};
use super::table::{SignatureKind, SignatureTable};
use super::timestamp::{self, TimestampCheck};
use super::value::{ValueRule, ValueSource};
use crate::request::Timestamp;
use crate::senders::compile::{Wrong, at};
use crate::senders::definition::Strings;
use crate::senders::selector::Selectors;

/// How a sender signs, ready to be checked and to be made.
#[derive(Debug)]
pub struct SignatureScheme {
    pub(super) name: Option<String>,
    pub(super) kind: SignatureKind,
    pub(super) method: Method,
    /// Where the signature stands: `header stripe-signature`.
    pub(super) place: String,
    /// A body that did not arrive whole leaves nothing to check.
    pub(super) needs_body: bool,
    timestamp: Option<Message>,
    tolerance_s: Option<u32>,
    pub(super) secret: Option<String>,
}

/// What has to be done to check.
#[derive(Debug)]
pub(super) enum Method {
    Signed(SignedMessage),
    Token(ValueRule),
    Basic(ValueRule),
    External {
        value: Option<ValueSource>,
        reason: String,
    },
}

/// A signature over a message.
#[derive(Debug)]
pub(super) struct SignedMessage {
    pub(super) proof: Proof,
    pub(super) value: ValueRule,
    pub(super) messages: Vec<Message>,
    pub(super) key: KeyRule,
}

impl SignatureScheme {
    /// What the way is called, where its sender has several.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    #[must_use]
    pub fn kind(&self) -> SignatureKind {
        self.kind
    }

    /// Where the signature stands: `header stripe-signature`.
    #[must_use]
    pub fn place(&self) -> &str {
        &self.place
    }

    /// What a person has to paste as the secret, in words.
    #[must_use]
    pub fn secret_hint(&self) -> Option<&str> {
        self.secret.as_deref()
    }

    /// Why it is not checked, where it is not.
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        match &self.method {
            Method::External { reason, .. } => Some(reason),
            _ => None,
        }
    }

    /// The texts that stand where the signature should; `None` where it is absent.
    pub(super) fn present(&self, exchange: &Exchange<'_>) -> Option<Vec<String>> {
        let Some(source) = self.method.source() else {
            return Some(Vec::new());
        };
        let texts = source.present(exchange);
        (!texts.is_empty()).then_some(texts)
    }

    /// The time of the signing, where the sender says it.
    pub(super) fn timestamp(
        &self,
        exchange: &Exchange<'_>,
        arrived: Timestamp,
    ) -> Option<TimestampCheck> {
        let text = self.timestamp.as_ref()?.text(exchange)?;
        let signed_at = timestamp::parse(&text)?;
        Some(TimestampCheck::new(signed_at, arrived, self.tolerance_s))
    }

    pub(super) fn timestamp_template(&self) -> Option<&Message> {
        self.timestamp.as_ref()
    }

    /// Reads a table.
    pub(in crate::senders) fn compile(
        table: Spanned<SignatureTable>,
        selectors: &mut Selectors,
    ) -> Result<Self, Wrong> {
        let whole = Spanned::new(table.span(), ());
        let table = table.into_inner();
        let method = method(&whole, &table, selectors)?;
        let timestamp = table.timestamp.as_ref().map(|text| {
            Message::parse(text.get_ref(), selectors).map_err(|reason| at(text, reason))
        });
        let timestamp = timestamp.transpose()?;
        if table.tolerance_s.is_some() && timestamp.is_none() {
            return Err(at(&whole, "`tolerance_s` needs a `timestamp`"));
        }
        Ok(Self {
            place: method.place(selectors),
            needs_body: method.needs_body(selectors),
            name: table.name,
            kind: table.kind,
            method,
            timestamp,
            tolerance_s: table.tolerance_s,
            secret: table.secret,
        })
    }
}

fn method(
    whole: &Spanned<()>,
    table: &SignatureTable,
    selectors: &mut Selectors,
) -> Result<Method, Wrong> {
    let proof = match table.kind {
        SignatureKind::Hmac => Proof::Hmac(hash(whole, table)?),
        SignatureKind::Hash => Proof::Digest(hash(whole, table)?),
        SignatureKind::Ed25519 => Proof::Ed25519,
        SignatureKind::EcdsaP256 => Proof::EcdsaP256,
        SignatureKind::Equal => {
            return Ok(Method::Token(value(
                whole,
                table,
                selectors,
                Encoding::None,
            )?));
        }
        SignatureKind::Basic => return basic(table, selectors),
        SignatureKind::External => return external(whole, table, selectors),
    };
    let usual = if proof == Proof::EcdsaP256 {
        Encoding::Base64
    } else {
        Encoding::Hex
    };
    let value = value(whole, table, selectors, usual)?;
    if value.encoding == Encoding::None {
        return Err(table.encoding.as_ref().map_or_else(
            || at(whole, "the signature is bytes"),
            |text| {
                at(
                    text,
                    "`none` is for tokens; a signature is written in hex, base64 or base64url",
                )
            },
        ));
    }
    Ok(Method::Signed(SignedMessage {
        messages: messages(whole, table.kind, &table.message, selectors)?,
        key: key(table, proof)?,
        proof,
        value,
    }))
}

fn basic(table: &SignatureTable, selectors: &mut Selectors) -> Result<Method, Wrong> {
    let source = match &table.value {
        Some(text) => source(text, selectors)?,
        None => ValueSource::parse("header.authorization", selectors)
            .map_err(|reason| Spanned::new(0..0, reason))?,
    };
    Ok(Method::Basic(ValueRule {
        source,
        field: None,
        separator: None,
        prefix: "Basic ".to_owned(),
        encoding: Encoding::Base64,
    }))
}

fn external(
    whole: &Spanned<()>,
    table: &SignatureTable,
    selectors: &mut Selectors,
) -> Result<Method, Wrong> {
    let Some(reason) = table.reason.clone() else {
        return Err(at(
            whole,
            "kind `external` needs a `reason`: why it is not checked",
        ));
    };
    let value = table.value.as_ref().map(|text| source(text, selectors));
    Ok(Method::External {
        value: value.transpose()?,
        reason,
    })
}

fn hash(whole: &Spanned<()>, table: &SignatureTable) -> Result<Hash, Wrong> {
    let Some(text) = &table.hash else {
        return Err(at(
            whole,
            format!("kind `{}` needs a `hash`", table.kind.as_str()),
        ));
    };
    Hash::parse(text.get_ref()).map_err(|reason| at(text, reason))
}

fn value(
    whole: &Spanned<()>,
    table: &SignatureTable,
    selectors: &mut Selectors,
    usual: Encoding,
) -> Result<ValueRule, Wrong> {
    let Some(text) = &table.value else {
        return Err(at(
            whole,
            "a `value` is needed: the selector of the signature",
        ));
    };
    for list in [&table.field, &table.separator].into_iter().flatten() {
        if list.get_ref().is_empty() {
            return Err(at(list, "this cannot be empty"));
        }
    }
    let encoding = table
        .encoding
        .as_ref()
        .map(|text| Encoding::parse(text.get_ref()).map_err(|reason| at(text, reason)));
    Ok(ValueRule {
        source: source(text, selectors)?,
        field: table.field.as_ref().map(|field| field.get_ref().clone()),
        separator: table.separator.as_ref().map(|text| text.get_ref().clone()),
        prefix: table.prefix.clone().unwrap_or_default(),
        encoding: encoding.transpose()?.unwrap_or(usual),
    })
}

fn source(text: &Spanned<String>, selectors: &mut Selectors) -> Result<ValueSource, Wrong> {
    ValueSource::parse(text.get_ref(), selectors).map_err(|reason| at(text, reason))
}

fn messages(
    whole: &Spanned<()>,
    kind: SignatureKind,
    texts: &Strings,
    selectors: &mut Selectors,
) -> Result<Vec<Message>, Wrong> {
    if texts.0.is_empty() {
        return Err(at(
            whole,
            format!("kind `{}` needs a `message`", kind.as_str()),
        ));
    }
    texts
        .0
        .iter()
        .map(|text| {
            let message =
                Message::parse(text.get_ref(), selectors).map_err(|reason| at(text, reason))?;
            if message.names_secret() != (kind == SignatureKind::Hash) {
                return Err(at(
                    text,
                    "`{secret}` stands in the messages of kind `hash`, and only there",
                ));
            }
            Ok(message)
        })
        .collect()
}

fn key(table: &SignatureTable, proof: Proof) -> Result<KeyRule, Wrong> {
    let form = table
        .key
        .as_ref()
        .map(|text| KeyForm::parse(text.get_ref()).map_err(|reason| at(text, reason)))
        .transpose()?
        // Public keys are read in whatever form they are pasted.
        .filter(|_| !proof.uses_public_key())
        .unwrap_or(KeyForm::Text);
    Ok(KeyRule {
        form,
        prefix: table.key_prefix.clone(),
    })
}

impl Method {
    fn source(&self) -> Option<&ValueSource> {
        match self {
            Self::Signed(SignedMessage { value, .. }) | Self::Token(value) | Self::Basic(value) => {
                Some(&value.source)
            }
            Self::External { value, .. } => value.as_ref(),
        }
    }

    fn place(&self, selectors: &Selectors) -> String {
        let source = self.source();
        source.map_or_else(String::new, |source| source.describe(selectors))
    }

    fn needs_body(&self, selectors: &Selectors) -> bool {
        let messages = match self {
            Self::Signed(signed) => &signed.messages[..],
            _ => &[],
        };
        self.source()
            .is_some_and(|source| source.needs_body(selectors))
            || messages.iter().any(|message| message.needs_body(selectors))
    }
}
