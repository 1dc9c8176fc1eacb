use super::*;
use proptest::prelude::*;

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
fn addresses_are_read_as_proxies_write_them() {
    let read = |value: &str| {
        let line = format!("X-Forwarded-For: {value}");
        client(&trust(&["loopback"], None), "127.0.0.1", &[&line]).0
    };
    let cases = [
        ("185.236.142.2:443", "185.236.142.2"),
        ("\"185.236.142.2\"", "185.236.142.2"),
        ("\"185.236.142.2:443\"", "185.236.142.2"),
        ("2001:db8::1", "2001:db8::1"),
        ("[2001:db8::1]", "2001:db8::1"),
        ("[2001:db8::1]:443", "2001:db8::1"),
        ("\"[2001:db8::1]:443\"", "2001:db8::1"),
        ("fe80::1%eth0", "fe80::1"),
        ("[fe80::1%25eth0]:80", "fe80::1"),
        ("::ffff:185.236.142.2", "185.236.142.2"),
        ("[::ffff:185.236.142.2]:1", "185.236.142.2"),
        ("185.236.142.2,", "185.236.142.2"),
        (", ,185.236.142.2", "185.236.142.2"),
        ("185.236.142.2:", "?"),
        ("185.236.142.2:x", "?"),
        ("185.236.142.2:123456", "?"),
        ("185.236.142", "?"),
        ("0185.236.142.2", "?"),
        ("185.236.142.256", "?"),
        ("[2001:db8::1", "?"),
        ("[2001:db8::1]x", "?"),
        ("2001:db8::1::2", "?"),
        ("unknown", "?"),
        ("185.236.142.2 203.0.113.9", "?"),
        ("for=185.236.142.2", "?"),
        ("", "?"),
        (",", "?"),
        ("185.236.142.2, abc", "?"),
        ("185.236.142.2, unknown, 127.0.0.1", "?"),
    ];
    for (value, expected) in cases {
        assert_eq!(read(value), expected, "{value}");
    }
}

#[test]
fn forwarded_is_read_by_rfc_7239() {
    let trust = trust(&["loopback", "10.0.0.0/8"], Some("forwarded"));
    let read = |value: &str| client(&trust, "127.0.0.1", &[&format!("Forwarded: {value}")]).0;
    let cases = [
        ("for=185.236.142.2", "185.236.142.2"),
        ("For=\"185.236.142.2:47011\";proto=https", "185.236.142.2"),
        (
            "proto=http; FOR=\"[2001:db8:cafe::17]:4711\" ;by=203.0.113.43",
            "2001:db8:cafe::17",
        ),
        (
            "for=1.1.1.1, for=185.236.142.2;host=a, for=10.0.0.2",
            "185.236.142.2",
        ),
        ("for=\"185.236.142.2:_port\"", "185.236.142.2"),
        (
            "host=\"a,b;for=1.1.1.1\";for=185.236.142.2",
            "185.236.142.2",
        ),
        ("host=\"a\\\",b\";for=185.236.142.2", "185.236.142.2"),
        ("for=_hidden, for=185.236.142.2", "185.236.142.2"),
        ("for=\"185\\.236.142.2\"", "185.236.142.2"),
        ("for=_hidden", "?"),
        ("for=\"_gazonk\"", "?"),
        ("for=unknown", "?"),
        ("for=185.236.142.2;for=1.1.1.1", "?"),
        ("proto=https", "?"),
        ("for=\"185.236.142.2", "?"),
        ("for=\"1.1.1.1, for=185.236.142.2", "?"),
        ("185.236.142.2", "?"),
        ("for=185.236.142.2, for=unknown, for=10.0.0.2", "?"),
    ];
    for (value, expected) in cases {
        assert_eq!(read(value), expected, "{value}");
    }
    // A quote left open in one line does not reach into the next, which another proxy wrote.
    let lines = ["Forwarded: for=\"", "Forwarded: for=185.236.142.2"];
    assert_eq!(client(&trust, "127.0.0.1", &lines).0, "185.236.142.2");
}

