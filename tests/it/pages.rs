//! The inspector, the live stream and the exports, over real sockets.

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::harness::{TestApp, within};

const SALE: &[u8] =
    include_bytes!("../../src/senders/catalog/samples/systeme-io/customer.sale.completed.json");
const UGLY: &[u8] =
    br#"{"id":12345678901234567890,"price":1.10,"x":1E400,"id":2,"e":"\u00e9\/","z":-0,"s":"<script>"}"#;

#[tokio::test(flavor = "multi_thread")]
async fn a_page_shows_the_event_the_verdict_and_the_tokens_as_sent() {
    let app = TestApp::start().await;
    let cookie = app.sign_in().await;
    let sale = app.post("/shop", SALE).await.id();
    let ugly = app.post("/shop/deep", UGLY).await.id();
    let page = app.get(&format!("/shop?inspect={sale}"), &cookie).await;
    assert_eq!(page.status, 200);
    for text in [
        "customer.sale.completed",
        "for 5.83 EUR",
        "test-1922@systeme.io",
        "Comment cr\\\\u00e9er",
    ] {
        assert!(page.text().contains(text), "{text}");
    }
    let page = app
        .get(&format!("/shop/deep?inspect={ugly}&view=tree"), &cookie)
        .await;
    for token in ["12345678901234567890", "1.10", "1E400", "\\u00e9\\/", "-0"] {
        assert!(page.text().contains(token), "{token}");
    }
    assert!(!page.text().contains("\"<script>\""));
    assert_eq!(app.stored().len(), 2, "a look is not stored");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_holds_its_path_and_all_below_and_pages_by_key() {
    let app = TestApp::start().await;
    let cookie = app.sign_in().await;
    for path in ["/a", "/a/b", "/ab", "/"] {
        app.post(path, b"{}").await;
    }
    let rows = |target: &'static str| {
        let (app, headers) = (&app, format!("{cookie}X-Fragment: rows\r\n"));
        async move {
            app.get(target, &headers)
                .await
                .text()
                .matches("<li")
                .count()
        }
    };
    assert_eq!(rows("/a?inspect").await, 2);
    assert_eq!(rows("/a/?inspect").await, 2);
    assert_eq!(rows("/?inspect").await, 4);
    for _ in 0..60 {
        app.post("/many", b"").await;
    }
    let first = app.get("/many?inspect", &cookie).await;
    let before = first
        .text()
        .split("before=")
        .nth(1)
        .expect("a link to older ones");
    let before: String = before.chars().take(13).collect();
    let older = app
        .get(
            &format!("/many?inspect&before={before}"),
            &format!("{cookie}X-Fragment: rows\r\n"),
        )
        .await;
    assert_eq!(older.text().matches("<li").count(), 10);
}

