use super::*;
use proptest::prelude::*;

/// What the start declares, and what that makes of a request.
mod declared;
/// How headers are written.
mod spellings;

fn head(lines: &[&str]) -> Head {
    Head::new(format!(
        "POST /hook HTTP/1.1\r\nHost: h\r\n{}\r\n\r\n",
        lines.join("\r\n")
    ))
}

fn trust(values: &[&str], header: Option<&str>) -> ProxyTrust {
    let values: Vec<_> = values.iter().map(|&value| value.to_owned()).collect();
    ProxyTrust::parse(&values, header).unwrap()
}

fn socket(peer: &str) -> SocketAddr {
    SocketAddr::new(peer.parse().unwrap(), 50_000)
}

/// `addr` is established, `?addr` is claimed, `?` is nothing at all.
fn client(trust: &ProxyTrust, peer: &str, lines: &[&str]) -> (String, Vec<String>) {
    let found = trust.client(socket(peer), &head(lines));
    let addr = match (found.addr, found.claimed) {
        (Some(addr), None) => addr.to_string(),
        (None, Some(claimed)) => format!("?{claimed}"),
        (None, None) => "?".to_owned(),
        (Some(_), Some(_)) => panic!("an address is either established or claimed"),
    };
    (addr, found.steps)
}

fn check(trust: &ProxyTrust, cases: &[(&str, &[&str], &str)]) {
    for (peer, lines, expected) in cases {
        let (addr, steps) = client(trust, peer, lines);
        assert_eq!(addr, *expected, "{peer} {lines:?}: {steps:?}");
    }
}

#[test]
fn with_nobody_declared_headers_are_only_words() {
    check(
        &ProxyTrust::default(),
        &[
            ("127.0.0.1", &[], "127.0.0.1"),
            ("::1", &[], "::1"),
            ("::ffff:127.0.0.1", &[], "127.0.0.1"),
            ("192.168.1.9", &[], "192.168.1.9"),
            ("203.0.113.9", &[], "203.0.113.9"),
            (
                "203.0.113.9",
                &["X-Forwarded-For: 185.236.142.1"],
                "203.0.113.9",
            ),
            (
                "203.0.113.9",
                &["Forwarded: for=185.236.142.1"],
                "203.0.113.9",
            ),
            ("2001:db8::9", &["X-Real-IP: 185.236.142.1"], "2001:db8::9"),
            (
                "127.0.0.1",
                &["X-Forwarded-For: 185.236.142.1"],
                "?185.236.142.1",
            ),
            ("::1", &["X-Forwarded-For: 185.236.142.1"], "?185.236.142.1"),
            (
                "::ffff:10.0.0.1",
                &["x-forwarded-for: 185.236.142.1"],
                "?185.236.142.1",
            ),
            ("10.0.0.1", &["X-Real-IP: 185.236.142.1"], "?185.236.142.1"),
            (
                "172.17.0.1",
                &["CF-Connecting-IP: 185.236.142.1"],
                "?185.236.142.1",
            ),
            (
                "100.64.0.1",
                &["True-Client-IP: 185.236.142.1"],
                "?185.236.142.1",
            ),
            (
                "169.254.1.1",
                &["Forwarded: for=185.236.142.1"],
                "?185.236.142.1",
            ),
            (
                "fd00::1",
                &["X-Forwarded-For: 185.236.142.1"],
                "?185.236.142.1",
            ),
            (
                "fe80::1",
                &["X-Forwarded-For: 185.236.142.1"],
                "?185.236.142.1",
            ),
            // The nearest address of the internet; what stands left of it the client wrote itself.
            (
                "127.0.0.1",
                &["X-Forwarded-For: 8.8.8.8, 185.236.142.1"],
                "?185.236.142.1",
            ),
            (
                "127.0.0.1",
                &["X-Forwarded-For: 185.236.142.1, 10.0.0.2"],
                "?185.236.142.1",
            ),
            (
                "127.0.0.1",
                &["X-Forwarded-For: 10.0.0.3, 10.0.0.2"],
                "?10.0.0.3",
            ),
            (
                "127.0.0.1",
                &[
                    "X-Forwarded-For: 8.8.8.8",
                    "CF-Connecting-IP: 185.236.142.1",
                ],
                "?185.236.142.1",
            ),
            ("127.0.0.1", &["X-Forwarded-For: abc"], "?"),
            ("127.0.0.1", &["X-Forwarded-For:"], "?"),
            ("127.0.0.1", &["X-Forwarded-Proto: https"], "?"),
            ("127.0.0.1", &["X-Forwarded-Host: a.example"], "?"),
        ],
    );
}

