//! The computations: digests, HMAC and public keys over a message in pieces.

use std::borrow::Cow;
use std::fmt;

use ed25519_dalek::pkcs8::{DecodePrivateKey, DecodePublicKey};
use ed25519_dalek::{Signer, SigningKey, VerifyingKey};
use hmac::{Hmac, KeyInit, Mac};
use md5::Md5;
use p256::ecdsa;
use p256::ecdsa::signature::hazmat::{PrehashSigner, PrehashVerifier};
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha384, Sha512};
use subtle::ConstantTimeEq;

use super::encoding::Encoding;

/// A message as the bytes that follow one another; the body is not copied.
pub(super) type Pieces<'p> = Vec<Cow<'p, [u8]>>;

/// The hashes that senders use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Hash {
    Md5,
    Sha1,
    Sha256,
    Sha384,
    Sha512,
}

impl Hash {
    const ALL: [Self; 5] = [
        Self::Sha1,
        Self::Sha256,
        Self::Sha384,
        Self::Sha512,
        Self::Md5,
    ];

    /// The word used in catalogue files.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Md5 => "md5",
            Self::Sha1 => "sha1",
            Self::Sha256 => "sha256",
            Self::Sha384 => "sha384",
            Self::Sha512 => "sha512",
        }
    }

    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let known = Self::ALL.into_iter().find(|known| known.as_str() == text);
        known.ok_or_else(|| {
            format!("`{text}` is no hash; there are sha1, sha256, sha384, sha512, md5")
        })
    }

    /// The size of its digests in bytes.
    pub(super) fn size(self) -> usize {
        match self {
            Self::Md5 => 16,
            Self::Sha1 => 20,
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }

    /// The hash whose digests have this size: no two of them share one.
    pub(super) fn of_size(bytes: usize) -> Option<Self> {
        Self::ALL.into_iter().find(|hash| hash.size() == bytes)
    }

    pub(super) fn digest(self, pieces: &[Cow<'_, [u8]>]) -> Vec<u8> {
        fn run<D: Digest>(pieces: &[Cow<'_, [u8]>]) -> Vec<u8> {
            let mut digest = D::new();
            pieces.iter().for_each(|piece| digest.update(piece));
            digest.finalize().to_vec()
        }
        match self {
            Self::Md5 => run::<Md5>(pieces),
            Self::Sha1 => run::<Sha1>(pieces),
            Self::Sha256 => run::<Sha256>(pieces),
            Self::Sha384 => run::<Sha384>(pieces),
            Self::Sha512 => run::<Sha512>(pieces),
        }
    }

    pub(super) fn hmac(self, key: &[u8], pieces: &[Cow<'_, [u8]>]) -> Vec<u8> {
        fn run<M: Mac + KeyInit>(key: &[u8], pieces: &[Cow<'_, [u8]>]) -> Vec<u8> {
            // An HMAC takes keys of any length; should it ever not, nothing matches.
            let Ok(mut mac) = <M as KeyInit>::new_from_slice(key) else {
                return Vec::new();
            };
            pieces.iter().for_each(|piece| mac.update(piece));
            mac.finalize().into_bytes().to_vec()
        }
        match self {
            Self::Md5 => run::<Hmac<Md5>>(key, pieces),
            Self::Sha1 => run::<Hmac<Sha1>>(key, pieces),
            Self::Sha256 => run::<Hmac<Sha256>>(key, pieces),
            Self::Sha384 => run::<Hmac<Sha384>>(key, pieces),
            Self::Sha512 => run::<Hmac<Sha512>>(key, pieces),
        }
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Md5 => "MD5",
            Self::Sha1 => "SHA-1",
            Self::Sha256 => "SHA-256",
            Self::Sha384 => "SHA-384",
            Self::Sha512 => "SHA-512",
        })
    }
}

/// How a signature over a message proves who made it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Proof {
    Hmac(Hash),
    /// The secret is a part of the message.
    Digest(Hash),
    Ed25519,
    EcdsaP256,
}

impl Proof {
    /// The size of its signatures in bytes, where they have one.
    pub(super) fn size(self) -> Option<usize> {
        match self {
            Self::Hmac(hash) | Self::Digest(hash) => Some(hash.size()),
            Self::Ed25519 => Some(64),
            Self::EcdsaP256 => None,
        }
    }

    pub(super) fn uses_public_key(self) -> bool {
        matches!(self, Self::Ed25519 | Self::EcdsaP256)
    }

    /// Whether one of the signatures was made over the message with the key.
    pub(super) fn holds(self, key: &[u8], pieces: &[Cow<'_, [u8]>], sent: &[&[u8]]) -> bool {
        match self {
            Self::Hmac(hash) => any_equal(&hash.hmac(key, pieces), sent),
            Self::Digest(hash) => any_equal(&hash.digest(pieces), sent),
            Self::Ed25519 => ed25519_holds(key, pieces, sent),
            Self::EcdsaP256 => ecdsa_holds(key, pieces, sent),
        }
    }

    /// Signs; `None` where the key is none of this kind. Public key kinds take the private key.
    pub(super) fn sign(self, key: &[u8], pieces: &[Cow<'_, [u8]>]) -> Option<Vec<u8>> {
        Some(match self {
            Self::Hmac(hash) => hash.hmac(key, pieces),
            Self::Digest(hash) => hash.digest(pieces),
            Self::Ed25519 => ed25519_private(key)?
                .sign(&pieces.concat())
                .to_bytes()
                .to_vec(),
            Self::EcdsaP256 => {
                let digest = Hash::Sha256.digest(pieces);
                let signature: ecdsa::Signature = p256_private(key)?.sign_prehash(&digest).ok()?;
                signature.to_der().as_bytes().to_vec()
            }
        })
    }
}

/// Whether two byte strings are equal, in a time that tells at most whether their lengths are.
pub(super) fn same(a: &[u8], b: &[u8]) -> bool {
    a.ct_eq(b).into()
}

fn any_equal(made: &[u8], sent: &[&[u8]]) -> bool {
    // All are compared, whichever matches.
    sent.iter()
        .fold(false, |found, value| found | same(made, value))
}

fn ed25519_holds(key: &[u8], pieces: &[Cow<'_, [u8]>], sent: &[&[u8]]) -> bool {
    let Some(key) = ed25519_public(key) else {
        return false;
    };
    let message = pieces.concat();
    sent.iter().any(|value| {
        ed25519_dalek::Signature::from_slice(value)
            .is_ok_and(|signature| key.verify_strict(&message, &signature).is_ok())
    })
}

fn ecdsa_holds(key: &[u8], pieces: &[Cow<'_, [u8]>], sent: &[&[u8]]) -> bool {
    let Some(key) = p256_public(key) else {
        return false;
    };
    let digest = Hash::Sha256.digest(pieces);
    sent.iter().any(|value| {
        let signature =
            ecdsa::Signature::from_der(value).or_else(|_| ecdsa::Signature::from_slice(value));
        signature.is_ok_and(|signature| key.verify_prehash(&digest, &signature).is_ok())
    })
}

/// Whether a secret can be the key of a public key scheme.
pub(super) fn is_public_key(proof: Proof, key: &[u8]) -> bool {
    match proof {
        Proof::Ed25519 => ed25519_public(key).is_some(),
        Proof::EcdsaP256 => p256_public(key).is_some(),
        Proof::Hmac(_) | Proof::Digest(_) => true,
    }
}

/// Senders show public keys in hex, in base64 and as PEM, of the point alone or with its description
/// (SPKI), and people paste what they see: all of that is one key.
fn key_bytes(key: &[u8]) -> Vec<Vec<u8>> {
    let Ok(text) = std::str::from_utf8(key) else {
        return vec![key.to_vec()];
    };
    let lines = text.lines().filter(|line| !line.starts_with("-----"));
    let inside: String = lines.flat_map(str::split_whitespace).collect();
    let read = Encoding::OF_DIGESTS.map(|encoding| encoding.decode(&inside));
    let mut bytes: Vec<_> = read.into_iter().flatten().collect();
    bytes.push(key.to_vec());
    bytes
}

fn ed25519_public(key: &[u8]) -> Option<VerifyingKey> {
    key_bytes(key).into_iter().find_map(|bytes| {
        VerifyingKey::from_public_key_der(&bytes)
            .ok()
            .or_else(|| VerifyingKey::from_bytes(&bytes.try_into().ok()?).ok())
    })
}

fn p256_public(key: &[u8]) -> Option<ecdsa::VerifyingKey> {
    key_bytes(key).into_iter().find_map(|bytes| {
        ecdsa::VerifyingKey::from_public_key_der(&bytes)
            .ok()
            .or_else(|| ecdsa::VerifyingKey::from_sec1_bytes(&bytes).ok())
    })
}

fn ed25519_private(key: &[u8]) -> Option<SigningKey> {
    key_bytes(key).into_iter().find_map(|bytes| {
        SigningKey::from_pkcs8_der(&bytes)
            .ok()
            .or_else(|| Some(SigningKey::from_bytes(&bytes.try_into().ok()?)))
    })
}

fn p256_private(key: &[u8]) -> Option<ecdsa::SigningKey> {
    key_bytes(key).into_iter().find_map(|bytes| {
        ecdsa::SigningKey::from_pkcs8_der(&bytes)
            .ok()
            .or_else(|| ecdsa::SigningKey::from_slice(&bytes).ok())
    })
}
