//! What is acknowledged stays, and what can't be stored is said so.

use std::time::Duration;

use hookglass::senders::AddressList;
use hookglass::server::{Server, StartError};
use hookglass::store::OpenError;
use rusqlite::Connection;
use tokio::sync::watch;

use crate::harness::{TestApp, poll, settings};

async fn start_error(folder: &tempfile::TempDir) -> OpenError {
    let (_stop, stopped) = watch::channel(false);
    match Server::bind(&settings(folder, |_| {}), stopped).await {
        Err(StartError::Open(error)) => error,
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("it started"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_finds_everything_and_an_empty_wal() {
    let app = TestApp::start().await;
    let id = app.post("/a", b"{\"n\":1.10}").await.id();
    let wal = app.db().with_extension("db-wal");
    let folder = app.stop().await;
    assert_eq!(std::fs::metadata(wal).map_or(0, |meta| meta.len()), 0);
    let app = TestApp::start_in(folder, |_| {}).await;
    let again = app.post("/b", b"").await.id();
    let stored = app.stored();
    assert_eq!((stored[0].id, stored[1].id), (id, again));
    assert_eq!(&stored[0].received.body[..], b"{\"n\":1.10}");
    assert!(again > id);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_database_is_for_its_owner_alone_and_syncs_each_commit() {
    let app = TestApp::start().await;
    app.post("/", b"x").await;
    #[cfg(unix)]
    for name in ["hooks.db", "hooks.db-wal", "hooks.db-shm"] {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(app.folder.path().join(name))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
    let db = Connection::open(app.db()).unwrap();
    let pragma =
        |name: &str| -> i64 { db.pragma_query_value(None, name, |row| row.get(0)).unwrap() };
    assert_eq!(pragma("page_size"), 8192);
    assert_eq!(pragma("auto_vacuum"), 2);
    let mode: String = db
        .pragma_query_value(None, "journal_mode", |row| row.get(0))
        .unwrap();
    assert_eq!(mode, "wal");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_server_on_the_database_is_refused() {
    let app = TestApp::start().await;
    let error = start_error(&app.folder).await;
    assert!(matches!(error, OpenError::InUse(_)), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn foreign_newer_and_damaged_files_are_refused_and_left_as_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("hooks.db");
    std::fs::write(&db, "my holiday pictures").unwrap();
    assert!(matches!(start_error(&folder).await, OpenError::Foreign(_)));
    assert_eq!(std::fs::read(&db).unwrap(), b"my holiday pictures");

    std::fs::remove_file(&db).unwrap();
    Connection::open(&db)
        .unwrap()
        .execute_batch("CREATE TABLE theirs (x)")
        .unwrap();
    let before = std::fs::read(&db).unwrap();
    assert!(matches!(start_error(&folder).await, OpenError::Foreign(_)));
    assert!(
        std::fs::read(&db).unwrap() == before,
        "the file was changed"
    );
    std::fs::remove_file(&db).unwrap();

    let app = TestApp::start_in(folder, |_| {}).await;
    for _ in 0..50 {
        app.post("/", &[b'x'; 5000]).await;
    }
    let folder = app.stop().await;
    let newer = Connection::open(&db).unwrap();
    let version: i64 = newer
        .pragma_query_value(None, "user_version", |row| row.get(0))
        .unwrap();
    newer.pragma_update(None, "user_version", 99).unwrap();
    assert!(matches!(
        start_error(&folder).await,
        OpenError::Newer { found: 99, .. }
    ));
    newer.pragma_update(None, "user_version", version).unwrap();
    newer
        .pragma_update(None, "wal_checkpoint", "TRUNCATE")
        .unwrap();
    drop(newer);

    let mut bytes = std::fs::read(&db).unwrap();
    let middle = bytes.len() / 2;
    for byte in &mut bytes[8192..middle] {
        *byte = 0x5a;
    }
    std::fs::write(&db, &bytes).unwrap();
    let error = start_error(&folder).await;
    assert!(matches!(error, OpenError::Damaged { .. }), "{error}");
    assert!(std::fs::read(&db).unwrap() == bytes, "the file was changed");
}

#[tokio::test(flavor = "multi_thread")]
async fn below_the_reserve_senders_are_told_and_the_inspector_works_on() {
    let app = TestApp::start_with(|settings| settings.min_free = u64::MAX / 2).await;
    let answer = app.post("/", b"x").await;
    assert_eq!(answer.status, 507);
    assert_eq!(answer.header("retry-after"), Some("60"));
    assert!(
        answer.json()["error"]
            .as_str()
            .unwrap()
            .contains("--min-free")
    );
    assert_eq!(app.get("/-/readyz", "").await.status, 503);
    let cookie = app.sign_in().await;
    let page = app.get("/?inspect", &cookie).await;
    assert_eq!(page.status, 200);
    assert!(
        page.text().contains("--min-free"),
        "the page says what is wrong"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_held_by_another_program_is_waited_out_or_said() {
    let app = TestApp::start().await;
    app.post("/", b"before").await;
    let other = Connection::open(app.db()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let (short, answer) = tokio::join!(
        async {
            tokio::time::sleep(Duration::from_millis(300)).await;
            other.execute_batch("ROLLBACK").unwrap();
        },
        app.post("/", b"waited"),
    );
    let () = short;
    assert_eq!(answer.status, 200);
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let refused = app.post("/", b"refused").await;
    assert_eq!(refused.status, 503);
    assert_eq!(refused.header("retry-after"), Some("5"));
    assert_eq!(app.get("/-/readyz", "").await.status, 503);
    other.execute_batch("ROLLBACK").unwrap();
    assert_eq!(app.post("/", b"after").await.status, 200);
    assert_eq!(app.stored().len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_at_once_are_all_stored_once() {
    let app = TestApp::start().await;
    let (count, each) = (32, 25);
    let senders = (0..count).map(|sender| {
        let app = &app;
        async move {
            for number in 0..each {
                let body = format!("{sender}-{number}");
                assert_eq!(app.post("/many", body.as_bytes()).await.status, 200);
            }
        }
    });
    futures_util::future::join_all(senders).await;
    let mut bodies: Vec<_> = app
        .stored()
        .into_iter()
        .map(|one| one.received.body)
        .collect();
    bodies.sort();
    bodies.dedup();
    assert_eq!(bodies.len(), count * each);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_list_changes_the_verdicts_of_what_is_stored() {
    let app = TestApp::start().await;
    app.post("/shop", b"{}").await;
    let before = app.only();
    assert_eq!(before.verdict_at_arrival, None);
    let folder = app.stop().await;
    let app = TestApp::start_in(folder, |settings| {
        settings.lists = vec![AddressList {
            name: "myself".into(),
            allow: vec!["127.0.0.0/8".parse().unwrap()],
            paths: vec![],
            sender: None,
        }];
    })
    .await;
    let after = poll(|| Some(app.only()).filter(|one| one.judged.verdict.list.is_some())).await;
    assert_eq!(after.judged.verdict.list.as_deref(), Some("myself"));
    assert_eq!(after.verdict_at_arrival, Some(before.judged.verdict.kind));
    assert_eq!(after.received, before.received);
}

#[tokio::test(flavor = "multi_thread")]
async fn readiness_comes_back_without_a_sender() {
    let app = TestApp::start().await;
    let other = Connection::open(app.db()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    assert_eq!(app.post("/", b"refused").await.status, 503);
    other.execute_batch("ROLLBACK").unwrap();
    let began = std::time::Instant::now();
    while app.get("/-/readyz", "").await.status != 200 {
        assert!(began.elapsed() < crate::harness::PATIENCE);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(app.stored().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_burst_during_a_lock_is_refused_in_time_and_said_to_be_failing() {
    let app = TestApp::start().await;
    let other = Connection::open(app.db()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let began = std::time::Instant::now();
    let burst = (0..20).map(|_| app.post("/", b"x"));
    let answers = futures_util::future::join_all(burst).await;
    assert!(answers.iter().all(|answer| answer.status == 503));
    assert!(
        began.elapsed() < Duration::from_secs(8),
        "{:?}",
        began.elapsed()
    );
    assert_eq!(app.get("/-/readyz", "").await.status, 503);
    other.execute_batch("ROLLBACK").unwrap();
    assert_eq!(app.post("/", b"after").await.status, 200);
    assert_eq!(app.get("/-/readyz", "").await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_wal_stays_bounded_under_load() {
    let app = TestApp::start().await;
    let body = vec![b'x'; 20_000];
    let senders = (0..8).map(|_| async {
        for _ in 0..500 {
            assert_eq!(app.post("/load", &body).await.status, 200);
        }
    });
    futures_util::future::join_all(senders).await;
    let wal = std::fs::metadata(app.db().with_extension("db-wal"))
        .unwrap()
        .len();
    assert!(wal < 64 * 1024 * 1024, "{wal} bytes for 80 MB of bodies");
}
