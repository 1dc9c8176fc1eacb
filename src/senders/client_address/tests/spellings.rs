use super::*;

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
