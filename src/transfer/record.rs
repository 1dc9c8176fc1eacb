//! A request as JSON: every byte, and all that is known. The words are those of the code and of SQL.
//!
//! `head`, `body` and `trailers` are the truth, as text where they are UTF-8 and as `…_base64`
//! where not; method, target, path, query, version and headers are read from the head, for
//! whoever reads the file, and are not used to read it back.

use std::borrow::Cow;
use std::net::{IpAddr, SocketAddr};

use base64::display::Base64Display;
use base64::engine::{Engine, general_purpose::STANDARD};
use bytes::Bytes;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::request::{
    Arrival, CapturedRequest, ClientAddress, HandshakeAnswer, Head, Identity, Judged, Received,
    RequestId, Timestamp, Verdict, VerdictKind,
};

/// Text where it is UTF-8, else `{"base64": "…"}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Text<'a> {
    Plain(Cow<'a, str>),
    Binary { base64: Base64<'a> },
}

impl<'a> Text<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        match std::str::from_utf8(bytes) {
            Ok(text) => Self::Plain(Cow::Borrowed(text)),
            Err(_) => Self::Binary {
                base64: Base64(Cow::Borrowed(bytes)),
            },
        }
    }
}

impl Text<'_> {
    fn into_bytes(self) -> Vec<u8> {
        match self {
            Self::Plain(text) => text.into_owned().into_bytes(),
            Self::Binary { base64 } => base64.0.into_owned(),
        }
    }
}

/// Bytes that are written as base64, straight into the output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Base64<'a>(pub Cow<'a, [u8]>);

impl Serialize for Base64<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&Base64Display::new(&self.0, &STANDARD))
    }
}

impl<'de> Deserialize<'de> for Base64<'_> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<str>::deserialize(deserializer)?;
        let bytes = STANDARD
            .decode(text.as_bytes())
            .map_err(serde::de::Error::custom)?;
        Ok(Self(Cow::Owned(bytes)))
    }
}

/// One stored request. Times are RFC 3339 in UTC with microseconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record<'a> {
    pub id: Cow<'a, str>,
    pub received_at: Cow<'a, str>,
    pub took_us: u64,
    pub peer: SocketAddr,
    pub secure: bool,
    pub client_addr: Option<IpAddr>,
    pub claimed_addr: Option<IpAddr>,
    pub client_steps: Cow<'a, [String]>,
    pub verdict: Cow<'a, str>,
    pub verdict_list: Option<Cow<'a, str>>,
    pub verdict_reason: Cow<'a, str>,
    pub verdict_at_arrival: Option<Cow<'a, str>>,
    pub sender: Option<Cow<'a, str>>,
    pub rule: Option<Cow<'a, str>>,
    pub event_type: Option<Cow<'a, str>>,
    pub event_source: Option<Cow<'a, str>>,
    pub guessed: bool,
    pub variant: Option<Cow<'a, str>>,
    pub title: Option<Cow<'a, str>>,
    pub delivery_id: Option<Cow<'a, str>>,
    pub attempt: Option<Cow<'a, str>>,
    pub sent_at: Option<Cow<'a, str>>,
    pub noise: bool,
    pub sample: bool,
    pub arrival: Cow<'a, str>,
    pub arrival_reason: Option<Cow<'a, str>>,
    pub declared_bytes: Option<u64>,
    pub body_bytes: u64,
    pub answer_status: u16,
    /// What a check of the URL was answered; left out where it was none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handshake: Option<HandshakeRecord<'a>>,
    pub method: Cow<'a, str>,
    pub target: Text<'a>,
    pub path: Text<'a>,
    pub query: Option<Text<'a>>,
    pub version: Cow<'a, str>,
    pub headers: Vec<(Cow<'a, str>, Text<'a>)>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub head: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub head_base64: Option<Base64<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body_base64: Option<Base64<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trailers: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trailers_base64: Option<Base64<'a>>,
}

/// What a sender's check of the URL was answered, beside the status.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandshakeRecord<'a> {
    pub content_type: Option<Cow<'a, str>>,
    pub headers: Cow<'a, [(String, String)]>,
    pub body: Text<'a>,
}

/// The two keys that bytes can stand under; exactly one is filled.
fn split(bytes: &[u8]) -> (Option<Cow<'_, str>>, Option<Base64<'_>>) {
    match std::str::from_utf8(bytes) {
        Ok(text) => (Some(Cow::Borrowed(text)), None),
        Err(_) => (None, Some(Base64(Cow::Borrowed(bytes)))),
    }
}

fn borrowed(text: &Option<String>) -> Option<Cow<'_, str>> {
    text.as_deref().map(Cow::Borrowed)
}

