//! Who may look: with nothing, with something wrong, with the right thing.

use crate::harness::{TestApp, trust_loopback};

const JSON: &str = "Content-Type: application/x-www-form-urlencoded\r\n";

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_shown_without_a_sign_in() {
    let app = TestApp::start().await;
    let id = app.post("/shop", b"{\"secret\":\"payload\"}").await.id();
    let targets = [
        "/?inspect".to_owned(),
        "/shop?inspect".into(),
        format!("/shop?inspect={id}"),
        format!("/-/r/{id}/raw"),
        format!("/-/r/{id}/tree?node=0"),
        "/-/live".into(),
        "/-/export?format=json".into(),
        "/-/api/v1/requests".into(),
        format!("/-/api/v1/requests/{id}"),
        format!("/-/api/v1/requests/{id}/body"),
        "/-/api/v1/export?format=ndjson".into(),
        "/-/nothing-here".into(),
    ];
    let forged = format!(
        "Cookie: hookglass_{}=hgs_{}\r\n",
        app.addr.port(),
        "A".repeat(43)
    );
    let wrong = [
        String::new(),
        forged,
        "Authorization: Bearer hgt_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\r\n".into(),
        "Authorization: Bearer \r\n".into(),
        "Authorization: Basic YTpi\r\n".into(),
        "X-Forwarded-For: 127.0.0.1\r\nHost2: localhost\r\n".into(),
    ];
    for target in &targets {
        for headers in &wrong {
            let answer = app.get(target, headers).await;
            assert_eq!(answer.status, 401, "{target} {headers}");
            assert!(!answer.text().contains("payload"), "{target}");
        }
    }
    assert_eq!(app.stored().len(), 1, "a look is not a webhook");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_link_opens_once() {
    let app = TestApp::start().await;
    assert_eq!(
        app.send("HEAD", &app.login, "", b"").await.status,
        200,
        "a previewer uses nothing up"
    );
    let answer = app.get(&app.login, "").await;
    assert_eq!(answer.status, 303);
    assert_eq!(answer.header("location"), Some("/?inspect"));
    assert_eq!(answer.header("referrer-policy"), Some("no-referrer"));
    let cookie = answer.header("set-cookie").unwrap();
    assert!(
        cookie.starts_with(&format!("hookglass_{}=hgs_", app.addr.port())),
        "{cookie}"
    );
    for attribute in ["HttpOnly", "SameSite=Strict", "Path=/", "Max-Age=34560000"] {
        assert!(cookie.contains(attribute), "{cookie}");
    }
    assert!(!cookie.contains("Secure"));
    let again = app.get(&app.login, "").await;
    assert!(again.status != 303 && again.header("set-cookie").is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_cookie_is_secure_where_a_trusted_proxy_speaks_https() {
    let app = TestApp::start_with(|settings| settings.proxies = trust_loopback()).await;
    let answer = app.get(&app.login, "X-Forwarded-Proto: https\r\n").await;
    assert!(answer.header("set-cookie").unwrap().contains("; Secure"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_opens_all_pages_until_it_is_ended() {
    let app = TestApp::start().await;
    let cookie = app.sign_in().await;
    assert_eq!(app.get("/?inspect", &cookie).await.status, 200);
    let own = format!("{cookie}Sec-Fetch-Site: same-origin\r\n");
    assert_eq!(app.send("POST", "/-/logout", &own, b"").await.status, 303);
    assert_eq!(app.get("/?inspect", &cookie).await.status, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_foreign_page_can_do_nothing_with_the_cookie() {
    let app = TestApp::start().await;
    let cookie = app.sign_in().await;
    let host = app.addr;
    for (extra, status) in [
        ("Sec-Fetch-Site: cross-site\r\n".to_owned(), 403),
        ("Sec-Fetch-Site: same-site\r\n".into(), 403),
        ("Origin: https://evil.example\r\n".into(), 403),
        ("Origin: null\r\n".into(), 403),
        (String::new(), 403),
        (format!("Origin: http://{host}\r\n"), 303),
        ("Sec-Fetch-Site: same-origin\r\n".into(), 303),
    ] {
        let headers = format!("{cookie}{extra}{JSON}");
        let answer = app.send("POST", "/-/sample", &headers, b"path=%2F").await;
        assert_eq!(answer.status, status, "{extra}");
    }
    let live = format!("{cookie}Sec-Fetch-Site: cross-site\r\n");
    assert_eq!(app.get("/-/live", &live).await.status, 403);
    assert_eq!(app.stored().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_answer_carries_the_strict_headers_and_no_cors() {
    let app = TestApp::start().await;
    let cookie = app.sign_in().await;
    let headers = format!("{cookie}Origin: https://evil.example\r\n");
    for target in ["/?inspect", "/-/login", "/-/api/v1/requests", "/-/none"] {
        let answer = app.get(target, &headers).await;
        let policy = answer.header("content-security-policy").unwrap_or("");
        assert!(policy.contains("default-src 'none'"), "{target}: {policy}");
        assert!(
            policy.contains("require-trusted-types-for 'script'"),
            "{target}"
        );
        assert!(!policy.contains("unsafe"), "{target}");
        assert_eq!(
            answer.header("x-content-type-options"),
            Some("nosniff"),
            "{target}"
        );
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{target}");
        assert_eq!(
            answer.header("access-control-allow-origin"),
            None,
            "{target}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_sign_in_only_this_machine_by_its_own_name_is_answered() {
    let app = TestApp::start_with(|settings| {
        settings.no_auth = true;
        settings.allow_host = vec!["dev.box".into()];
    })
    .await;
    let ask = |host: &str, extra: &str| {
        format!("GET /?inspect HTTP/1.1\r\nHost: {host}\r\n{extra}Connection: close\r\n\r\n")
    };
    for (host, extra, status) in [
        ("localhost:1", "", 200),
        ("127.0.0.1", "", 200),
        ("[::1]:4665", "", 200),
        ("dev.box", "", 200),
        ("evil.example", "", 421),
        ("localhost", "X-Forwarded-For: 203.0.113.9\r\n", 403),
        ("localhost", "CF-Connecting-IP: 203.0.113.9\r\n", 403),
    ] {
        let answer = app.raw(ask(host, extra)).await;
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status}")),
            "{host} {extra}: {answer:.100}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_probes_say_one_word_to_anybody() {
    let app = TestApp::start().await;
    assert_eq!(app.get("/-/healthz", "").await.text(), "ok\n");
    assert_eq!(app.get("/-/readyz", "").await.text(), "ready\n");
    assert!(app.stored().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_operators_token_opens_the_api() {
    let app = TestApp::start_with(|settings| {
        settings.token = Some(hookglass::secret::Hidden::new("operators-own-token".into()));
    })
    .await;
    let bearer = "Authorization: Bearer operators-own-token\r\n";
    assert_eq!(app.get("/-/api/v1/requests", bearer).await.status, 200);
    let form = format!("{JSON}Sec-Fetch-Site: same-origin\r\n");
    let signed = app
        .send(
            "POST",
            "/-/login",
            &form,
            b"code=operators-own-token&next=%2Fa%3Finspect",
        )
        .await;
    assert_eq!(signed.status, 303);
    assert_eq!(signed.header("location"), Some("/a?inspect"));
    let foreign = app
        .send("POST", "/-/login", JSON, b"code=operators-own-token")
        .await;
    assert_eq!(foreign.status, 403);
}
