//! The words of the domain: what a stored request is made of. No I/O.

mod attempt;
mod head;
mod id;
mod shape;

use std::net::{IpAddr, SocketAddr};

use bytes::Bytes;
use serde::Serialize;

pub use attempt::{Attempt, AttemptSummary, ToldBy};
pub use head::{Head, url_spelling};
pub use id::{ParseIdError, RequestId};
pub use shape::{Against, Change, Changes, Difference, ShapeKey, Types, ValueType};

/// Microseconds since the Unix epoch, UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// What the system's clock says.
    #[must_use]
    pub fn now() -> Self {
        Self(jiff::Timestamp::now().as_microsecond())
    }

    /// This much later.
    #[must_use]
    pub fn plus(self, time: std::time::Duration) -> Self {
        Self(
            self.0
                .saturating_add(i64::try_from(time.as_micros()).unwrap_or(i64::MAX)),
        )
    }

    /// RFC 3339 in UTC with microseconds: `2026-11-24T07:12:34.000123Z`.
    #[must_use]
    pub fn rfc3339(self) -> String {
        jiff::Timestamp::from_microsecond(self.0)
            .map_or_else(|_| format!("{} µs", self.0), |time| format!("{time:.6}"))
    }

    /// Reads RFC 3339 (`2026-11-24T07:12:34Z`), or a plain date, which means its midnight in UTC.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let time = text.parse::<jiff::Timestamp>().ok().or_else(|| {
            let date = text.parse::<jiff::civil::Date>().ok()?;
            jiff::tz::TimeZone::UTC
                .to_timestamp(date.at(0, 0, 0, 0))
                .ok()
        })?;
        Some(Self(time.as_microsecond()))
    }
}

/// How much of a request arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Arrival {
    /// All of it.
    Whole,
    /// The body passed the limit; its first bytes are kept.
    TooLarge,
    /// The connection ended, stalled or broke before the body was whole; what came is kept.
    Incomplete,
    /// The head broke a rule of HTTP or a limit, or there was no room; what came is kept.
    Refused,
}

impl Arrival {
    pub const ALL: [Self; 4] = [Self::Whole, Self::TooLarge, Self::Incomplete, Self::Refused];

    /// The word used in SQL, URLs, JSON and on the page.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Whole => "whole",
            Self::TooLarge => "too-large",
            Self::Incomplete => "incomplete",
            Self::Refused => "refused",
        }
    }

    /// The inverse of [`Arrival::as_str`].
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// The raw facts: what came over the wire, byte for byte. Never changed once stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// When the first byte of the head was read.
    pub received_at: Timestamp,
    /// From the first byte of the head to the last of the body, in microseconds.
    pub took_us: u64,
    /// The socket's other end.
    pub peer: SocketAddr,
    /// Whether the sender spoke https, to us or to a trusted proxy.
    pub secure: bool,
    /// The head as sent, but for secrets of our own, which are replaced by a placeholder.
    pub head: Head,
    /// The body after transfer-decoding only; content-encoding stays.
    pub body: Bytes,
    /// The trailer lines of a chunked body, as sent; mostly empty.
    pub trailers: Bytes,
    /// The body's size that `Content-Length` announced, in bytes.
    pub declared_bytes: Option<u64>,
    pub arrival: Arrival,
    /// Why the arrival is not whole, in a sentence.
    pub arrival_reason: Option<String>,
    /// Sent by the inspector's own "Send a sample event" button.
    pub sample: bool,
}

/// Where a request came from once trusted proxies are peeled off.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ClientAddress {
    /// The address that is established; `None` when an undeclared proxy stands between.
    pub addr: Option<IpAddr>,
    /// What a header that nobody vouches for claims.
    pub claimed: Option<IpAddr>,
    /// Each step of the walk as a person reads it, the peer first.
    pub steps: Vec<String>,
}

/// The client address held against the sender's published addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum VerdictKind {
    /// The address stands in a list that applies.
    Listed,
    /// Lists apply, and it stands in none of them.
    Outside,
    /// A proxy that nobody declared stands between: the address is only a claim.
    Unverified,
    /// No list applies.
    NoList,
}

impl VerdictKind {
    pub const ALL: [Self; 4] = [Self::Listed, Self::Outside, Self::Unverified, Self::NoList];

    /// The word used in SQL, URLs, JSON and on the page.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Listed => "listed",
            Self::Outside => "outside",
            Self::Unverified => "unverified",
            Self::NoList => "no-list",
        }
    }

    /// The inverse of [`VerdictKind::as_str`].
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    pub kind: VerdictKind,
    /// The list that the address stands in.
    pub list: Option<String>,
    /// Why, in a sentence.
    pub reason: String,
}

/// What the catalogue makes of a request.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Identity {
    /// The sender's id in the catalogue (`systeme-io`).
    pub sender: Option<String>,
    /// The catalogue line that told the sender.
    pub rule: Option<String>,
    /// What the sender says happened (`contact.tag.added`).
    pub event_type: Option<String>,
    /// Where the event type stands: `$.type`, or the header's name.
    pub event_source: Option<String>,
    /// The event type was found by a usual key, not by a catalogue entry.
    pub guessed: bool,
    /// Tells apart two events that share one type (`funnel-step`, `blog-page`).
    pub variant: Option<String>,
    /// The event in a person's words.
    pub title: Option<String>,
    /// The sender's own id of the delivery, equal over its retries.
    pub delivery_id: Option<String>,
    /// Which try this is, as the sender counts.
    pub attempt: Option<String>,
    /// The sender's own time of the event, as it wrote it.
    pub sent_at: Option<String>,
    /// A browser's or crawler's by-product (`/favicon.ico`): hidden by default, never dropped.
    pub noise: bool,
}

/// What is derived from the raw facts; rebuilt when the catalogue or a list changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    pub client: ClientAddress,
    pub verdict: Verdict,
    pub identity: Identity,
}

/// What a sender's check of the URL is answered.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HandshakeAnswer {
    pub content_type: Option<String>,
    /// Further header lines, without control characters.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

/// A request on its way into the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRequest {
    pub received: Received,
    pub judged: Judged,
    /// The status that the sender is answered once this is committed.
    pub answer_status: u16,
    /// What it is answered beside the status, where it checks its URL.
    pub handshake: Option<HandshakeAnswer>,
}

/// One stored HTTP request, exactly as it arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CapturedRequest {
    pub id: RequestId,
    pub received: Received,
    pub judged: Judged,
    pub answer_status: u16,
    /// What it was answered, where it was a check of the URL that was answered as it asked.
    pub handshake: Option<HandshakeAnswer>,
    /// The verdict at arrival, where a changed list has since led to another one.
    pub verdict_at_arrival: Option<VerdictKind>,
}

/// What a row of the list shows: a request without its head and body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestSummary {
    pub id: RequestId,
    pub received_at: Timestamp,
    pub method: String,
    /// The target up to the `?`, in [`Head::url_path`]'s spelling.
    pub path: String,
    /// The body's kept size in bytes.
    pub body_bytes: u64,
    pub arrival: Arrival,
    pub sample: bool,
    pub client_addr: Option<IpAddr>,
    pub claimed_addr: Option<IpAddr>,
    pub verdict: VerdictKind,
    pub verdict_list: Option<String>,
    pub sender: Option<String>,
    pub event_type: Option<String>,
    pub guessed: bool,
    pub variant: Option<String>,
    pub title: Option<String>,
    pub answer_status: u16,
    pub noise: bool,
    /// Set once the request is known to be one of several attempts.
    pub attempt: Option<Attempt>,
    /// What its body differs from, where it is known to.
    pub differs_from: Option<Against>,
}
