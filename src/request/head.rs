//! The head of a request, as sent, and a view of its lines.
//!
//! Reading never fails: what capture refused is stored too, and shown as well as it can be.

use std::borrow::Cow;
use std::ops::Range;

use bytes::Bytes;

/// The raw bytes from the request line to the blank line, with an index of their parts.
#[derive(Clone, PartialEq, Eq)]
pub struct Head {
    raw: Bytes,
    method: Range<usize>,
    target: Range<usize>,
    version: Range<usize>,
    headers: Vec<(Range<usize>, Range<usize>)>,
}

impl Head {
    /// Indexes a head. Any bytes are taken: parts that are missing are empty, a line without a
    /// colon is a header with an empty name.
    #[must_use]
    pub fn new(raw: impl Into<Bytes>) -> Self {
        let raw = raw.into();
        let mut lines = Lines { raw: &raw, at: 0 };
        let first = lines.find(|line| !line.is_empty()).unwrap_or(0..0);
        let (method, target, version) = split_request_line(&raw, first);
        let headers = lines
            .take_while(|line| !line.is_empty())
            .map(|line| split_header(&raw, line))
            .collect();
        Self {
            raw,
            method,
            target,
            version,
            headers,
        }
    }

    /// The bytes as they are stored.
    #[must_use]
    pub fn raw(&self) -> &Bytes {
        &self.raw
    }

    #[must_use]
    pub fn method(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.raw[self.method.clone()])
    }

    /// The request target exactly as sent.
    #[must_use]
    pub fn target(&self) -> &[u8] {
        &self.raw[self.target.clone()]
    }

    /// `HTTP/1.1`, as sent.
    #[must_use]
    pub fn version(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.raw[self.version.clone()])
    }

    /// The path as sent, still percent-encoded; of an absolute target (`http://host/path`) its path.
    #[must_use]
    pub fn path_bytes(&self) -> &[u8] {
        let target = self.origin_form();
        let end = target.iter().position(|&byte| byte == b'?');
        &target[..end.unwrap_or(target.len())]
    }

    /// [`Head::path_bytes`] as text, invalid UTF-8 replaced.
    #[must_use]
    pub fn path(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(self.path_bytes())
    }

    /// The path as a browser's address bar spells it: what it encodes (`<`, a space, bytes over 127) is
    /// encoded, and nothing else changed. Both spellings of a path are one endpoint.
    #[must_use]
    pub fn url_path(&self) -> String {
        url_spelling(self.path_bytes())
    }

    /// The raw query without its `?`; `None` where the target has no `?`.
    #[must_use]
    pub fn query(&self) -> Option<&[u8]> {
        let target = self.origin_form();
        let mark = target.iter().position(|&byte| byte == b'?')?;
        Some(&target[mark + 1..])
    }

    /// Names and values as sent, in order, duplicates and all; values without the blanks around them.
    pub fn headers(&self) -> impl ExactSizeIterator<Item = (Cow<'_, str>, &[u8])> {
        self.headers.iter().map(|(name, value)| {
            (
                String::from_utf8_lossy(&self.raw[name.clone()]),
                &self.raw[value.clone()],
            )
        })
    }

    /// The values of all lines with this name, in order; case does not matter.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
        self.headers
            .iter()
            .filter(move |(span, _)| self.raw[span.clone()].eq_ignore_ascii_case(name.as_bytes()))
            .map(|(_, value)| &self.raw[value.clone()])
    }

    /// The value of the first line with this name.
    #[must_use]
    pub fn first<'a>(&'a self, name: &'a str) -> Option<&'a [u8]> {
        self.all(name).next()
    }

    /// [`Head::first`] where it is UTF-8.
    #[must_use]
    pub fn text<'a>(&'a self, name: &'a str) -> Option<&'a str> {
        std::str::from_utf8(self.first(name)?).ok()
    }

    /// The target from its path on.
    fn origin_form(&self) -> &[u8] {
        let target = self.target();
        let lower = target.get(..8).unwrap_or(target).to_ascii_lowercase();
        let authority = if lower.starts_with(b"http://") {
            7
        } else if lower.starts_with(b"https://") {
            8
        } else {
            return target;
        };
        let rest = &target[authority..];
        match rest.iter().position(|&byte| byte == b'/' || byte == b'?') {
            Some(start) => &rest[start..],
            None => b"/",
        }
    }
}

/// Bytes as they may stand in a URL; those that may not are percent-encoded. What is encoded already stays.
#[must_use]
pub fn url_spelling(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for &byte in bytes {
        match byte {
            b'!' | b'$'..=b';' | b'=' | b'?'..=b'[' | b']' | b'_' | b'a'..=b'z' | b'|' | b'~' => {
                text.push(char::from(byte));
            }
            _ => text.push_str(&format!("%{byte:02X}")),
        }
    }
    text
}

