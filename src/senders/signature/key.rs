//! How a pasted secret becomes the bytes of a key.

use sha1::{Digest, Sha1};
use zeroize::Zeroizing;

use super::encoding::Encoding;

/// The bytes of a key, wiped once they are dropped.
pub(super) type KeyBytes = Zeroizing<Vec<u8>>;

/// What the text of a secret stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyForm {
    /// The text is the key.
    Text,
    Base64,
    Hex,
    /// The key is the SHA-1 of the text.
    Sha1,
}

impl KeyForm {
    const ALL: [Self; 4] = [Self::Text, Self::Base64, Self::Hex, Self::Sha1];

    /// The word used in catalogue files.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Base64 => "base64",
            Self::Hex => "hex",
            Self::Sha1 => "sha1",
        }
    }

    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let known = Self::ALL.into_iter().find(|known| known.as_str() == text);
        known.ok_or_else(|| format!("`{text}` is no key form; there are text, base64, hex, sha1"))
    }

    fn read(self, text: &str) -> Option<KeyBytes> {
        let bytes = match self {
            Self::Text => text.as_bytes().to_vec(),
            Self::Sha1 => Sha1::digest(text.as_bytes()).to_vec(),
            Self::Hex => Encoding::Hex.decode(text)?,
            Self::Base64 => Encoding::Base64
                .decode(text)
                .or_else(|| Encoding::Base64Url.decode(text))?,
        };
        Some(Zeroizing::new(bytes))
    }
}

/// How a scheme reads its secret.
#[derive(Debug, Clone)]
pub(super) struct KeyRule {
    pub(super) form: KeyForm,
    /// Cut off before the rest is read: `whsec_`.
    pub(super) prefix: Option<String>,
}

/// A key, and what was done to the secret that the scheme does not do.
pub(super) struct Reading {
    pub(super) bytes: KeyBytes,
    pub(super) otherwise: Option<Misread>,
}

/// A way to take a secret that is not the sender's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Misread {
    /// Blanks or line ends around it were taken off.
    Trimmed,
    /// It was taken in another form, its prefix cut off as it should be.
    As(KeyForm),
    /// It was taken as text with its prefix and all.
    WithPrefix(String),
}

impl KeyRule {
    /// The key as the sender reads the secret; `None` where the secret is not of that form.
    pub(super) fn key(&self, secret: &str) -> Option<KeyBytes> {
        self.form.read(self.cut(secret))
    }

    /// The sender's reading first, then those that people and libraries mix it up with.
    pub(super) fn readings(&self, secret: &str) -> Vec<Reading> {
        let mut readings: Vec<Reading> = Vec::new();
        let mut add = |bytes: Option<KeyBytes>, otherwise: Option<Misread>| {
            let Some(bytes) = bytes.filter(|bytes| !bytes.is_empty()) else {
                return;
            };
            if readings.iter().all(|known| known.bytes != bytes) {
                readings.push(Reading { bytes, otherwise });
            }
        };
        add(self.key(secret), None);
        let trimmed = secret.trim();
        add(self.key(trimmed), Some(Misread::Trimmed));
        let rest = self.cut(trimmed);
        if rest.len() < trimmed.len() {
            let prefix = trimmed[..trimmed.len() - rest.len()].to_owned();
            add(
                KeyForm::Text.read(trimmed),
                Some(Misread::WithPrefix(prefix)),
            );
        }
        for form in [KeyForm::Text, KeyForm::Base64, KeyForm::Hex] {
            add(form.read(rest), Some(Misread::As(form)));
        }
        readings
    }

    pub(super) fn cut<'s>(&self, secret: &'s str) -> &'s str {
        let prefix = self.prefix.as_deref().unwrap_or_default();
        secret.strip_prefix(prefix).unwrap_or(secret)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_read_in_the_senders_form() {
        let key = |form, prefix: Option<&str>, secret| {
            let prefix = prefix.map(str::to_owned);
            let key = KeyRule { form, prefix }.key(secret);
            key.map(|bytes| bytes.to_vec())
        };
        let svix = Some("whsec_");
        assert_eq!(key(KeyForm::Base64, svix, "whsec_w6s="), Some("ë".into()));
        assert_eq!(key(KeyForm::Base64, svix, "w6s="), Some("ë".into()));
        assert_eq!(key(KeyForm::Base64, svix, "whsec_?"), None);
        assert_eq!(key(KeyForm::Hex, None, "6162"), Some("ab".into()));
        assert_eq!(key(KeyForm::Sha1, None, "x").map(|key| key.len()), Some(20));
        assert_eq!(key(KeyForm::Text, None, " a"), Some(" a".into()));
    }

    #[test]
    fn other_readings_follow_the_senders_own_each_once() {
        let rule = KeyRule {
            form: KeyForm::Base64,
            prefix: Some("whsec_".to_owned()),
        };
        let readings = rule.readings("whsec_YWJj\n");
        let shown: Vec<_> = readings
            .iter()
            .map(|reading| (&reading.bytes[..], reading.otherwise.clone()))
            .collect();
        assert_eq!(
            shown,
            [
                (&b"abc"[..], Some(Misread::Trimmed)),
                (
                    b"whsec_YWJj",
                    Some(Misread::WithPrefix("whsec_".to_owned()))
                ),
                (b"YWJj", Some(Misread::As(KeyForm::Text))),
            ]
        );
        assert!(rule.readings("").is_empty());
    }
}
