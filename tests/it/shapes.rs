//! The shape of all events of a type: learnt once, shown as a page, and what differs from it is marked.

use std::path::Path;

use hookglass::request::RequestId;
use hookglass::senders::AddressList;
use rusqlite::Connection;

use crate::deliveries::{followed, followed_in};
use crate::harness::{Answer, TestApp, poll, stored_in};

const TAG: &str =
    include_str!("../../src/senders/catalog/samples/systeme-io/contact.tag.added.json");

/// The sample with another contact and other fields.
fn tagged(number: usize, fields: &str) -> String {
    TAG.replace("29143587", &number.to_string())
        .replace("\"fields\": []", &format!("\"fields\": {fields}"))
}

async fn post(app: &TestApp, body: &str) -> RequestId {
    app.post("/shop", body.as_bytes()).await.id()
}

/// The changes that a request is marked for: `new $.data.x`.
async fn changes(app: &TestApp, cookie: &str, id: RequestId) -> Vec<String> {
    followed(app).await;
    let one = app
        .get(&format!("/-/api/v1/requests/{id}"), cookie)
        .await
        .json();
    let Some(list) = one["changes"]["list"].as_array() else {
        return Vec::new();
    };
    let text = |change: &serde_json::Value, key| change[key].as_str().unwrap().to_owned();
    list.iter()
        .map(|change| format!("{} {}", text(change, "what"), text(change, "path")))
        .collect()
}

async fn page(app: &TestApp, cookie: &str, event: &str) -> Answer {
    followed(app).await;
    app.get(&format!("/?inspect&shape={event}"), cookie).await
}

