//! Requests that the senders' own packages signed or approved (`tests/signatures`): each has to verify,
//! and not to once a bit of it or the secret is another one. `tests/signatures/run` makes them, then runs this.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails by a panic"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::{env, fs};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use hookglass::request::{Received, Timestamp};
use hookglass::secret::Hidden;
use hookglass::senders::Catalogue;
use hookglass::senders::signature::{Draft, NamedSecret, SignatureKind, SignatureStatus};
use serde::Deserialize;

/// Fewer senders than this would leave the claim of the documentation untested.
const MIN_SENDERS: usize = 12;

const P256_PRIVATE: &str = "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgrjLFFyOqzprqM/ARawvjBFjG9QuhpkMbM47KLLmGar2hRANCAARtMk7ViTdX8Im+I7AjQX4gqrFqD18VBxxIiOY4D26Hg5gkv2825b4UFfrmtPlTXXEuhxVc/jNwi7/DXnYO8oZo";
const P256_PUBLIC: &str = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEbTJO1Yk3V/CJviOwI0F+IKqxag9fFQccSIjmOA9uh4OYJL9vNuW+FBX65rT5U11xLocVXP4zcIu/w152DvKGaA==";

/// A line that `vectors.mjs` or `vectors.py` printed.
#[derive(Debug, Deserialize)]
struct Vector {
    sender: String,
    sdk: String,
    secret: String,
    /// Another secret of the same form, where any text is none.
    other: Option<String>,
    method: String,
    origin: String,
    target: String,
    headers: BTreeMap<String, String>,
    /// In base64.
    body: String,
    /// Seconds since 1970 when it was signed.
    at: i64,
    /// A text of the body that is signed, where not all of it is.
    flip: Option<String>,
}

fn vectors(catalogue: &Catalogue) -> Vec<Vector> {
    let file = env::var("SIGNATURE_VECTORS").expect("tests/signatures/run makes the vectors");
    let text = fs::read_to_string(file).unwrap();
    let lines = text.lines().map(serde_json::from_str);
    let vectors: Vec<Vector> = lines.collect::<Result<_, _>>().unwrap();
    let vectors = vectors.into_iter();
    vectors
        .filter(|vector| is_checked(catalogue, &vector.sender))
        .collect()
}

/// The embedded senders, and those of a folder that is tried before it becomes a part of them.
fn catalogue() -> Catalogue {
    let folder = env::var("SIGNATURE_SENDERS").ok().map(PathBuf::from);
    let (catalogue, errors) = Catalogue::load(folder.as_deref());
    assert!(errors.is_empty(), "{errors:?}");
    catalogue
}

/// Whether hookglass checks what this sender sends.
fn is_checked(catalogue: &Catalogue, sender: &str) -> bool {
    let mut schemes = catalogue.signatures(sender).iter();
    schemes.any(|scheme| scheme.kind() != SignatureKind::External)
}

impl Vector {
    fn body(&self) -> Vec<u8> {
        BASE64_STANDARD.decode(&self.body).unwrap()
    }

    /// The body with one bit turned, if it has any.
    fn changed(&self) -> Option<Vec<u8>> {
        let mut body = self.body();
        let place = match &self.flip {
            Some(flip) => body
                .windows(flip.len())
                .position(|window| window == flip.as_bytes()),
            None => body.iter().position(u8::is_ascii_lowercase),
        };
        body[place?] ^= 1;
        Some(body)
    }

    fn draft(&self) -> Draft {
        Draft {
            method: self.method.clone(),
            origin: self.origin.clone(),
            target: self.target.clone(),
            headers: self.headers.clone().into_iter().collect(),
            body: self.body(),
        }
    }

    /// As it arrives, two seconds after it was signed.
    fn with_body(&self, body: Vec<u8>) -> Received {
        let draft = Draft {
            body,
            ..self.draft()
        };
        draft.arrived(Timestamp((self.at + 2) * 1_000_000))
    }

    fn status(&self, catalogue: &Catalogue, received: &Received, secret: &str) -> SignatureStatus {
        let secrets = [
            NamedSecret::new("decoy", self.other()),
            NamedSecret::new("own", secret),
        ];
        let sender = Some(self.sender.as_str());
        let report = catalogue.check_signature(sender, received, &secrets);
        report.status
    }

