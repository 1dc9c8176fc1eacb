//! Senders' checks of their URL, answered as they ask, stored and told as what they are.

use std::fs;

use hookglass::config::Settings;
use hookglass::request::Timestamp;
use hookglass::secret::{EndpointSecret, Hidden};
use hookglass::senders::Catalogue;
use hookglass::senders::signature::Draft;

use crate::harness::{Answer, TestApp};

const SENDER: &str = r#"
id = "shop"
name = "Shop"
match = ["header.x-shop @100"]
event_type = "{body.type}"

[answer]
content_type = "text/plain"
body = "OK"

[[signature]]
kind = "equal"
value = "header.x-shop-token"

[[handshake]]
type = "url_check"
when = "body.type = url_check & body.challenge"
signed = true
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
    let answer = app
        .send(
            "POST",
            "/shop/eu",
            "X-Shop: a b\r\nX-Shop-Token: Jefe\r\n",
            body,
        )
        .await;
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
    let answer = app
        .send(
            "POST",
            "/shop",
            "X-Shop: a\tb\r\nX-Shop-Token: Jefe\r\n",
            body,
        )
        .await;
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

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_made_with_a_secret_for_who_has_not_signed() {
    let app = with_shop(|_| {}).await;
    let body = br#"{"type":"url_check","challenge":"1795534923.{}"}"#;
    for headers in ["X-Shop: 1\r\n", "X-Shop: 1\r\nX-Shop-Token: guess\r\n"] {
        let answer = app.send("POST", "/shop", headers, body).await;
        assert_eq!((answer.status, answer.text()), (401, ""), "{headers}");
    }
    let nowhere = app.send("POST", "/other", "X-Shop: 1\r\n", body).await;
    assert!(
        nowhere.text().contains("\"stored\":true"),
        "{}",
        nowhere.text()
    );
    assert_eq!(app.stored().len(), 3, "all are kept");
}

