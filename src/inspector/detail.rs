//! One request, whole: what it says first, its body next, the wire's details last.

use askama::Template;
use askama::filters::HtmlSafe;
use sha2::{Digest, Sha256};

use super::attempts::{self, Attempts, DeliveryFact};
use super::body::{BodyPane, ViewKind};
use super::changes::{ChangesPane, ShapeLink};
use super::figures::{self, Moment};
use super::header_rows::{self, HeaderRow};
use super::list::Badge;
use super::phrase::{Phrase, Slot};
use super::place::{self, Place};
use super::signature::{Secrets, SignaturePane};
use super::state::App;
use super::strings::Strings;
use super::verdict::VerdictPane;
use crate::request::{
    Arrival, Attempt, AttemptSummary, CapturedRequest, Changes, HandshakeAnswer, RequestId,
    ShapeKey,
};
use crate::store::ShapeSummary;

/// The detail of a request.
#[derive(Template)]
#[template(path = "detail.html")]
pub struct Detail {
    pub s: &'static Strings,
    pub id: RequestId,
    /// The permalink of this request.
    pub href: String,
    /// The list it was opened from.
    pub list: String,
    pub newer: Option<String>,
    pub older: Option<String>,
    pub badge: Badge,
    pub guessed: bool,
    /// Which attempt it is, where it is a later one.
    pub again: Option<String>,
    /// The event in a person's words.
    pub title: Option<String>,
    /// The event's name in the sender's words.
    pub label: Option<String>,
    pub method: String,
    pub path: String,
    /// The list of the request's own path.
    pub path_list: String,
    pub verdict: VerdictPane,
    /// What keeps the request from being an ordinary one, and whether that warns.
    pub notes: Vec<(String, bool)>,
    pub facts: Facts,
    pub attempts: Option<Attempts>,
    pub changes: Option<ChangesPane>,
    pub shape: Option<ShapeLink>,
    pub body: BodyPane,
    pub has_body: bool,
    pub query: Vec<(String, String)>,
    pub headers: Vec<HeaderRow>,
    pub trailers: Vec<HeaderRow>,
    pub handshake: Option<HandshakePane>,
    pub request_line: String,
    pub sha256: String,
}

impl HtmlSafe for Detail {}

/// A request that arrives faster than this came in one piece.
const NOTABLE_US: u64 = 10_000;

/// The strip under the title.
#[derive(Debug)]
pub struct Facts {
    pub received: Moment,
    /// How long it took to arrive, where that is long enough to matter.
    pub arrived_in: Option<String>,
    pub address: Phrase,
    pub sender: Option<String>,
    pub body_size: String,
    pub content_type: Option<String>,
    pub event_source: Option<String>,
    pub matched: Option<Phrase>,
    pub delivery: Option<DeliveryFact>,
    pub sent_at: Option<String>,
    pub answer_status: u16,
    pub signature: Option<SignaturePane>,
    /// Whether it was a check of the URL, and what became of it.
    pub handshake: Option<&'static str>,
}

/// What a check of the URL was answered, as a person reads it.
#[derive(Debug)]
pub struct HandshakePane {
    pub headers: Vec<(String, String)>,
    pub body: String,
}

/// What stands around a request.
#[derive(Debug, Default)]
pub struct Around {
    /// The requests beside it in the list.
    pub newer: Option<RequestId>,
    pub older: Option<RequestId>,
    /// Which attempt it is of its delivery, and the others, oldest first.
    pub attempt: Option<(Attempt, Vec<AttemptSummary>)>,
    /// How its body differs from those before it.
    pub changes: Option<Changes>,
    /// The shape that it counts to, where it is learnt, and whether there are events too many.
    pub shape: Option<(ShapeKey, Option<ShapeSummary>, bool)>,
    pub secrets: Secrets,
}

impl Detail {
    /// Reads the whole body, so not for an async thread.
    #[must_use]
    pub fn new(
        request: &CapturedRequest,
        around: Around,
        place: &Place,
        app: &App,
        s: &'static Strings,
    ) -> Self {
        let (received, identity) = (&request.received, &request.judged.identity);
        let head = &received.head;
        let label = || {
            app.catalogue.label(
                identity.sender.as_deref()?,
                identity.event_type.as_deref()?,
                identity.variant.as_deref(),
                s.lang,
            )
        };
        let label = label().map(str::to_owned);
        let attempt = around.attempt.as_ref().map(|(attempt, _)| attempt);
        let others = around.attempt.as_ref().map(|(attempt, others)| {
            Attempts::new(attempt, others, identity, request.id, place, s)
        });
        let back = place.request(request.id);
        let signature = SignaturePane::new(request, around.secrets, &app.catalogue, &back, s);
        let wrong = signature.iter().filter(|signature| signature.is_wrong());
        let link = app.catalogue.confirmation_link(received, identity);
        let notes = notes(request, s)
            .into_iter()
            .chain(link.map(|link| (s.handshake_link.replace("{link}", &link), false)))
            .chain(wrong.map(|signature| (signature.sentence.clone(), true)));
        Self {
            s,
            id: request.id,
            href: place.request(request.id),
            list: place.list(),
            newer: around.newer.map(|id| place.request(id)),
            older: around.older.map(|id| place.request(id)),
            badge: Badge::new(identity.event_type.as_deref()),
            guessed: identity.guessed,
            again: attempt.and_then(|attempt| attempts::mark(attempt, s)),
            title: identity.title.clone().or_else(|| label.clone()),
            label: identity.title.as_ref().and(label),
            method: head.method().into_owned(),
            path: head.path().into_owned(),
            path_list: place::list_of(&head.path()),
            verdict: VerdictPane::new(request, s),
            notes: notes.collect(),
            facts: Facts {
                signature,
                ..Facts::new(request, attempt, app, s)
            },
            attempts: others,
            changes: around
                .changes
                .as_ref()
                .map(|changes| ChangesPane::new(changes, request.id, place, s)),
            shape: around.shape.as_ref().and_then(|(key, shape, unlearnt)| {
                ShapeLink::new(request, key, shape.as_ref(), *unlearnt, s)
            }),
            body: body_pane(request, place),
            has_body: !received.body.is_empty(),
            query: head.query().map(header_rows::of_query).unwrap_or_default(),
            headers: header_rows::of_head(head, identity, s),
            trailers: header_rows::of_trailers(&received.trailers, identity, s),
            handshake: request.handshake.as_ref().map(HandshakePane::new),
            request_line: request_line(request),
            sha256: hex(&Sha256::digest(&received.body)),
        }
    }
}

