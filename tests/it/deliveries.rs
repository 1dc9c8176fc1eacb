//! Attempts of one delivery: shown together, each marked, none hidden.

use std::time::{Duration, Instant};

use hookglass::request::RequestId;
use rusqlite::Connection;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::harness::{Answer, PATIENCE, TestApp, within};

/// What systeme.io's settings send: the one of its two ways that has a delivery id.
fn sale(message_id: &str) -> String {
    format!(
        "Content-Type: application/json\r\nUser-Agent: SystemeIO-Webhook\r\nX-Webhook-Event: SALE_NEW\r\n\
         X-Webhook-Message-Id: {message_id}\r\n"
    )
}

async fn one(app: &TestApp, cookie: &str, id: RequestId) -> serde_json::Value {
    followed(app).await;
    let target = format!("/-/api/v1/requests/{id}");
    app.get(&target, cookie).await.json()["delivery"].clone()
}

/// Waits until all that is stored has been looked at.
pub(crate) async fn followed(app: &TestApp) {
    let newest = app.stored().last().map_or(0, |newest| newest.id.get());
    followed_in(&app.db(), newest).await;
}

/// Waits until a database has been followed through an id.
pub(crate) async fn followed_in(db: &std::path::Path, newest: i64) {
    let began = Instant::now();
    let db = Connection::open(db).unwrap();
    loop {
        let sql = "SELECT count(*) FROM state WHERE key = 'followed' AND value >= ?1";
        if db.query_row(sql, [newest], |row| row.get::<_, i64>(0)) == Ok(1) {
            return;
        }
        assert!(began.elapsed() < PATIENCE, "not followed in time");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn retries_with_one_delivery_id_are_shown_together_with_gaps_and_answers() {
    let app = TestApp::start_with(|settings| settings.max_body = 64).await;
    let cookie = app.sign_in().await;
    let refused = app.send("POST", "/shop", &sale("m-1"), &[b' '; 100]).await;
    assert_eq!(refused.status, 413);
    let first = app.stored()[0].id;
    tokio::time::sleep(Duration::from_millis(300)).await;
    let second = app.send("POST", "/shop", &sale("m-1"), b"{\"n\":1}").await;
    let other = app.send("POST", "/shop", &sale("m-2"), b"{\"n\":1}").await;
    let third = app.send("POST", "/shop", &sale("m-1"), b"{\"n\":1}").await;

    followed(&app).await;
    let page = app
        .get(&format!("/shop?inspect={}", third.id()), &cookie)
        .await;
    let page = page.text();
    let section = page.split("id=\"attempts\"").nth(1).expect("the attempts");
    let section = section.split("</section>").next().unwrap();
    for text in [
        "attempt 1",
        "attempt 2",
        "attempt 3",
        ">413",
        "<td>200",
        "too large",
        "m-1",
    ] {
        assert!(section.contains(text), "{text}: {section}");
    }
    let links = [first, second.id()].map(|id| format!("href=\"/shop?inspect={id}\""));
    assert!(links.iter().all(|link| section.contains(link)));
    assert!(!section.contains(&other.id().to_string()));
    let gap = section.split("<td>+").nth(1).expect("a gap");
    let millis: f64 = gap.split(' ').next().unwrap().parse().unwrap();
    assert!((290.0..5000.0).contains(&millis), "{gap}");
    assert!(page.contains("attempt 3 of 3"));

    // The list marks the later ones and hides none.
    let headers = format!("{cookie}X-Fragment: rows\r\n");
    let rows = app.get("/shop?inspect", &headers).await;
    assert_eq!(rows.text().matches("<li data-id").count(), 4);
    assert!(
        rows.text()
            .contains("<span class=\"note\">attempt 3</span>")
    );
    assert!(
        rows.text()
            .contains("<span class=\"note\">attempt 2</span>")
    );
    assert!(!rows.text().contains("attempt 1<"));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_an_id_the_same_body_to_the_same_path_is_said_to_be_just_that() {
    let app = TestApp::start().await;
    let cookie = app.sign_in().await;
    let mut ids = Vec::new();
    for (path, body) in [
        ("/a", "{\"n\":1}"),
        ("/b", "{\"n\":1}"),
        ("/a", "{\"n\":2}"),
        ("/a", "{\"n\":1}"),
        ("/a", "{\"n\":1}"),
    ] {
        ids.push(app.post(path, body.as_bytes()).await.id());
    }
    followed(&app).await;
    let rows = app
        .get("/?inspect", &format!("{cookie}X-Fragment: rows\r\n"))
        .await;
    assert_eq!(
        rows.text().matches("<li data-id").count(),
        5,
        "none is hidden"
    );
    assert!(rows.text().contains("again · 3") && rows.text().contains("again · 2"));
    let page = app.get(&format!("/?inspect={}", ids[4]), &cookie).await;
    for text in [
        "same body, 3rd time",
        "The same body came to the same path again",
    ] {
        assert!(page.text().contains(text), "{text}");
    }
    let alone = app.get(&format!("/?inspect={}", ids[1]), &cookie).await;
    assert!(!alone.text().contains("id=\"attempts\""));
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_are_told_the_delivery_and_can_ask_for_its_attempts() {
    let app = TestApp::start().await;
    let cookie = app.sign_in().await;
    let id = |answer: Answer| answer.id();
    let first = id(app.send("POST", "/shop", &sale("m-1"), b"{\"n\":1}").await);
    assert!(one(&app, &cookie, first).await.is_null());
    let alone = id(app.post("/shop", b"{\"n\":9}").await);
    let second = id(app.send("POST", "/shop", &sale("m-1"), b"{\"n\":2}").await);
    let delivery = |attempt| serde_json::json!({"id": first.to_string(), "attempt": attempt, "attempts": 2, "told_by": "sender-id"});
    assert_eq!(one(&app, &cookie, first).await, delivery(1));
    assert_eq!(one(&app, &cookie, second).await, delivery(2));
    assert!(one(&app, &cookie, alone).await.is_null());

    let page = |query: String| {
        let (app, cookie) = (&app, &cookie);
        async move {
            let target = format!("/-/api/v1/requests?delivery={first}&{query}");
            let page = app.get(&target, cookie).await.json();
            let rows = page["requests"].as_array().unwrap();
            let ids: Vec<RequestId> = rows
                .iter()
                .map(|row| row["id"].as_str().unwrap().parse().unwrap())
                .collect();
            (ids, page["next"].as_str().map(str::to_owned))
        }
    };
    assert_eq!(page(String::new()).await, (vec![second, first], None));
    let (newest, next) = page("limit=1".into()).await;
    assert_eq!(newest, [second]);
    assert_eq!(page(format!("limit=1&{}", next.unwrap())).await.0, [first]);
    assert_eq!(page(format!("after={first}")).await.0, [second]);
    let wrong = app.get("/-/api/v1/requests?delivery=x", &cookie).await;
    assert_eq!(wrong.status, 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn watchers_are_told_soon_that_a_request_is_another_attempt() {
    let app = TestApp::start().await;
    let cookie = app.sign_in().await;
    app.post("/shop", b"{\"n\":1}").await;
    followed(&app).await;
    let mut socket = app.connect().await;
    let ask = format!("GET /-/live HTTP/1.1\r\nHost: h\r\n{cookie}\r\n");
    socket.write_all(ask.as_bytes()).await.unwrap();
    let (mut seen, mut buffer) = (String::new(), [0; 4096]);
    let mut told = Duration::MAX;
    let mut again = None;
    while !seen.contains("event: marked") {
        let read = within(socket.read(&mut buffer)).await.unwrap();
        seen.push_str(std::str::from_utf8(&buffer[..read]).unwrap());
        if seen.contains(": hello") && again.is_none() {
            let id = app.post("/shop", b"{\"n\":1}").await.id();
            again = Some((id, Instant::now()));
        }
        told = again.map_or(told, |(_, answered)| answered.elapsed());
    }
    let (id, _) = again.unwrap();
    let marked = seen.split("event: marked").nth(1).unwrap();
    assert!(marked.contains(&id.to_string()), "{marked}");
    // 50 ms on a machine that has nothing else to do; this one runs all tests at once.
    assert!(told < Duration::from_secs(2), "{told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_not_followed_before_a_stop_is_followed_after_the_start() {
    let app = TestApp::start().await;
    for _ in 0..3 {
        app.post("/a", b"{\"n\":1}").await;
    }
    followed(&app).await;
    let db = app.db();
    let folder = app.stop().await;
    // As if the program had ended before it came to the last two.
    let edit = Connection::open(&db).unwrap();
    let first: i64 = edit
        .query_row("SELECT min(id) FROM requests", [], |row| row.get(0))
        .unwrap();
    edit.execute(
        "UPDATE state SET value = ?1 WHERE key = 'followed'",
        [first],
    )
    .unwrap();
    edit.execute_batch(
        "DELETE FROM attempts; UPDATE deliveries SET attempts = 1, last_id = first_id",
    )
    .unwrap();
    drop(edit);
    let app = TestApp::start_in(folder, |_| {}).await;
    followed(&app).await;
    let cookie = app.sign_in().await;
    let last = app.stored()[2].id;
    assert_eq!(one(&app, &cookie, last).await["attempt"], 3);
}
