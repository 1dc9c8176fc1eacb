//! The scheme and host that a sender called. Which one it was cannot be told for sure behind proxies,
//! so all that the request speaks for are tried.

use crate::request::Head;

/// A request that names more hosts than this is a strange one; the first are tried.
const MAX_HOSTS: usize = 4;

/// `https://example.com` and the like, the likeliest first; never empty.
pub(super) fn candidates(head: &Head, secure: bool) -> Vec<String> {
    let schemes = if secure || says_https(head) {
        ["https", "http"]
    } else {
        ["http", "https"]
    };
    let hosts = hosts(head);
    let mut origins = Vec::new();
    for scheme in schemes {
        for host in &hosts {
            for spelling in port_spellings(host, scheme) {
                let origin = format!("{scheme}://{spelling}");
                if !origins.contains(&origin) {
                    origins.push(origin);
                }
            }
        }
    }
    origins
}

/// Whoever claims it: a wrong claim only changes the order.
fn says_https(head: &Head) -> bool {
    let proto = head.text("x-forwarded-proto").unwrap_or_default();
    let forwarded = head.text("forwarded").unwrap_or_default();
    proto.to_ascii_lowercase().starts_with("https")
        || forwarded.to_ascii_lowercase().contains("proto=https")
}

fn hosts(head: &Head) -> Vec<String> {
    let target = String::from_utf8_lossy(head.target());
    let absolute = target
        .split_once("://")
        .filter(|(scheme, _)| scheme.chars().all(char::is_alphanumeric))
        .and_then(|(_, rest)| rest.split(['/', '?']).next());
    let forwarded = head.text("forwarded").unwrap_or_default();
    let named = ["x-forwarded-host", "x-original-host"]
        .into_iter()
        .filter_map(|name| head.text(name))
        .flat_map(|value| value.split(','))
        .chain(forwarded.split([',', ';']).filter_map(forwarded_host))
        .chain(head.text("host"))
        .chain(absolute)
        .map(str::trim)
        .filter(|host| !host.is_empty());
    let mut hosts: Vec<String> = Vec::new();
    for host in named.take(MAX_HOSTS) {
        if hosts.iter().all(|known| known != host) {
            hosts.push(host.to_owned());
        }
    }
    if hosts.is_empty() {
        hosts.push(String::new());
    }
    hosts
}

fn forwarded_host(part: &str) -> Option<&str> {
    let (name, value) = part.split_once('=')?;
    name.trim()
        .eq_ignore_ascii_case("host")
        .then(|| value.trim().trim_matches('"'))
}

/// As named, without the port, and with the scheme's own port: Twilio signs either.
fn port_spellings(host: &str, scheme: &str) -> [String; 3] {
    let default = if scheme == "https" { 443 } else { 80 };
    let bare = match host.rsplit_once(':') {
        Some((bare, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => bare,
        _ => host,
    };
    [
        host.to_owned(),
        bare.to_owned(),
        format!("{bare}:{default}"),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(lines: &str, secure: bool) -> Vec<String> {
        candidates(
            &Head::new(format!("POST /x HTTP/1.1\r\n{lines}\r\n").into_bytes()),
            secure,
        )
    }

    #[test]
    fn the_likeliest_stands_first() {
        assert_eq!(of("Host: a.example\r\n", true)[0], "https://a.example");
        assert_eq!(of("Host: a.example\r\n", false)[0], "http://a.example");
        let proxied = "Host: 127.0.0.1:4665\r\nX-Forwarded-Host: a.example, b\r\nX-Forwarded-Proto: https\r\n";
        let origins = of(proxied, false);
        assert_eq!(origins[0], "https://a.example");
        for other in [
            "https://127.0.0.1:4665",
            "http://127.0.0.1",
            "https://b:443",
        ] {
            assert!(origins.contains(&other.to_owned()), "{other}");
        }
        assert_eq!(
            of("Forwarded: for=1;host=\"c.example\";proto=https\r\n", false)[0],
            "https://c.example"
        );
    }

    #[test]
    fn a_request_without_a_host_has_an_origin_as_well() {
        assert!(!of("", false).is_empty());
        assert!(!of("Host: [::1]:8080\r\nX-Forwarded-Host: ,,,\r\n", true).is_empty());
    }
}
