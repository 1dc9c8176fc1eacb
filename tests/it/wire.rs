//! The wire: each line of the limits' table, byte by byte.

use hookglass::request::Arrival;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::harness::{TestApp, read_to_end, within};

fn status(answer: &str) -> u16 {
    answer
        .split(' ')
        .nth(1)
        .and_then(|code| code.parse().ok())
        .unwrap_or(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_head_is_stored_byte_for_byte() {
    let app = TestApp::start().await;
    let head = "PoST /a%20b/<x>?q=<1>&Q={{a}}&q HTTP/1.1\r\nhOsT: h\r\nX-Dup: 1\r\nx-other:\t\u{e9}  \r\nX-DUP:  2 \r\nX-Empty:\r\nContent-Length: 3\r\n\r\n";
    let answer = app.raw([head.as_bytes(), &[0, 255, 10]].concat()).await;
    assert_eq!(status(&answer), 200, "{answer}");
    let stored = app.only().received;
    assert_eq!(stored.head.raw(), head.as_bytes());
    assert_eq!(&stored.body[..], [0, 255, 10]);
    assert_eq!(stored.head.path(), "/a%20b/<x>");
    assert_eq!(stored.declared_bytes, Some(3));
    assert_eq!(stored.arrival, Arrival::Whole);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_head_that_comes_byte_by_byte_is_the_same() {
    let app = TestApp::start().await;
    let raw = b"\r\nPOST /slow HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX-Sum: 1\r\n\r\n";
    let mut socket = app.connect().await;
    for byte in raw {
        socket.write_all(&[*byte]).await.unwrap();
    }
    socket.shutdown().await.unwrap();
    assert_eq!(status(&read_to_end(&mut socket).await), 200);
    let stored = app.only().received;
    assert!(stored.head.raw().starts_with(b"POST /slow"));
    assert_eq!(&stored.body[..], b"abc");
    assert_eq!(&stored.trailers[..], b"X-Sum: 1\r\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn pipelined_requests_are_answered_in_order_and_kept_apart() {
    let app = TestApp::start().await;
    let one = "POST /1 HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nab";
    let two =
        "POST /2 HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nc\r\n0\r\n\r\n";
    let three = "GET /3 HTTP/1.1\r\nhost: h\r\nConnection: close\r\n\r\n";
    let answer = app.raw([one, two, three].concat()).await;
    assert_eq!(answer.matches("HTTP/1.1 200").count(), 3, "{answer}");
    let stored = app.stored();
    let paths: Vec<_> = stored
        .iter()
        .map(|one| one.received.head.path().into_owned())
        .collect();
    assert_eq!(paths, ["/1", "/2", "/3"]);
    assert_eq!(&stored[1].received.body[..], b"c");
    assert_eq!(stored[2].received.head.raw(), three.as_bytes());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_breaks_http_is_answered_as_the_table_says_and_kept() {
    let long = format!("GET /{} HTTP/1.1\r\nHost: h\r\n\r\n", "a".repeat(40_000));
    let big = format!(
        "GET / HTTP/1.1\r\nHost: h\r\nX: {}\r\n\r\n",
        "a".repeat(70_000)
    );
    let many = format!(
        "GET / HTTP/1.1\r\nHost: h\r\n{}\r\n",
        "A: b\r\n".repeat(201)
    );
    let cases: [(&str, u16); 17] = [
        (&long, 414),
        (&big, 431),
        (&many, 431),
        ("GARBAGE\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: h\r\nA: b\r\n c\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: h\r\nA : b\r\n\r\n", 400),
        (
            "GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
            400,
        ),
        (
            "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip\r\n\r\n",
            400,
        ),
        (
            "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
            400,
        ),
        ("CONNECT h:1 HTTP/1.1\r\nHost: h\r\n\r\n", 405),
        ("GET h:1 HTTP/1.1\r\nHost: h\r\n\r\n", 400),
        ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),
        ("GET /a\u{1}b HTTP/1.1\r\nHost: h\r\n\r\n", 400),
        (
            "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabc",
            400,
        ),
        ("POST / HTTP/1.1\r\nHo", 400),
    ];
    let app = TestApp::start().await;
    for (index, (raw, expected)) in cases.iter().enumerate() {
        let answer = app.raw(raw).await;
        assert_eq!(status(&answer), *expected, "{raw:.80} → {answer}");
        assert!(answer.contains("Connection: close\r\n"), "{answer}");
        let stored = app.wait_stored(index + 1).await;
        let last = stored.last().unwrap();
        assert_ne!(last.received.arrival, Arrival::Whole, "{raw:.80}");
        assert!(last.received.arrival_reason.is_some());
        assert_eq!(last.answer_status, *expected);
        let kept = last.received.head.raw().len() + last.received.body.len();
        assert!(kept > 0 && raw.as_bytes().starts_with(last.received.head.raw()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn length_and_chunked_together_are_read_as_chunked_and_end_the_connection() {
    let app = TestApp::start().await;
    let raw = "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 30\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n";
    let answer = app.raw(raw).await;
    assert_eq!(answer.matches("HTTP/1.1").count(), 1, "{answer}");
    assert!(answer.contains("Connection: close"));
    assert_eq!(&app.only().received.body[..], b"x");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_over_the_limit_is_refused_and_its_first_bytes_are_kept() {
    let app = TestApp::start_with(|settings| settings.max_body = 100_000).await;
    let declared = app.post("/declared", &vec![b'a'; 200_000]).await;
    assert_eq!(declared.status, 413);
    let mut chunked =
        b"POST /chunked HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec();
    for _ in 0..20 {
        chunked.extend(b"4000\r\n");
        chunked.extend([b'b'; 0x4000]);
        chunked.extend(b"\r\n");
    }
    assert_eq!(status(&app.raw(chunked).await), 413);
    let stored = app.stored();
    for (request, byte) in stored.iter().zip([b'a', b'b']) {
        let received = &request.received;
        assert_eq!(received.arrival, Arrival::TooLarge);
        assert_eq!(&received.body[..], vec![byte; 64 * 1024]);
    }
    assert_eq!(stored[0].received.declared_bytes, Some(200_000));
    let fits = app.post("/fits", &vec![b'c'; 100_000]).await;
    assert_eq!(fits.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sender_that_asks_first_is_told_to_go_on_or_not_to_begin() {
    let app = TestApp::start_with(|settings| settings.max_body = 10).await;
    let ask = |length: usize| {
        format!(
            "POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: {length}\r\n\r\n"
        )
    };
    let mut socket = app.connect().await;
    socket.write_all(ask(3).as_bytes()).await.unwrap();
    let mut word = [0; 25];
    within(socket.read_exact(&mut word)).await.unwrap();
    assert_eq!(&word, b"HTTP/1.1 100 Continue\r\n\r\n");
    socket.write_all(b"abc").await.unwrap();
    socket.shutdown().await.unwrap();
    assert_eq!(status(&read_to_end(&mut socket).await), 200);

    let mut socket = app.connect().await;
    socket.write_all(ask(11).as_bytes()).await.unwrap();
    assert_eq!(status(&read_to_end(&mut socket).await), 413);
}

#[tokio::test(flavor = "multi_thread")]
async fn http_1_0_is_spoken_with_its_own_rules() {
    let app = TestApp::start().await;
    let answer = app
        .raw("GET /old HTTP/1.0\r\n\r\nGET /not-read HTTP/1.0\r\n\r\n")
        .await;
    assert_eq!(answer.matches("HTTP/1.1 200").count(), 1);
    let kept = "GET /a HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\nGET /b HTTP/1.0\r\n\r\n";
    assert_eq!(app.raw(kept).await.matches("HTTP/1.1 200").count(), 2);
    assert_eq!(app.stored().len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tls_handshake_on_the_plain_port_is_told_at_once() {
    let app = TestApp::start().await;
    let mut socket = app.connect().await;
    socket.write_all(&[0x16, 3, 1, 2, 0, 1, 0]).await.unwrap();
    assert_eq!(status(&read_to_end(&mut socket).await), 400);
    let stored = app.only().received;
    assert!(stored.arrival_reason.unwrap().contains("https"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_is_cut_off_is_kept_though_nobody_waits() {
    let app = TestApp::start().await;
    let mut socket = app.connect().await;
    let head = "POST /cut HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\nfirst bytes";
    socket.write_all(head.as_bytes()).await.unwrap();
    drop(socket);
    let stored = app.wait_stored(1).await;
    assert_eq!(stored[0].received.arrival, Arrival::Incomplete);
    assert_eq!(&stored[0].received.body[..], b"first bytes");
    assert_eq!(stored[0].received.declared_bytes, Some(100));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sender_that_hangs_up_after_its_body_is_stored_all_the_same() {
    let app = TestApp::start().await;
    for _ in 0..20 {
        let mut socket = app.connect().await;
        let whole = b"POST /gone HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbody";
        socket.write_all(whole).await.unwrap();
        drop(socket);
    }
    let stored = app.wait_stored(20).await;
    assert!(
        stored
            .iter()
            .all(|one| one.received.arrival == Arrival::Whole)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_memory_for_bodies_is_bounded() {
    let app = TestApp::start_with(|settings| settings.max_memory = 100_000).await;
    let answer = app.post("/", &vec![b'a'; 150_000]).await;
    assert_eq!(answer.status, 503);
    assert_eq!(answer.header("retry-after"), Some("5"));
    assert_eq!(app.only().received.arrival, Arrival::Refused);
    assert_eq!(app.post("/", &vec![b'a'; 90_000]).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn targets_that_no_library_takes_are_kept_as_they_came() {
    let app = TestApp::start().await;
    for target in [
        &b"/a?n=caf\xe9"[..],
        b"/a b?c= d",
        b"/\xff\xfe",
        b"/{{x}}?<y>",
    ] {
        let raw = [b"GET ", target, b" HTTP/1.1\r\nHost: h\r\n\r\n"].concat();
        assert_eq!(
            status(&app.raw(raw).await),
            200,
            "{}",
            target.escape_ascii()
        );
        assert_eq!(app.stored().last().unwrap().received.head.target(), target);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_to_our_own_pages_is_bounded() {
    let app = TestApp::start().await;
    let head = "POST /-/login HTTP/1.1\r\nHost: h\r\nContent-Length: 209715200\r\n\r\n";
    let mut socket = app.connect().await;
    socket.write_all(head.as_bytes()).await.unwrap();
    assert_eq!(status(&read_to_end(&mut socket).await), 413);
}

#[tokio::test(flavor = "multi_thread")]
async fn slow_connections_cannot_keep_honest_senders_out() {
    let app = TestApp::start_with(|settings| settings.max_connections = Some(20)).await;
    let mut slow = Vec::new();
    for _ in 0..20 {
        let mut socket = app.connect().await;
        socket.write_all(b"POST / HT").await.unwrap();
        slow.push(socket);
    }
    for _ in 0..5 {
        assert_eq!(app.post("/honest", b"x").await.status, 200);
    }
    assert!(
        app.stored()
            .iter()
            .any(|one| one.received.head.path() == "/honest")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_head_that_comes_after_a_pause_is_not_evicted_by_the_next_connection() {
    let app = TestApp::start_with(|settings| settings.max_connections = Some(20)).await;
    let mut busy = Vec::new();
    for _ in 0..17 {
        let mut socket = app.connect().await;
        let head = b"POST /busy HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\n";
        socket.write_all(head).await.unwrap();
        busy.push(socket);
    }
    let mut polite = app.connect().await;
    let _next = app.connect().await;
    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    let whole =
        b"POST /polite HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    polite.write_all(whole).await.unwrap();
    assert_eq!(status(&read_to_end(&mut polite).await), 200);
}
