//! One connection: request after request, each whole and answered before the next is looked at.

use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::watch;
use tokio::time::Instant;

use super::answer::Answer;
use super::budget::Budget;
use super::connections::Place;
use super::hook::{Arrived, Hook};
use super::limits::{HEAD_TIME, IDLE_TIME, Limits};
use super::relay::{self, Pages};
use super::wire::body::{self, Body, End};
use super::wire::head::{self, Accepted, Framing, HeadRead, Refusal};
use super::wire::stream::{Filled, Stream};
use crate::request::{Arrival, Head, Timestamp};

/// What all connections share.
pub(super) struct Server {
    pub(super) hook: Hook,
    pub(super) pages: Pages,
    pub(super) limits: Limits,
    pub(super) budget: Budget,
    pub(super) stop: watch::Receiver<bool>,
}

/// What becomes of the connection after an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    KeepAlive,
    Close {
        /// The sender may still be sending.
        unread: bool,
    },
}

/// When a request began.
#[derive(Clone, Copy)]
struct Start {
    at: Timestamp,
    clock: Instant,
}

pub(super) async fn run<S>(io: S, peer: SocketAddr, place: Place, server: Arc<Server>)
where
    S: AsyncRead + AsyncWrite + Unpin + Send,
{
    let mut stop = server.stop.clone();
    let mut stream = Stream::new(io);
    let mut idle = HEAD_TIME;
    loop {
        place.waits();
        if stream.buffer.is_empty() {
            // What has come is taken before a reason to go is looked for.
            let filled = tokio::select! {
                biased;
                filled = stream.fill(Instant::now() + idle) => filled,
                _ = stop.wait_for(|stop| *stop) => Filled::End,
                () = place.evicted() => Filled::End,
            };
            if filled != Filled::Some {
                return;
            }
        }
        let start = Start {
            at: Timestamp::now(),
            clock: Instant::now(),
        };
        let read = tokio::select! {
            biased;
            read = head::read(&mut stream) => read,
            () = place.evicted() => return,
        };
        place.is_busy();
        let exchange = Exchange {
            stream: &mut stream,
            peer,
            start,
            server: &server,
        };
        match exchange.run(read).await {
            Next::KeepAlive => idle = IDLE_TIME,
            Next::Close { unread } => return stream.close(unread).await,
        }
    }
}

/// One request and its answer.
struct Exchange<'a, S> {
    stream: &'a mut Stream<S>,
    peer: SocketAddr,
    start: Start,
    server: &'a Server,
}

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Exchange<'_, S> {
    async fn run(self, read: HeadRead) -> Next {
        let (raw, refused) = match read {
            HeadRead::Nothing => return Next::Close { unread: false },
            HeadRead::Whole(raw) => (raw, None),
            HeadRead::Refused(raw, refusal) => (raw, Some(refusal)),
        };
        let head = Head::new(raw);
        let checked = match refused {
            Some(refusal) => Err(refusal),
            None => head::check(&head),
        };
        match checked {
            Err(refusal) => self.refuse(head, refusal).await,
            Ok(accepted) if is_own(&head) => self.own(&head, &accepted).await,
            Ok(accepted) => self.webhook(head, accepted).await,
        }
    }

    /// Answers a head that breaks a rule, and keeps it with the bytes that came behind it.
    async fn refuse(self, head: Head, refusal: Refusal) -> Next {
        let unread = Next::Close { unread: true };
        if is_own(&head) {
            let answer = Answer::refused(&refusal);
            let _ = self.stream.write(&answer.to_bytes(false, true)).await;
            return unread;
        }
        let body = body::buffered(self.stream);
        let arrived = self.arrived(head, body, Arrival::Refused, Some(refusal));
        let head_only = arrived.head.method() == "HEAD";
        let answer = self.server.hook.receive(arrived).await;
        let _ = self.stream.write(&answer.to_bytes(head_only, true)).await;
        unread
    }

    async fn webhook(mut self, head: Head, accepted: Accepted) -> Next {
        let max = self.server.limits.body;
        let head_only = head.method() == "HEAD";
        if matches!(accepted.framing, Framing::Length(length) if length > max) {
            // One that waits for our word has sent nothing yet, and is not to begin.
            let kept = match accepted.expects_continue {
                true => Bytes::new(),
                false => body::peek(self.stream).await,
            };
            let arrived = self.arrived(head, kept, Arrival::TooLarge, Some(too_large(max)));
            return self
                .answer(arrived, head_only, Next::Close { unread: true })
                .await;
        }
        if self.go_on(&accepted).await.is_err() {
            return Next::Close { unread: false };
        }
        let Body {
            bytes,
            trailers,
            end,
            reserved,
        } = body::read(self.stream, accepted.framing, max, &self.server.budget).await;
        let (arrival, refusal) = judge_end(&end, bytes.len(), accepted.framing, max);
        let next = match end {
            End::Whole if accepted.keep_alive && !*self.server.stop.borrow() => Next::KeepAlive,
            _ => Next::Close {
                unread: end != End::Whole,
            },
        };
        let mut arrived = self.arrived(head, bytes, arrival, refusal);
        arrived.trailers = trailers;
        let next = self.answer(arrived, head_only, next).await;
        drop(reserved);
        next
    }

    async fn answer(&mut self, arrived: Arrived, head_only: bool, next: Next) -> Next {
        let answer = self.server.hook.receive(arrived).await;
        let bytes = answer.to_bytes(head_only, next != Next::KeepAlive);
        match self.stream.write(&bytes).await {
            Ok(()) => next,
            Err(_) => Next::Close { unread: false },
        }
    }

    /// A request for a page of hookglass's own.
    async fn own(mut self, head: &Head, accepted: &Accepted) -> Next {
        if self.go_on(accepted).await.is_err() {
            return Next::Close { unread: false };
        }
        let keep_alive = accepted.keep_alive && !*self.server.stop.borrow();
        let server = self.server;
        let origin = relay::Origin {
            peer: self.peer,
            secure: server.hook.trust.is_https(self.peer, head),
        };
        let budget = &server.budget;
        relay::relay(
            self.stream,
            head,
            accepted,
            origin,
            keep_alive,
            &server.pages,
            budget,
        )
        .await
    }

    /// Tells a sender that waits for it to send the body (RFC 9110, section 10.1.1).
    async fn go_on(&mut self, accepted: &Accepted) -> std::io::Result<()> {
        if accepted.expects_continue
            && accepted.framing != Framing::None
            && self.stream.buffer.is_empty()
        {
            return self.stream.write(b"HTTP/1.1 100 Continue\r\n\r\n").await;
        }
        Ok(())
    }

    fn arrived(
        &self,
        head: Head,
        body: Bytes,
        arrival: Arrival,
        refusal: Option<Refusal>,
    ) -> Arrived {
        Arrived {
            received_at: self.start.at,
            took_us: u64::try_from(self.start.clock.elapsed().as_micros()).unwrap_or(u64::MAX),
            peer: self.peer,
            declared_bytes: head::content_length(&head).ok().flatten(),
            head,
            body,
            trailers: Bytes::new(),
            arrival,
            refusal,
        }
    }
}

