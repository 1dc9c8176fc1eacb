//! What does not hold, and what is said about it.

use std::sync::LazyLock;

use proptest::prelude::*;

use super::*;

fn wrong(report: &SignatureReport) -> Diagnosis {
    match &report.status {
        SignatureStatus::Wrong(diagnosis) => diagnosis.clone(),
        other => panic!("{other:?}"),
    }
}

/// The signature's header line of a body that was signed with the secret `s`.
fn line(catalogue: &Catalogue, name: &str, body: impl Into<Bytes>) -> String {
    let sent = signed(catalogue, "s", &received("/", &[], body));
    format!("{name}: {}", sent.head.text(name).unwrap())
}

#[test]
fn a_body_that_was_changed_is_told_by_its_form() {
    let catalogue = catalogue(GITHUB);
    let cases: [(&[u8], &[u8], BodyForm); 12] = [
        (br#"{"a":"\/"}"#, br#"{"a":"/"}"#, BodyForm::PhpJson),
        (br#"{"a":"/"}"#, br#"{"a": "\/"}"#, BodyForm::JsJson),
        (
            "{\"a\":\"é\\/\"}".as_bytes(),
            br#"{"a":"\u00e9/"}"#,
            BodyForm::PhpUnicodeJson,
        ),
        (
            br#"{"a":"\u00e9/"}"#,
            "{\"a\":\"é/\"}".as_bytes(),
            BodyForm::AsciiJson,
        ),
        (br#"{"a": [1, 2]}"#, br#"{"a":[1,2]}"#, BodyForm::PythonJson),
        (br#"{"a":"\u003c"}"#, br#"{"a":"<"}"#, BodyForm::GoJson),
        (b"a=1", b"a=1\n", BodyForm::WithoutFinalNewline),
        (b"a=1\n", b"a=1", BodyForm::WithFinalNewline),
        (b"a\nb", b"a\r\nb", BodyForm::WithLf),
        (b"a\r\nb", b"a\nb", BodyForm::WithCrlf),
        (
            "é€".as_bytes(),
            "é€ ".as_bytes(),
            BodyForm::WithoutOuterBlanks,
        ),
        (b"", b"a", BodyForm::Empty),
    ];
    for (signed, arrived, form) in cases {
        let line = line(&catalogue, "x-hub-signature-256", signed);
        let diagnosis = wrong(&check(
            &catalogue,
            &received("/", &[&line], arrived),
            &["x", "s"],
        ));
        let deviations = vec![Deviation::Body(form)];
        let secret = "b".to_owned();
        assert_eq!(diagnosis, Diagnosis::HoldsIf { secret, deviations });
    }
    let line = line(&catalogue, "x-hub-signature-256", "é");
    let latin1 = check(&catalogue, &received("/", &[&line], &b"\xe9"[..]), &["s"]);
    assert_eq!(
        latin1.status.to_string(),
        "It holds with the secret “a” if what is signed is the body turned from Latin-1 into UTF-8: \
         something on the way changed the body's character set"
    );
}

#[test]
fn a_value_that_is_written_otherwise_is_told() {
    let catalogue = catalogue(GITHUB);
    let line = line(&catalogue, "x-hub-signature-256", "b");
    let hex = line.split_once("sha256=").unwrap().1;
    let bytes = Encoding::Hex.decode(hex).unwrap();
    let base64 = Encoding::Base64.encode(&bytes);
    let sha1 = Encoding::Hex.encode(&Hash::Sha1.hmac(b"s", &[b"b"[..].into()]));
    for (value, expected) in [
        (
            hex.to_owned(),
            "`sha256=` stands before it, which is missing",
        ),
        (
            format!("v1={hex}"),
            "`sha256=` stands before it in place of `v1=`",
        ),
        (
            format!("sha256={base64}"),
            "it is read as base64, while this sender writes hex",
        ),
        (
            format!("sha256={sha1}"),
            "it is made with SHA-1, while this sender uses SHA-256",
        ),
        (
            base64,
            "it is read as base64, while this sender writes hex and `sha256=` stands before it, which is missing",
        ),
    ] {
        let line = format!("X-Hub-Signature-256: {value}");
        let said = sentence(&catalogue, &received("/", &[&line], "b"), &["s"]);
        assert_eq!(said, format!("It holds with the secret “a” if {expected}"));
    }
}

#[test]
fn a_secret_that_was_taken_otherwise_is_told() {
    let github = catalogue(GITHUB);
    let line = line(&github, "x-hub-signature-256", "b");
    let request = received("/", &[&line], "b");
    assert_eq!(
        sentence(&github, &request, &[" s\n"]),
        "It holds with the secret “a” if the blanks around the secret are taken off"
    );
    let elsewhere = NamedSecret {
        elsewhere: Some("/shop".to_owned()),
        ..NamedSecret::new("live", "s")
    };
    let given = [NamedSecret::new("test", "x"), elsewhere.clone()];
    let report = github.check_signature(Some("shop"), &request, &given);
    assert_eq!(
        report.status.to_string(),
        "It holds with the secret “live” if the secret is that of /shop"
    );
    let report = github.check_signature(Some("shop"), &request, &[elsewhere]);
    assert_eq!(report.status.as_str(), "no-secret");

    let svix = catalogue(SVIX);
    let pieces = [format!("m.{AT}.b").into_bytes().into()];
    let value = Encoding::Base64.encode(&Hash::Sha256.hmac(b"whsec_YWJj", &pieces));
    let lines = [
        "svix-id: m",
        &format!("svix-timestamp: {AT}"),
        &format!("svix-signature: v1,{value}"),
    ];
    assert_eq!(
        sentence(&svix, &received("/", &lines, "b"), &["whsec_YWJj"]),
        "It holds with the secret “a” if the secret is taken as text, `whsec_` and all"
    );
    assert_eq!(
        sentence(&svix, &received("/", &lines, "b"), &["whsec_??"]),
        "The secret “a” is not base64, as this sender's secrets are"
    );
}

#[test]
fn a_stale_signature_is_right_but_wrong() {
    let catalogue = catalogue(STRIPE);
    let bare = received("/", &["Stripe-Signature: t=1,v1=00"], "{}");
    let mut sent = signed(&catalogue, "s", &bare);
    sent.received_at = Timestamp((AT + 900) * 1_000_000);
    let report = check(&catalogue, &sent, &["s"]);
    assert_eq!(
        report.status.to_string(),
        "The signature is right, but it is stale: signed 900 s before it arrived; the sender's libraries allow 300 s"
    );
    assert!(matches!(wrong(&report), Diagnosis::Stale { .. }));
    sent.received_at = Timestamp((AT - 900) * 1_000_000);
    assert!(sentence(&catalogue, &sent, &["s"]).contains("a clock is wrong"));
}

#[test]
fn what_is_no_signature_or_lacks_a_part_is_told() {
    let stripe = catalogue(STRIPE);
    let said = |line: &str| sentence(&stripe, &received("/", &[line], "{}"), &["s"]);
    assert_eq!(
        said("Stripe-Signature: t=1,v0=00"),
        "What stands in the header stripe-signature is no such signature: v1= and 64 characters of hex expected"
    );
    let zeros = "0".repeat(64);
    assert_eq!(
        said(&format!("Stripe-Signature: v1={zeros}")),
        "The message that is signed needs header.stripe-signature, which did not arrive"
    );
    assert_eq!(
        said(&format!("Stripe-Signature: t=1,v1={zeros}")),
        "The secret does not fit: it was signed with another one, or the message was changed"
    );
    let two = sentence(
        &stripe,
        &received("/", &[&format!("Stripe-Signature: t=1,v1={zeros}")], "{}"),
        &["s", "t"],
    );
    assert!(two.starts_with("None of the 2 secrets fits"), "{two}");
}

#[test]
fn tokens_are_told_apart_from_what_surrounds_them() {
    let catalogue = catalogue(
        "[[signature]]\nkind = \"equal\"\nvalue = \"header.x-token\"\nprefix = \"Bearer \"\n\
         [[signature]]\nkind = \"basic\"\n",
    );
    let said =
        |line: &str, secret: &str| sentence(&catalogue, &received("/", &[line], ""), &[secret]);
    for (line, secret, expected) in [
        ("X-Token: Bearer abc", "abc\n", "blanks around the secret"),
        (
            "X-Token: abc",
            "abc",
            "`Bearer ` stands before it, which is missing",
        ),
        ("X-Token: Token abc", "abc", "in place of `Token `"),
        ("X-Token: Bearer abc", "Bearer abc", "`Bearer ` and all"),
        ("X-Token: Bearer abc", "abd", "The secret does not fit"),
        ("X-Token: Bearer abc", "", "The secret does not fit"),
        (
            "Authorization: Basic dTpw",
            "u:q",
            "the password is another one",
        ),
        ("Authorization: Basic dTpw", "v:p", "another user name"),
        ("Authorization: Basic dTpw", "p", "is not `user:password`"),
        (
            "Authorization: Basic ?",
            "u:p",
            "What stands in the header authorization is no such signature",
        ),
    ] {
        let said = said(line, secret);
        assert!(said.contains(expected), "{line}: {said}");
    }
}

/// Two ways that share a header: what is none of one may well be one of the other.
#[test]
fn a_signature_of_one_way_is_not_told_as_a_broken_one_of_another() {
    let both = catalogue(
        r#"
[[signature]]
kind = "basic"
[[signature]]
kind = "equal"
value = "header.authorization"
prefix = "Bearer "
[[signature]]
kind = "hmac"
hash = "sha256"
value = "header.x-sig"
message = "{raw}"
[[signature]]
kind = "hmac"
hash = "sha1"
value = "header.x-sig"
message = "{raw}"
"#,
    );
    let said = |line: &str, secret: &str| sentence(&both, &received("/", &[line], ""), &[secret]);
    let fits_none =
        "The secret does not fit: it was signed with another one, or the message was changed";
    assert_eq!(said("Authorization: Bearer abc", "u:p"), fits_none);
    assert!(said("Authorization: Basic dTpw", "p").contains("is not `user:password`"));
    assert!(said("Authorization: x", "u:p").contains("`Basic` and a user name"));
    assert_eq!(said(&format!("X-Sig: {}", "0".repeat(40)), "s"), fits_none);
    assert!(said("X-Sig: 00", "s").contains("64 characters of hex"));
}

#[test]
fn the_search_in_a_large_body_is_cut_short_and_says_so() {
    let catalogue = catalogue(GITHUB);
    let body = vec![b'a'; 2 * 1024 * 1024];
    let line = format!("X-Hub-Signature-256: sha256={}", "0".repeat(64));
    let diagnosis = wrong(&check(
        &catalogue,
        &received("/", &[&line], body),
        &["s", "t", "u"],
    ));
    assert_eq!(
        diagnosis,
        Diagnosis::NoneFits {
            tried: 3,
            cut_short: true
        }
    );
}

const ALL_KINDS: [&str; 8] = [
    GITHUB,
    STRIPE,
    SVIX,
    MAILGUN,
    TWILIO,
    "[[signature]]\nkind = \"basic\"\n",
    "[[signature]]\nkind = \"ed25519\"\nvalue = \"header.x-sig\"\nmessage = \"{method}{raw|sha256|upper}\"\n",
    "[[signature]]\nkind = \"ecdsa-p256\"\nvalue = \"header.x-sig\"\nmessage = \"{raw|js-json}{query|sorted}\"\n",
];

pub(super) static OF_ALL_KINDS: LazyLock<Vec<Catalogue>> =
    LazyLock::new(|| ALL_KINDS.into_iter().map(catalogue).collect());

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_request_gets_a_report(
        target in r"/[a=&?%é]{0,8}",
        value in r"(t=|v1=|v1,|sha256=|Basic |[0-9a-f]{20}|[a-zA-Z0-9+/=]{4}|[ ,;=é1]){0,9}",
        body in prop_oneof![
            proptest::collection::vec(any::<u8>(), 0..60),
            r#"[{}\[\]":,a1\\u0e9é&=\n]{0,40}"#.prop_map(String::into_bytes),
        ],
        secret in r"(whsec_|[a-zA-Z0-9+/=: é\n-]){0,20}",
        at in any::<i64>(),
    ) {
        let names = ["x-sig", "stripe-signature", "svix-signature", "x-hub-signature-256", "authorization"];
        let lines: Vec<_> = names.iter().map(|name| format!("{name}: {value}")).collect();
        let lines: Vec<_> = lines.iter().map(String::as_str).collect();
        for catalogue in &*OF_ALL_KINDS {
            let mut received = received(&target, &lines, body.clone());
            received.received_at = Timestamp(at);
            let report = check(catalogue, &received, &[&secret]);
            prop_assert_ne!(report.status.as_str(), "");
            prop_assert!(!report.status.to_string().is_empty());
        }
    }

    #[test]
    fn a_changed_byte_never_verifies(
        body in proptest::collection::vec(any::<u8>(), 1..60),
        place in any::<prop::sample::Index>(),
        bit in 0_u8..8,
    ) {
        let catalogue = &OF_ALL_KINDS[0];
        let sent = signed(catalogue, "s", &received("/", &[], body.clone()));
        prop_assert_eq!(check(catalogue, &sent, &["s"]).status.as_str(), "verified");
        let mut changed = body;
        let place = place.index(changed.len());
        changed[place] ^= 1 << bit;
        let sent = Received { body: changed.into(), ..sent };
        prop_assert_eq!(check(catalogue, &sent, &["s"]).status.as_str(), "wrong");
    }
}
