//! Reading of the headers in which proxies say whom they speak for.

use std::net::IpAddr;

use crate::request::Head;

/// A header that names the client's address, and how it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ForwardHeader {
    /// As it is written in steps and messages.
    pub(super) name: String,
    form: Form,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// Addresses joined by commas, each proxy adds its peer at the right.
    List,
    /// One address that the outermost proxy sets.
    Single,
    /// RFC 7239.
    Forwarded,
}

/// Headers by which a proxy gives itself away and a client's address can be told, those that hold one
/// address first.
const KNOWN: [(&str, Form); 9] = [
    ("CF-Connecting-IP", Form::Single),
    ("True-Client-IP", Form::Single),
    ("Fly-Client-IP", Form::Single),
    ("Fastly-Client-IP", Form::Single),
    ("X-Real-IP", Form::Single),
    ("X-Client-IP", Form::Single),
    ("X-Cluster-Client-IP", Form::Single),
    ("X-Forwarded-For", Form::List),
    ("Forwarded", Form::Forwarded),
];
/// Headers that only a proxy adds, too, but that name no address.
const TRACES: [&str; 2] = ["X-Forwarded-Host", "X-Forwarded-Proto"];

/// The names of them all.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    KNOWN.iter().map(|(name, _)| *name).chain(TRACES)
}

impl ForwardHeader {
    /// The header of that name; one that is not known is read as a list.
    pub(super) fn named(name: &str) -> Self {
        let known = KNOWN
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name));
        match known {
            Some((name, form)) => Self {
                name: (*name).to_owned(),
                form: *form,
            },
            None => Self {
                name: name.to_owned(),
                form: Form::List,
            },
        }
    }

    pub(super) fn is_forwarded(&self) -> bool {
        self.form == Form::Forwarded
    }

    /// What it says, all lines joined, the entry of the nearest proxy last. `None` without the header.
    pub(super) fn entries(&self, head: &Head) -> Option<Vec<Entry>> {
        let mut lines = head.all(&self.name).peekable();
        lines.peek()?;
        let mut entries = Vec::new();
        for line in lines {
            let line = String::from_utf8_lossy(line);
            match self.form {
                Form::Forwarded => entries.extend(elements(&line).map(Entry::forwarded)),
                Form::List | Form::Single => entries.extend(
                    line.split(',')
                        .map(str::trim)
                        .filter(|text| !text.is_empty())
                        .map(Entry::plain),
                ),
            }
        }
        if entries.is_empty() || (self.form == Form::Single && entries.len() > 1) {
            // Whoever sets a single address sets one; a second one is somebody else's.
            let all: Vec<_> = entries.into_iter().map(|entry| entry.text).collect();
            return Some(vec![Entry {
                text: all.join(", "),
                addr: None,
            }]);
        }
        Some(entries)
    }
}

/// The known headers that a request has.
pub(super) fn present(head: &Head) -> impl Iterator<Item = ForwardHeader> {
    KNOWN
        .iter()
        .filter(|(name, _)| head.first(name).is_some())
        .map(|(name, form)| ForwardHeader {
            name: (*name).to_owned(),
            form: *form,
        })
}

/// The first header that only a proxy adds.
pub(super) fn trace(head: &Head) -> Option<&'static str> {
    let known = KNOWN.iter().map(|(name, _)| *name);
    known.chain(TRACES).find(|name| head.first(name).is_some())
}

/// One hop, as a header names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) text: String,
    /// `None` for what is no address.
    pub(super) addr: Option<IpAddr>,
}

impl Entry {
    fn plain(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            addr: address(text),
        }
    }

    fn forwarded(element: &str) -> Self {
        match parameter(element, "for") {
            Some(node) => Self::plain(&node),
            None => Self {
                text: element.trim().to_owned(),
                addr: None,
            },
        }
    }
}

/// An address as proxies write it: with a port, in brackets or quotes, with a zone.
fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let text = text
        .strip_prefix('"')
        .and_then(|text| text.strip_suffix('"'))
        .unwrap_or(text);
    if let Some(inside) = text.strip_prefix('[') {
        let (inside, port) = inside.split_once(']')?;
        let port_fits = port.is_empty() || port.strip_prefix(':').is_some_and(is_port);
        return port_fits.then(|| v6(inside)).flatten();
    }
    if let Some((host, port)) = text.split_once(':')
        && !port.contains(':')
    {
        // One colon: IPv4 and a port, since no IPv6 address has only one.
        let host = host.parse::<std::net::Ipv4Addr>().ok()?;
        return is_port(port).then_some(IpAddr::V4(host));
    }
    match text.parse::<std::net::Ipv4Addr>() {
        Ok(addr) => Some(IpAddr::V4(addr)),
        Err(_) => v6(text),
    }
}

fn v6(text: &str) -> Option<IpAddr> {
    let text = text.split_once('%').map_or(text, |(addr, _zone)| addr);
    let addr: std::net::Ipv6Addr = text.parse().ok()?;
    Some(IpAddr::V6(addr).to_canonical())
}

/// A port, or what RFC 7239 allows in its place.
fn is_port(text: &str) -> bool {
    let obfuscated = |text: &str| {
        let known = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
        text.len() > 1 && text.starts_with('_') && text.bytes().all(known)
    };
    let digits = (1..=5).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    digits || obfuscated(text)
}

/// The elements of `Forwarded`: split at commas outside of quotes, empty ones left out.
fn elements(line: &str) -> impl Iterator<Item = &str> {
    split_unquoted(line, ',').filter(|element| !element.trim().is_empty())
}

/// The one parameter of that name; twice is as good as never.
fn parameter(element: &str, name: &str) -> Option<String> {
    let mut found = split_unquoted(element, ';').filter_map(|pair| {
        let (key, value) = pair.split_once('=')?;
        key.trim()
            .eq_ignore_ascii_case(name)
            .then_some(value.trim())
    });
    let value = found.next()?;
    if found.next().is_some() {
        return None;
    }
    let Some(quoted) = value.strip_prefix('"') else {
        return (!value.contains('"')).then(|| value.to_owned());
    };
    let inside = quoted.strip_suffix('"')?;
    let mut out = String::with_capacity(inside.len());
    let mut letters = inside.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => out.push(letters.next()?),
            '"' => return None,
            _ => out.push(letter),
        }
    }
    Some(out)
}

fn split_unquoted(text: &str, separator: char) -> impl Iterator<Item = &str> {
    let (mut quoted, mut escaped) = (false, false);
    text.split(move |letter: char| {
        let was_escaped = std::mem::take(&mut escaped);
        match letter {
            '\\' if quoted && !was_escaped => escaped = true,
            '"' if !was_escaped => quoted = !quoted,
            _ => return letter == separator && !quoted,
        }
        false
    })
}

/// The protocol that the nearest proxy was spoken to in.
pub(super) fn protocol(header: &ForwardHeader, head: &Head) -> Option<String> {
    if header.is_forwarded() {
        let line = String::from_utf8_lossy(head.all("Forwarded").last()?);
        return parameter(elements(&line).last()?, "proto");
    }
    let line = String::from_utf8_lossy(head.all("X-Forwarded-Proto").last()?);
    line.rsplit(',').next().map(|proto| proto.trim().to_owned())
}
