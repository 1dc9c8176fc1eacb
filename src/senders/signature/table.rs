//! A `[[signature]]` table as it is written. What the strings mean is read in `scheme`.

use serde::Deserialize;
use toml::Spanned;

use crate::senders::definition::Strings;

/// How a sender signs, in the words of its file (docs/senders.md).
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::senders) struct SignatureTable {
    #[serde(default)]
    pub(super) name: Option<String>,
    pub(super) kind: SignatureKind,
    #[serde(default)]
    pub(super) hash: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) value: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) field: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) separator: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) prefix: Option<String>,
    #[serde(default)]
    pub(super) encoding: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) message: Strings,
    #[serde(default)]
    pub(super) key: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) key_prefix: Option<String>,
    #[serde(default)]
    pub(super) timestamp: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) tolerance_s: Option<u32>,
    #[serde(default)]
    pub(super) secret: Option<String>,
    #[serde(default)]
    pub(super) reason: Option<String>,
}

/// The ways to sign that the catalogue has words for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SignatureKind {
    Hmac,
    /// A digest of text that the secret is a part of.
    Hash,
    /// A shared secret sent as it is.
    Equal,
    Basic,
    Ed25519,
    EcdsaP256,
    /// Checked by asking the sender or with certificates; shown only.
    External,
}

impl SignatureKind {
    /// Whether the secret that is pasted only checks, and another one signs.
    #[must_use]
    pub fn has_public_key(self) -> bool {
        matches!(self, Self::Ed25519 | Self::EcdsaP256)
    }

    /// The word used in catalogue files, in JSON and on the page.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Hmac => "hmac",
            Self::Hash => "hash",
            Self::Equal => "equal",
            Self::Basic => "basic",
            Self::Ed25519 => "ed25519",
            Self::EcdsaP256 => "ecdsa-p256",
            Self::External => "external",
        }
    }
}
