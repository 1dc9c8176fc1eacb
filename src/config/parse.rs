//! Text to types. Each function's error completes the sentence `--flag: …`.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use http::Uri;

use super::nearest::hint;
use super::settings::{LogFilter, LogFormat};
use crate::secret::Hidden;

/// A shorter token could be guessed.
const MIN_TOKEN: usize = 16;
const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];
/// The longest units first: `B` ends all of them.
const UNITS: [(&str, u64); 13] = [
    ("kib", 1 << 10),
    ("mib", 1 << 20),
    ("gib", 1 << 30),
    ("tib", 1 << 40),
    ("kb", 1_000),
    ("mb", 1_000_000),
    ("gb", 1_000_000_000),
    ("tb", 1_000_000_000_000),
    ("k", 1 << 10),
    ("m", 1 << 20),
    ("g", 1 << 30),
    ("t", 1 << 40),
    ("b", 1),
];

type Parsed<T> = Result<T, String>;

/// An `http` or `https` address of a server, without a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl(String);

impl PublicUrl {
    /// `https://hooks.example.com`, never with a slash at the end.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The host with its port, as it stands in a `Host` header.
    #[must_use]
    pub fn authority(&self) -> &str {
        self.0.split_once("://").map_or("", |(_, rest)| rest)
    }

    /// Whether senders speak https.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.0.starts_with("https://")
    }
}

/// `IP:PORT`, `localhost:PORT`, or a port alone.
pub(super) fn listen(text: &str) -> Parsed<SocketAddr> {
    let loopback = IpAddr::V4(Ipv4Addr::LOCALHOST);
    if let Ok(addr) = text.parse() {
        return Ok(addr);
    }
    let port = text.strip_prefix("localhost:").unwrap_or(text);
    if let Ok(port) = port.parse() {
        return Ok(SocketAddr::new(loopback, port));
    }
    if let Ok(ip) = text.parse::<IpAddr>() {
        return Err(format!(
            "\"{text}\" has no port; write it like {}",
            SocketAddr::new(ip, 4665)
        ));
    }
    Err(format!(
        "\"{text}\" is no address to listen on; write an IP address and a port, like 127.0.0.1:4665 or [::1]:4665"
    ))
}

/// A number of bytes with a unit, or without.
pub(super) fn size(text: &str) -> Parsed<u64> {
    let bad = || format!("\"{text}\" is no size; write it like 32MiB, 10MB or 65536");
    let lower = text.trim().to_ascii_lowercase();
    let (number, unit) = UNITS
        .into_iter()
        .find_map(|(unit, bytes)| Some((lower.strip_suffix(unit)?, bytes)))
        .unwrap_or((&lower, 1));
    let number: u64 = number.trim_end().parse().map_err(|_| bad())?;
    number
        .checked_mul(unit)
        .ok_or_else(|| format!("\"{text}\" is more than can be counted"))
}

/// [`size`], where none would mean that nothing is taken at all.
pub(super) fn size_above_zero(text: &str) -> Parsed<u64> {
    match size(text)? {
        0 => Err(format!(
            "\"{text}\" would refuse every body; give at least 1KiB"
        )),
        bytes => Ok(bytes),
    }
}

/// A count of at least one.
pub(super) fn count(text: &str) -> Parsed<usize> {
    text.parse()
        .ok()
        .filter(|&count| count > 0)
        .ok_or_else(|| format!("\"{text}\" is no count; write a whole number above 0, like 1024"))
}

/// On or off, in the usual spellings.
pub(super) fn switch(text: &str) -> Parsed<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "on" | "yes" | "1" => Ok(true),
        "false" | "off" | "no" | "0" => Ok(false),
        _ => Err(format!(
            "\"{text}\" is neither on nor off; write true or false"
        )),
    }
}

/// The address that senders use.
pub(super) fn public_url(text: &str) -> Parsed<PublicUrl> {
    let bad = |why: &str| {
        Err(format!(
            "\"{text}\" {why}; write it like https://hooks.example.com"
        ))
    };
    let Ok(uri) = text.parse::<Uri>() else {
        return bad("is no URL");
    };
    let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
        return bad("has no http:// or https:// in front");
    };
    if !matches!(scheme, "http" | "https") {
        return bad("is neither http nor https");
    }
    if authority.as_str().contains('@') {
        return bad("holds a user name, which a webhook URL must not");
    }
    if uri.path() != "/" || uri.query().is_some() {
        return bad("has a path, but hookglass answers at the root of a host");
    }
    Ok(PublicUrl(format!(
        "{scheme}://{}",
        authority.as_str().to_ascii_lowercase()
    )))
}

/// A header's name (RFC 9110 token).
pub(super) fn header_name(text: &str) -> Parsed<String> {
    http::HeaderName::from_bytes(text.as_bytes())
        .map(|_| text.to_owned())
        .map_err(|_| format!("\"{text}\" is no header name; write it like X-Forwarded-For"))
}

