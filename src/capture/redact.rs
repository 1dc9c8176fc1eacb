//! Takes hookglass's own secrets out of what is stored: a browser that is signed in sends its cookie
//! to webhook paths too, and a program may send its token to the wrong URL.

use bytes::{Bytes, BytesMut};

use crate::request::Head;
use crate::secret;

const PLACEHOLDER: &[u8] = b"[hookglass secret]";

/// Knows what to take out.
#[derive(Clone, Default)]
pub struct Redactor {
    /// The operator's own token, which has no mark to know it by.
    own_token: Option<Vec<u8>>,
}

impl Redactor {
    #[must_use]
    pub fn new(own_token: Option<&str>) -> Self {
        Self {
            own_token: own_token.map(|token| token.as_bytes().to_vec()),
        }
    }

    /// A head without our secrets; the same one where it has none.
    pub(super) fn clean_head(&self, head: Head) -> Head {
        match self.find(head.raw(), 0) {
            None => head,
            Some(_) => Head::new(self.redact(head.raw().clone())),
        }
    }

    /// A head, or trailers, without our secrets; the same bytes, not copied, where there are none.
    pub(super) fn redact(&self, head: Bytes) -> Bytes {
        let Some(first) = self.find(&head, 0) else {
            return head;
        };
        let (mut clean, mut at, mut found) = (BytesMut::new(), 0, Some(first));
        while let Some((start, len)) = found {
            clean.extend_from_slice(&head[at..start]);
            clean.extend_from_slice(PLACEHOLDER);
            at = start + len;
            found = self.find(&head, at);
        }
        clean.extend_from_slice(&head[at..]);
        clean.freeze()
    }

    fn find(&self, head: &[u8], from: usize) -> Option<(usize, usize)> {
        (from..head.len()).find_map(|at| {
            let rest = &head[at..];
            let own = self.own_token.as_ref().filter(|own| rest.starts_with(own));
            let len = own.map(Vec::len).or_else(|| secret::len_at_start(rest))?;
            Some((at, len))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_cookie_and_tokens_go_and_others_stay() {
        let session = secret::Kind::Session.generate().unwrap();
        let redactor = Redactor::new(Some("operator-token-1"));
        let head = format!(
            "GET / HTTP/1.1\r\nCookie: a=1; hookglass_4665={session}; b=2\r\nAuthorization: Bearer operator-token-1\r\n\r\n"
        );
        let clean = redactor.redact(Bytes::from(head));
        let clean = std::str::from_utf8(&clean).unwrap();
        assert_eq!(
            clean,
            "GET / HTTP/1.1\r\nCookie: a=1; hookglass_4665=[hookglass secret]; b=2\r\nAuthorization: Bearer [hookglass secret]\r\n\r\n"
        );
        let other = Bytes::from_static(b"GET / HTTP/1.1\r\nCookie: session=hgs_short\r\n\r\n");
        assert_eq!(redactor.redact(other.clone()), other);
    }
}
