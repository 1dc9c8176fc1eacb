//! The way of a webhook between its last byte and its answer: from whom, what it is, store, say so.

use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;

use super::answer::Answer;
use super::limits::IDENTIFY_INLINE_MAX;
use super::redact::Redactor;
use super::wire::head::Refusal;
use crate::request::{Arrival, Head, Judged, NewRequest, Received, Timestamp, VerdictKind};
use crate::senders::{Judge, ProxyTrust};
use crate::store::{CaptureError, Store};

/// Seconds after which a sender may try again: the queue or a lock, and a full disk.
const RETRY_SOON_S: u32 = 5;
const RETRY_LATER_S: u32 = 60;

/// Everything a request meets on its way into the store.
#[derive(Clone)]
pub struct Hook {
    pub store: Store,
    pub judge: Arc<Judge>,
    pub trust: Arc<ProxyTrust>,
    pub redactor: Redactor,
    /// Answer 403 to what comes from outside the lists; it is stored all the same.
    pub reject_outside: bool,
    /// Answer senders' checks of the URL as they ask.
    pub handshakes: bool,
}

/// A request as it came off the wire.
pub(super) struct Arrived {
    pub(super) received_at: Timestamp,
    pub(super) took_us: u64,
    pub(super) peer: SocketAddr,
    pub(super) head: Head,
    pub(super) body: Bytes,
    pub(super) trailers: Bytes,
    pub(super) declared_bytes: Option<u64>,
    pub(super) arrival: Arrival,
    /// What the sender is told where something was wrong.
    pub(super) refusal: Option<Refusal>,
}

impl Hook {
    /// Stores what arrived and says what to answer. Never fails: what can't be stored is answered so.
    pub(super) async fn receive(&self, arrived: Arrived) -> Answer {
        let preflight = is_preflight(&arrived.head);
        let refusal = arrived.refusal.clone();
        let new = self.judge(arrived).await;
        let log = tracing::enabled!(tracing::Level::INFO).then(|| LogLine::of(&new));
        let mut answer = Answer {
            status: new.answer_status,
            stored: None,
            error: refusal.map(|refusal| refusal.reason),
            retry_after_s: None,
            preflight,
            handshake: new.handshake.clone(),
        };
        let on_the_wire = answer.error.is_some();
        if answer.error.is_none() && new.answer_status == 403 {
            answer.error = Some(new.judged.verdict.reason.clone());
        }
        match self.store.capture(new).await {
            Ok(id) => answer.stored = Some(id),
            // What was refused anyway is answered as it would have been.
            Err(_) if on_the_wire => {}
            Err(error) => {
                let (status, retry) = match &error {
                    CaptureError::NoSpace(_) => (507, RETRY_LATER_S),
                    CaptureError::Unavailable(_) => (503, RETRY_SOON_S),
                };
                answer.status = status;
                answer.retry_after_s = Some(retry);
                answer.error = Some(error.to_string());
            }
        }
        if answer.status == 503 {
            answer.retry_after_s = Some(RETRY_SOON_S);
        }
        if let Some(log) = log {
            log.write(&answer);
        }
        answer
    }

    async fn judge(&self, arrived: Arrived) -> NewRequest {
        let client = self.trust.client(arrived.peer, &arrived.head);
        let secure = self.trust.is_https(arrived.peer, &arrived.head);
        let received = Received {
            received_at: arrived.received_at,
            took_us: arrived.took_us,
            peer: arrived.peer,
            secure,
            head: self.redactor.clean_head(arrived.head),
            body: arrived.body,
            trailers: self.redactor.redact(arrived.trailers),
            declared_bytes: arrived.declared_bytes,
            arrival: arrived.arrival,
            arrival_reason: arrived
                .refusal
                .as_ref()
                .map(|refusal| refusal.reason.clone()),
            sample: false,
        };
        let (received, judged) = judge_off_thread(&self.judge, received, client).await;
        let (answer_status, handshake) = match arrived.refusal {
            Some(refusal) => (refusal.status, None),
            None if self.reject_outside && judged.verdict.kind == VerdictKind::Outside => {
                (403, None)
            }
            None => match self.handshake(&received, &judged.identity).await {
                Some((status, answer)) => (status, Some(answer)),
                None if received.head.method() == "OPTIONS" => (204, None),
                None => (200, None),
            },
        };
        NewRequest {
            received,
            judged,
            answer_status,
            handshake,
        }
    }
}

/// A large body is read on a thread that may block.
async fn judge_off_thread(
    judge: &Arc<Judge>,
    received: Received,
    client: crate::request::ClientAddress,
) -> (Received, Judged) {
    if received.body.len() <= IDENTIFY_INLINE_MAX {
        let judged = judge.judge(&received, client);
        return (received, judged);
    }
    let (worker, copy, copied_client) = (Arc::clone(judge), received.clone(), client.clone());
    match tokio::task::spawn_blocking(move || worker.judge(&copy, copied_client)).await {
        Ok(judged) => (received, judged),
        // The reading panicked or the program stops: the request itself is not to be lost for it.
        Err(_) => {
            let judged = judge.unidentified(&received, client);
            (received, judged)
        }
    }
}

fn is_preflight(head: &Head) -> bool {
    head.method() == "OPTIONS"
        && head.first("origin").is_some()
        && head.first("access-control-request-method").is_some()
}

/// Characters of a sender's text on a line of the log.
const LOGGED_CHARS: usize = 200;

/// A sender's text without what a terminal would act on.
fn shown(text: &str) -> String {
    let mut shown: String = text
        .chars()
        .take(LOGGED_CHARS)
        .flat_map(char::escape_debug)
        .collect();
    if text.chars().nth(LOGGED_CHARS).is_some() {
        shown.push('…');
    }
    shown
}

/// One line a request: no body, no header value, no query.
struct LogLine {
    method: String,
    path: String,
    bytes: usize,
    client: String,
    verdict: VerdictKind,
    event: Option<String>,
    arrival: Arrival,
}

impl LogLine {
    fn of(new: &NewRequest) -> Self {
        let (received, judged) = (&new.received, &new.judged);
        let client = judged
            .client
            .addr
            .map_or_else(|| "unverified".into(), |addr| addr.to_string());
        Self {
            method: shown(&received.head.method()),
            path: shown(&received.head.path()),
            bytes: received.body.len(),
            client,
            verdict: judged.verdict.kind,
            event: judged
                .identity
                .event_type
                .as_ref()
                .map(|event| shown(event)),
            arrival: received.arrival,
        }
    }

    fn write(&self, answer: &Answer) {
        tracing::info!(
            status = answer.status,
            bytes = self.bytes,
            client = %self.client,
            verdict = self.verdict.as_str(),
            event = self.event.as_deref().unwrap_or("-"),
            arrival = self.arrival.as_str(),
            id = %answer.stored.map(|id| id.to_string()).unwrap_or_default(),
            "{} {}", self.method, self.path
        );
    }
}
