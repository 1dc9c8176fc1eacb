//! What a sender is told: a status and a small JSON, with headers that let a page's `fetch` read it
//! and let no browser act on it.

use std::fmt::Write;
use std::time::{SystemTime, UNIX_EPOCH};

use super::wire::head::Refusal;
use crate::request::{HandshakeAnswer, RequestId};

/// Every answer to a webhook carries these. Nothing of the request is reflected, and the sandbox keeps
/// an answer that is opened in a browser from acting with the inspector's origin.
const COMMON: &str = "X-Content-Type-Options: nosniff\r\n\
     Content-Security-Policy: sandbox\r\n\
     Cache-Control: no-store\r\n\
     Access-Control-Allow-Origin: *\r\n";

/// What a CORS preflight asks for: any method and header. `*` does not cover Authorization (Fetch, 4.9).
const PREFLIGHT: &str = "Access-Control-Allow-Methods: *\r\n\
     Access-Control-Allow-Headers: *, Authorization\r\n\
     Access-Control-Allow-Private-Network: true\r\n\
     Access-Control-Max-Age: 600\r\n";

/// An answer to a webhook, before it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) stored: Option<RequestId>,
    /// What was wrong, in a sentence.
    pub(crate) error: Option<String>,
    pub(crate) retry_after_s: Option<u32>,
    pub(crate) preflight: bool,
    /// What a sender's check of the URL asked for; given only where the check is stored.
    pub(crate) handshake: Option<HandshakeAnswer>,
}

impl Answer {
    /// The answer to what is refused and not stored.
    pub(super) fn refused(refusal: &Refusal) -> Self {
        Self {
            status: refusal.status,
            stored: None,
            error: Some(refusal.reason.clone()),
            retry_after_s: None,
            preflight: false,
            handshake: None,
        }
    }

    /// The bytes to write. A `HEAD` gets the head alone; a 204 has no body.
    pub(crate) fn to_bytes(&self, head_only: bool, close: bool) -> Vec<u8> {
        let handshake = self.handshake.as_ref().filter(|_| self.stored.is_some());
        let (body, content_type) = match handshake {
            Some(answer) => (answer.body.clone(), answer.content_type.as_deref()),
            None => (self.body().into_bytes(), Some("application/json")),
        };
        let mut text = String::with_capacity(512);
        let _ = write!(
            text,
            "HTTP/1.1 {} {}\r\nDate: {}\r\n{COMMON}",
            self.status,
            reason_phrase(self.status),
            http_date(now_s()),
        );
        if let Some(kind) = content_type {
            let _ = write!(text, "Content-Type: {kind}\r\n");
        }
        for (name, value) in handshake.iter().flat_map(|answer| &answer.headers) {
            let _ = write!(text, "{name}: {value}\r\n");
        }
        if self.preflight {
            text.push_str(PREFLIGHT);
        }
        if let Some(seconds) = self.retry_after_s {
            let _ = write!(text, "Retry-After: {seconds}\r\n");
        }
        if self.status == 405 {
            text.push_str("Allow: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS\r\n");
        }
        if close {
            text.push_str("Connection: close\r\n");
        }
        if self.status != 204 {
            let _ = write!(text, "Content-Length: {}\r\n", body.len());
        }
        text.push_str("\r\n");
        let mut bytes = text.into_bytes();
        if !head_only && self.status != 204 {
            bytes.extend_from_slice(&body);
        }
        bytes
    }

    fn body(&self) -> String {
        let mut body = serde_json::Map::new();
        body.insert("stored".into(), self.stored.is_some().into());
        if let Some(id) = self.stored {
            body.insert("id".into(), id.to_string().into());
        }
        if let Some(error) = &self.error {
            body.insert("error".into(), error.as_str().into());
        }
        serde_json::Value::Object(body).to_string() + "\n"
    }
}

/// The words of RFC 9110, section 15.
pub(super) fn reason_phrase(status: u16) -> &'static str {
    http::StatusCode::from_u16(status)
        .ok()
        .and_then(|status| status.canonical_reason())
        .unwrap_or("")
}

pub(super) fn now_s() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |elapsed| elapsed.as_secs())
}

/// IMF-fixdate (RFC 9110, section 5.6.7) of a Unix time; made anew once a second on each thread.
pub(super) fn http_date(unix_s: u64) -> String {
    thread_local! {
        static LAST: std::cell::RefCell<(u64, String)> = const { std::cell::RefCell::new((0, String::new())) };
    }
    LAST.with_borrow_mut(|(second, text)| {
        if *second != unix_s || text.is_empty() {
            *second = unix_s;
            *text = i64::try_from(unix_s)
                .ok()
                .and_then(|second| jiff::Timestamp::from_second(second).ok())
                .map(|time| time.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string())
                .unwrap_or_default();
        }
        text.clone()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_date_is_the_one_of_the_rfc() {
        assert_eq!(http_date(784_111_777), "Sun, 06 Nov 1994 08:49:37 GMT");
    }

    #[test]
    fn a_head_request_gets_the_length_without_the_body() {
        let answer = Answer {
            status: 200,
            stored: RequestId::new(1),
            error: None,
            retry_after_s: None,
            preflight: false,
            handshake: None,
        };
        let text = String::from_utf8(answer.to_bytes(true, true)).unwrap();
        assert!(text.starts_with("HTTP/1.1 200 OK\r\n"));
        assert!(text.contains("Content-Length: 37\r\n"), "{text}");
        assert!(text.contains("Connection: close\r\n"));
        assert!(text.ends_with("\r\n\r\n"));
    }
}