fn judge_end(end: &End, came: usize, framing: Framing, max: u64) -> (Arrival, Option<Refusal>) {
    let of_all = match framing {
        Framing::Length(length) => format!("{came} of {length} bytes of the body had come"),
        _ => format!("{came} bytes of the body had come, and no last chunk"),
    };
    let (arrival, status, reason) = match end {
        End::Whole => return (Arrival::Whole, None),
        End::TooLarge => return (Arrival::TooLarge, Some(too_large(max))),
        End::CutOff => (
            Arrival::Incomplete,
            400,
            format!("the connection ended when {of_all}"),
        ),
        End::TimedOut => (
            Arrival::Incomplete,
            408,
            format!("too slow: {of_all} when the time was up"),
        ),
        End::Malformed(how) => (
            Arrival::Refused,
            400,
            format!("the chunked body is broken: {how}"),
        ),
        End::NoMemory => (
            Arrival::Refused,
            503,
            "no memory left for bodies (--max-memory); the first 64 KiB are kept".into(),
        ),
    };
    (arrival, Some(Refusal::new(status, reason)))
}

fn too_large(max: u64) -> Refusal {
    let reason =
        format!("the body is larger than {max} bytes (--max-body); its first 64 KiB are kept");
    Refusal::new(413, reason)
}

/// Whether a request is for hookglass itself: below `/-/`, or a GET with the query key `inspect`.
/// Held against the raw bytes, before any decoding: `/%2D/` and `?%69nspect` are webhooks.
fn is_own(head: &Head) -> bool {
    if head.path_bytes().starts_with(b"/-/") {
        return true;
    }
    let reads = matches!(&*head.method(), "GET" | "HEAD");
    reads
        && head.query().is_some_and(|query| {
            query
                .split(|&byte| byte == b'&')
                .any(|pair| pair == b"inspect" || pair.starts_with(b"inspect="))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_exact_key_and_prefix_are_our_own() {
        let own = |method: &str, target: &str| {
            is_own(&Head::new(
                format!("{method} {target} HTTP/1.1\r\n\r\n").into_bytes(),
            ))
        };
        assert!(own("GET", "/?inspect"));
        assert!(own("HEAD", "/shop?a=1&inspect=1h"));
        assert!(own("POST", "/-/login"));
        for target in [
            "/?INSPECT",
            "/?inspectx",
            "/?x=inspect",
            "/?%69nspect",
            "//-/x",
            "/%2D/x",
            "/x/../-/y",
            "/-",
            "/?a=1;inspect",
        ] {
            assert!(!own("GET", target), "{target}");
        }
        assert!(!own("POST", "/shop?inspect"));
    }
}