    fn other(&self) -> &str {
        self.other.as_deref().unwrap_or("whsec_b3RoZXI=")
    }
}

#[test]
fn what_the_senders_own_packages_signed_is_verified() {
    let catalogue = catalogue();
    let mut senders = BTreeSet::new();
    for vector in vectors(&catalogue) {
        let status = vector.status(&catalogue, &vector.with_body(vector.body()), &vector.secret);
        let SignatureStatus::Verified(matched) = &status else {
            panic!("{} ({}): {status}", vector.sender, vector.sdk);
        };
        assert_eq!(matched.secret, "own");
        senders.insert(vector.sender);
    }
    assert!(senders.len() >= MIN_SENDERS, "only {senders:?}");
}

#[test]
fn one_other_bit_or_another_secret_is_wrong() {
    let catalogue = catalogue();
    for vector in vectors(&catalogue) {
        let what = format!("{} ({})", vector.sender, vector.sdk);
        if let Some(changed) = vector.changed() {
            let status = vector.status(&catalogue, &vector.with_body(changed), &vector.secret);
            assert_eq!(status.as_str(), "wrong", "{what}: {status}");
        }
        let received = vector.with_body(vector.body());
        let status = vector.status(&catalogue, &received, vector.other());
        assert_eq!(status.as_str(), "wrong", "{what}: {status}");
    }
}

/// What `hookglass send --secret` sends is what the sender would: each sample with a placeholder for its
/// signature has to verify once it is signed.
#[test]
fn every_sample_with_a_signature_can_be_signed() {
    // One text that is a key as it stands, in hex and in base64; a pair; the keys of RFC 8032, test 1;
    // a key of OpenSSL's.
    let secrets = [
        "00112233445566778899aabbccddeeff",
        "user:password",
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        P256_PRIVATE,
    ];
    let mut given = secrets
        .map(|secret| NamedSecret::new("own", secret))
        .to_vec();
    let public = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
    given.push(NamedSecret::new("own", public));
    given.push(NamedSecret::new("own", P256_PUBLIC));
    let catalogue = catalogue();
    let mut failures = Vec::new();
    for sample in catalogue.samples() {
        if !is_checked(&catalogue, &sample.sender) {
            continue;
        }
        let draft = Draft {
            method: sample.method.clone(),
            origin: "https://hooks.example.com".to_owned(),
            target: sample.target("/hook"),
            headers: sample.headers.clone(),
            body: sample.body.clone(),
        };
        let now = Timestamp(1_795_000_000_000_000);
        let bare = catalogue.check_signature(Some(&sample.sender), &draft.arrived(now), &given);
        if matches!(bare.status, SignatureStatus::NotSigned { .. }) {
            continue;
        }
        let statuses = secrets.map(|secret| {
            let secret = Hidden::new(secret.to_owned());
            let signed = catalogue.sign(&sample.sender, &secret, &draft, now);
            let received = match signed {
                Ok(signed) => signed.arrived(now),
                Err(error) => return error.to_string(),
            };
            let report = catalogue.check_signature(Some(&sample.sender), &received, &given);
            match report.status {
                SignatureStatus::Verified(_) => "verified".to_owned(),
                status => status.to_string(),
            }
        });
        if !statuses.iter().any(|status| status == "verified") {
            failures.push(format!("{}: {statuses:?}", sample.name()));
        }
    }
    assert!(failures.is_empty(), "{failures:#?}");
}

/// A signature of our own for the same request is the package's, byte for byte.
#[test]
fn samples_are_signed_as_the_packages_sign() {
    let catalogue = catalogue();
    let mut same = BTreeSet::new();
    for vector in vectors(&catalogue) {
        let secret = Hidden::new(vector.secret.clone());
        let draft = vector.draft();
        let now = Timestamp(vector.at * 1_000_000);
        if catalogue.signatures(&vector.sender)[0]
            .kind()
            .has_public_key()
        {
            continue;
        }
        let signed = catalogue
            .sign(&vector.sender, &secret, &draft, now)
            .unwrap();
        let status = vector.status(&catalogue, &signed.arrived(now), &vector.secret);
        assert_eq!(status.as_str(), "verified", "{}: {status}", vector.sender);
        if signed == draft {
            same.insert(vector.sender);
        }
    }
    assert!(same.len() >= MIN_SENDERS, "only {same:?}");
}