/// The text of the row of a path.
fn row(page: &Answer, path: &str) -> String {
    let start = format!("<bdi>{path}</bdi></th>");
    let row = page.text().split(&start).nth(1);
    let row = row.unwrap_or_else(|| panic!("no {path} in {}", page.text()));
    let row = row.split("</tr>").next().unwrap();
    let mut text = String::new();
    for piece in row.split('<') {
        text.push_str(piece.split_once('>').map_or(piece, |(_, text)| text));
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_says_which_paths_come_how_often_as_what_and_since_when() {
    let app = TestApp::start().await;
    let cookie = app.sign_in().await;
    let mut ids = Vec::new();
    for number in 1..=15 {
        let fields = if number % 5 == 0 {
            r#"{"city":"Tirana"}"#
        } else {
            "[]"
        };
        ids.push(post(&app, &tagged(number, fields)).await);
    }
    let page = page(&app, &cookie, "systeme-io/contact.tag.added").await;
    assert_eq!(page.status, 200);
    let fields = row(&page, "$.data.contact.fields");
    assert!(
        fields.starts_with("always [] 12 times, object 3 times"),
        "{fields}"
    );
    assert!(row(&page, "$.data.contact.email").starts_with("always string 20"));
    let city = row(&page, "$.data.contact.fields.city");
    assert!(city.starts_with("3 of 15 string"), "{city}");
    for seen in [ids[4], ids[14]] {
        let link = format!("/?inspect={seen}&#38;view=tree&#38;at=%24.data.contact.fields.city");
        assert!(page.text().contains(&link), "first and last seen: {link}");
    }
    assert!(page.text().contains("<strong>15</strong> events"));
    // The detail leads there.
    let detail = app
        .get(&format!("/shop?inspect={}", ids[14]), &cookie)
        .await;
    assert!(
        detail
            .text()
            .contains("Shape of contact.tag.added: 15 events")
    );
    assert!(
        detail
            .text()
            .contains("href=\"/?inspect&#38;shape=systeme-io/contact.tag.added\"")
    );
    let all = app.get("/?inspect&shape", &cookie).await;
    assert!(all.text().contains("contact.tag.added") && all.text().contains("systeme.io"));
    assert_eq!(app.get("/?inspect&shape=x/y", &cookie).await.status, 404);
    assert_eq!(
        app.get("/?inspect&shape=nonsense", &cookie).await.status,
        404
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_a_lost_and_a_changed_path_are_marked_with_links_to_what_changed() {
    let app = TestApp::start().await;
    let cookie = app.sign_in().await;
    let mut before = Vec::new();
    for number in 1..=5 {
        before.push(post(&app, &tagged(number, "[]")).await);
    }
    let usual = post(&app, &tagged(6, "[]")).await;
    let odd = tagged(7, "[]")
        .replace("\"id\": 141002", "\"id\": \"141002\"")
        .replace("\"ip\": null, ", "\"phone\": {\"home\": 1}, ");
    let odd = post(&app, &odd).await;
    assert!(changes(&app, &cookie, usual).await.is_empty());
    assert_eq!(
        changes(&app, &cookie, odd).await,
        [
            "type $.data.tag.id",
            "new $.data.contact.phone",
            "lost $.data.contact.ip"
        ]
    );
    let detail = app.get(&format!("/shop?inspect={odd}"), &cookie).await;
    let detail = detail.text();
    let section = detail.split("id=\"changes\"").nth(1).expect("the changes");
    let section = section.split("</section>").next().unwrap();
    // The value in this body, and the request before that had what is missing, at its place.
    assert!(
        section.contains(&format!("/shop?inspect={odd}&#38;view=tree&#38;at=node%3A")),
        "{section}"
    );
    let last = format!("/shop?inspect={usual}&#38;view=tree&#38;at=%24.data.contact.ip");
    assert!(section.contains(&last), "{section}");
    let number = section.split("at=node%3A").nth(1).unwrap();
    let number = number.split(['#', '"']).next().unwrap();
    let target = format!("/shop?inspect={odd}&view=tree&at=node%3A{number}");
    let at = app.get(&target, &cookie).await;
    assert!(
        at.text().contains("$.data.tag.id"),
        "the link leads to the value"
    );

    let rows = app
        .get("/shop?inspect", &format!("{cookie}X-Fragment: rows\r\n"))
        .await;
    assert_eq!(rows.text().matches("shape changed").count(), 1);
    let list = app.get("/-/api/v1/requests?limit=2", &cookie).await.json();
    assert_eq!(list["requests"][0]["differs_from"], "events");
    assert!(list["requests"][1]["differs_from"].is_null());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_documented_samples_are_the_measure_until_enough_real_ones_came() {
    let app = TestApp::start().await;
    let cookie = app.sign_in().await;
    let as_documented = post(&app, &tagged(1, "[]")).await;
    let odd = tagged(2, r#"{"city":"Tirana"}"#).replace("\"ip\": null, ", "\"phone\": \"+355\", ");
    let odd = post(&app, &odd).await;
    assert!(changes(&app, &cookie, as_documented).await.is_empty());
    // What is missing is no news yet.
    assert_eq!(
        changes(&app, &cookie, odd).await,
        ["type $.data.contact.fields", "new $.data.contact.phone"]
    );
    let detail = app.get(&format!("/shop?inspect={odd}"), &cookie).await;
    assert!(detail.text().contains("Not in the documented sample"));
    // An event that nobody documented is learnt in silence first.
    for number in 1..=5 {
        let id = app
            .post(
                "/x",
                format!("{{\"event\":\"shop.x\",\"n{number}\":1}}").as_bytes(),
            )
            .await
            .id();
        assert!(changes(&app, &cookie, id).await.is_empty());
    }
    let sixth = app
        .post("/x", b"{\"event\":\"shop.x\",\"n9\":1}")
        .await
        .id();
    assert_eq!(changes(&app, &cookie, sixth).await, ["new $.n9"]);
    let guessed = page(&app, &cookie, "/shop.x").await;
    assert_eq!(guessed.status, 200, "a guessed type counts with no sender");
}

#[tokio::test(flavor = "multi_thread")]
async fn samples_from_the_button_belong_to_deliveries_and_to_no_shape() {
    let app = TestApp::start().await;
    let cookie = app.sign_in().await;
    let headers = format!(
        "{cookie}Sec-Fetch-Site: same-origin\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    );
    for _ in 0..2 {
        let form = b"path=%2Fshop&event=contact.tag.added";
        let answer = app.send("POST", "/-/sample", &headers, form).await;
        assert_eq!(answer.status, 303);
    }
    let page = page(&app, &cookie, "systeme-io/contact.tag.added").await;
    assert_eq!(page.status, 404);
    let list = app.get("/-/api/v1/requests?limit=1", &cookie).await.json();
    assert_eq!(list["requests"][0]["delivery"]["attempt"], 2);
}

/// All that is made by following, in words that do not depend on how it was cut into batches.
pub(crate) fn tables(db: &Path) -> Vec<String> {
    let db = Connection::open(db).unwrap();
    let mut lines = Vec::new();
    for sql in [
        "SELECT 'delivery', hex(key), first_id, attempts, last_id, last_at FROM deliveries ORDER BY key",
        "SELECT 'attempt', request_id, delivery, number, told_by, 0 FROM attempts ORDER BY request_id",
        "SELECT sender, event_type, variant, events, paths, left_out, first_id, last_id FROM shapes ORDER BY 1, 2, 3",
        "SELECT sender, event_type, variant, place, p.parent, path, dictionary, p.events, p.first_id, p.last_id \
         FROM shape_paths p JOIN shapes s ON s.id = shape_id ORDER BY 1, 2, 3, 4",
        "SELECT sender, event_type, variant, place, type, t.events, t.first_id, t.last_id \
         FROM shape_types t JOIN shapes s ON s.id = shape_id ORDER BY 1, 2, 3, 4, 5",
        "SELECT 'mark', request_id, against, total FROM shape_marks ORDER BY request_id",
        "SELECT 'change', request_id, nth, what, path, types, before, node, last_id FROM shape_changes ORDER BY 2, 3",
        "SELECT 'unlearnt', value FROM state WHERE key = 'unlearnt'",
    ] {
        let mut statement = db.prepare(sql).unwrap();
        let columns = statement.column_count();
        let rows = statement.query_map([], |row| {
            let cells = (0..columns).map(|at| Ok(format!("{:?}", row.get_ref(at)?)));
            Ok(cells.collect::<rusqlite::Result<Vec<_>>>()?.join(" "))
        });
        lines.extend(rows.unwrap().map(Result::unwrap));
    }
    lines
}

/// Bodies that meet, differ, repeat, and have keys that are data.
pub(crate) fn varied(number: usize) -> String {
    let fields = match number % 4 {
        0 => "[]".to_owned(),
        1 => format!("{{\"f{}\":1}}", number % 3),
        2 => "null".to_owned(),
        _ => format!("[{{\"slug\":\"s\",\"u{number}x\":{number}}}]"),
    };
    match number % 7 {
        0 => "{\"event\":\"beat\"}".to_owned(),
        1 => format!(
            "{{\"event\":\"guess.{}\",\"by\":{{\"k{number}y\":{{\"n\":1}}}}}}",
            number % 20
        ),
        2 => "not json".to_owned(),
        _ => tagged(number % 40, &fields),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_learnt_one_by_one_is_what_is_learnt_from_scratch() {
    let app = TestApp::start().await;
    for number in 0..300 {
        app.post("/shop", varied(number).as_bytes()).await;
    }
    followed(&app).await;
    let db = app.db();
    let folder = app.stop().await;
    let learnt = tables(&db);
    assert!(learnt.len() > 400, "{}", learnt.len());
    // Another list makes another version: all is derived anew, identities first.
    let newest = stored_in(&db).last().unwrap().id.get();
    let before = version(&db);
    let app = TestApp::start_in(folder, |settings| {
        settings.lists = vec![AddressList {
            name: "myself".into(),
            allow: vec!["127.0.0.0/8".parse().unwrap()],
            paths: vec![],
            sender: None,
        }];
    })
    .await;
    poll(|| version(&db).filter(|now| Some(*now) != before)).await;
    followed_in(&db, newest).await;
    let _folder = app.stop().await;
    assert!(tables(&db) == learnt);
}

fn version(db: &Path) -> Option<i64> {
    let db = Connection::open(db).unwrap();
    let sql = "SELECT value FROM state WHERE key = 'followed_by'";
    db.query_row(sql, [], |row| row.get(0)).ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_bodies_and_events_stay_bounded() {
    let app = TestApp::start().await;
    let cookie = app.sign_in().await;
    let keys: Vec<_> = (0..10_000)
        .map(|n| format!("\"k{n}\":{}", if n % 2 == 0 { "1" } else { "\"a\"" }))
        .collect();
    let wide = format!("{{\"event\":\"wide\",\"o\":{{{}}}}}", keys.join(","));
    let wide = app.post("/x", wide.as_bytes()).await.id();
    // Ever other names, many at once.
    for number in 0..60 {
        let names: Vec<_> = (0..100)
            .map(|n| {
                format!(
                    "\"n{number}_{n}\":{}",
                    if n % 2 == 0 { "1" } else { "\"a\"" }
                )
            })
            .collect();
        let body = format!(
            "{{\"event\":\"names\",\"o{number}\":{{{}}}}}",
            names.join(",")
        );
        app.post("/x", body.as_bytes()).await;
    }
    let types = (0..8).map(|sender| {
        let app = &app;
        async move {
            for number in 0..100 {
                let body = format!("{{\"event\":\"type.{sender}.{number}\"}}");
                app.post("/x", body.as_bytes()).await;
            }
        }
    });
    futures_util::future::join_all(types).await;
    followed(&app).await;
    let db = Connection::open(app.db()).unwrap();
    let count = |sql: &str| -> i64 { db.query_row(sql, [], |row| row.get(0)).unwrap() };
    assert_eq!(count("SELECT count(*) FROM shapes"), 500);
    assert!(count("SELECT max(paths) FROM shapes") <= 2000);
    assert_eq!(
        count("SELECT count(*) FROM shape_paths"),
        count("SELECT sum(paths) FROM shapes")
    );
    let sql = "SELECT paths FROM shapes WHERE event_type = 'wide'";
    assert_eq!(count(sql), 4, "its keys are data");
    assert!(changes(&app, &cookie, wide).await.is_empty());
    assert_eq!(count("SELECT value FROM state WHERE key = 'unlearnt'"), 302);
    // It is said that there are more than are learnt.
    let all = page(&app, &cookie, "").await;
    assert!(
        all.text()
            .contains("The events of 302 requests are not learnt")
    );
    let newest = app.stored().last().unwrap().id;
    let detail = app.get(&format!("/?inspect={newest}"), &cookie).await;
    assert!(
        detail
            .text()
            .contains("not learnt: there are too many different events")
    );
}
