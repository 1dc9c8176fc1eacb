//! Signing a sample as its sender would.

use std::net::SocketAddr;

use bytes::Bytes;

use super::exchange::Exchange;
use super::message::Missing;
use super::place::write;
use super::rewrite::within;
use super::scheme::{Method, SignatureScheme, SignedMessage};
use super::timestamp;
use super::value::ValueRule;
use crate::request::{Arrival, Head, Received, Timestamp};
use crate::secret::Hidden;
use crate::senders::Catalogue;
use crate::senders::selector::Selectors;

/// A request that is yet to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    pub method: String,
    /// Scheme and host that it will be sent to: `https://example.com`.
    pub origin: String,
    /// Path and query.
    pub target: String,
    /// With a placeholder where the signature belongs, or without one.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

/// Why a sample cannot be signed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignError {
    #[error("there is no sender `{0}`")]
    UnknownSender(String),
    #[error("how `{0}` signs is not in the catalogue")]
    NoScheme(String),
    #[error("samples of `{sender}` cannot be signed here: {reason}")]
    External { sender: String, reason: String },
    #[error("the secret cannot be used: {0} expected")]
    UnusableSecret(&'static str),
    #[error("the sample has no {0}, which is a part of what is signed")]
    Incomplete(String),
    #[error("the sample has no place for it: {0}")]
    NoPlace(String),
}

impl Catalogue {
    /// The draft with the signature, and the time where the sender signs one, that its sender would send
    /// now. Public key schemes take the private key as the secret.
    ///
    /// # Errors
    /// Where the sender's scheme cannot be made here, or not with this secret or this draft.
    pub fn sign(
        &self,
        sender: &str,
        secret: &Hidden,
        draft: &Draft,
        now: Timestamp,
    ) -> Result<Draft, SignError> {
        let Some(known) = self.sender(sender) else {
            return Err(SignError::UnknownSender(sender.to_owned()));
        };
        let scheme = likeliest(&known.signatures, &self.selectors, draft)
            .ok_or_else(|| SignError::NoScheme(sender.to_owned()))?;
        if let Some(reason) = scheme.reason() {
            return Err(SignError::External {
                sender: sender.to_owned(),
                reason: reason.to_owned(),
            });
        }
        let mut draft = draft.clone();
        put_time(scheme, &self.selectors, &mut draft, now)?;
        match &scheme.method {
            Method::Signed(signed) => {
                put_signature(signed, &self.selectors, &mut draft, secret, now)?;
            }
            Method::Token(value) | Method::Basic(value) => {
                put_value(
                    value,
                    &self.selectors,
                    &mut draft,
                    secret.reveal().as_bytes(),
                )?;
            }
            Method::External { .. } => {}
        }
        Ok(draft)
    }
}

/// The first way of which the draft has a placeholder, then the first that can be made.
fn likeliest<'s>(
    schemes: &'s [SignatureScheme],
    selectors: &Selectors,
    draft: &Draft,
) -> Option<&'s SignatureScheme> {
    let head = draft.head();
    let exchange = draft.exchange(&head, selectors);
    let can = || schemes.iter().filter(|scheme| scheme.reason().is_none());
    can()
        .find(|scheme| scheme.present(&exchange).is_some())
        .or_else(|| can().next())
        .or_else(|| schemes.first())
}

fn put_time(
    scheme: &SignatureScheme,
    selectors: &Selectors,
    draft: &mut Draft,
    now: Timestamp,
) -> Result<(), SignError> {
    let Some(template) = scheme.timestamp_template() else {
        return Ok(());
    };
    // A time that is put together from several parts is left as the sample has it.
    let Some(place) = template.place() else {
        return Ok(());
    };
    let head = draft.head();
    let example = template.text(&draft.exchange(&head, selectors));
    let time = timestamp::like(&example.unwrap_or_default(), now);
    let put = |old: &str| within(old, place.filter, &time);
    write(draft, selectors.get(place.selector), &put)
}

