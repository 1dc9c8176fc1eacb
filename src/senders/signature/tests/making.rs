//! Signatures that are made, in the sender's own form.

use proptest::prelude::*;

use super::wrong::OF_ALL_KINDS;
use super::*;

fn header(received: &Received, name: &str) -> String {
    received.head.text(name).unwrap().to_owned()
}

#[test]
fn placeholders_are_filled_in_their_place() {
    let stripe = catalogue(STRIPE);
    let bare = received("/", &["Stripe-Signature: t=1,v1=00,v1=11,v0=22"], "{}");
    let sent = signed(&stripe, "s", &bare);
    let value = header(&sent, "stripe-signature");
    assert!(
        value.starts_with(&format!("t={AT},v1=")) && value.ends_with(",v0=22"),
        "{value}"
    );
    assert_eq!(value.matches("v1=").count(), 1);
    assert_eq!(sent.head.all("stripe-signature").count(), 1);

    let svix = catalogue(SVIX);
    let lines = [
        "svix-id: m",
        "svix-timestamp: 1",
        "svix-signature: v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    ];
    let sent = signed(&svix, "whsec_YWJj", &received("/", &lines, "{}"));
    assert!(header(&sent, "svix-signature").starts_with("v1,"));
    assert_eq!(header(&sent, "svix-timestamp"), AT.to_string());
}

#[test]
fn without_a_placeholder_the_header_is_added() {
    let stripe = catalogue(STRIPE);
    let sent = signed(&stripe, "s", &received("/", &[], "{}"));
    assert!(header(&sent, "stripe-signature").starts_with(&format!("t={AT},v1=")));
    assert_eq!(check(&stripe, &sent, &["s"]).status.as_str(), "verified");
}

#[test]
fn a_body_keeps_all_but_the_signature() {
    let mailgun = catalogue(MAILGUN);
    let body = r#"{ "signature": {"timestamp": 1, "token":"t", "signature": "0"}, "n": 1.10 }"#;
    let sent = signed(&mailgun, "s", &received("/", &[], body));
    let text = String::from_utf8_lossy(&sent.body).into_owned();
    assert!(text.starts_with(&format!(
        "{{ \"signature\": {{\"timestamp\": {AT}, \"token\":\"t\", \"signature\": \""
    )));
    assert!(text.ends_with("\"}, \"n\": 1.10 }"));

    let form = "Content-Type: application/x-www-form-urlencoded";
    let fields = "signature%5Btimestamp%5D=1&signature[token]=t&signature[signature]=0&x=%20";
    let sent = signed(&mailgun, "s", &received("/", &[form], fields));
    let text = String::from_utf8_lossy(&sent.body).into_owned();
    assert!(text.starts_with(&format!(
        "signature%5Btimestamp%5D={AT}&signature[token]=t&"
    )));
    assert!(text.ends_with("&x=%20"));
    assert_eq!(check(&mailgun, &sent, &["s"]).status.as_str(), "verified");
}

#[test]
fn a_list_keeps_what_is_no_signature() {
    let recurly = catalogue(
        r#"
[[signature]]
kind = "hmac"
hash = "sha256"
value = "header.x-sig"
separator = ","
message = "{header.x-sig|match:^([0-9]+),}.{raw}"
timestamp = "{header.x-sig|match:^([0-9]+),}"
"#,
    );
    let placeholder = format!("X-Sig: 1700000000000,{0},{0}", "0".repeat(64));
    let sent = signed(&recurly, "s", &received("/", &[&placeholder], "{}"));
    let value = header(&sent, "x-sig");
    assert!(value.starts_with(&format!("{AT}000,")), "{value}");
    assert_eq!(value.split(',').count(), 2);
    assert_eq!(check(&recurly, &sent, &["s"]).status.as_str(), "verified");

    let braintree = catalogue(
        r#"
[[signature]]
kind = "hmac"
hash = "sha1"
value = "body.sig"
separator = "&"
prefix = "*|"
message = "{body.payload}"
key = "sha1"
"#,
    );
    let form = "Content-Type: application/x-www-form-urlencoded";
    let sent = signed(
        &braintree,
        "s",
        &received("/", &[form], "sig=pub%7C00&payload=p"),
    );
    assert!(sent.body.starts_with(b"sig=pub%7C"));
    assert_eq!(check(&braintree, &sent, &["s"]).status.as_str(), "verified");
}

#[test]
fn json_in_a_field_of_a_multipart_form_is_signed_in_its_place() {
    let catalogue = catalogue(
        r#"
[[signature]]
kind = "hmac"
hash = "sha256"
value = "{body.json|json:event.hash}"
message = "{body.json|json:event.time}"
"#,
    );
    let form = "Content-Type: multipart/form-data; boundary=b";
    let part = |text: &str| {
        format!("--b\r\nContent-Disposition: form-data; name=\"json\"\r\n\r\n{text}\r\n--b--\r\n")
    };
    let body = part(r#"{"event":{"hash":"0", "time":"1"}}"#);
    let sent = signed(&catalogue, "s", &received("/", &[form], body));
    assert!(sent.body.ends_with(b"\", \"time\":\"1\"}}\r\n--b--\r\n"));
    assert_eq!(check(&catalogue, &sent, &["s"]).status.as_str(), "verified");
}

#[test]
fn an_id_that_is_signed_is_made_up_where_there_is_none() {
    let svix = catalogue(SVIX);
    let sent = signed(&svix, "whsec_YWJj", &received("/", &[], "{}"));
    assert!(header(&sent, "svix-id").starts_with("sample-"));
    assert_eq!(
        check(&svix, &sent, &["whsec_YWJj"]).status.as_str(),
        "verified"
    );
}

/// Keys made by OpenSSL.
#[test]
fn public_key_schemes_are_signed_with_the_private_key() {
    let ed25519 = catalogue(
        "[[signature]]\nkind = \"ed25519\"\nvalue = \"header.x-sig\"\nmessage = \"{raw}\"\n",
    );
    let ecdsa = catalogue(
        "[[signature]]\nkind = \"ecdsa-p256\"\nvalue = \"query.sig\"\nmessage = \"{raw}\"\n",
    );
    let private = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n-----END PRIVATE KEY-----\n";
    // RFC 8032, test 1.
    let public = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
    let sent = signed(&ed25519, private, &received("/", &[], "body"));
    assert_eq!(
        check(&ed25519, &sent, &[public]).status.as_str(),
        "verified"
    );
    let private = "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgrjLFFyOqzprqM/ARawvjBFjG9QuhpkMbM47KLLmGar2hRANCAARtMk7ViTdX8Im+I7AjQX4gqrFqD18VBxxIiOY4D26Hg5gkv2825b4UFfrmtPlTXXEuhxVc/jNwi7/DXnYO8oZo";
    let public = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEbTJO1Yk3V/CJviOwI0F+IKqxag9fFQccSIjmOA9uh4OYJL9vNuW+FBX65rT5U11xLocVXP4zcIu/w152DvKGaA==";
    let sent = signed(&ecdsa, private, &received("/?a=1", &[], "body"));
    assert_eq!(check(&ecdsa, &sent, &[public]).status.as_str(), "verified");
    assert!(sent.head.path() == "/" && sent.head.query().unwrap().starts_with(b"a=1&sig="));
}

#[test]
fn what_cannot_be_signed_says_why() {
    let external = catalogue("[[signature]]\nkind = \"external\"\nreason = \"It is a JWT\"\n");
    let bare = catalogue("");
    let stripe = catalogue(MAILGUN);
    let draft = Draft {
        method: "POST".to_owned(),
        origin: "https://h.example".to_owned(),
        target: "/".to_owned(),
        headers: Vec::new(),
        body: b"{}".to_vec(),
    };
    let why = |catalogue: &Catalogue, sender: &str| {
        let secret = Hidden::new("s".to_owned());
        let signed = catalogue.sign(sender, &secret, &draft, Timestamp(0));
        signed.unwrap_err().to_string()
    };
    assert_eq!(
        why(&external, "shop"),
        "samples of `shop` cannot be signed here: It is a JWT"
    );
    assert_eq!(
        why(&bare, "shop"),
        "how `shop` signs is not in the catalogue"
    );
    assert_eq!(why(&bare, "x"), "there is no sender `x`");
    assert!(why(&stripe, "shop").starts_with("the sample has no place for it"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_draft_is_signed_or_refused(
        target in r"/[a=&?%é]{0,8}",
        value in r"(t=|v1=|v1,|sha256=|Basic |[0-9a-f]{20}|[ ,;=é1|\r\n]){0,9}",
        kind in "(application/x-www-form-urlencoded|multipart/form-data; boundary=b|)",
        body in r#"([{}\[\]":,a1é&=%\r\n-]|--b|signature|name=|\{"signature":\{"token":"","timestamp":1){0,12}"#,
        secret in r"(whsec_|[a-zA-Z0-9+/=: é\n-]){0,20}",
        now in any::<i64>(),
    ) {
        let names = ["x-sig", "stripe-signature", "svix-signature", "x-hub-signature-256", "authorization"];
        let mut headers: Vec<_> = names.iter().map(|name| ((*name).to_owned(), value.clone())).collect();
        headers.push(("Content-Type".to_owned(), kind));
        let draft = Draft {
            method: "POST".to_owned(),
            origin: "https://h.example".to_owned(),
            target,
            headers,
            body: body.into_bytes(),
        };
        for catalogue in &*OF_ALL_KINDS {
            let secret = Hidden::new(secret.clone());
            if let Err(error) = catalogue.sign("shop", &secret, &draft, Timestamp(now)) {
                prop_assert!(!error.to_string().is_empty());
            }
        }
    }
}