impl<'a> From<&'a CapturedRequest> for Record<'a> {
    fn from(request: &'a CapturedRequest) -> Self {
        let CapturedRequest {
            received, judged, ..
        } = request;
        let (identity, verdict) = (&judged.identity, &judged.verdict);
        let head_lines = &received.head;
        let (head, head_base64) = split(head_lines.raw());
        let (body, body_base64) = split(&received.body);
        let (trailers, trailers_base64) = split(&received.trailers);
        Self {
            id: request.id.to_string().into(),
            received_at: received.received_at.rfc3339().into(),
            took_us: received.took_us,
            peer: received.peer,
            secure: received.secure,
            client_addr: judged.client.addr,
            claimed_addr: judged.client.claimed,
            client_steps: Cow::Borrowed(&judged.client.steps),
            verdict: verdict.kind.as_str().into(),
            verdict_list: borrowed(&verdict.list),
            verdict_reason: Cow::Borrowed(&verdict.reason),
            verdict_at_arrival: request.verdict_at_arrival.map(|kind| kind.as_str().into()),
            sender: borrowed(&identity.sender),
            rule: borrowed(&identity.rule),
            event_type: borrowed(&identity.event_type),
            event_source: borrowed(&identity.event_source),
            guessed: identity.guessed,
            variant: borrowed(&identity.variant),
            title: borrowed(&identity.title),
            delivery_id: borrowed(&identity.delivery_id),
            attempt: borrowed(&identity.attempt),
            sent_at: borrowed(&identity.sent_at),
            noise: identity.noise,
            sample: received.sample,
            arrival: received.arrival.as_str().into(),
            arrival_reason: borrowed(&received.arrival_reason),
            declared_bytes: received.declared_bytes,
            body_bytes: u64::try_from(received.body.len()).unwrap_or(u64::MAX),
            answer_status: request.answer_status,
            handshake: request.handshake.as_ref().map(|answer| HandshakeRecord {
                content_type: borrowed(&answer.content_type),
                headers: Cow::Borrowed(&answer.headers),
                body: Text::new(&answer.body),
            }),
            method: head_lines.method(),
            target: Text::new(head_lines.target()),
            path: Text::new(head_lines.path_bytes()),
            query: head_lines.query().map(Text::new),
            version: head_lines.version(),
            headers: head_lines
                .headers()
                .map(|(name, value)| (name, Text::new(value)))
                .collect(),
            head,
            head_base64,
            body,
            body_base64,
            trailers,
            trailers_base64,
        }
    }
}

/// A record that no request can be made of: the key, and what was found there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{key}` cannot be read: \"{found}\"")]
pub struct RecordError {
    pub key: &'static str,
    pub found: String,
}

/// `text` read by `parse`, or which key was wrong.
fn read<T>(
    key: &'static str,
    text: &str,
    parse: impl FnOnce(&str) -> Option<T>,
) -> Result<T, RecordError> {
    parse(text).ok_or_else(|| RecordError {
        key,
        found: text.to_owned(),
    })
}

/// The bytes under one of two keys.
fn join(text: Option<Cow<'_, str>>, base64: Option<Base64<'_>>) -> Bytes {
    match (text, base64) {
        (Some(text), _) => Bytes::from(text.into_owned()),
        (None, Some(bytes)) => Bytes::from(bytes.0.into_owned()),
        (None, None) => Bytes::new(),
    }
}

impl TryFrom<Record<'_>> for CapturedRequest {
    type Error = RecordError;

    fn try_from(record: Record<'_>) -> Result<Self, RecordError> {
        let owned = |text: Option<Cow<'_, str>>| text.map(Cow::into_owned);
        let verdict_at_arrival = record
            .verdict_at_arrival
            .map(|text| read("verdict_at_arrival", &text, VerdictKind::parse))
            .transpose()?;
        Ok(Self {
            id: read("id", &record.id, |text| text.parse::<RequestId>().ok())?,
            received: Received {
                received_at: read("received_at", &record.received_at, Timestamp::parse)?,
                took_us: record.took_us,
                peer: record.peer,
                secure: record.secure,
                head: Head::new(join(record.head, record.head_base64)),
                body: join(record.body, record.body_base64),
                trailers: join(record.trailers, record.trailers_base64),
                declared_bytes: record.declared_bytes,
                arrival: read("arrival", &record.arrival, Arrival::parse)?,
                arrival_reason: owned(record.arrival_reason),
                sample: record.sample,
            },
            judged: Judged {
                client: ClientAddress {
                    addr: record.client_addr,
                    claimed: record.claimed_addr,
                    steps: record.client_steps.into_owned(),
                },
                verdict: Verdict {
                    kind: read("verdict", &record.verdict, VerdictKind::parse)?,
                    list: owned(record.verdict_list),
                    reason: record.verdict_reason.into_owned(),
                },
                identity: Identity {
                    sender: owned(record.sender),
                    rule: owned(record.rule),
                    event_type: owned(record.event_type),
                    event_source: owned(record.event_source),
                    guessed: record.guessed,
                    variant: owned(record.variant),
                    title: owned(record.title),
                    delivery_id: owned(record.delivery_id),
                    attempt: owned(record.attempt),
                    sent_at: owned(record.sent_at),
                    noise: record.noise,
                },
            },
            answer_status: record.answer_status,
            handshake: record.handshake.map(|answer| HandshakeAnswer {
                content_type: owned(answer.content_type),
                headers: answer.headers.into_owned(),
                body: answer.body.into_bytes(),
            }),
            verdict_at_arrival,
        })
    }
}
