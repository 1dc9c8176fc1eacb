//! Why a signature is wrong: what would make it right is searched for, within bounds.

use std::borrow::Cow;

use super::body_form::BodyForm;
use super::check::Present;
use super::exchange::Exchange;
use super::key::Reading;
use super::message::Missing;
use super::proof::{Hash, Pieces, Proof, is_public_key, same};
use super::report::{Deviation, Diagnosis};
use super::scheme::{Method, SignedMessage};
use super::secret::NamedSecret;
use super::token;
use super::value::ValueReading;

/// A larger body is tried only in the forms that cost nothing to make.
const MAX_REWRITTEN: usize = 1024 * 1024;
/// What may be hashed in the search: this much, or a large body a few times.
const EFFORT_BYTES: usize = 48 * 1024 * 1024;
const PASSES_OF_LARGE: usize = 4;
/// What one try costs beside the bytes of its message.
const COST_OF_HASH: usize = 512;
const COST_OF_PUBLIC_KEY: usize = 64 * 1024;

/// The best explanation.
pub(super) fn diagnose(
    present: &[Present<'_>],
    exchange: &Exchange<'_>,
    secrets: &[NamedSecret],
) -> Diagnosis {
    let mut effort = Effort::new(exchange.body.len());
    let mut obstacles = Vec::new();
    let mut readable = false;
    for Present { scheme, texts } in present {
        let place = &scheme.place;
        let finding = match &scheme.method {
            Method::Signed(signed) => {
                let found = Search::new(signed, texts, exchange, secrets).run(&mut effort);
                found.map(Finding::Reason).or_else(|| {
                    obstacle(signed, texts, place, exchange, secrets).map(Finding::Obstacle)
                })
            }
            Method::Token(value) => token::diagnose(value, place, texts, secrets),
            Method::Basic(value) => token::diagnose_basic(value, place, texts, secrets),
            Method::External { .. } => continue,
        };
        match finding {
            Some(Finding::Reason(reason)) => return reason,
            Some(Finding::Obstacle(obstacle)) => obstacles.push(obstacle),
            None => readable = true,
        }
    }
    let mut obstacles = obstacles.into_iter();
    match obstacles.next() {
        Some(obstacle) if !readable => obstacle,
        _ => Diagnosis::NoneFits {
            tried: own(secrets).count(),
            cut_short: effort.cut_short,
        },
    }
}

/// What is known of one way to sign. A signature that was made in another way is an obstacle to this one,
/// and says nothing.
pub(super) enum Finding {
    Reason(Diagnosis),
    /// It could not be checked at all.
    Obstacle(Diagnosis),
}

fn own(secrets: &[NamedSecret]) -> impl Iterator<Item = &NamedSecret> {
    secrets.iter().filter(|secret| secret.elsewhere.is_none())
}

/// What kept the signature from being checked at all.
fn obstacle(
    signed: &SignedMessage,
    texts: &[String],
    place: &str,
    exchange: &Exchange<'_>,
    secrets: &[NamedSecret],
) -> Option<Diagnosis> {
    let usable = |secret: &NamedSecret| {
        let key = signed.key.key(secret.value.reveal());
        key.is_some_and(|key| is_public_key(signed.proof, &key))
    };
    if !own(secrets).any(usable) {
        return Some(Diagnosis::UnusableSecrets {
            names: own(secrets).map(|secret| secret.name.clone()).collect(),
            expected: if signed.proof.uses_public_key() {
                "a public key"
            } else {
                signed.key.form.as_str()
            },
        });
    }
    let elements = signed.value.elements(texts);
    let fits = |bytes: Vec<u8>| signed.proof.size().is_none_or(|size| size == bytes.len());
    if !elements
        .iter()
        .any(|element| signed.value.decode(element).is_some_and(fits))
    {
        return Some(Diagnosis::Unreadable {
            place: place.to_owned(),
            expected: expected(signed),
        });
    }
    let mut missing = signed
        .fillings(exchange)
        .map(|filling| filling.pieces(exchange.body, b"").err());
    match missing.next()? {
        Some(Missing(part)) if missing.all(|missing| missing.is_some()) => {
            Some(Diagnosis::Incomplete { part })
        }
        _ => None,
    }
}

/// `v1=` and 64 characters of hex.
fn expected(signed: &SignedMessage) -> String {
    let rule = &signed.value;
    let field = rule.field.as_ref().map(|field| format!("{field}="));
    let before = field.unwrap_or_else(|| rule.prefix.clone());
    let joint = if before.is_empty() { "" } else { " and " };
    match signed.proof.size() {
        Some(size) => format!(
            "{before}{joint}{} characters of {}",
            rule.encoding.chars(size),
            rule.encoding
        ),
        None => format!("{before}{joint}a signature in {}", rule.encoding),
    }
}

/// What is left of what the search may cost.
struct Effort {
    left: usize,
    cut_short: bool,
}

impl Effort {
    fn new(body: usize) -> Self {
        Self {
            left: EFFORT_BYTES.max(body.saturating_mul(PASSES_OF_LARGE)),
            cut_short: body > MAX_REWRITTEN,
        }
    }

    fn spend(&mut self, cost: usize) -> bool {
        let left = self.left.checked_sub(cost);
        self.left = left.unwrap_or(0);
        self.cut_short |= left.is_none();
        left.is_some()
    }
}

/// A key of a secret in one of its readings.
struct Key<'s> {
    secret: &'s NamedSecret,
    reading: Reading,
}

