//! Whether a signature holds.

use super::diagnose::diagnose;
use super::exchange::Exchange;
use super::report::{Diagnosis, Match, NotChecked, SignatureReport, SignatureStatus};
use super::scheme::{Method, SignatureScheme, SignedMessage};
use super::secret::NamedSecret;
use super::timestamp::TimestampCheck;
use super::token;
use crate::request::{Received, Timestamp};
use crate::senders::Catalogue;

/// A way to sign of which there is a signature in the request.
pub(super) struct Present<'s> {
    pub(super) scheme: &'s SignatureScheme,
    pub(super) texts: Vec<String>,
}

impl Catalogue {
    /// Whether the request was signed by its sender with one of the endpoint's secrets, and if not, why.
    /// Secrets of other endpoints may be among them; they only help to tell why.
    #[must_use]
    pub fn check_signature(
        &self,
        sender: Option<&str>,
        received: &Received,
        secrets: &[NamedSecret],
    ) -> SignatureReport {
        let Some(schemes) = self.schemes(sender) else {
            return not_checked(NotChecked::UnknownSender);
        };
        let exchange = self.exchange(received);
        check(schemes, &exchange, received.received_at, secrets).unwrap_or_else(|unfit| {
            let diagnosis = diagnose(&unfit.present, &exchange, secrets);
            report(SignatureStatus::Wrong(diagnosis), unfit.timestamp)
        })
    }

    /// Whether the request is signed with this secret of its endpoint, and was so in time. Told without a
    /// search for the reason where it is not, for those who wait for an answer: it costs one pass.
    #[must_use]
    pub fn is_signed_with(
        &self,
        sender: Option<&str>,
        received: &Received,
        secret: &NamedSecret,
    ) -> bool {
        let Some(schemes) = self.schemes(sender) else {
            return false;
        };
        let exchange = self.exchange(received);
        let secret = std::slice::from_ref(secret);
        let report = check(schemes, &exchange, received.received_at, secret);
        report.is_ok_and(|report| matches!(report.status, SignatureStatus::Verified(_)))
    }

    fn schemes(&self, sender: Option<&str>) -> Option<&[SignatureScheme]> {
        Some(&self.sender(sender?)?.signatures)
    }

    fn exchange<'r>(&'r self, received: &'r Received) -> Exchange<'r> {
        Exchange::new(
            &self.selectors,
            &received.head,
            &received.body,
            received.arrival,
            received.secure,
        )
    }
}

/// Signatures that hold for no secret.
struct Unfit<'s> {
    present: Vec<Present<'s>>,
    timestamp: Option<TimestampCheck>,
}

fn report(status: SignatureStatus, timestamp: Option<TimestampCheck>) -> SignatureReport {
    SignatureReport { status, timestamp }
}

fn not_checked(reason: NotChecked) -> SignatureReport {
    report(SignatureStatus::NotChecked(reason), None)
}

fn check<'s>(
    schemes: &'s [SignatureScheme],
    exchange: &Exchange<'_>,
    arrived: Timestamp,
    secrets: &[NamedSecret],
) -> Result<SignatureReport, Unfit<'s>> {
    let present = match present(schemes, exchange) {
        Ok(present) => present,
        Err(status) => return Ok(report(status, None)),
    };
    let first = present.first().map(|present| present.scheme);
    let timestamp = first.and_then(|scheme| scheme.timestamp(exchange, arrived));
    let mut checkable = present
        .iter()
        .filter(|present| present.scheme.reason().is_none())
        .peekable();
    let Some(likeliest) = checkable.peek() else {
        let reason = first.and_then(SignatureScheme::reason).unwrap_or_default();
        let reason = reason.to_owned();
        let status = SignatureStatus::NotChecked(NotChecked::External { reason });
        return Ok(report(status, timestamp));
    };
    if secrets.iter().all(|secret| secret.elsewhere.is_some()) {
        let paste = likeliest.scheme.secret.clone();
        return Ok(report(SignatureStatus::NoSecret { paste }, timestamp));
    }
    let matched = checkable.find_map(|present| {
        let matched = verify(present, exchange, secrets)?;
        Some((matched, present.scheme.timestamp(exchange, arrived)))
    });
    match matched {
        Some((matched, Some(check))) if !check.is_fresh() => {
            let stale = Diagnosis::Stale { matched, check };
            Ok(report(SignatureStatus::Wrong(stale), Some(check)))
        }
        Some((matched, timestamp)) => Ok(report(SignatureStatus::Verified(matched), timestamp)),
        None => Err(Unfit { present, timestamp }),
    }
}

/// The ways to sign that a signature is there of; at least one.
fn present<'s>(
    schemes: &'s [SignatureScheme],
    exchange: &Exchange<'_>,
) -> Result<Vec<Present<'s>>, SignatureStatus> {
    if schemes.is_empty() {
        return Err(SignatureStatus::NotChecked(NotChecked::NoScheme));
    }
    let possible = |scheme: &&SignatureScheme| exchange.is_whole() || !scheme.needs_body;
    let present = schemes.iter().filter(possible).filter_map(|scheme| {
        let texts = scheme.present(exchange)?;
        Some(Present { scheme, texts })
    });
    let present: Vec<_> = present.collect();
    if !present.is_empty() {
        return Ok(present);
    }
    if !schemes.iter().all(|scheme| possible(&scheme)) {
        return Err(SignatureStatus::NotChecked(NotChecked::NotWhole));
    }
    let places = schemes.iter().map(|scheme| scheme.place.clone()).collect();
    Err(SignatureStatus::NotSigned { places })
}

/// The secret of the endpoint's own that it holds for, as its sender signs.
fn verify(
    present: &Present<'_>,
    exchange: &Exchange<'_>,
    secrets: &[NamedSecret],
) -> Option<Match> {
    let own = secrets.iter().filter(|secret| secret.elsewhere.is_none());
    let matched = match &present.scheme.method {
        Method::Signed(signed) => {
            let own: Vec<_> = own.collect();
            verify_message(signed, &present.texts, exchange, &own)?
        }
        Method::Token(value) | Method::Basic(value) => {
            let secret = { own }.find(|secret| token::is_sent(value, &present.texts, secret))?;
            Match {
                secret: secret.name.clone(),
                scheme: None,
                form: None,
                origin: None,
            }
        }
        Method::External { .. } => return None,
    };
    Some(Match {
        scheme: present.scheme.name.clone(),
        ..matched
    })
}

fn verify_message(
    signed: &SignedMessage,
    texts: &[String],
    exchange: &Exchange<'_>,
    secrets: &[&NamedSecret],
) -> Option<Match> {
    let elements = signed.value.elements(texts);
    let sent: Vec<_> = elements
        .iter()
        .filter_map(|element| signed.value.decode(element))
        .collect();
    let sent: Vec<&[u8]> = sent.iter().map(Vec::as_slice).collect();
    if sent.is_empty() {
        return None;
    }
    let keys: Vec<_> = secrets
        .iter()
        .filter_map(|secret| Some((*secret, signed.key.key(secret.value.reveal())?)))
        .filter(|(_, key)| !key.is_empty())
        .collect();
    let texts = keys.iter().map(|(_, key)| &key[..]).collect::<Vec<_>>();
    signed.fillings(exchange).find_map(|filling| {
        let place = filling.find(exchange.body, &texts, &mut |key, pieces| {
            signed.proof.holds(key, pieces, &sent)
        })?;
        Some(Match {
            secret: keys.get(place)?.0.name.clone(),
            scheme: None,
            form: filling.message.body_form(),
            origin: filling.origin().map(str::to_owned),
        })
    })
}
