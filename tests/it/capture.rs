//! From whom, what it is, and what the sender is told.

use hookglass::request::VerdictKind;
use hookglass::senders::AddressList;

use crate::harness::{TestApp, trust_loopback};

const TAG_ADDED: &[u8] =
    include_bytes!("../../src/senders/catalog/samples/systeme-io/contact.tag.added.json");

#[tokio::test(flavor = "multi_thread")]
async fn a_systeme_io_event_is_known_by_name_and_by_address() {
    let app = TestApp::start_with(|settings| settings.proxies = trust_loopback()).await;
    let from = |addr| format!("X-Forwarded-For: {addr}\r\nContent-Type: application/json\r\n");
    let answer = app
        .send("POST", "/crm", &from("185.236.142.2"), TAG_ADDED)
        .await;
    assert_eq!(answer.status, 200);
    app.send("POST", "/crm", &from("203.0.113.9"), TAG_ADDED)
        .await;
    let stored = app.stored();
    assert_eq!(answer.id(), stored[0].id);
    let judged = &stored[0].judged;
    assert_eq!(judged.identity.sender.as_deref(), Some("systeme-io"));
    assert_eq!(
        judged.identity.event_type.as_deref(),
        Some("contact.tag.added")
    );
    assert!(
        judged
            .identity
            .title
            .as_deref()
            .unwrap()
            .contains("MyAwesomeTag")
    );
    assert_eq!(judged.verdict.kind, VerdictKind::Listed);
    assert_eq!(judged.client.addr, Some("185.236.142.2".parse().unwrap()));
    assert_eq!(stored[1].judged.verdict.kind, VerdictKind::Outside);
    assert_eq!(stored[1].answer_status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forwarded_address_that_nobody_vouches_for_is_only_a_claim() {
    let app = TestApp::start().await;
    app.send("POST", "/", "X-Forwarded-For: 185.236.142.1\r\n", TAG_ADDED)
        .await;
    let judged = app.only().judged;
    assert_eq!(judged.verdict.kind, VerdictKind::Unverified);
    assert_eq!(judged.client.addr, None);
    assert_eq!(
        judged.client.claimed,
        Some("185.236.142.1".parse().unwrap())
    );
    assert!(
        judged.verdict.reason.contains("--trust-proxy"),
        "{}",
        judged.verdict.reason
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn rejecting_what_is_outside_still_stores_it() {
    let app = TestApp::start_with(|settings| {
        settings.proxies = trust_loopback();
        settings.reject_outside = true;
    })
    .await;
    let answer = app
        .send("POST", "/", "X-Forwarded-For: 203.0.113.9\r\n", TAG_ADDED)
        .await;
    assert_eq!(answer.status, 403);
    assert_eq!(answer.id(), app.only().id);
    assert_eq!(app.only().answer_status, 403);
    let listed = app
        .send("POST", "/", "X-Forwarded-For: 185.236.142.3\r\n", TAG_ADDED)
        .await;
    assert_eq!(listed.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_users_own_lists_hold_for_their_paths() {
    let app = TestApp::start_with(|settings| {
        settings.proxies = trust_loopback();
        settings.lists = vec![AddressList {
            name: "office".into(),
            allow: vec![
                "203.0.113.0/24".parse().unwrap(),
                "2001:db8::/32".parse().unwrap(),
            ],
            paths: vec!["/shop".into()],
            sender: None,
        }];
    })
    .await;
    for (path, addr, expected) in [
        ("/shop/a", "203.0.113.9", VerdictKind::Listed),
        ("/shop", "2001:db8::1", VerdictKind::Listed),
        ("/shop", "198.51.100.1", VerdictKind::Outside),
        ("/shopping", "198.51.100.1", VerdictKind::NoList),
    ] {
        app.send("POST", path, &format!("X-Forwarded-For: {addr}\r\n"), b"x")
            .await;
        let stored = app.stored();
        assert_eq!(
            stored.last().unwrap().judged.verdict.kind,
            expected,
            "{path} {addr}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_elsewhere_may_send_and_its_preflight_is_stored_too() {
    let app = TestApp::start().await;
    let asks = "Origin: https://shop.example\r\nAccess-Control-Request-Method: POST\r\nAccess-Control-Request-Headers: content-type\r\n";
    let preflight = app.send("OPTIONS", "/hook", asks, b"").await;
    assert_eq!(preflight.status, 204);
    assert!(preflight.body.is_empty() && preflight.header("content-length").is_none());
    assert_eq!(preflight.header("access-control-allow-origin"), Some("*"));
    assert_eq!(preflight.header("access-control-allow-methods"), Some("*"));
    assert_eq!(
        preflight.header("access-control-allow-headers"),
        Some("*, Authorization")
    );
    let sent = app
        .send("POST", "/hook", "Origin: https://shop.example\r\n", b"{}")
        .await;
    assert_eq!(sent.header("access-control-allow-origin"), Some("*"));
    assert_eq!(sent.header("content-security-policy"), Some("sandbox"));
    assert_eq!(app.stored().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_method_is_taken_and_head_gets_no_body() {
    let app = TestApp::start().await;
    for method in [
        "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "BREW",
    ] {
        let answer = app.send(method, "/m", "", b"").await;
        assert!(answer.status == 200 || answer.status == 204, "{method}");
        assert_eq!(
            answer.body.is_empty(),
            matches!(method, "HEAD" | "OPTIONS"),
            "{method}"
        );
    }
    assert_eq!(app.stored().len(), 8);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_inspectors_address_pasted_as_a_webhook_loses_nothing() {
    let app = TestApp::start().await;
    assert_eq!(app.post("/shop?inspect", b"{}").await.status, 200);
    assert_eq!(app.get("/shop?inspect", "").await.status, 401);
    assert_eq!(app.get("/shop?INSPECT", "").await.status, 200);
    assert_eq!(app.get("/%2D/login", "").await.status, 200);
    assert_eq!(app.stored().len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn our_own_cookie_and_tokens_are_not_stored() {
    let app = TestApp::start_with(|settings| {
        settings.token = Some(hookglass::secret::Hidden::new("operators-own-token".into()));
    })
    .await;
    let cookie = app.sign_in().await;
    let headers = format!(
        "{}Authorization: Bearer operators-own-token\r\nX-Other: kept\r\n",
        cookie
    );
    app.get("/visited", &headers).await;
    let stored = app.only().received;
    let head = String::from_utf8(stored.head.raw().to_vec()).unwrap();
    assert!(
        !head.contains("hgs_") && !head.contains("operators-own-token"),
        "{head}"
    );
    assert!(head.contains("X-Other: kept"));
    let file = std::fs::read(app.db()).unwrap();
    let wal = std::fs::read(app.db().with_extension("db-wal")).unwrap_or_default();
    let secret = cookie
        .trim_end()
        .rsplit('=')
        .next()
        .unwrap()
        .as_bytes()
        .to_vec();
    for bytes in [file, wal] {
        assert!(!bytes.windows(secret.len()).any(|window| window == secret));
    }
}