struct Search<'s, 'e> {
    signed: &'s SignedMessage,
    exchange: &'s Exchange<'e>,
    values: Vec<ValueReading>,
    /// The endpoint's own secrets as the sender reads them, the same in other readings, and those of
    /// other endpoints.
    keys: [Vec<Key<'s>>; 3],
}

impl<'s, 'e> Search<'s, 'e> {
    fn new(
        signed: &'s SignedMessage,
        texts: &[String],
        exchange: &'s Exchange<'e>,
        secrets: &'s [NamedSecret],
    ) -> Self {
        let fits = |bytes: usize| match signed.proof {
            Proof::Hmac(_) | Proof::Digest(_) => Hash::of_size(bytes).is_some(),
            Proof::Ed25519 => bytes == 64,
            Proof::EcdsaP256 => (8..=72).contains(&bytes),
        };
        // A list may have no element of the sender's own name or prefix: then its whole text is looked at.
        let mut elements = signed.value.elements(texts);
        if elements.is_empty() {
            elements = texts.to_vec();
        }
        let values = elements
            .iter()
            .flat_map(|element| signed.value.readings(element, &fits))
            .collect();
        let mut keys = [Vec::new(), Vec::new(), Vec::new()];
        for secret in secrets {
            for reading in signed.key.readings(secret.value.reveal()) {
                let group = match (&secret.elsewhere, &reading.otherwise) {
                    (None, None) => 0,
                    (None, Some(_)) => 1,
                    (Some(_), None) => 2,
                    (Some(_), Some(_)) => continue,
                };
                keys[group].push(Key { secret, reading });
            }
        }
        Self {
            signed,
            exchange,
            values,
            keys,
        }
    }

    /// From the likely and cheap to the rest: other endpoints may have many secrets.
    fn run(&self, effort: &mut Effort) -> Option<Diagnosis> {
        if self.values.is_empty() {
            return None;
        }
        let body = self.exchange.body;
        let as_sent = [(BodyForm::AsSent, Cow::Borrowed(body))];
        for keys in &self.keys {
            let found = self.try_forms(&as_sent, keys, effort);
            if found.is_some() {
                return found;
            }
        }
        let mut forms = BodyForm::PLAIN.to_vec();
        if body.len() <= MAX_REWRITTEN {
            forms.extend(BodyForm::REWRITTEN);
        }
        let forms: Vec<_> = { forms.into_iter() }
            .filter_map(|form| Some((form, form.of(body)?)))
            .collect();
        let mut keys = self.keys.iter();
        keys.find_map(|keys| self.try_forms(&forms, keys, effort))
    }