#[tokio::test(flavor = "multi_thread")]
async fn zoom_is_answered_with_the_secret_that_it_signed_with_and_nobody_else_is() {
    let secret = |name: &str, value: &str| EndpointSecret {
        path: "/".into(),
        name: name.into(),
        value: Hidden::new(value.into()),
    };
    let secrets = vec![
        secret("a", "Jefe"),
        secret("b", "another"),
        secret("c", "whsec_x"),
    ];
    let app = TestApp::start_with(|settings| settings.secrets = secrets).await;
    let catalogue = Catalogue::embedded();
    let mut samples = catalogue.samples();
    let sample = samples
        .find(|sample| sample.name() == "zoom:endpoint.url_validation")
        .unwrap();
    let draft = |body: &str, secret: &str| {
        let draft = Draft {
            method: "POST".into(),
            origin: "http://localhost".into(),
            target: "/zoom".into(),
            headers: sample.headers.clone(),
            body: body.as_bytes().to_vec(),
        };
        let secret = Hidden::new(secret.into());
        catalogue
            .sign("zoom", &secret, &draft, Timestamp::now())
            .unwrap()
    };
    let ask = async |draft: Draft| {
        let lines = draft
            .headers
            .iter()
            .map(|(name, value)| format!("{name}: {value}\r\n"));
        app.send("POST", "/zoom", &lines.collect::<String>(), &draft.body)
            .await
    };
    let check = |token: &str| {
        format!(
            r#"{{"event":"endpoint.url_validation","payload":{{"plainToken":"{token}"}},"event_ts":1}}"#
        )
    };
    let right = ask(draft(&check("what"), "Jefe")).await;
    // HMAC-SHA256 of `what` with the key `Jefe`, as openssl has it.
    assert_eq!(
        right.text(),
        r#"{"plainToken":"what","encryptedToken":"1df7fcdee0058f5cd839a52835ec6a8a89c88935198d2725c668b0a601558445"}"#
    );
    let forged = ask(draft(&check("what"), "guess")).await;
    assert_eq!((forged.status, forged.text()), (401, ""));
    // Signed or not: what could be a message of another sender is no token.
    let message = ask(draft(&check("v0:1:{}"), "Jefe")).await;
    assert!(
        !message.text().contains("encryptedToken"),
        "{}",
        message.text()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_body_is_no_check() {
    let app = with_shop(|_| {}).await;
    let challenge = "x".repeat(70_000);
    let body = format!(r#"{{"type":"ping_check","challenge":"{challenge}"}}"#);
    let target = "/shop?challenge=1";
    let answer = app
        .send("POST", target, "X-Shop: 1\r\n", body.as_bytes())
        .await;
    assert_eq!(
        (answer.status, answer.text()),
        (200, "OK"),
        "the constant answer"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn slacks_own_example_is_answered_without_any_header() {
    let app = TestApp::start().await;
    let body = br#"{"token":"Jhj5dZrVaK7ZwHHjRyZWjbDl","challenge":"3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P","type":"url_verification"}"#;
    let answer = app.post("/slack", body).await;
    assert!(
        answer
            .text()
            .contains("3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P")
    );
    let identity = app.only().judged.identity;
    assert_eq!(
        identity.sender.as_deref(),
        Some("url-check"),
        "Lark's is the same"
    );
}

/// What each sender's documentation asks to be answered to the check in its sample.
#[tokio::test(flavor = "multi_thread")]
async fn the_checks_of_known_senders_are_answered_as_they_ask() {
    let app = TestApp::start().await;
    let text = "text/plain";
    let json = "application/json";
    let cases = [
        (
            "slack:url_verification",
            text,
            "8fKz2QmVb6RtN0yLxW4cJpHs7EgDaU1oTi5XqMvB9nYr3kZwSdFh",
        ),
        ("meta:hub.challenge", text, "1158201444"),
        ("dropbox:challenge", text, "Kd7QmX2vT8rZ0yLwB5nPcA"),
        (
            "microsoft-graph:validation",
            text,
            "Validation: Testing client application reachability for subscription Request-Id: 5d8e2f70-91b4-4c3a-a6d7-0e3b9f18c254",
        ),
        ("notion:verification", text, ""),
        ("url-check:challenge", text, "7c1f0a5e93"),
        (
            "url-check:challenge-in-body",
            json,
            r#"{"challenge":"9fQ2vTj6KxWbR0dLs4yHnZ1mUcE8aPgO3iN7kVtXwJrY5qSl"}"#,
        ),
    ];
    for (name, content_type, body) in cases {
        let answer = send_sample(&app, name).await;
        assert_eq!(answer.status, 200, "{name}");
        assert_eq!(answer.header("content-type"), Some(content_type), "{name}");
        assert_eq!(answer.text(), body, "{name}");
    }
    let hook = send_sample(&app, "url-check:hook-secret").await;
    let secret = "5d0f3a9e7c21b8466fd1c0e29ab84f7733c5e8106d92fa4b1e7a60c8d35b9f24";
    assert_eq!(hook.header("x-hook-secret"), Some(secret));
    assert_eq!(app.stored().len(), cases.len() + 1, "each is kept");
    assert!(app.stored().iter().all(|one| one.handshake.is_some()));
}

async fn send_sample(app: &TestApp, name: &str) -> Answer {
    let catalogue = Catalogue::embedded();
    let sample = catalogue
        .samples()
        .find(|sample| sample.name() == name)
        .unwrap();
    let headers: String = sample
        .headers
        .iter()
        .map(|(name, value)| format!("{name}: {value}\r\n"))
        .collect();
    app.send(
        &sample.method,
        &sample.target("/in"),
        &headers,
        &sample.body,
    )
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subscription_is_shown_with_its_link_and_never_fetched() {
    let app = TestApp::start().await;
    let opened = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let link = format!("http://{}/confirm?a=1&b=2", opened.local_addr().unwrap());
    let body = format!(
        r#"{{"Type":"SubscriptionConfirmation","MessageId":"1","TopicArn":"arn:aws:sns:eu:1:t","SubscribeURL":"{link}"}}"#
    );
    let headers = "x-amz-sns-message-type: SubscriptionConfirmation\r\nx-amz-sns-topic-arn: arn:aws:sns:eu:1:t\r\n";
    let answer = app.send("POST", "/sns", headers, body.as_bytes()).await;
    assert_eq!((answer.status, answer.text()), (200, ""));
    let cookie = app.sign_in().await;
    let page = app.get("/sns?inspect", &cookie).await;
    let shown = link.replace('&', "&#38;");
    assert!(
        page.text()
            .contains(&format!("hookglass opens none: {shown}")),
        "{}",
        page.text()
    );
    assert!(
        !page.text().contains("href=\"http"),
        "no link that a click follows"
    );
    // Whatever is sent here would be accepted at once.
    let visitor = tokio::time::timeout(std::time::Duration::from_millis(50), opened.accept()).await;
    assert!(visitor.is_err(), "somebody opened the link");
}
