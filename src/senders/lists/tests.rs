use super::*;

fn list(name: &str, allow: &[&str], paths: &[&str], sender: Option<&str>) -> AddressList {
    AddressList {
        name: name.to_owned(),
        allow: allow.iter().map(|net| net.parse().unwrap()).collect(),
        paths: paths.iter().map(|&path| path.to_owned()).collect(),
        sender: sender.map(str::to_owned),
    }
}

fn from(addr: &str) -> ClientAddress {
    ClientAddress {
        addr: Some(addr.parse().unwrap()),
        claimed: None,
        steps: vec![format!("peer {addr}")],
    }
}

fn judge(
    user: &[AddressList],
    addr: &str,
    path: &str,
    sender: Option<&str>,
) -> (VerdictKind, String) {
    let verdict =
        Lists::new(&Catalogue::embedded(), user.to_vec()).judge(&from(addr), path, sender);
    assert_eq!(verdict.list.is_some(), verdict.kind == VerdictKind::Listed);
    (verdict.kind, verdict.reason)
}

const SIO: Option<&str> = Some("systeme-io");

#[test]
fn a_senders_own_list_speaks_of_its_requests() {
    use VerdictKind::{Listed, NoList, Outside};
    let cases = [
        (
            "185.236.142.2",
            SIO,
            Listed,
            "listed: systeme.io (185.236.142.2)",
        ),
        (
            "::ffff:185.236.142.2",
            SIO,
            Listed,
            "listed: systeme.io (185.236.142.2)",
        ),
        (
            "185.236.142.4",
            SIO,
            Outside,
            "185.236.142.4 matches none of 3 addresses of systeme.io",
        ),
        (
            "127.0.0.1",
            SIO,
            Outside,
            "127.0.0.1 matches none of 3 addresses of systeme.io",
        ),
        (
            "185.236.142.2",
            None,
            Listed,
            "listed: systeme.io (185.236.142.2), though what it sent was not recognised",
        ),
        ("203.0.113.9", None, NoList, "no allowlist for this path"),
        (
            "185.236.142.2",
            Some("other"),
            NoList,
            "no allowlist for this path",
        ),
    ];
    for (addr, sender, kind, reason) in cases {
        let expected = (kind, reason.to_owned());
        assert_eq!(
            judge(&[], addr, "/hook", sender),
            expected,
            "{addr} {sender:?}"
        );
    }
}

#[test]
fn a_users_list_speaks_of_its_paths_and_sender() {
    use VerdictKind::{Listed, NoList, Outside};
    let office = list(
        "office",
        &["10.0.0.0/8", "2001:db8::/32"],
        &["/shop", "/x/"],
        None,
    );
    let relay = list("relay", &["198.51.100.7/32"], &[], SIO);
    let user = [office, relay];
    let cases = [
        (
            "10.1.2.3",
            "/shop",
            None,
            Listed,
            "listed: office (10.0.0.0/8)",
        ),
        (
            "10.1.2.3",
            "/shop/new",
            None,
            Listed,
            "listed: office (10.0.0.0/8)",
        ),
        (
            "10.1.2.3",
            "/x",
            None,
            Listed,
            "listed: office (10.0.0.0/8)",
        ),
        (
            "2001:db8::1",
            "/x/y",
            None,
            Listed,
            "listed: office (2001:db8::/32)",
        ),
        (
            "10.1.2.3",
            "/shopping",
            None,
            NoList,
            "no allowlist for this path",
        ),
        ("10.1.2.3", "/", None, NoList, "no allowlist for this path"),
        (
            "9.9.9.9",
            "/shop",
            None,
            Outside,
            "9.9.9.9 matches none of 2 ranges of office",
        ),
        (
            "198.51.100.7",
            "/other",
            SIO,
            Listed,
            "listed: relay (198.51.100.7)",
        ),
        (
            "198.51.100.7",
            "/other",
            None,
            NoList,
            "no allowlist for this path",
        ),
        (
            "185.236.142.1",
            "/shop",
            SIO,
            Listed,
            "listed: systeme.io (185.236.142.1)",
        ),
        (
            "9.9.9.9",
            "/other",
            SIO,
            Outside,
            "9.9.9.9 matches none of 4 addresses of relay, systeme.io",
        ),
    ];
    for (addr, path, sender, kind, reason) in cases {
        let expected = (kind, reason.to_owned());
        assert_eq!(
            judge(&user, addr, path, sender),
            expected,
            "{addr} {path} {sender:?}"
        );
    }
    let all = [list("all", &["::ffff:10.0.0.0/104"], &["/"], None)];
    assert_eq!(judge(&all, "10.9.9.9", "/any", None).0, Listed);
    assert_eq!(
        judge(&all, "9.9.9.9", "/any", None).1,
        "9.9.9.9 matches none of 1 range of all"
    );
}

#[test]
fn an_address_that_nobody_vouches_for_is_never_listed() {
    let lists = Lists::new(&Catalogue::embedded(), Vec::new());
    let judge = |claimed: Option<&str>, step: &str| {
        let client = ClientAddress {
            addr: None,
            claimed: claimed.map(|addr| addr.parse().unwrap()),
            steps: vec!["peer 127.0.0.1".to_owned(), step.to_owned()],
        };
        let verdict = lists.judge(&client, "/", SIO);
        assert_eq!(
            (verdict.kind, verdict.list),
            (VerdictKind::Unverified, None)
        );
        verdict.reason
    };
    assert_eq!(
        judge(
            Some("185.236.142.1"),
            "CF-Connecting-IP 185.236.142.1 is a claim: …"
        ),
        "claims 185.236.142.1, through 127.0.0.1; start with --trust-proxy cloudflared to check"
    );
    assert_eq!(
        judge(None, "X-Forwarded-For unreadable at \"abc\""),
        "X-Forwarded-For unreadable at \"abc\""
    );
    let nothing = lists.judge(&ClientAddress::default(), "/", None);
    assert_eq!(nothing.kind, VerdictKind::Unverified);
}

#[test]
fn the_version_follows_the_lists() {
    let catalogue = Catalogue::embedded();
    let version = |user| Lists::new(&catalogue, user).version().to_owned();
    let empty = version(Vec::new());
    assert_eq!(empty, version(Vec::new()));
    assert_ne!(empty, version(vec![list("a", &["10.0.0.0/8"], &[], None)]));
}

#[test]
fn ranges_are_read_as_people_write_them() {
    for (text, expected) in [
        ("10.1.2.3/8", "10.0.0.0/8"),
        (" 10.1.2.3 ", "10.1.2.3/32"),
        ("2001:db8::1", "2001:db8::1/128"),
        ("::ffff:10.1.2.3", "10.1.2.3/32"),
        ("::ffff:10.0.0.0/104", "10.0.0.0/8"),
        ("::/0", "::/0"),
    ] {
        assert_eq!(parse_net(text).unwrap().to_string(), expected, "{text}");
    }
    assert!(
        parse_net("example.com")
            .unwrap_err()
            .contains("`example.com`")
    );
}
