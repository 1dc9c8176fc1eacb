//! What senders want to be answered: to checks of the URL that they make before they deliver, and some to
//! each delivery.

use super::catalogue::Catalogue;
use super::clause::Condition;
use super::event::EventEntry;
use super::facts::Facts;
use super::selector::SelectorId;
use super::template::Template;
use crate::request::{HandshakeAnswer, Identity, Received};

/// A handshake of the catalogue, ready to be asked.
#[derive(Debug)]
pub(super) struct HandshakeEntry {
    /// Its type is exact.
    pub(super) event_type: String,
    pub(super) event: EventEntry,
    pub(super) when: Condition,
    /// Answered only where the signature holds; 401 where it is wrong.
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

/// What a sender's check asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handshake {
    /// To be answered 401 where the signature does not hold, as the sender tests that too.
    pub signed: bool,
    /// The status and the rest; `None` where a part of it is missing: mostly the endpoint's secret.
    pub answer: Option<(u16, HandshakeAnswer)>,
}

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

    /// What a sender's check of the URL asks for, or what it asks for each time; some need the endpoint's
    /// secret.
    #[must_use]
    pub fn handshake(
        &self,
        received: &Received,
        identity: &Identity,
        secret: Option<&str>,
    ) -> Option<Handshake> {
        if let Some((entry, facts)) = self.entry_of(received, identity) {
            let facts = facts.with_secret(secret);
            return Some(Handshake {
                signed: entry.signed,
                answer: entry.answer.fill(&facts),
            });
        }
        let answer = self.sender(identity.sender.as_deref()?)?.answer.as_ref()?;
        let facts = self.facts(received).with_secret(secret);
        Some(Handshake {
            signed: false,
            answer: answer.fill(&facts),
        })
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

impl AnswerTemplate {
    fn fill(&self, facts: &Facts<'_>) -> Option<(u16, HandshakeAnswer)> {
        let headers = self
            .headers
            .iter()
            .map(|(name, value)| {
                let value = value.fill(facts)?;
                // What the sender sent is sent back: it must not become a line of its own.
                (!value.contains(char::is_control)).then(|| (name.clone(), value))
            })
            .collect::<Option<_>>()?;
        let body = match &self.body {
            Some(body) => body.fill(facts)?,
            None => String::new(),
        };
        let answer = HandshakeAnswer {
            content_type: self.content_type.clone(),
            headers,
            body: body.into_bytes(),
        };
        Some((self.status, answer))
    }
}