fn put_signature(
    signed: &SignedMessage,
    selectors: &Selectors,
    draft: &mut Draft,
    secret: &Hidden,
    now: Timestamp,
) -> Result<(), SignError> {
    let unusable = || {
        SignError::UnusableSecret(if signed.proof.uses_public_key() {
            "a private key"
        } else {
            signed.key.form.as_str()
        })
    };
    let key = { signed.key.key(secret.reveal()) }
        .filter(|key| !key.is_empty())
        .ok_or_else(unusable)?;
    let message = loop {
        match message(signed, selectors, draft, &key) {
            Ok(message) => break message,
            Err(Missing(part)) => put_id(draft, &part, now)?,
        }
    };
    let signature = { signed.proof }
        .sign(&key, &[message.into()])
        .ok_or_else(unusable)?;
    put_value(&signed.value, selectors, draft, &signature)
}

/// The likeliest message that can be filled, or what the first one lacks.
fn message(
    signed: &SignedMessage,
    selectors: &Selectors,
    draft: &Draft,
    key: &[u8],
) -> Result<Vec<u8>, Missing> {
    let head = draft.head();
    let exchange = draft.exchange(&head, selectors);
    let mut first = None;
    for filling in signed.fillings(&exchange) {
        match filling.pieces(exchange.body, key) {
            Ok(pieces) => return Ok(pieces.concat()),
            Err(missing) => first = first.or(Some(missing)),
        }
    }
    Err(first.unwrap_or(Missing("message".to_owned())))
}

/// Ids and nonces that are signed may be anything: where a header with one is not there, it is made up.
fn put_id(draft: &mut Draft, part: &str, now: Timestamp) -> Result<(), SignError> {
    let incomplete = || SignError::Incomplete(part.to_owned());
    let name = part.strip_prefix("header.").ok_or_else(incomplete)?;
    let known = |(known, _): &(String, String)| known.eq_ignore_ascii_case(name);
    if draft.headers.iter().any(known) {
        return Err(incomplete());
    }
    draft
        .headers
        .push((name.to_owned(), format!("sample-{}", now.0)));
    Ok(())
}

fn put_value(
    value: &ValueRule,
    selectors: &Selectors,
    draft: &mut Draft,
    bytes: &[u8],
) -> Result<(), SignError> {
    let Some(place) = value.source.place() else {
        return Err(SignError::NoPlace("the signature".to_owned()));
    };
    let put = |old: &str| value.with(old, bytes);
    write(draft, selectors.get(place.selector), &put)
}

impl Draft {
    /// The request that the draft would be once it arrived, on which its signature can be checked.
    #[must_use]
    pub fn arrived(&self, at: Timestamp) -> Received {
        Received {
            received_at: at,
            took_us: 0,
            peer: SocketAddr::from(([127, 0, 0, 1], 0)),
            secure: self.is_secure(),
            head: self.head(),
            body: self.body.clone().into(),
            trailers: Bytes::new(),
            declared_bytes: None,
            arrival: Arrival::Whole,
            arrival_reason: None,
            sample: true,
        }
    }

    fn is_secure(&self) -> bool {
        self.origin.starts_with("https:")
    }

    fn head(&self) -> Head {
        let mut raw = format!("{} {} HTTP/1.1\r\n", self.method, self.target);
        let host = self.origin.split_once("://").map_or("", |(_, host)| host);
        raw.push_str(&format!("Host: {host}\r\n"));
        for (name, value) in &self.headers {
            if !name.eq_ignore_ascii_case("host") {
                raw.push_str(&format!("{name}: {value}\r\n"));
            }
        }
        raw.push_str("\r\n");
        Head::new(raw.into_bytes())
    }

    fn exchange<'d>(&'d self, head: &'d Head, selectors: &'d Selectors) -> Exchange<'d> {
        let mut exchange = Exchange::new(
            selectors,
            head,
            &self.body,
            Arrival::Whole,
            self.is_secure(),
        );
        exchange.origins = vec![self.origin.clone()];
        exchange
    }
}
