use super::*;

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
