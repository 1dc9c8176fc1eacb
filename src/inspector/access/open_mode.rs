//! `--no-auth`: open to whoever comes straight from this machine by a name that is surely its own.
//! A page on the web can make a browser here send requests under another name (DNS rebinding), and a
//! tunnel or proxy brings strangers; both give themselves away.

use std::net::IpAddr;

use http::header::HOST;
use http::{HeaderMap, StatusCode, Uri};

use crate::senders::client_address::forwarding_headers;

/// Why a visitor is turned away, with the status.
pub(super) fn turned_away(headers: &HeaderMap, hosts: &[String]) -> Option<(StatusCode, String)> {
    if let Some(name) = forwarding_headers().find(|name| headers.contains_key(*name)) {
        let reason = format!(
            "The header {name} says that a proxy or tunnel stands in front, so --no-auth lets nobody in. Start hookglass without --no-auth."
        );
        return Some((StatusCode::FORBIDDEN, reason));
    }
    let host = headers
        .get(HOST)
        .and_then(|host| host.to_str().ok())
        .unwrap_or("");
    if is_ours(host, hosts) {
        return None;
    }
    let reason = format!(
        "With --no-auth this page answers only to localhost. If {host:?} is a name of this machine, start hookglass with --allow-host."
    );
    Some((StatusCode::MISDIRECTED_REQUEST, reason))
}

fn is_ours(host: &str, hosts: &[String]) -> bool {
    let Some(name) = host
        .parse::<Uri>()
        .ok()
        .and_then(|uri| uri.host().map(str::to_owned))
    else {
        return false;
    };
    let bare = name.trim_start_matches('[').trim_end_matches(']');
    name.eq_ignore_ascii_case("localhost")
        || bare.parse::<IpAddr>().is_ok_and(|addr| addr.is_loopback())
        || hosts
            .iter()
            .any(|allowed| allowed.eq_ignore_ascii_case(&name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_this_machine_are_answered() {
        let hosts = ["dev.box".to_owned()];
        for host in [
            "localhost",
            "LOCALHOST:4665",
            "127.0.0.1:4665",
            "127.9.9.9",
            "[::1]:4665",
            "dev.box:4665",
        ] {
            assert!(is_ours(host, &hosts), "{host}");
        }
        for host in [
            "",
            "evil.example",
            "localhost.evil.example",
            "127.0.0.1.nip.io",
            "10.0.0.1",
            "user@localhost.evil",
        ] {
            assert!(!is_ours(host, &hosts), "{host}");
        }
    }
}