/// A host name without scheme, port and path, in lower case.
pub(super) fn host(text: &str) -> Parsed<String> {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-._:[]".contains(&byte);
    let name = text.to_ascii_lowercase();
    let address = name.trim_matches(['[', ']']).parse::<IpAddr>().is_ok();
    if name.is_empty() || !name.bytes().all(fits) || (name.contains(':') && !address) {
        return Err(format!(
            "\"{text}\" is no host name; write it without scheme, port and path, like devbox.local"
        ));
    }
    Ok(name)
}

/// A secret that is long enough.
pub(super) fn token(text: &str) -> Parsed<Hidden> {
    let length = text.chars().count();
    if length < MIN_TOKEN {
        // The value itself is never printed.
        return Err(format!(
            "the token has {length} characters; use {MIN_TOKEN} or more, or make one with `hookglass token new NAME`"
        ));
    }
    if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err("the token holds a character that cannot stand in an Authorization header; use letters, digits and - . _ ~".to_owned());
    }
    Ok(Hidden::new(text.to_owned()))
}

/// Levels by module. A bare word must be a level: as a module it would silence all others.
pub(super) fn log(text: &str) -> Parsed<LogFilter> {
    for part in text.split(',').map(str::trim) {
        let level = part.rsplit_once('=').map_or(part, |(_, level)| level);
        if !LEVELS.contains(&level.to_ascii_lowercase().as_str()) {
            return Err(format!(
                "\"{level}\" is no log level{}; write one of {}",
                hint(level, LEVELS),
                LEVELS.join(", ")
            ));
        }
    }
    let targets = text.parse().map_err(|_| {
        format!("\"{text}\" cannot be read; write it like info or info,hookglass::store=debug")
    })?;
    Ok(LogFilter {
        text: text.to_owned(),
        targets,
    })
}

/// `text` or `json`.
pub(super) fn log_format(text: &str) -> Parsed<LogFormat> {
    match text.to_ascii_lowercase().as_str() {
        "text" => Ok(LogFormat::Text),
        "json" => Ok(LogFormat::Json),
        _ => Err(format!("\"{text}\" is no log format; write text or json")),
    }
}

/// A path as it stands in a request: from the slash on.
pub(super) fn path(text: &str) -> Parsed<String> {
    if !text.starts_with('/') || text.contains(['?', '#', ' ']) {
        return Err(format!("\"{text}\" is no path; write it like /shop"));
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn sizes_take_units_of_both_kinds() {
        for (text, bytes) in [
            ("0", 0),
            ("65536", 65_536),
            ("32MiB", 32 << 20),
            ("10 MB", 10_000_000),
            ("1k", 1024),
            ("7b", 7),
            ("2GiB", 2 << 30),
        ] {
            assert_eq!(size(text), Ok(bytes), "{text}");
        }
        for text in ["", "MiB", "1.5MiB", "-1", "12 parsecs", "99999999999TiB"] {
            assert!(size(text).is_err(), "{text}");
        }
        assert!(size_above_zero("0").is_err());
    }

    #[test]
    fn listen_takes_addresses_and_ports() {
        let shown = |text| listen(text).map(|addr| addr.to_string());
        assert_eq!(shown("8080"), Ok("127.0.0.1:8080".to_owned()));
        assert_eq!(shown("localhost:1"), Ok("127.0.0.1:1".to_owned()));
        assert_eq!(shown("[::1]:0"), Ok("[::1]:0".to_owned()));
        assert_eq!(shown("0.0.0.0:80"), Ok("0.0.0.0:80".to_owned()));
        assert!(shown("::1").is_err_and(|why| why.contains("[::1]:4665")));
        assert!(shown("example.com:80").is_err());
    }

    #[test]
    fn a_public_url_is_the_root_of_a_host() {
        let url = public_url("https://Hooks.example.com/").unwrap();
        assert_eq!(url.as_str(), "https://hooks.example.com");
        assert_eq!(url.authority(), "hooks.example.com");
        assert!(url.is_https());
        for text in [
            "hooks.example.com",
            "ftp://h",
            "http://h/p",
            "http://h/?q",
            "http://u:p@h",
            "",
        ] {
            assert!(public_url(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_misspelt_level_is_no_module() {
        assert!(log("info").is_ok());
        assert!(log("info,hookglass::store=debug").is_ok());
        assert!(log("inof").is_err_and(|why| why.contains("\"info\"")));
        assert!(log("hookglass=loud").is_err());
    }

    #[test]
    fn a_short_token_is_refused_and_not_repeated() {
        let why = token("hunter2").unwrap_err();
        assert!(!why.contains("hunter2"));
        assert!(token("0123456789abcdef").is_ok());
        assert!(token("0123456789abcdef ghi").is_err());
    }

    #[test]
    fn hosts_are_bare_names() {
        assert_eq!(host("DevBox.local"), Ok("devbox.local".to_owned()));
        assert!(host("[::1]").is_ok());
        for text in ["", "http://h", "h:80", "h/p"] {
            assert!(host(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in ".{0,40}") {
            let _ = (listen(&text), size(&text), public_url(&text), log(&text), host(&text));
            let _ = (switch(&text), count(&text), header_name(&text), path(&text));
        }
    }
}