    fn try_forms(
        &self,
        forms: &[(BodyForm, Cow<'_, [u8]>)],
        keys: &[Key<'_>],
        effort: &mut Effort,
    ) -> Option<Diagnosis> {
        let mut forms = forms.iter();
        forms.find_map(|(form, body)| self.try_form(*form, body, keys, effort))
    }

    fn try_form(
        &self,
        form: BodyForm,
        body: &[u8],
        keys: &[Key<'_>],
        effort: &mut Effort,
    ) -> Option<Diagnosis> {
        if keys.is_empty() || effort.left == 0 {
            return None;
        }
        let bytes: Vec<&[u8]> = keys.iter().map(|key| &key.reading.bytes[..]).collect();
        for filling in self.signed.fillings(self.exchange) {
            // A changed body is of no account where the message has none, or writes its JSON anew.
            if form != BodyForm::AsSent && filling.message.body_form() != Some(BodyForm::AsSent) {
                continue;
            }
            let mut value = None;
            let place = filling.find(body, &bytes, &mut |key, pieces| {
                value = self.value_that_holds(key, pieces, effort);
                value.is_some()
            });
            if let (Some(key), Some(value)) = (place.and_then(|place| keys.get(place)), value) {
                return Some(self.holds_if(form, key, value));
            }
        }
        None
    }

    /// The reading of the value that the key makes over the message, with whatever hash.
    fn value_that_holds(
        &self,
        key: &[u8],
        pieces: &Pieces<'_>,
        effort: &mut Effort,
    ) -> Option<&ValueReading> {
        let bytes: usize = pieces.iter().map(|piece| piece.len()).sum();
        if self.signed.proof.uses_public_key() {
            return self.values.iter().find(|value| {
                effort.spend(bytes.saturating_add(COST_OF_PUBLIC_KEY))
                    && self.signed.proof.holds(key, pieces, &[&value.bytes])
            });
        }
        let mut made: Vec<Vec<u8>> = Vec::new();
        self.values.iter().find(|value| {
            let size = value.bytes.len();
            if made.iter().all(|digest| digest.len() != size)
                && effort.spend(bytes.saturating_add(COST_OF_HASH))
                && let Some(hash) = Hash::of_size(size)
            {
                made.push(match self.signed.proof {
                    Proof::Digest(_) => hash.digest(pieces),
                    _ => hash.hmac(key, pieces),
                });
            }
            made.iter().any(|digest| same(digest, &value.bytes))
        })
    }

    fn holds_if(&self, form: BodyForm, key: &Key<'_>, value: &ValueReading) -> Diagnosis {
        let rule = &self.signed.value;
        let mut deviations = Vec::new();
        deviations.extend(value.encoding.map(|sent| Deviation::Encoding {
            sent,
            expected: rule.encoding,
        }));
        deviations.extend(value.prefix.clone().map(|sent| Deviation::Prefix {
            sent,
            expected: rule.prefix.clone(),
        }));
        if let Proof::Hmac(expected) | Proof::Digest(expected) = self.signed.proof
            && let Some(used) = Hash::of_size(value.bytes.len()).filter(|used| *used != expected)
        {
            deviations.push(Deviation::Hash { used, expected });
        }
        deviations.extend(key.reading.otherwise.clone().map(Deviation::Secret));
        deviations.extend(key.secret.elsewhere.clone().map(Deviation::Elsewhere));
        deviations.extend((form != BodyForm::AsSent).then_some(Deviation::Body(form)));
        Diagnosis::HoldsIf {
            secret: key.secret.name.clone(),
            deviations,
        }
    }
}
