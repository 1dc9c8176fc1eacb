//! Signatures on the page, in the API and at the door, with real senders of the catalogue.

use hookglass::request::Timestamp;
use hookglass::secret::{EndpointSecret, Hidden};
use hookglass::senders::Catalogue;
use hookglass::senders::signature::Draft;

use crate::harness::{Answer, TestApp};

const SECRET: &str = "whsec_veryhidden";

/// A server that knows the secret for `/shop` and all below.
async fn with_secret(secret: &str) -> TestApp {
    let secret = EndpointSecret {
        path: "/shop".into(),
        name: "stripe live".into(),
        value: Hidden::new(secret.into()),
    };
    TestApp::start_with(|settings| settings.secrets = vec![secret]).await
}

/// A sample of the catalogue, signed as its sender would.
fn signed(name: &str, secret: &str) -> Draft {
    let catalogue = Catalogue::embedded();
    let sample = catalogue
        .samples()
        .find(|sample| sample.name() == name)
        .unwrap();
    let draft = Draft {
        method: sample.method.clone(),
        origin: "http://localhost".into(),
        target: sample.target("/shop"),
        headers: sample.headers.clone(),
        body: sample.body.clone(),
    };
    let secret = Hidden::new(secret.into());
    catalogue
        .sign(&sample.sender, &secret, &draft, Timestamp::now())
        .unwrap()
}

async fn send(app: &TestApp, target: &str, draft: &Draft) -> Answer {
    let headers: String = draft
        .headers
        .iter()
        .map(|(name, value)| format!("{name}: {value}\r\n"))
        .collect();
    app.send(&draft.method, target, &headers, &draft.body).await
}

/// What the page of a request says of its signature.
async fn said(app: &TestApp, cookie: &str, target: &str, answer: &Answer) -> String {
    let page = app
        .get(&format!("{target}?inspect={}", answer.id()), cookie)
        .await;
    let text = page.text().to_owned();
    assert!(!text.contains("veryhidden"), "the secret is on the page");
    let Some((before, rest)) = text.split_once("<dt>Signature</dt>") else {
        return String::new();
    };
    let remark = before.rsplit("class=\"remark warn\"").next().unwrap();
    format!("{remark}{}", rest.split("</dd>").next().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_says_verified_wrong_and_no_secret_and_why() {
    let app = with_secret(SECRET).await;
    let cookie = app.sign_in().await;
    let draft = signed("stripe:invoice.paid", SECRET);
    let right = send(&app, "/shop/eu", &draft).await;
    let text = said(&app, &cookie, "/shop/eu", &right).await;
    assert!(
        text.contains("verified") && text.contains("stripe live"),
        "{text}"
    );

    let mut altered = draft.clone();
    altered.body.push(b'\n');
    let altered = send(&app, "/shop", &altered).await;
    let text = said(&app, &cookie, "/shop", &altered).await;
    assert!(
        text.contains("wrong") && text.contains("line end"),
        "{text}"
    );

    let other = send(&app, "/shop", &signed("stripe:invoice.paid", "whsec_other")).await;
    let text = said(&app, &cookie, "/shop", &other).await;
    assert!(text.contains("wrong"), "{text}");

    let elsewhere = send(&app, "/other", &draft).await;
    let text = said(&app, &cookie, "/other", &elsewhere).await;
    assert!(
        text.contains("no secret") && text.contains("/-/secrets?path=/other"),
        "{text}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_api_tells_it_and_nothing_exports_the_secret() {
    let app = with_secret(SECRET).await;
    let answer = send(&app, "/shop", &signed("stripe:invoice.paid", SECRET)).await;
    let cookie = app.sign_in().await;
    let one = app
        .get(&format!("/-/api/v1/requests/{}", answer.id()), &cookie)
        .await;
    assert_eq!(one.json()["signature"]["status"], "verified");
    assert_eq!(one.json()["signature"]["secret"], "stripe live");
    for target in [
        "/-/export?format=json",
        "/-/export?format=ndjson",
        "/-/export?format=csv",
        "/-/secrets",
        "/-/api/v1/requests",
    ] {
        let exported = app.get(target, &cookie).await;
        assert_eq!(exported.status, 200);
        assert!(!exported.text().contains("veryhidden"), "{target}");
    }
    assert!(!one.text().contains("veryhidden"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forged_check_of_the_url_is_refused_where_the_key_is_known() {
    // RFC 8032, section 7.1, test 1.
    let private = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
    let public = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
    let app = with_secret(public).await;
    let ping = signed("discord:PING", private);
    let right = send(&app, "/shop", &ping).await;
    assert_eq!((right.status, right.text()), (200, r#"{"type":1}"#));
    let mut forged = ping.clone();
    forged.body.push(b' ');
    let refused = send(&app, "/shop", &forged).await;
    assert_eq!(refused.status, 401);
    assert_eq!(app.stored().len(), 2, "both are kept");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_that_a_check_hands_over_is_kept_on_a_persons_word_only() {
    let app = TestApp::start().await;
    let check = "X-Hook-Secret: b537veryhidden\r\n";
    let answer = app.send("POST", "/asana", check, b"").await;
    assert_eq!(answer.header("x-hook-secret"), Some("b537veryhidden"));
    let id = app.only().id;
    let cookie = app.sign_in().await;
    let secrets = app.get("/-/secrets", &cookie).await;
    assert!(!secrets.text().contains("/asana"), "not by itself");
    let page = app.get(&format!("/asana?inspect={id}"), &cookie).await;
    assert!(page.text().contains(&format!("/-/r/{id}/keep-secret")));
    let own = format!("{cookie}Sec-Fetch-Site: same-origin\r\n");
    let kept = app
        .send("POST", &format!("/-/r/{id}/keep-secret"), &own, b"")
        .await;
    assert_eq!(kept.status, 303);
    assert_eq!(
        kept.header("location"),
        Some(format!("/asana?inspect={id}").as_str())
    );
    assert!(
        app.get("/-/secrets", &cookie)
            .await
            .text()
            .contains("/asana")
    );
}
