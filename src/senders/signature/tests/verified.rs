//! What holds.

use super::*;

fn verified(report: &SignatureReport) -> Match {
    match &report.status {
        SignatureStatus::Verified(matched) => matched.clone(),
        other => panic!("{other:?}: {other}"),
    }
}

/// The example of GitHub's documentation ("Validating webhook deliveries", Testing the webhook payload validation).
#[test]
fn githubs_own_example_holds() {
    let hash = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
    let line = format!("X-Hub-Signature-256: {hash}");
    let received = received("/", &[&line], "Hello, World!");
    let report = check(
        &catalogue(GITHUB),
        &received,
        &["It's a Secret to Everybody"],
    );
    let matched = verified(&report);
    assert_eq!(matched.secret, "a");
    assert_eq!(matched.form, Some(BodyForm::AsSent));
    assert_eq!(report.status.as_str(), "verified");
    assert_eq!(report.status.to_string(), "Signed with the secret “a”");
}

#[test]
fn of_several_secrets_the_one_is_named() {
    let catalogue = catalogue(STRIPE);
    let bare = received("/", &["Stripe-Signature: t=1,v1=00"], r#"{"id":"evt_1"}"#);
    let sent = signed(&catalogue, "whsec_old", &bare);
    let report = check(&catalogue, &sent, &["whsec_new", "whsec_old"]);
    assert_eq!(verified(&report).secret, "b");
    let time = report.timestamp.unwrap();
    assert_eq!((time.age_s, time.tolerance_s), (0, Some(300)));
}

#[test]
fn one_good_signature_in_a_list_is_enough() {
    let catalogue = catalogue(SVIX);
    let lines = [
        "svix-id: msg_1",
        "svix-timestamp: 1",
        "svix-signature: v1,AA==",
    ];
    let sent = signed(&catalogue, "whsec_YWJj", &received("/", &lines, "{}"));
    let good = sent.head.text("svix-signature").unwrap().to_owned();
    let id = format!("svix-timestamp: {AT}");
    for list in [
        format!("v1,AAAA v1a,xyz {good}"),
        format!("{good} v1,AAAA"),
        good.trim_end_matches('=').to_owned(),
    ] {
        let line = format!("Svix-Signature: {list}");
        let again = received("/", &["svix-id: msg_1", &id, &line], "{}");
        assert_eq!(
            verified(&check(&catalogue, &again, &["whsec_YWJj"])).secret,
            "a"
        );
    }
}

#[test]
fn a_declared_form_of_the_json_is_named() {
    let tables = r#"
[[signature]]
kind = "hmac"
hash = "sha256"
value = "header.x-sig"
message = ["{raw}", "{raw|php-json}"]
"#;
    let catalogue = catalogue(tables);
    // HMAC-SHA256 of {"a":"\/\u00e9","n":1.10} with the key `k`, made by Python.
    let line = "X-Sig: 567eae7e4884dcff670bdb4d5dc09204f84cefd34de8d6d5b2ff920af971cd8d";
    let spaced = received("/", &[line], "{ \"a\": \"/é\",\n \"n\": 1.10 }");
    let report = check(&catalogue, &spaced, &["k"]);
    assert_eq!(verified(&report).form, Some(BodyForm::PhpJson));
    assert!(report.status.to_string().contains("as PHP writes it"));
}

#[test]
fn values_in_the_body_are_signed_and_found_there() {
    let catalogue = catalogue(MAILGUN);
    let body = r#"{"signature":{"timestamp":"1","token":"tok","signature":"00"},"event-data":{}}"#;
    let sent = signed(&catalogue, "key", &received("/", &[], body));
    let report = check(&catalogue, &sent, &["key"]);
    assert_eq!(verified(&report).form, None);
    assert_eq!(report.timestamp.unwrap().age_s, 0);
}

#[test]
fn the_url_is_signed_as_the_sender_called_it() {
    let catalogue = catalogue(TWILIO);
    let form = "Content-Type: application/x-www-form-urlencoded";
    let body = "To=%2B1&From=%2B2&Body=Hi+there&To=%2B1";
    let sent = signed(&catalogue, "token", &received("/sms?x=1", &[form], body));
    let report = check(&catalogue, &sent, &["token"]);
    assert_eq!(
        verified(&report).origin.as_deref(),
        Some("https://h.example")
    );
    // HMAC-SHA1 of https://h.example/sms?x=1BodyHi thereFrom+2To+1 with the key `token`, made by Python.
    assert_eq!(
        sent.head.text("x-twilio-signature"),
        Some("MUhcnd/YIPVHwq7/eoX4AusS+bA=")
    );
}

#[test]
fn tokens_and_passwords_are_compared() {
    let catalogue = catalogue(
        r#"
[[signature]]
kind = "equal"
value = "header.authorization"
prefix = "Bearer "
[[signature]]
kind = "basic"
"#,
    );
    let held = |line: &str, secret: &str| {
        check(&catalogue, &received("/", &[line], ""), &[secret])
            .status
            .as_str()
    };
    assert_eq!(held("Authorization: Bearer abc", "abc"), "verified");
    assert_eq!(held("Authorization: bearer abc", "abc"), "verified");
    assert_eq!(held("Authorization: Bearer abcd", "abc"), "wrong");
    assert_eq!(held("Authorization: Basic dTpw", "u:p"), "verified");
    assert_eq!(held("Authorization: Basic dTpw", "u:q"), "wrong");
}

/// RFC 8032, test 2, and a key made by OpenSSL.
#[test]
fn public_keys_are_taken_as_they_are_pasted() {
    let catalogue = catalogue(
        r#"
[[signature]]
kind = "ed25519"
value = "header.x-ed"
message = "{raw}"
"#,
    );
    let line = "X-Ed: 92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00";
    let received = received("/", &[line], "r");
    let hex = "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c";
    let base64 = "PUAXw+hDiVqStwqnTRt+vJyYLM8uxJaMwM1V8Sr0Zgw=";
    let pem = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAPUAXw+hDiVqStwqnTRt+vJyYLM8uxJaMwM1V8Sr0Zgw=\n-----END PUBLIC KEY-----\n";
    for key in [hex, base64, pem] {
        assert_eq!(verified(&check(&catalogue, &received, &[key])).secret, "a");
    }
    let other = check(&catalogue, &received, &["no key"]).status.to_string();
    assert!(other.contains("is not a public key"), "{other}");
}

#[test]
fn what_cannot_be_checked_says_why() {
    let tables = format!(
        "{STRIPE}[[signature]]\nkind = \"external\"\nvalue = \"header.x-jwt\"\nreason = \"It is a JWT\"\n"
    );
    let catalogue = catalogue(&tables);
    let status = |received: &Received| check(&catalogue, received, &["s"]).status;
    let jwt = received("/", &["X-Jwt: a.b.c"], "");
    assert_eq!(status(&jwt).to_string(), "It is a JWT");
    assert_eq!(status(&jwt).as_str(), "not-checked");
    let mut cut = received("/", &["Stripe-Signature: t=1,v1=00"], "");
    let none = catalogue.check_signature(Some("shop"), &cut, &[]).status;
    assert_eq!(none, SignatureStatus::NoSecret { paste: None });
    cut.arrival = Arrival::TooLarge;
    assert_eq!(
        status(&cut),
        SignatureStatus::NotChecked(NotChecked::NotWhole)
    );
    let bare = received("/", &[], "");
    assert_eq!(
        status(&bare).to_string(),
        "No signature came in the header stripe-signature or header x-jwt"
    );
    let unknown = |sender| catalogue.check_signature(sender, &bare, &[]).status;
    let reason = |reason| SignatureStatus::NotChecked(reason);
    assert_eq!(unknown(None), reason(NotChecked::UnknownSender));
    assert_eq!(unknown(Some("nobody")), reason(NotChecked::UnknownSender));
}

#[test]
fn signed_with_a_secret_is_what_verifies_in_time() {
    let catalogue = catalogue(STRIPE);
    let holds = |received: &Received, value: &str| {
        catalogue.is_signed_with(Some("shop"), received, &secrets(&[value])[0])
    };
    let bare = received("/", &[], "{}");
    let mut sent = signed(&catalogue, "s", &bare);
    assert!(holds(&sent, "s"));
    assert!(!holds(&sent, "t"), "another secret");
    assert!(!holds(&bare, "s"), "no signature");
    assert!(!catalogue.is_signed_with(None, &sent, &secrets(&["s"])[0]));
    sent.received_at = Timestamp((AT + 900) * 1_000_000);
    assert!(!holds(&sent, "s"), "stale");
}
