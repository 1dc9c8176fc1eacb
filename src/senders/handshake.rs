//! What senders want to be answered: to checks of the URL that they make before they deliver, and some to
//! each delivery.

use super::catalogue::Catalogue;
use super::clause::Condition;
use super::event::EventEntry;
use super::facts::Facts;
use super::selector::SelectorId;
use super::signature::NamedSecret;
use super::template::Template;
use crate::request::{HandshakeAnswer, Identity, Received};

/// A handshake of the catalogue, ready to be asked.
#[derive(Debug)]
pub(super) struct HandshakeEntry {
    /// Its type is exact.
    pub(super) event_type: String,
    pub(super) event: EventEntry,
    pub(super) when: Condition,
    /// Answered only where the signature holds; 401 where it is wrong. Always so where the answer takes the
    /// secret.
    pub(super) signed: bool,
    pub(super) secret_from: Option<SelectorId>,
    /// What a person has to open to confirm.
    pub(super) link: Option<Template>,
    pub(super) answer: AnswerTemplate,
}

/// What is to be answered, with the request's values in it.
#[derive(Debug)]
pub(super) struct AnswerTemplate {
    pub(super) status: u16,
    pub(super) content_type: Option<String>,
    pub(super) headers: Vec<(String, Template)>,
    pub(super) body: Option<Template>,
}

/// What a sender is to be answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Handshake {
    /// The status and the rest.
    Answer(u16, HandshakeAnswer),
    /// It had to be signed, and is not: 401, as senders try that too.
    Forged,
    /// A part of the answer is missing, mostly the endpoint's secret: the usual answer.
    Incomplete,
}

/// Larger bodies are no checks, which are a few lines; they get the usual answer.
pub const HANDSHAKE_BODY_MAX: usize = 64 * 1024;

impl Catalogue {
    /// Whether this event of this sender is a check of the URL.
    #[must_use]
    pub fn is_handshake(&self, sender: &str, event_type: &str) -> bool {
        self.sender(sender).is_some_and(|sender| {
            let mut handshakes = sender.handshakes.iter();
            handshakes.any(|entry| entry.event_type == event_type)
        })
    }

    /// Whether a sender asks for another answer than the usual one to this event.
    #[must_use]
    pub fn wants_answer(&self, identity: &Identity) -> bool {
        let sender = identity.sender.as_deref().and_then(|id| self.sender(id));
        sender.is_some_and(|sender| {
            let check = identity.event_type.as_deref();
            let mut handshakes = sender.handshakes.iter();
            sender.answer.is_some()
                || handshakes.any(|entry| Some(entry.event_type.as_str()) == check)
        })
    }

    /// What a sender's check of the URL asks for, or what it asks for each time; `None` where it asks for
    /// nothing. An answer that is made with a secret is made only for who has signed with it: else
    /// anybody could have anything signed here.
    #[must_use]
    pub fn handshake(
        &self,
        received: &Received,
        identity: &Identity,
        secrets: &[NamedSecret],
    ) -> Option<Handshake> {
        if received.body.len() > HANDSHAKE_BODY_MAX {
            return self.constant_answer(identity);
        }
        let Some((entry, facts)) = self.entry_of(received, identity) else {
            return self.constant_answer(identity);
        };
        if !entry.signed {
            return Some(Handshake::of(entry.answer.fill(&facts)));
        }
        let sender = identity.sender.as_deref();
        let signed = |secret: &&NamedSecret| self.is_signed_with(sender, received, secret);
        let Some(secret) = secrets.iter().find(signed) else {
            return Some(match secrets {
                // Nobody can tell; what needs a secret is left out all the same.
                [] => Handshake::of(entry.answer.fill(&facts)),
                _ => Handshake::Forged,
            });
        };
        let facts = facts.with_secret(Some(secret.value.reveal()));
        Some(Handshake::of(entry.answer.fill(&facts)))
    }

    /// The answer to each of a sender's requests, which holds nothing of the request.
    fn constant_answer(&self, identity: &Identity) -> Option<Handshake> {
        let answer = self.sender(identity.sender.as_deref()?)?.answer.clone()?;
        Some(Handshake::Answer(answer.0, answer.1))
    }

    fn facts<'a>(&'a self, received: &'a Received) -> Facts<'a> {
        Facts::new(
            &self.selectors,
            &received.head,
            &received.body,
            received.arrival,
        )
    }

    /// The signing secret that a check hands over (Asana, Notion). Whoever sends the check chooses it,
    /// so it is only to be offered, never taken by itself.
    #[must_use]
    pub fn offered_secret(&self, received: &Received, identity: &Identity) -> Option<String> {
        let (entry, facts) = self.entry_of(received, identity)?;
        facts.value(entry.secret_from?).map(str::to_owned)
    }

    /// The link that a person has to open for a check to be passed (Amazon SNS). It is only to be shown:
    /// whoever sends the check chooses it.
    #[must_use]
    pub fn confirmation_link(&self, received: &Received, identity: &Identity) -> Option<String> {
        let (entry, facts) = self.entry_of(received, identity)?;
        entry.link.as_ref()?.fill(&facts)
    }

    fn entry_of<'a>(
        &'a self,
        received: &'a Received,
        identity: &Identity,
    ) -> Option<(&'a HandshakeEntry, Facts<'a>)> {
        let sender = self.sender(identity.sender.as_deref()?)?;
        let event_type = identity.event_type.as_deref()?;
        let mut of_type = sender
            .handshakes
            .iter()
            .filter(|entry| entry.event_type == event_type)
            .peekable();
        of_type.peek()?;
        let facts = self.facts(received);
        let entry = of_type.find(|entry| entry.when.holds(&facts))?;
        Some((entry, facts))
    }
}

impl Handshake {
    fn of(answer: Option<(u16, HandshakeAnswer)>) -> Self {
        answer.map_or(Self::Incomplete, |(status, answer)| {
            Self::Answer(status, answer)
        })
    }
}

/// What stands for bytes that are no text: sent back, they would be others.
const NO_TEXT: char = '\u{FFFD}';

impl AnswerTemplate {
    /// The answer of a template that takes nothing of a request; `None` where it does.
    pub(super) fn constant(&self) -> Option<(u16, HandshakeAnswer)> {
        let headers = self
            .headers
            .iter()
            .map(|(name, value)| Some((name.clone(), value.constant()?)))
            .collect::<Option<_>>()?;
        let body = match &self.body {
            Some(body) => body.constant()?,
            None => String::new(),
        };
        Some((self.status, self.answer(headers, body)))
    }

    /// Whether the endpoint's secret is a part of it.
    pub(super) fn takes_secret(&self) -> bool {
        let headers = self.headers.iter().map(|(_, value)| value);
        headers.chain(&self.body).any(Template::takes_secret)
    }

    fn answer(&self, headers: Vec<(String, String)>, body: String) -> HandshakeAnswer {
        HandshakeAnswer {
            content_type: self.content_type.clone(),
            headers,
            body: body.into_bytes(),
        }
    }

    fn fill(&self, facts: &Facts<'_>) -> Option<(u16, HandshakeAnswer)> {
        let headers = self
            .headers
            .iter()
            .map(|(name, value)| {
                let value = value.fill(facts)?;
                // What the sender sent is sent back: it must not become a line of its own.
                (!value.contains(|c: char| c.is_control() || c == NO_TEXT))
                    .then(|| (name.clone(), value))
            })
            .collect::<Option<_>>()?;
        let body = match &self.body {
            Some(body) => body.fill(facts).filter(|body| !body.contains(NO_TEXT))?,
            None => String::new(),
        };
        Some((self.status, self.answer(headers, body)))
    }
}