impl std::fmt::Debug for Head {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Head")
            .field(&self.raw.escape_ascii().to_string())
            .finish()
    }
}

/// The spans of the lines, without their ends.
struct Lines<'a> {
    raw: &'a [u8],
    at: usize,
}

impl Iterator for Lines<'_> {
    type Item = Range<usize>;

    fn next(&mut self) -> Option<Range<usize>> {
        if self.at >= self.raw.len() {
            return None;
        }
        let start = self.at;
        let rest = &self.raw[start..];
        let len = rest.iter().position(|&byte| byte == b'\n');
        self.at = start + len.map_or(rest.len(), |len| len + 1);
        let mut end = start + len.unwrap_or(rest.len());
        if end > start && self.raw[end - 1] == b'\r' {
            end -= 1;
        }
        Some(start..end)
    }
}

fn split_request_line(
    raw: &[u8],
    line: Range<usize>,
) -> (Range<usize>, Range<usize>, Range<usize>) {
    let bytes = &raw[line.clone()];
    let Some(first) = bytes.iter().position(|&byte| byte == b' ') else {
        return (line.clone(), line.end..line.end, line.end..line.end);
    };
    let last = bytes
        .iter()
        .rposition(|&byte| byte == b' ')
        .filter(|&last| last > first && bytes[last + 1..].starts_with(b"HTTP/"));
    let target_end = last.map_or(line.end, |last| line.start + last);
    let version_start = last.map_or(line.end, |last| line.start + last + 1);
    (
        line.start..line.start + first,
        line.start + first + 1..target_end,
        version_start..line.end,
    )
}

fn split_header(raw: &[u8], line: Range<usize>) -> (Range<usize>, Range<usize>) {
    let bytes = &raw[line.clone()];
    let folded = matches!(bytes.first(), Some(b' ' | b'\t'));
    let colon = bytes.iter().position(|&byte| byte == b':');
    let Some(colon) = colon.filter(|_| !folded) else {
        return (line.start..line.start, line);
    };
    let blank = |byte: &u8| matches!(byte, b' ' | b'\t');
    let mut value = line.start + colon + 1..line.end;
    while value.start < value.end && blank(&raw[value.start]) {
        value.start += 1;
    }
    while value.end > value.start && blank(&raw[value.end - 1]) {
        value.end -= 1;
    }
    (line.start..line.start + colon, value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn parts_are_as_sent() {
        let head = Head::new(
            &b"POST /a%20b?x=1&x=2 HTTP/1.1\r\nHost: h\r\nX-A:  one \r\nx-a: two\r\nX-E:\r\n\r\n"[..],
        );
        assert_eq!(head.method(), "POST");
        assert_eq!(head.target(), b"/a%20b?x=1&x=2");
        assert_eq!(head.path(), "/a%20b");
        assert_eq!(head.query(), Some(&b"x=1&x=2"[..]));
        assert_eq!(head.version(), "HTTP/1.1");
        let names: Vec<_> = head.headers().map(|(name, _)| name.into_owned()).collect();
        assert_eq!(names, ["Host", "X-A", "x-a", "X-E"]);
        assert_eq!(
            head.all("x-A").collect::<Vec<_>>(),
            [&b"one"[..], &b"two"[..]]
        );
        assert_eq!(head.first("x-e"), Some(&b""[..]));
    }

    #[test]
    fn an_absolute_target_has_the_path_of_its_url() {
        let path = |line: &'static str| Head::new(line.as_bytes()).path().into_owned();
        assert_eq!(path("GET http://h:1/p?q HTTP/1.1\r\n\r\n"), "/p");
        assert_eq!(path("GET HTTPS://h?q HTTP/1.1\r\n\r\n"), "");
        assert_eq!(path("GET http://h HTTP/1.1\r\n\r\n"), "/");
        assert_eq!(path("OPTIONS * HTTP/1.1\r\n\r\n"), "*");
    }

    #[test]
    fn broken_lines_are_kept() {
        let head = Head::new(&b"GARBAGE\r\n folded\r\nno colon\r\n"[..]);
        assert_eq!(head.method(), "GARBAGE");
        assert_eq!(head.target(), b"");
        let lines: Vec<_> = head.headers().map(|(_, value)| value.to_vec()).collect();
        assert_eq!(lines, [b" folded".to_vec(), b"no colon".to_vec()]);
    }

    proptest! {
        #[test]
        fn any_bytes_have_a_view(raw in proptest::collection::vec(any::<u8>(), 0..400)) {
            let head = Head::new(raw.clone());
            prop_assert_eq!(&head.raw()[..], &raw[..]);
            let _ = (head.path(), head.query(), head.headers().count());
        }
    }
}
