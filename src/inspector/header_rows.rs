//! Header and trailer lines, and query parameters, as rows of a table.

use super::strings::Strings;
use crate::request::{Head, Identity};

/// Headers whose value opens doors: hidden until asked for.
const SECRET: [&str; 4] = [
    "authorization",
    "cookie",
    "proxy-authorization",
    "x-api-key",
];

/// One line, in the order and spelling in which it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeaderRow {
    pub name: String,
    pub value: String,
    /// The value is no UTF-8, and shown with escapes.
    pub escaped: bool,
    pub secret: bool,
    /// What this line told the catalogue.
    pub mark: Option<&'static str>,
}

/// The header lines of a request.
#[must_use]
pub fn of_head(head: &Head, identity: &Identity, s: &'static Strings) -> Vec<HeaderRow> {
    head.headers()
        .map(|(name, value)| row(&name, value, identity, s))
        .collect()
}

/// The trailer lines of a chunked body.
#[must_use]
pub fn of_trailers(trailers: &[u8], identity: &Identity, s: &'static Strings) -> Vec<HeaderRow> {
    // A head is a line of its own before the header lines, so the trailers get an empty one.
    let mut raw = b"- - HTTP/1.1\r\n".to_vec();
    raw.extend_from_slice(trailers);
    of_head(&Head::new(raw), identity, s)
}

fn row(name: &str, value: &[u8], identity: &Identity, s: &'static Strings) -> HeaderRow {
    let (value, escaped) = match std::str::from_utf8(value) {
        Ok(text) => (text.to_owned(), false),
        Err(_) => (value.escape_ascii().to_string(), true),
    };
    HeaderRow {
        secret: SECRET
            .iter()
            .any(|secret| name.eq_ignore_ascii_case(secret)),
        mark: mark(name, &value, identity, s),
        name: name.to_owned(),
        value,
        escaped,
    }
}

fn mark(name: &str, value: &str, identity: &Identity, s: &'static Strings) -> Option<&'static str> {
    let names_event = |source: &String| source.eq_ignore_ascii_case(name);
    if identity.event_source.as_ref().is_some_and(names_event) {
        Some(s.mark_event)
    } else if !value.is_empty() && identity.delivery_id.as_deref() == Some(value) {
        Some(s.mark_delivery)
    } else if name.to_ascii_lowercase().contains("signature") {
        Some(s.mark_signature)
    } else {
        None
    }
}

/// The query's parameters, decoded, in order, duplicates and all.
#[must_use]
pub fn of_query(query: &[u8]) -> Vec<(String, String)> {
    query
        .split(|&byte| byte == b'&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let cut = pair.iter().position(|&byte| byte == b'=');
            let (name, value) =
                cut.map_or((pair, &b""[..]), |cut| (&pair[..cut], &pair[cut + 1..]));
            (decoded(name), decoded(value))
        })
        .collect()
}

/// Undoes percent-encoding and `+`; what is no valid escape stays as it is.
fn decoded(text: &[u8]) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        let escape = text.get(at + 1..at + 3).and_then(|digits| {
            let digits = std::str::from_utf8(digits).ok()?;
            digits
                .bytes()
                .all(|digit| digit.is_ascii_hexdigit())
                .then_some(())?;
            u8::from_str_radix(digits, 16).ok()
        });
        match (byte, escape) {
            (b'%', Some(escape)) => {
                bytes.push(escape);
                at += 2;
            }
            (b'+', _) => bytes.push(b' '),
            _ => bytes.push(byte),
        }
        at += 1;
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inspector::strings::EN;

    #[test]
    fn headers_keep_order_spelling_and_duplicates() {
        let head = Head::new(
            &b"GET / HTTP/1.1\r\nX-A: 1\r\nx-a: \xff\r\nCOOKIE: s\r\nX-Event: e\r\n\r\n"[..],
        );
        let identity = Identity {
            event_source: Some("x-event".into()),
            ..Identity::default()
        };
        let rows = of_head(&head, &identity, &EN);
        let names: Vec<_> = rows.iter().map(|row| row.name.as_str()).collect();
        assert_eq!(names, ["X-A", "x-a", "COOKIE", "X-Event"]);
        assert_eq!((rows[1].value.as_str(), rows[1].escaped), ("\\xff", true));
        assert!(rows[2].secret && !rows[0].secret);
        assert_eq!(rows[3].mark, Some("event"));
        assert_eq!(
            of_trailers(b"Digest: x\r\n", &identity, &EN)[0].name,
            "Digest"
        );
    }

    #[test]
    fn query_parameters_keep_order_and_duplicates() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(
            of_query(b"b=2&a=%C3%A9+x&&b&c=100%&=%zz%+1"),
            [
                pair("b", "2"),
                pair("a", "é x"),
                pair("b", ""),
                pair("c", "100%"),
                pair("", "%zz% 1")
            ]
        );
    }
}