#[test]
fn a_list_is_walked_from_the_right_past_trusted_proxies() {
    check(
        &trust(&["loopback", "10.0.0.0/8"], None),
        &[
            (
                "127.0.0.1",
                &["X-Forwarded-For: 185.236.142.2"],
                "185.236.142.2",
            ),
            (
                "127.9.9.9",
                &["X-Forwarded-For: 185.236.142.2"],
                "185.236.142.2",
            ),
            ("::1", &["X-Forwarded-For: 185.236.142.2"], "185.236.142.2"),
            (
                "::ffff:127.0.0.1",
                &["X-Forwarded-For: 185.236.142.2"],
                "185.236.142.2",
            ),
            (
                "10.1.2.3",
                &["X-Forwarded-For: 185.236.142.2"],
                "185.236.142.2",
            ),
            (
                "127.0.0.1",
                &["X-Forwarded-For: 185.236.142.2, 203.0.113.9"],
                "203.0.113.9",
            ),
            (
                "127.0.0.1",
                &["X-Forwarded-For: 185.236.142.2, 10.0.0.7"],
                "185.236.142.2",
            ),
            (
                "127.0.0.1",
                &["X-Forwarded-For: 1.1.1.1,185.236.142.2,10.0.0.7,127.0.0.1"],
                "185.236.142.2",
            ),
            (
                "127.0.0.1",
                &["X-Forwarded-For: 10.0.0.9, 10.0.0.7"],
                "10.0.0.9",
            ),
            // All lines are one list.
            (
                "127.0.0.1",
                &[
                    "X-Forwarded-For: 185.236.142.2",
                    "x-forwarded-for: 203.0.113.9",
                ],
                "203.0.113.9",
            ),
            (
                "127.0.0.1",
                &[
                    "X-Forwarded-For: 185.236.142.2",
                    "X-Forwarded-For: 10.0.0.7",
                ],
                "185.236.142.2",
            ),
            // What stands left of the first untrusted one is not even read.
            (
                "127.0.0.1",
                &["X-Forwarded-For: abc, 185.236.142.2"],
                "185.236.142.2",
            ),
            // Only one header is read.
            (
                "127.0.0.1",
                &["X-Real-IP: 1.1.1.1", "X-Forwarded-For: 185.236.142.2"],
                "185.236.142.2",
            ),
            ("127.0.0.1", &["X-Real-IP: 1.1.1.1"], "?1.1.1.1"),
            ("127.0.0.1", &[], "127.0.0.1"),
            (
                "203.0.113.9",
                &["X-Forwarded-For: 185.236.142.2"],
                "203.0.113.9",
            ),
            (
                "192.168.1.1",
                &["X-Forwarded-For: 185.236.142.2"],
                "?185.236.142.2",
            ),
        ],
    );
}

#[test]
fn each_step_is_said_in_words() {
    let steps = |trust: &ProxyTrust, peer, lines: &[&str]| client(trust, peer, lines).1;
    let nobody = ProxyTrust::default();
    let loopback = trust(&["loopback", "10.0.0.0/8"], None);
    assert_eq!(steps(&nobody, "127.0.0.1", &[]), ["peer 127.0.0.1"]);
    assert_eq!(
        steps(&loopback, "127.0.0.1", &["X-Forwarded-For: 185.236.142.2"]),
        [
            "peer 127.0.0.1",
            "X-Forwarded-For 185.236.142.2, trusted through 127.0.0.1"
        ]
    );
    assert_eq!(
        steps(
            &loopback,
            "127.0.0.1",
            &["X-Forwarded-For: 185.236.142.2, 10.0.0.7"]
        ),
        [
            "peer 127.0.0.1",
            "X-Forwarded-For 10.0.0.7, trusted through 127.0.0.1",
            "X-Forwarded-For 185.236.142.2, trusted through 10.0.0.7",
        ]
    );
    assert_eq!(
        steps(
            &loopback,
            "203.0.113.9",
            &["x-forwarded-for: 185.236.142.2"]
        ),
        [
            "peer 203.0.113.9",
            "X-Forwarded-For ignored: peer 203.0.113.9 is not a trusted proxy",
        ]
    );
    assert_eq!(
        steps(
            &loopback,
            "127.0.0.1",
            &["X-Forwarded-For: 185.236.142.2, abc"]
        ),
        ["peer 127.0.0.1", "X-Forwarded-For unreadable at \"abc\""]
    );
    assert_eq!(
        steps(&nobody, "127.0.0.1", &["X-Forwarded-For: 185.236.142.2"]),
        [
            "peer 127.0.0.1",
            "X-Forwarded-For 185.236.142.2 is a claim: peer 127.0.0.1 is not a declared proxy",
        ]
    );
    assert_eq!(
        steps(&loopback, "127.0.0.1", &[]),
        [
            "peer 127.0.0.1",
            "no X-Forwarded-For: sent by 127.0.0.1 itself"
        ]
    );
    let long = format!("X-Forwarded-For: {}\u{1b}", "x".repeat(100));
    let shown = &steps(&loopback, "127.0.0.1", &[&long])[1];
    assert_eq!(
        *shown,
        format!("X-Forwarded-For unreadable at \"{}…\"", "x".repeat(60))
    );
}

#[test]
fn a_chain_without_end_is_not_walked() {
    let line = format!("X-Forwarded-For: 185.236.142.2{}", ", 10.0.0.1".repeat(30));
    let (addr, steps) = client(
        &trust(&["loopback", "10.0.0.0/8"], None),
        "127.0.0.1",
        &[&line],
    );
    assert_eq!((addr.as_str(), steps.len()), ("?", MAX_HOPS + 2));
}

proptest! {
    #[test]
    fn any_header_is_walked(
        name in prop::sample::select(vec!["X-Forwarded-For", "Forwarded", "CF-Connecting-IP", "X-Forwarded-Proto"]),
        value in r#"([0-9a-f:.,;="\\\[\]% _]|for|1\.1\.1\.1|127\.0\.0\.1|proto|é){0,20}"#,
        peer in any::<std::net::IpAddr>(),
    ) {
        let trust = trust(&["0.0.0.0/1", "loopback"], Some(name));
        let head = head(&[&format!("{name}: {value}")]);
        let peer = SocketAddr::new(peer, 1);
        let found = trust.client(peer, &head);
        prop_assert!(found.addr.is_none() || found.claimed.is_none());
        prop_assert!(!found.steps.is_empty());
        let _ = (trust.is_https(peer, &head), advice(&found));
    }

    #[test]
    fn what_the_client_writes_left_of_a_proxys_entry_changes_nothing(junk in r#"[0-9a-z:.,="\[ ]{0,30}"#) {
        let line = format!("X-Forwarded-For: {junk}, 185.236.142.2");
        let found = client(&trust(&["loopback"], None), "127.0.0.1", &[&line]);
        prop_assert_eq!(found.0, "185.236.142.2");
    }
}