#[test]
fn a_header_of_one_address_holds_one() {
    check(
        &trust(&["cloudflared"], None),
        &[
            (
                "127.0.0.1",
                &["CF-Connecting-IP: 185.236.142.2"],
                "185.236.142.2",
            ),
            (
                "127.0.0.1",
                &[
                    "X-Forwarded-For: 1.1.1.1, 185.236.142.2",
                    "CF-Connecting-IP: 185.236.142.2",
                ],
                "185.236.142.2",
            ),
            (
                "127.0.0.1",
                &["CF-Connecting-IP: 2001:db8::5"],
                "2001:db8::5",
            ),
            (
                "127.0.0.1",
                &["CF-Connecting-IP: 1.1.1.1, 185.236.142.2"],
                "?",
            ),
            (
                "127.0.0.1",
                &[
                    "CF-Connecting-IP: 1.1.1.1",
                    "CF-Connecting-IP: 185.236.142.2",
                ],
                "?",
            ),
            (
                "127.0.0.1",
                &["X-Forwarded-For: 185.236.142.2"],
                "?185.236.142.2",
            ),
            ("127.0.0.1", &[], "127.0.0.1"),
        ],
    );
    let real = trust(&["nginx"], Some("x-real-ip"));
    check(
        &real,
        &[
            ("127.0.0.1", &["X-Real-IP: 185.236.142.2"], "185.236.142.2"),
            (
                "127.0.0.1",
                &["X-Real-IP: 185.236.142.2", "X-Real-IP: 1.1.1.1"],
                "?",
            ),
        ],
    );
    check(
        &trust(&["127.0.0.1"], Some("X-Envoy-External-Address")),
        &[(
            "127.0.0.1",
            &["x-envoy-external-address: 185.236.142.2"],
            "185.236.142.2",
        )],
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

#[test]
fn https_is_believed_from_a_trusted_proxy_only() {
    let https =
        |trust: &ProxyTrust, peer: &str, lines: &[&str]| trust.is_https(socket(peer), &head(lines));
    let loopback = trust(&["loopback"], None);
    let proto = ["X-Forwarded-Proto: https"];
    assert!(https(&loopback, "127.0.0.1", &proto));
    assert!(https(
        &loopback,
        "::ffff:127.0.0.1",
        &["x-forwarded-proto: http, HTTPS"]
    ));
    assert!(!https(
        &loopback,
        "127.0.0.1",
        &["X-Forwarded-Proto: https, http"]
    ));
    assert!(!https(
        &loopback,
        "127.0.0.1",
        &["X-Forwarded-Proto: https", "X-Forwarded-Proto: http"]
    ));
    assert!(!https(&loopback, "203.0.113.9", &proto));
    assert!(!https(&ProxyTrust::default(), "127.0.0.1", &proto));
    let forwarded = trust(&["loopback"], Some("Forwarded"));
    assert!(https(
        &forwarded,
        "127.0.0.1",
        &["Forwarded: for=1.1.1.1;proto=\"https\""]
    ));
    assert!(!https(
        &forwarded,
        "127.0.0.1",
        &["Forwarded: for=1.1.1.1;proto=http"]
    ));
    assert!(!https(&forwarded, "127.0.0.1", &proto));
}

#[test]
fn what_is_declared_is_read_or_refused() {
    let parse = |values: &[&str], header| {
        let values: Vec<_> = values.iter().map(|&value| value.to_owned()).collect();
        ProxyTrust::parse(&values, header)
    };
    assert_eq!(parse(&[], None), Ok(ProxyTrust::default()));
    assert_eq!(parse(&["nginx"], None), parse(&["loopback"], None));
    assert_eq!(
        parse(&["nginx, 10.0.0.1"], None),
        parse(&["10.0.0.1/32", "ngrok", "caddy"], None)
    );
    assert!(
        parse(&["10.1.2.3/8"], None)
            .unwrap()
            .trusts("10.9.9.9".parse().unwrap())
    );
    assert!(
        parse(&["::ffff:10.0.0.0/104"], None)
            .unwrap()
            .trusts("10.9.9.9".parse().unwrap())
    );
    assert!(parse(&["cloudflared", "nginx"], Some("X-Forwarded-For")).is_ok());
    let refused = [
        (
            parse(&["cloudflared", "nginx"], None),
            "cloudflared names the client in CF-Connecting-IP",
        ),
        (
            parse(&["traefik"], None),
            "`traefik` is neither an address nor a range",
        ),
        (parse(&["10.0.0.0/40"], None), "neither"),
        (parse(&[], Some("X-Real-IP")), "needs --trust-proxy"),
        (parse(&["nginx"], Some("X Real")), "no header name"),
    ];
    for (found, expected) in refused {
        let error = found.unwrap_err();
        assert!(error.contains(expected), "{error}");
    }
}

#[test]
fn advice_names_what_would_make_the_claim_checkable() {
    let advice = |peer: &str, line: &str| {
        advice(&ProxyTrust::default().client(socket(peer), &head(&[line])))
    };
    let cases = [
        (
            "127.0.0.1",
            "CF-Connecting-IP: 1.1.1.1",
            Some("start with --trust-proxy cloudflared to check"),
        ),
        (
            "127.0.0.1",
            "X-Forwarded-For: 1.1.1.1",
            Some("start with --trust-proxy loopback to check"),
        ),
        (
            "127.0.0.1",
            "X-Real-IP: 1.1.1.1",
            Some("start with --trust-proxy loopback --client-ip-header X-Real-IP to check"),
        ),
        (
            "10.0.0.5",
            "X-Forwarded-For: 1.1.1.1",
            Some("start with --trust-proxy 10.0.0.5 to check"),
        ),
        (
            "10.0.0.5",
            "CF-Connecting-IP: 1.1.1.1",
            Some("start with --trust-proxy 10.0.0.5 --client-ip-header CF-Connecting-IP to check"),
        ),
        ("127.0.0.1", "X-Forwarded-For: abc", None),
    ];
    for (peer, line, expected) in cases {
        assert_eq!(advice(peer, line).as_deref(), expected, "{peer} {line}");
    }
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
