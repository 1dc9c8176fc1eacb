//! The engine on made-up senders. Whether it agrees with the senders' own libraries is for
//! `tests/signatures`.

mod making;
mod tables;
mod verified;
mod wrong;

use std::fs;

use bytes::Bytes;

use super::*;
use crate::request::{Arrival, Head, Received, Timestamp};
use crate::secret::Hidden;
use crate::senders::Catalogue;

/// 2025-11-13 02:13:20 UTC.
const AT: i64 = 1_763_000_000;

/// A catalogue whose sender `shop` signs as these tables say, and what is wrong with them.
fn load(tables: &str) -> (Catalogue, Vec<String>) {
    let dir = tempfile::tempdir().unwrap();
    let text = format!("id = \"shop\"\nname = \"Shop\"\nmatch = [\"header.x-shop\"]\n{tables}");
    fs::write(dir.path().join("shop.toml"), text).unwrap();
    let (catalogue, errors) = Catalogue::load(Some(dir.path()));
    let errors = errors.iter().map(|error| {
        let error = error.to_string();
        error.split_once("shop.toml:").unwrap().1.to_owned()
    });
    (catalogue, errors.collect())
}

fn catalogue(tables: &str) -> Catalogue {
    let (catalogue, errors) = load(tables);
    assert_eq!(errors, [""; 0]);
    catalogue
}

/// A request of `shop`; lines are header lines without their ends.
fn received(target: &str, lines: &[&str], body: impl Into<Bytes>) -> Received {
    let lines = lines.join("\r\n");
    let head = format!("POST {target} HTTP/1.1\r\nHost: h.example\r\n{lines}\r\n\r\n");
    Received {
        received_at: Timestamp(AT * 1_000_000),
        took_us: 0,
        peer: "192.0.2.1:1".parse().unwrap(),
        secure: true,
        head: Head::new(head.into_bytes()),
        body: body.into(),
        trailers: Bytes::new(),
        declared_bytes: None,
        arrival: Arrival::Whole,
        arrival_reason: None,
        sample: false,
    }
}

/// Secrets called `a`, `b` and so on.
fn secrets(values: &[&str]) -> Vec<NamedSecret> {
    let names = 'a'..='z';
    names
        .zip(values)
        .map(|(name, value)| NamedSecret::new(name, *value))
        .collect()
}

fn check(catalogue: &Catalogue, received: &Received, values: &[&str]) -> SignatureReport {
    catalogue.check_signature(Some("shop"), received, &secrets(values))
}

fn sentence(catalogue: &Catalogue, received: &Received, values: &[&str]) -> String {
    check(catalogue, received, values).status.to_string()
}

/// The draft that becomes of a request when it is signed, as it would arrive.
fn signed(catalogue: &Catalogue, secret: &str, received: &Received) -> Received {
    let headers = received.head.headers().skip(1);
    let headers = headers.map(|(name, value)| {
        let value = String::from_utf8_lossy(value).into_owned();
        (name.into_owned(), value)
    });
    let draft = Draft {
        method: "POST".to_owned(),
        origin: "https://h.example".to_owned(),
        target: String::from_utf8_lossy(received.head.target()).into_owned(),
        headers: headers.collect(),
        body: received.body.to_vec(),
    };
    let secret = Hidden::new(secret.to_owned());
    let now = received.received_at;
    let draft = catalogue.sign("shop", &secret, &draft, now).unwrap();
    draft.arrived(now)
}

const GITHUB: &str = r#"
[[signature]]
kind = "hmac"
hash = "sha256"
value = "header.x-hub-signature-256"
prefix = "sha256="
message = "{raw}"
secret = "The webhook's secret"
"#;

const STRIPE: &str = r#"
[[signature]]
kind = "hmac"
hash = "sha256"
value = "header.stripe-signature"
field = "v1"
encoding = "hex"
message = ["{header.stripe-signature|field:t}.{raw}"]
timestamp = "{header.stripe-signature|field:t}"
tolerance_s = 300
"#;

const SVIX: &str = r#"
[[signature]]
kind = "hmac"
hash = "sha256"
value = "header.svix-signature"
separator = " "
prefix = "v1,"
encoding = "base64"
message = ["{header.svix-id}.{header.svix-timestamp}.{raw}"]
key = "base64"
key_prefix = "whsec_"
timestamp = "{header.svix-timestamp}"
tolerance_s = 300
"#;

const MAILGUN: &str = r#"
[[signature]]
kind = "hmac"
hash = "sha256"
value = "body.signature.signature"
message = ["{body.signature.timestamp}{body.signature.token}"]
timestamp = "{body.signature.timestamp}"
"#;

const TWILIO: &str = r#"
[[signature]]
kind = "hmac"
hash = "sha1"
value = "header.x-twilio-signature"
encoding = "base64"
message = ["{origin}{url}{form|sorted}"]
"#;