#[tokio::test(flavor = "multi_thread")]
async fn noise_is_kept_and_hidden_until_asked_for() {
    let app = TestApp::start().await;
    let cookie = app.sign_in().await;
    app.get("/favicon.ico", "").await;
    assert!(app.only().judged.identity.noise);
    let headers = format!("{cookie}X-Fragment: rows\r\n");
    assert!(!app.get("/?inspect", &headers).await.text().contains("<li"));
    assert!(
        app.get("/?inspect&show=all", &headers)
            .await
            .text()
            .contains("<li")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_id_is_said_to_be_unknown() {
    let app = TestApp::start().await;
    let cookie = app.sign_in().await;
    for id in ["0000000000001", "nonsense", "%00", "zzzzzzzzzzzzz"] {
        let answer = app.get(&format!("/?inspect={id}"), &cookie).await;
        assert_eq!(answer.status, 404, "{id}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn news_comes_after_the_commit_for_the_watched_path_only() {
    let app = TestApp::start().await;
    let cookie = app.sign_in().await;
    let mut socket = app.connect().await;
    let ask = format!("GET /-/live?path=%2Fshop HTTP/1.1\r\nHost: h\r\n{cookie}\r\n");
    socket.write_all(ask.as_bytes()).await.unwrap();
    let mut seen = String::new();
    let mut buffer = [0; 4096];
    while !seen.contains(": hello") {
        let read = within(socket.read(&mut buffer)).await.unwrap();
        seen.push_str(std::str::from_utf8(&buffer[..read]).unwrap());
    }
    app.post("/other", b"").await;
    let id = app.post("/shop/a", b"").await.id();
    while !seen.contains(&id.to_string()) {
        let read = within(socket.read(&mut buffer)).await.unwrap();
        seen.push_str(std::str::from_utf8(&buffer[..read]).unwrap());
    }
    assert!(seen.contains("event: added"));
    assert!(!seen.contains("/other"));
    let stopped = std::time::Instant::now();
    app.stop().await;
    assert!(
        stopped.elapsed().as_secs() < 5,
        "an open stream does not hold a stop up"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sample_button_stores_one_marked_as_a_sample() {
    let app = TestApp::start().await;
    let cookie = app.sign_in().await;
    let headers = format!(
        "{cookie}Sec-Fetch-Site: same-origin\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    );
    let answer = app
        .send(
            "POST",
            "/-/sample",
            &headers,
            b"path=%2Fshop&event=customer.sale.completed",
        )
        .await;
    assert_eq!(answer.status, 303);
    let stored = app.only();
    assert_eq!(
        answer.header("location"),
        Some(&*format!("/shop?inspect={}", stored.id))
    );
    assert!(stored.received.sample);
    assert_eq!(&stored.received.body[..], SALE);
    assert_eq!(stored.received.head.path(), "/shop");
    assert_eq!(stored.judged.identity.sender.as_deref(), Some("systeme-io"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_carries_every_byte() {
    let app = TestApp::start().await;
    let cookie = app.sign_in().await;
    app.raw(
        [
            &b"POST /bin HTTP/1.1\r\nhOst: h\r\nX-Odd: \xff\r\nContent-Length: 3\r\n\r\n"[..],
            &[0, 255, 1],
        ]
        .concat(),
    )
    .await;
    app.post("/text", UGLY).await;
    let stored = app.stored();
    let lines = app.get("/-/export?format=ndjson", &cookie).await;
    assert!(
        lines
            .header("content-disposition")
            .unwrap()
            .contains(".ndjson")
    );
    for (line, request) in lines.text().lines().zip(&stored) {
        let record: hookglass::transfer::Record<'_> = serde_json::from_str(line).unwrap();
        assert_eq!(
            &hookglass::request::CapturedRequest::try_from(record).unwrap(),
            request
        );
    }
    let array = app
        .get("/-/export?format=json&path=%2Ftext", &cookie)
        .await
        .json();
    assert_eq!(array.as_array().unwrap().len(), 1);
    let one = app
        .get(
            &format!("/-/export?format=csv&id={}", stored[0].id),
            &cookie,
        )
        .await;
    assert_eq!(one.text().matches("\r\n").count(), 2);
    let future = app
        .get("/-/export?format=csv&after=2999-01-01", &cookie)
        .await;
    assert_eq!(future.text().matches("\r\n").count(), 1);
    let wrong = app.get("/-/export?format=xls", &cookie).await;
    assert_eq!(wrong.status, 400);
    assert!(wrong.json()["error"].as_str().unwrap().contains("ndjson"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_api_pages_through_all_that_is_stored() {
    let app = TestApp::start().await;
    let cookie = app.sign_in().await;
    for number in 0..25 {
        app.post("/n", format!("{number}").as_bytes()).await;
    }
    let (mut seen, mut query) = (0, "limit=10".to_owned());
    loop {
        let page = app
            .get(&format!("/-/api/v1/requests?{query}"), &cookie)
            .await
            .json();
        seen += page["requests"].as_array().unwrap().len();
        match page["next"].as_str() {
            Some(next) => query = format!("limit=10&{next}"),
            None => break,
        }
    }
    assert_eq!(seen, 25);
    let id = app.stored()[3].id;
    let one = app
        .get(&format!("/-/api/v1/requests/{id}"), &cookie)
        .await
        .json();
    assert_eq!(one["body"], "3");
    let body = app
        .get(&format!("/-/api/v1/requests/{id}/body"), &cookie)
        .await;
    assert_eq!(body.body, b"3");
    assert_eq!(
        body.header("content-type"),
        Some("application/octet-stream")
    );
    assert_eq!(
        app.get("/-/api/v1/requests?limit=0", &cookie).await.status,
        400
    );
    assert_eq!(
        app.get("/-/api/v1/requests/0000000000001", &cookie)
            .await
            .status,
        404
    );
    let endpoints = app.get("/-/api/v1/endpoints", &cookie).await.json();
    assert_eq!(endpoints[0]["requests"], 25);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_out_ends_the_stream() {
    let app = TestApp::start().await;
    let cookie = app.sign_in().await;
    let mut socket = app.connect().await;
    let ask = format!("GET /-/live HTTP/1.1\r\nHost: h\r\n{cookie}\r\n");
    socket.write_all(ask.as_bytes()).await.unwrap();
    let mut buffer = [0; 4096];
    within(socket.read(&mut buffer)).await.unwrap();
    let own = format!("{cookie}Sec-Fetch-Site: same-origin\r\n");
    assert_eq!(app.send("POST", "/-/logout", &own, b"").await.status, 303);
    let began = std::time::Instant::now();
    loop {
        app.post("/x", b"").await;
        let read = tokio::time::timeout(
            std::time::Duration::from_millis(50),
            socket.read(&mut buffer),
        );
        if let Ok(Ok(read)) = read.await
            && buffer[..read].ends_with(b"0\r\n\r\n")
        {
            break;
        }
        assert!(began.elapsed().as_secs() < 10, "the stream goes on");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_nothing_stands_at_is_not_the_inspector() {
    let app = TestApp::start().await;
    let cookie = app.sign_in().await;
    let answer = app.get("/-/api/v1/typo", &cookie).await;
    assert_eq!(answer.status, 404);
    assert!(answer.json()["error"].is_string());
    assert_eq!(app.get("/-/typo?inspect", &cookie).await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_path_that_was_sent_unencoded_has_its_list_under_the_browsers_spelling() {
    let app = TestApp::start().await;
    let cookie = app.sign_in().await;
    for target in [
        &b"/<b>x</b>/a b"[..],
        b"/%3Cb%3Ex%3C/b%3E/a%20b",
        b"/caf\xe9",
    ] {
        app.raw(
            [
                b"POST ",
                target,
                b" HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n",
            ]
            .concat(),
        )
        .await;
    }
    let headers = format!("{cookie}X-Fragment: rows\r\n");
    for (target, rows) in [
        ("/%3Cb%3Ex%3C/b%3E/a%20b?inspect", 2),
        ("/%3Cb%3Ex%3C/b%3E?inspect", 2),
        ("/caf%E9?inspect", 1),
    ] {
        assert_eq!(
            app.get(target, &headers)
                .await
                .text()
                .matches("<li")
                .count(),
            rows,
            "{target}"
        );
    }
    assert_eq!(app.stored()[0].received.head.target(), b"/<b>x</b>/a b");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_goes_in_and_never_comes_out() {
    let app = TestApp::start().await;
    let cookie = app.sign_in().await;
    let own = format!(
        "{cookie}Sec-Fetch-Site: same-origin\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    );
    let form = b"path=/shop/&name=stripe+%3Cb%3E&secret=whsec_veryhidden&back=/shop?inspect";
    let answer = app.send("POST", "/-/secrets", &own, form).await;
    assert_eq!(
        (answer.status, answer.header("location")),
        (303, Some("/shop?inspect"))
    );
    let page = app.get("/-/secrets", &cookie).await;
    assert!(
        page.text().contains("stripe &#60;b&#62;"),
        "{}",
        page.text()
    );
    assert!(page.text().contains("<bdi dir=\"ltr\">/shop</bdi>"));
    assert!(!page.text().contains("veryhidden"));
    let again = app.send("POST", "/-/secrets", &own, form).await;
    assert_eq!(again.status, 422);
    assert!(again.text().contains("already") && !again.text().contains("veryhidden"));
    let bad = app
        .send(
            "POST",
            "/-/secrets",
            &own,
            b"path=shop&name=x&secret=y&back=//evil",
        )
        .await;
    assert_eq!(bad.status, 422);
    assert!(!bad.text().contains("href=\"//evil"), "{}", bad.text());
    let foreign = format!(
        "{cookie}Sec-Fetch-Site: cross-site\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    );
    assert_eq!(
        app.send("POST", "/-/secrets", &foreign, form).await.status,
        403
    );
    let stranger = app.get("/-/secrets", "").await;
    assert_eq!(stranger.status, 401);
    let removed = app
        .send(
            "POST",
            "/-/secrets/remove",
            &own,
            b"path=/shop&name=stripe+%3Cb%3E",
        )
        .await;
    assert_eq!(
        (removed.status, removed.header("location")),
        (303, Some("/-/secrets"))
    );
    assert!(
        !app.get("/-/secrets", &cookie)
            .await
            .text()
            .contains("<table")
    );
}
