//! Heads: reading one, and holding it against the rules before anything is made of it.

use bytes::{Buf, Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::Instant;

use super::stream::{Filled, Stream};
use crate::capture::limits::{HEAD_MAX, HEAD_TIME, HEADERS_MAX, METHOD_MAX, TARGET_MAX};
use crate::request::Head;

/// How a TLS connection begins (RFC 8446, section 5.1): a handshake record, of any version 3.x.
const TLS_HANDSHAKE: [u8; 2] = [0x16, 0x03];

/// How the body is delimited (RFC 9112, section 6.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Framing {
    None,
    Length(u64),
    Chunked,
}

/// A head that keeps the rules, and what it says of the connection.
#[derive(Debug)]
pub(crate) struct Accepted {
    pub(crate) framing: Framing,
    pub(crate) keep_alive: bool,
    /// The sender waits for a word before it sends the body.
    pub(crate) expects_continue: bool,
    pub(crate) http_1_0: bool,
}

/// What is answered instead, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    pub(crate) reason: String,
}

impl Refusal {
    pub(crate) fn new(status: u16, reason: impl Into<String>) -> Self {
        Self {
            status,
            reason: reason.into(),
        }
    }
}

/// What came where a head was expected.
pub(crate) enum HeadRead {
    /// All up to the blank line.
    Whole(Bytes),
    /// Nothing, or nothing but line ends: closed without a word.
    Nothing,
    /// What came of it.
    Refused(Bytes, Refusal),
}

/// Reads a head whose first bytes are in the buffer already.
pub(crate) async fn read<S>(stream: &mut Stream<S>) -> HeadRead
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let deadline = Instant::now() + HEAD_TIME;
    let mut searched = 0;
    loop {
        if searched == 0 {
            skip_blank_lines(&mut stream.buffer);
        }
        if stream.buffer.starts_with(&TLS_HANDSHAKE) {
            let refusal = Refusal::new(
                400,
                "a TLS handshake: the sender uses https, this port speaks plain http",
            );
            return HeadRead::Refused(stream.buffer.split().freeze(), refusal);
        }
        if let Some(end) = find_end(&stream.buffer, &mut searched) {
            return match end <= HEAD_MAX {
                true => HeadRead::Whole(stream.buffer.split_to(end).freeze()),
                false => too_large(stream),
            };
        }
        if stream.buffer.len() > HEAD_MAX {
            return too_large(stream);
        }
        let refusal = match stream.fill(deadline).await {
            Filled::Some => continue,
            Filled::TimedOut => Refusal::new(408, "the head was not whole within 10 s"),
            Filled::End | Filled::Broken => {
                Refusal::new(400, "the connection ended before the head was whole")
            }
        };
        if stream.buffer.is_empty() {
            return HeadRead::Nothing;
        }
        return HeadRead::Refused(stream.buffer.split().freeze(), refusal);
    }
}

/// Empty lines before a request line are skipped (RFC 9112, section 2.2).
fn skip_blank_lines(buffer: &mut BytesMut) {
    let blank = buffer
        .iter()
        .take_while(|byte| matches!(byte, b'\r' | b'\n'))
        .count();
    buffer.advance(blank);
}

fn too_large<S>(stream: &mut Stream<S>) -> HeadRead {
    let kept = stream
        .buffer
        .split_to(HEAD_MAX.min(stream.buffer.len()))
        .freeze();
    let line = kept
        .iter()
        .position(|&byte| byte == b'\n')
        .unwrap_or(kept.len());
    let refusal = if line > TARGET_MAX {
        Refusal::new(414, "the request target is longer than 32 KiB")
    } else {
        Refusal::new(431, "the head is larger than 64 KiB")
    };
    HeadRead::Refused(kept, refusal)
}

/// The place after the blank line; looks only at what was not searched before.
fn find_end(buffer: &[u8], searched: &mut usize) -> Option<usize> {
    let mut at = *searched;
    while let Some(offset) = buffer[at..].iter().position(|&byte| byte == b'\n') {
        let next = at + offset + 1;
        match &buffer[next..] {
            [b'\n', ..] => return Some(next + 1),
            [b'\r', b'\n', ..] => return Some(next + 2),
            [] | [b'\r'] => {
                *searched = at + offset;
                return None;
            }
            _ => at = next,
        }
    }
    *searched = buffer.len();
    None
}

