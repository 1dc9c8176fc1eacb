//! Tokens and passwords that are sent as they are: whether one is right, and why it is wrong.

use std::borrow::Cow;

use super::diagnose::Finding;
use super::key::Misread;
use super::proof::{Hash, same};
use super::report::{Deviation, Diagnosis};
use super::secret::NamedSecret;
use super::value::ValueRule;

/// Whether one of the texts is the secret as its sender sends it.
pub(super) fn is_sent(value: &ValueRule, texts: &[String], secret: &NamedSecret) -> bool {
    let secret = secret.value.reveal();
    let sent = |element: &String| value.decode(element);
    value
        .elements(texts)
        .iter()
        .any(|element| sent(element).is_some_and(|sent| equal(&sent, secret.as_bytes())))
}

/// Digests are compared, so that the time tells nothing of the secret, not even its length.
fn equal(sent: &[u8], secret: &[u8]) -> bool {
    let digest = |bytes| Hash::Sha256.digest(&[Cow::Borrowed(bytes)]);
    !secret.is_empty() && same(&digest(sent), &digest(secret))
}

/// What would make a token right.
pub(super) fn diagnose(
    value: &ValueRule,
    place: &str,
    texts: &[String],
    secrets: &[NamedSecret],
) -> Option<Finding> {
    let elements = value.elements(texts);
    if let Some(deviates) = deviating(value, &elements, secrets) {
        return Some(Finding::Reason(deviates));
    }
    let readable = elements
        .iter()
        .any(|element| value.decode(element).is_some());
    (!readable).then(|| {
        Finding::Obstacle(Diagnosis::Unreadable {
            place: place.to_owned(),
            expected: format!("`{}` and a token", value.prefix),
        })
    })
}

fn deviating(value: &ValueRule, elements: &[String], secrets: &[NamedSecret]) -> Option<Diagnosis> {
    secrets.iter().find_map(|secret| {
        let found = elements
            .iter()
            .find_map(|element| deviation(value, element, secret.value.reveal()))?;
        let elsewhere = secret.elsewhere.clone().map(Deviation::Elsewhere);
        let deviations: Vec<_> = found.into_iter().chain(elsewhere).collect();
        (!deviations.is_empty()).then(|| Diagnosis::HoldsIf {
            secret: secret.name.clone(),
            deviations,
        })
    })
}

/// `None` where the element is another token; nothing in it where it is this one.
fn deviation(value: &ValueRule, element: &str, secret: &str) -> Option<Option<Deviation>> {
    let is = |text: &str, secret: &str| equal(text.as_bytes(), secret.as_bytes());
    let own = value.decode(element);
    let own_is = |secret: &str| {
        own.as_ref()
            .is_some_and(|own| equal(own, secret.as_bytes()))
    };
    if own_is(secret) {
        return Some(None);
    }
    if own_is(secret.trim()) {
        return Some(Some(Deviation::Secret(Misread::Trimmed)));
    }
    let prefix = &value.prefix;
    if !prefix.is_empty() && is(element, secret.trim()) && secret.trim().starts_with(prefix) {
        return Some(Some(Deviation::Secret(Misread::WithPrefix(prefix.clone()))));
    }
    let sent = if is(element, secret.trim()) {
        String::new()
    } else {
        let (before, text) = element.split_once([' ', '='])?;
        if !is(text, secret.trim()) {
            return None;
        }
        element[..=before.len()].to_owned()
    };
    Some(Some(Deviation::Prefix {
        sent,
        expected: prefix.clone(),
    }))
}

/// Which half of a user name and password is another one.
pub(super) fn diagnose_basic(
    value: &ValueRule,
    place: &str,
    texts: &[String],
    secrets: &[NamedSecret],
) -> Option<Finding> {
    let own = secrets.iter().filter(|secret| secret.elsewhere.is_none());
    if { own.clone() }.all(|secret| !secret.value.reveal().contains(':')) {
        return Some(Finding::Obstacle(Diagnosis::UnusableSecrets {
            names: own.map(|secret| secret.name.clone()).collect(),
            expected: "`user:password`",
        }));
    }
    let elements = value.elements(texts);
    if let Some(deviates) = deviating(value, &elements, secrets) {
        return Some(Finding::Reason(deviates));
    }
    let user = |pair: &[u8]| pair.split(|&byte| byte == b':').next().map(<[u8]>::to_vec);
    let sent: Vec<_> = elements
        .iter()
        .filter_map(|element| user(&value.decode(element)?))
        .collect();
    if sent.is_empty() {
        return Some(Finding::Obstacle(Diagnosis::Unreadable {
            place: place.to_owned(),
            expected: "`Basic` and a user name and password in base64".to_owned(),
        }));
    }
    let known = { own }
        .filter_map(|secret| user(secret.value.reveal().as_bytes()))
        .any(|user| sent.iter().any(|sent| equal(sent, &user)));
    Some(Finding::Reason(if known {
        Diagnosis::OtherPassword
    } else {
        Diagnosis::OtherUser
    }))
}
