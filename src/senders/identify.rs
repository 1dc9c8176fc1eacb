//! Who sent a request and what it says happened.

use super::catalogue::Catalogue;
use super::compile::Sender;
use super::event;
use super::facts::Facts;
use super::guess;
use super::noise;
use super::template::Template;
use crate::request::{Arrival, Head, Identity};

/// Longer types, ids and times are none: cut off they would mean another one.
const MAX_VALUE_BYTES: usize = 200;
/// Titles are cut at as many characters; they are one line of a list.
const MAX_TITLE_CHARS: usize = 200;

impl Catalogue {
    /// What the catalogue makes of a request. Never fails: what is not known stays empty.
    #[must_use]
    pub fn identify(&self, head: &Head, body: &[u8], arrival: Arrival) -> Identity {
        let facts = Facts::new(&self.selectors, head, body, arrival);
        match self.rules.find(&self.senders, &facts) {
            Some((sender, rule)) => {
                let sender = &self.senders[sender];
                known(sender, sender.rules[rule].text.clone(), &facts)
            }
            None => noise::identity(head).unwrap_or_else(|| guessed(&facts)),
        }
    }
}

fn known(sender: &Sender, rule: String, facts: &Facts<'_>) -> Identity {
    let mut identity = Identity {
        sender: Some(sender.id.clone()),
        rule: Some(rule),
        delivery_id: first(&sender.delivery_id, facts).map(|(value, _)| value),
        attempt: first(&sender.attempt, facts).map(|(value, _)| value),
        sent_at: first(&sender.time, facts).map(|(value, _)| value),
        ..Identity::default()
    };
    let mut handshakes = sender.handshakes.iter();
    if let Some(handshake) = handshakes.find(|entry| entry.when.holds(facts)) {
        identity.title = handshake.event.title(facts).map(|title| one_line(&title));
        identity.event_type = Some(handshake.event_type.clone());
        let told_by = handshake.when.needed().next();
        identity.event_source = told_by.map(|selector| facts.source(selector));
        return identity;
    }
    let Some((event_type, template)) = first(&sender.event_type, facts) else {
        return identity;
    };
    if let Some(entry) = event::find(&sender.events, &event_type, facts) {
        identity.variant.clone_from(&entry.variant);
        identity.title = entry.title(facts).map(|title| {
            let more = template
                .first_selector()
                .map_or(0, |id| facts.more_than_first(id));
            match more {
                0 => one_line(&title),
                _ => format!("{} + {more} more", one_line(&title)),
            }
        });
    }
    identity.event_source = template
        .first_selector()
        .map(|selector| facts.source(selector));
    identity.event_type = Some(event_type);
    identity
}

fn guessed(facts: &Facts<'_>) -> Identity {
    let Some((event_type, source)) = guess::event_type(facts) else {
        return Identity::default();
    };
    Identity {
        event_type: Some(event_type),
        event_source: Some(source),
        guessed: true,
        ..Identity::default()
    }
}

/// The first template whose parts all exist.
fn first<'t>(templates: &'t [Template], facts: &Facts<'_>) -> Option<(String, &'t Template)> {
    templates.iter().find_map(|template| {
        let value = template.fill(facts)?;
        (value.len() <= MAX_VALUE_BYTES).then_some((value, template))
    })
}

/// Line ends and other control characters become blanks; what is too long is cut with an ellipsis.
fn one_line(title: &str) -> String {
    let mut out = String::with_capacity(title.len().min(4 * MAX_TITLE_CHARS));
    for (count, letter) in title.chars().enumerate() {
        if count == MAX_TITLE_CHARS {
            out.push('…');
            break;
        }
        out.push(if letter.is_control() { ' ' } else { letter });
    }
    out
}

#[cfg(test)]
mod tests;