/// Holds a whole head against the rules of `docs/limits.md`.
pub(crate) fn check(head: &Head) -> Result<Accepted, Refusal> {
    check_line(head)?;
    let after_line = head
        .raw()
        .iter()
        .position(|&byte| byte == b'\n')
        .map_or(0, |end| end + 1);
    let mut lines = [httparse::EMPTY_HEADER; HEADERS_MAX];
    match httparse::parse_headers(&head.raw()[after_line..], &mut lines) {
        Ok(httparse::Status::Complete(_)) => {}
        Ok(httparse::Status::Partial) => {
            return Err(Refusal::new(400, "the head has no end"));
        }
        Err(httparse::Error::TooManyHeaders) => {
            return Err(Refusal::new(431, "more than 200 header lines"));
        }
        Err(error) => return Err(Refusal::new(400, format!("not HTTP: {error}"))),
    }
    let http_1_0 = head.version() == "HTTP/1.0";
    check_host(head, http_1_0)?;
    let (framing, ambiguous) = framing(head, http_1_0)?;
    let keep_alive = if http_1_0 {
        has_token(head, "connection", b"keep-alive")
    } else {
        !has_token(head, "connection", b"close")
    };
    Ok(Accepted {
        framing,
        keep_alive: keep_alive && !ambiguous,
        expects_continue: !http_1_0 && has_token(head, "expect", b"100-continue"),
        http_1_0,
    })
}

fn check_line(head: &Head) -> Result<(), Refusal> {
    let (method, target) = (head.method(), head.target());
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    if method.is_empty() || !method.bytes().all(is_token) {
        return Err(Refusal::new(400, "not HTTP: no method"));
    }
    match &*head.version() {
        "HTTP/1.1" | "HTTP/1.0" => {}
        "" => return Err(Refusal::new(400, "not HTTP: no version")),
        _ => {
            let reason = "only HTTP/1.0 and HTTP/1.1 are spoken here";
            return Err(Refusal::new(505, reason));
        }
    }
    // Spaces and bytes over 127 break RFC 9112, and senders that fill in templates send them.
    if target.iter().any(|&byte| byte.is_ascii_control()) {
        return Err(Refusal::new(
            400,
            "the request target has a control character",
        ));
    }
    if method.len() > METHOD_MAX {
        return Err(Refusal::new(400, "the method is longer than 64 bytes"));
    }
    if method == "CONNECT" {
        return Err(Refusal::new(405, "CONNECT is for proxies; this is none"));
    }
    if target.len() > TARGET_MAX {
        return Err(Refusal::new(
            414,
            "the request target is longer than 32 KiB",
        ));
    }
    let scheme_end = target.iter().position(|&byte| byte == b':');
    let absolute = scheme_end.is_some_and(|end| {
        let scheme = &target[..end];
        target[end..].starts_with(b"://")
            && (scheme.eq_ignore_ascii_case(b"http") || scheme.eq_ignore_ascii_case(b"https"))
    });
    if target.starts_with(b"/") || absolute || (target == b"*" && method == "OPTIONS") {
        Ok(())
    } else {
        Err(Refusal::new(400, "the request target must begin with /"))
    }
}

fn check_host(head: &Head, http_1_0: bool) -> Result<(), Refusal> {
    match head.all("host").count() {
        0 if http_1_0 => Ok(()),
        0 => Err(Refusal::new(400, "HTTP/1.1 asks for a Host header")),
        1 => Ok(()),
        _ => Err(Refusal::new(400, "more than one Host header")),
    }
}

/// The framing, and whether two headers disagreed about it.
fn framing(head: &Head, http_1_0: bool) -> Result<(Framing, bool), Refusal> {
    let length = content_length(head)?;
    let mut codings = head.all("transfer-encoding").peekable();
    if codings.peek().is_none() {
        let framing = length.map_or(Framing::None, Framing::Length);
        return Ok((framing, false));
    }
    let bad = || {
        Refusal::new(
            400,
            "the only Transfer-Encoding taken is chunked, over HTTP/1.1",
        )
    };
    let one = codings
        .next()
        .filter(|value| value.eq_ignore_ascii_case(b"chunked"));
    if one.is_none() || codings.next().is_some() || http_1_0 {
        return Err(bad());
    }
    Ok((Framing::Chunked, length.is_some()))
}

/// The one value of all `Content-Length` lines, in bytes.
pub(crate) fn content_length(head: &Head) -> Result<Option<u64>, Refusal> {
    let mut length = None;
    for value in head.all("content-length") {
        let number = (!value.is_empty() && value.iter().all(u8::is_ascii_digit))
            .then(|| std::str::from_utf8(value).ok()?.parse::<u64>().ok())
            .flatten()
            .ok_or_else(|| Refusal::new(400, "Content-Length is not a number of bytes"))?;
        if length.is_some_and(|earlier| earlier != number) {
            return Err(Refusal::new(400, "two Content-Length headers disagree"));
        }
        length = Some(number);
    }
    Ok(length)
}

