//! Secrets of our own: how they are made, marked and compared; only hashes of them are ever kept. And
//! the secrets that senders sign with, which have to be kept, and are never shown.

use std::fmt;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::request::url_spelling;

/// Random bytes in a secret: 256 bits.
const BYTES: usize = 32;
/// Characters of a secret after its mark.
const TEXT_LEN: usize = 43;
const MARK_LEN: usize = 4;

/// What a secret opens. The mark makes it recognisable, for redaction here and for scanners elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// In the one-time link.
    LoginCode,
    /// In the browser's cookie.
    Session,
    /// For programs.
    ApiToken,
}

impl Kind {
    fn mark(self) -> &'static str {
        match self {
            Self::LoginCode => "hgl_",
            Self::Session => "hgs_",
            Self::ApiToken => "hgt_",
        }
    }

    /// A new secret: the mark and 43 characters of URL-safe base 64.
    ///
    /// # Errors
    /// When the operating system gives no randomness.
    pub fn generate(self) -> Result<String, getrandom::Error> {
        let mut random = [0; BYTES];
        getrandom::fill(&mut random)?;
        Ok(format!(
            "{}{}",
            self.mark(),
            BASE64_URL_SAFE_NO_PAD.encode(random)
        ))
    }

    /// Whether a text looks like a secret of this kind.
    #[must_use]
    pub fn is_like(self, text: &str) -> bool {
        text.starts_with(self.mark()) && len_at_start(text.as_bytes()) == Some(text.len())
    }
}

/// A value that is never shown: its `Debug` tells the length only. Wiped from memory once it is dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct Hidden(Zeroizing<String>);

impl Hidden {
    /// Wraps a value, so that no log and no page can show it by accident.
    #[must_use]
    pub fn new(value: String) -> Self {
        Self(Zeroizing::new(value))
    }

    /// The value itself, to be hashed, stored or signed with.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// What may be shown.
    #[must_use]
    pub fn masked(&self) -> String {
        format!("(hidden, {} characters)", self.0.chars().count())
    }
}

impl fmt::Debug for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

/// Secrets of one path; each is tried on every signature that is looked at.
pub const SECRETS_MAX_OF_PATH: usize = 20;
/// Bytes of a sender's secret; a longer one is a file that was given by mistake.
const SECRET_MAX: usize = 16 * 1024;
/// Characters of its name, which is a line of a table.
const NAME_MAX: usize = 100;

/// Why a sender's secret cannot be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SecretError {
    #[error("a path begins with / and has no query")]
    Path,
    #[error("a name has 1 to {NAME_MAX} characters")]
    Name,
    #[error("a secret has 1 to {SECRET_MAX} bytes")]
    Value,
}

/// A secret that a sender signs with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndpointSecret {
    /// It holds for this path and all below: in the spelling of URLs, without a slash at its end, but for `/`
    /// itself.
    pub path: String,
    /// What a person calls it: `stripe live`.
    pub name: String,
    pub value: Hidden,
}

impl EndpointSecret {
    /// Reads what a person gave; line ends around the secret are not part of it.
    ///
    /// # Errors
    /// What is wrong with which of them.
    pub fn new(path: &str, name: &str, value: &str) -> Result<Self, SecretError> {
        let (path, name) = (path.trim(), name.trim());
        let value = value.trim_matches(['\r', '\n']);
        if !path.starts_with('/') || path.contains(['?', '#']) || path.contains(char::is_control) {
            return Err(SecretError::Path);
        }
        if !(1..=NAME_MAX).contains(&name.chars().count()) || name.contains(char::is_control) {
            return Err(SecretError::Name);
        }
        if !(1..=SECRET_MAX).contains(&value.len()) {
            return Err(SecretError::Value);
        }
        Ok(Self {
            path: Self::path_of(path),
            name: name.to_owned(),
            value: Hidden::new(value.to_owned()),
        })
    }

    /// A path as secrets are kept under it.
    #[must_use]
    pub fn path_of(path: &str) -> String {
        match path.trim().trim_end_matches('/') {
            "" => "/".to_owned(),
            path => url_spelling(path.as_bytes()),
        }
    }
}

/// SHA-256: what is stored of a secret, and compared. Equal lengths and a hash between attacker and
/// comparison leave nothing to time.
#[must_use]
pub fn hash(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}

/// Whether two hashes are equal, in a time that does not depend on them.
#[must_use]
pub fn same(a: &[u8; 32], b: &[u8; 32]) -> bool {
    subtle::ConstantTimeEq::ct_eq(&a[..], &b[..]).into()
}

/// The length of the secret that `bytes` begins with.
#[must_use]
pub fn len_at_start(bytes: &[u8]) -> Option<usize> {
    let [b'h', b'g', b'l' | b's' | b't', b'_', rest @ ..] = bytes else {
        return None;
    };
    let text = rest.get(..TEXT_LEN)?;
    let fits = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    text.iter().all(fits).then_some(MARK_LEN + TEXT_LEN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_senders_secret_is_kept_under_one_spelling_of_its_path() {
        let path = |path| EndpointSecret::new(path, "n", "s").map(|secret| secret.path);
        assert_eq!(path("/shop/").as_deref(), Ok("/shop"));
        assert_eq!(path("//").as_deref(), Ok("/"));
        assert_eq!(path("/ü").as_deref(), Ok("/%C3%BC"));
        assert_eq!(path("shop"), Err(SecretError::Path));
        assert_eq!(path("/a?b"), Err(SecretError::Path));
        let new = |name: &str, value: &str| EndpointSecret::new("/", name, value).map(|_| ());
        assert_eq!(new(" ", "s"), Err(SecretError::Name));
        assert_eq!(new(&"n".repeat(101), "s"), Err(SecretError::Name));
        assert_eq!(new("n", "\n"), Err(SecretError::Value));
        assert_eq!(
            new("n", &"s".repeat(SECRET_MAX + 1)),
            Err(SecretError::Value)
        );
        assert_eq!(new("n", " s "), Ok(()));
    }

    #[test]
    fn a_secret_is_known_by_its_mark_and_length() {
        for kind in [Kind::LoginCode, Kind::Session, Kind::ApiToken] {
            let secret = kind.generate().unwrap();
            assert!(kind.is_like(&secret));
            assert_ne!(secret, kind.generate().unwrap());
            assert_eq!(len_at_start(format!("{secret}; x=1").as_bytes()), Some(47));
            assert!(!kind.is_like(&secret[..46]));
        }
        assert!(!Kind::Session.is_like(&Kind::ApiToken.generate().unwrap()));
    }
}