impl HandshakePane {
    fn new(answer: &HandshakeAnswer) -> Self {
        let kind = answer.content_type.iter();
        let kind = kind.map(|kind| ("Content-Type".to_owned(), kind.clone()));
        Self {
            headers: kind.chain(answer.headers.iter().cloned()).collect(),
            body: String::from_utf8_lossy(&answer.body).into_owned(),
        }
    }
}

impl Facts {
    fn new(
        request: &CapturedRequest,
        attempt: Option<&Attempt>,
        app: &App,
        s: &'static Strings,
    ) -> Self {
        let (received, identity) = (&request.received, &request.judged.identity);
        let sender = identity.sender.as_deref();
        let matched = identity
            .rule
            .as_ref()
            .map(|rule| Phrase::new(s.matched, &[("rule", Slot::Code(rule.clone()))]));
        Self {
            received: received.received_at.into(),
            arrived_in: (received.took_us >= NOTABLE_US).then(|| {
                s.arrived_in
                    .replace("{time}", &figures::duration(received.took_us))
            }),
            address: address(request, s),
            sender: sender.map(|id| app.catalogue.sender_name(id).unwrap_or(id).to_owned()),
            body_size: body_size(request, s),
            content_type: received
                .head
                .first("content-type")
                .map(|value| String::from_utf8_lossy(value).into_owned()),
            event_source: identity.event_source.clone(),
            matched,
            delivery: DeliveryFact::new(identity, attempt, s),
            sent_at: identity.sent_at.clone(),
            answer_status: request.answer_status,
            signature: None,
            handshake: sender
                .zip(identity.event_type.as_deref())
                .filter(|(sender, event_type)| app.catalogue.is_handshake(sender, event_type))
                .map(|_| match request.handshake {
                    Some(_) => s.handshake_answered,
                    None => s.handshake_unanswered,
                }),
        }
    }
}

fn address(request: &CapturedRequest, s: &Strings) -> Phrase {
    let client = &request.judged.client;
    if request.received.sample {
        return Phrase::new(s.from_page, &[]);
    }
    match (client.addr, client.claimed) {
        (Some(addr), _) => Phrase::new("{a}", &[("a", Slot::Code(addr.to_string()))]),
        (None, Some(claimed)) => {
            Phrase::new(s.claims, &[("address", Slot::Code(claimed.to_string()))])
        }
        (None, None) => Phrase::new(s.unknown_address, &[]),
    }
}

fn body_size(request: &CapturedRequest, s: &Strings) -> String {
    let received = &request.received;
    let kept = received.body.len() as u64;
    match received.declared_bytes.filter(|&declared| declared != kept) {
        Some(declared) => s
            .body_partial
            .replace("{kept}", &figures::grouped(kept))
            .replace("{declared}", &figures::grouped(declared)),
        None if kept == 0 => s.body_none.to_owned(),
        None => s
            .body_bytes
            .of(kept)
            .replace("{n}", &figures::grouped(kept)),
    }
}

fn notes(request: &CapturedRequest, s: &Strings) -> Vec<(String, bool)> {
    let received = &request.received;
    let usual = match received.arrival {
        Arrival::Whole => None,
        Arrival::TooLarge => Some(s.too_large_why),
        Arrival::Incomplete => Some(s.incomplete_why),
        Arrival::Refused => Some(s.refused_why),
    };
    let mut notes = Vec::new();
    if let Some(usual) = usual {
        let reason = received.arrival_reason.as_deref().unwrap_or(usual);
        notes.push((capitalised(reason), true));
    }
    if received.sample {
        notes.push((s.sample_why.to_owned(), false));
    }
    notes
}

/// A clause as a sentence of its own.
fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().into_iter().flat_map(char::to_uppercase);
    first.chain(chars).collect()
}

fn body_pane(request: &CapturedRequest, place: &Place) -> BodyPane {
    let head = &request.received.head;
    BodyPane::new(
        request.id,
        &request.received.body,
        head.text("content-type"),
        head.text("content-encoding"),
        place.view.as_deref().and_then(ViewKind::parse),
        place.at.as_deref(),
        &place.path,
    )
}

/// The first line of the head, byte for byte where it is text.
fn request_line(request: &CapturedRequest) -> String {
    let raw = request.received.head.raw();
    let line = raw.split(|&byte| byte == b'\n').next().unwrap_or_default();
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    match std::str::from_utf8(line) {
        Ok(text) => text.to_owned(),
        Err(_) => line.escape_ascii().to_string(),
    }
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            // Writing into a String can't fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
}
