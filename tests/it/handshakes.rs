//! Senders' checks of their URL, answered as they ask, stored and told as what they are.

use std::fs;

use hookglass::config::Settings;
use hookglass::secret::{EndpointSecret, Hidden};

use crate::harness::TestApp;

const SENDER: &str = r#"
id = "shop"
name = "Shop"
match = ["header.x-shop @100"]
event_type = "{body.type}"

[answer]
content_type = "text/plain"
body = "OK"

[[handshake]]
type = "url_check"
when = "body.type = url_check & body.challenge"
label = { en = "URL check" }
title = "Shop checks this URL"
[handshake.answer]
content_type = "application/json"
headers = ["X-Shop-Echo: {header.x-shop}"]
body = '{{"challenge":{body.challenge|quote},"token":{body.challenge|hmac:sha256|quote}}}'

[[handshake]]
type = "ping"
when = "query.challenge"
label = { en = "Ping" }
[handshake.answer]
status = 202
content_type = "text/plain"
body = "{query.challenge}"
"#;

/// A server that knows the shop, and its secret for `/shop`.
async fn with_shop(change: impl FnOnce(&mut Settings)) -> TestApp {
    let folder = tempfile::tempdir().unwrap();
    let senders = folder.path().join("senders");
    fs::create_dir(&senders).unwrap();
    fs::write(senders.join("shop.toml"), SENDER).unwrap();
    TestApp::start_in(folder, |settings| {
        settings.catalogue = Some(senders);
        settings.secrets = vec![EndpointSecret {
            path: "/shop".into(),
            name: "shop".into(),
            value: Hidden::new("Jefe".into()),
        }];
        change(settings);
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_is_answered_as_it_asks_stored_and_labelled() {
    let app = with_shop(|_| {}).await;
    let body = br#"{"type":"url_check","challenge":"what do ya want for nothing?"}"#;
    let answer = app.send("POST", "/shop/eu", "X-Shop: a b\r\n", body).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.header("x-shop-echo"), Some("a b"));
    // RFC 4231, test case 2.
    let expected = r#"{"challenge":"what do ya want for nothing?","token":"5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"}"#;
    assert_eq!(answer.text(), expected);
    let stored = app.only();
    let identity = &stored.judged.identity;
    assert_eq!(identity.event_type.as_deref(), Some("url_check"));
    assert_eq!(identity.title.as_deref(), Some("Shop checks this URL"));
    let cookie = app.sign_in().await;
    let page = app
        .get(&format!("/shop/eu?inspect={}", stored.id), &cookie)
        .await;
    assert!(
        page.text().contains("5bdcc146bf60754e"),
        "the page shows what was answered"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sender_that_wants_an_answer_of_its_own_to_each_request_gets_it() {
    let app = with_shop(|_| {}).await;
    let answer = app
        .send("POST", "/", "X-Shop: 1\r\n", b"{\"type\":\"paid\"}")
        .await;
    assert_eq!((answer.status, answer.text()), (200, "OK"));
    assert_eq!(
        app.only().handshake.map(|answer| answer.body),
        Some(b"OK".to_vec())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_get_is_answered_in_plain_text_that_no_browser_runs() {
    let app = with_shop(|_| {}).await;
    let target = "/any?challenge=%3Cscript%3E%0d%0aX:1";
    let answer = app.get(target, "X-Shop: 1\r\n").await;
    assert_eq!((answer.status, answer.text()), (202, "<script>\r\nX:1"));
    assert_eq!(answer.header("content-type"), Some("text/plain"));
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(answer.header("content-security-policy"), Some("sandbox"));
    assert_eq!(app.only().answer_status, 202);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_secret_or_where_it_is_turned_off_the_usual_answer_is_given() {
    let body = br#"{"type":"url_check","challenge":"x"}"#;
    let app = with_shop(|_| {}).await;
    let elsewhere = app.send("POST", "/other", "X-Shop: 1\r\n", body).await;
    assert!(
        elsewhere.text().contains("\"stored\":true"),
        "{}",
        elsewhere.text()
    );
    let app = with_shop(|settings| settings.handshakes = false).await;
    let off = app.send("POST", "/shop", "X-Shop: 1\r\n", body).await;
    assert!(off.text().contains("\"stored\":true"), "{}", off.text());
    let identity = app.only().judged.identity;
    assert_eq!(
        identity.event_type.as_deref(),
        Some("url_check"),
        "labelled all the same"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_cannot_become_a_header_line() {
    let app = with_shop(|_| {}).await;
    let body = br#"{"type":"url_check","challenge":"x"}"#;
    // A tab is a control character that a header may hold.
    let answer = app.send("POST", "/shop", "X-Shop: a\tb\r\n", body).await;
    assert_eq!(answer.header("x-shop-echo"), None);
    assert_eq!(answer.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_secrets_of_the_settings_file_are_replaced_at_each_start() {
    let app = with_shop(|_| {}).await;
    let body = br#"{"type":"url_check","challenge":"x"}"#;
    let folder = app.stop().await;
    let senders = folder.path().join("senders");
    let app = TestApp::start_in(folder, |settings| settings.catalogue = Some(senders)).await;
    let answer = app.send("POST", "/shop", "X-Shop: 1\r\n", body).await;
    assert!(
        answer.text().contains("\"stored\":true"),
        "{}",
        answer.text()
    );
}