/// Whether a comma-separated header holds a token; case does not matter.
fn has_token(head: &Head, name: &str, token: &[u8]) -> bool {
    head.all(name)
        .flat_map(|value| value.split(|&byte| byte == b','))
        .any(|item| item.trim_ascii().eq_ignore_ascii_case(token))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn status(raw: &str) -> u16 {
        match check(&Head::new(raw.as_bytes().to_vec())) {
            Ok(_) => 0,
            Err(refusal) => refusal.status,
        }
    }

    #[test]
    fn what_breaks_a_rule_is_refused_with_its_status() {
        let get = |rest: &str| status(&format!("GET / HTTP/1.1\r\nHost: h\r\n{rest}\r\n"));
        assert_eq!(get(""), 0);
        assert_eq!(get("A: b\r\n"), 0);
        assert_eq!(get("Content-Length: 5\r\nContent-Length: 5\r\n"), 0);
        assert_eq!(get("Content-Length: 5\r\nContent-Length: 6\r\n"), 400);
        assert_eq!(get("Content-Length: +5\r\n"), 400);
        assert_eq!(get("Content-Length: 5, 5\r\n"), 400);
        assert_eq!(get("Content-Length: \r\n"), 400);
        assert_eq!(get("Content-Length: 99999999999999999999\r\n"), 400);
        assert_eq!(get("Transfer-Encoding: gzip, chunked\r\n"), 400);
        assert_eq!(
            get("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"),
            400
        );
        assert_eq!(get("Transfer-Encoding: xchunked\r\n"), 400);
        assert_eq!(get("Transfer-Encoding : chunked\r\n"), 400);
        assert_eq!(get("A: b\r\n folded\r\n"), 400);
        assert_eq!(get("A: b\0c\r\n"), 400);
        assert_eq!(get("Host: again\r\n"), 400);
        assert_eq!(get(&"A: b\r\n".repeat(199)), 0);
        assert_eq!(get(&"A: b\r\n".repeat(200)), 431);
        assert_eq!(status("GET / HTTP/1.1\r\n\r\n"), 400);
        assert_eq!(status("GET / HTTP/1.0\r\n\r\n"), 0);
        assert_eq!(
            status("GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"),
            400
        );
        assert_eq!(status("PRI * HTTP/2.0\r\n\r\n"), 505);
        assert_eq!(status("CONNECT h:443 HTTP/1.1\r\nHost: h\r\n\r\n"), 405);
        assert_eq!(status("GET h:443 HTTP/1.1\r\nHost: h\r\n\r\n"), 400);
        assert_eq!(status("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n"), 0);
        assert_eq!(status("GET * HTTP/1.1\r\nHost: h\r\n\r\n"), 400);
        assert_eq!(status("GET http://h/p HTTP/1.1\r\nHost: h\r\n\r\n"), 0);
        assert_eq!(
            status(&format!("{} / HTTP/1.1\r\nHost: h\r\n\r\n", "M".repeat(65))),
            400
        );
        assert_eq!(
            status(&format!(
                "GET /{} HTTP/1.1\r\nHost: h\r\n\r\n",
                "a".repeat(32768)
            )),
            414
        );
    }

    #[test]
    fn targets_that_people_send_unencoded_are_taken() {
        for target in [
            "/a?x=<b>",
            "/{{contact.email}}",
            "/a|b^c`d\"e",
            "/caf\u{e9}",
            "/a b?c= d",
        ] {
            assert_eq!(
                status(&format!("GET {target} HTTP/1.1\r\nHost: h\r\n\r\n")),
                0,
                "{target}"
            );
        }
    }

    #[test]
    fn length_and_chunked_together_are_chunked_and_end_the_connection() {
        let raw =
            "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nTransfer-Encoding: Chunked\r\n\r\n";
        let accepted = check(&Head::new(raw.as_bytes().to_vec())).unwrap();
        assert_eq!(accepted.framing, Framing::Chunked);
        assert!(!accepted.keep_alive);
    }

    proptest! {
        #[test]
        fn the_end_is_found_however_the_bytes_come(raw in "[ab\r\n]{0,60}", cut in 0..60usize) {
            let raw = raw.as_bytes();
            let whole = find_end(raw, &mut 0);
            let mut searched = 0;
            let early = find_end(&raw[..cut.min(raw.len())], &mut searched);
            prop_assert_eq!(early.or_else(|| find_end(raw, &mut searched)), whole);
        }

        #[test]
        fn any_head_is_taken_or_refused(raw in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = check(&Head::new(raw));
        }
    }
}
