//! A sentence with marked-up places: the words come whole from [`super::strings`], so that another
//! language can order them as it likes; what a place holds is escaped by the template.

use askama::Template;
use askama::filters::HtmlSafe;

/// What stands in a place of a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Slot {
    Strong(String),
    /// Text of a sender: monospaced, and kept from turning the direction of its surroundings.
    Code(String),
    Link {
        href: String,
        text: String,
    },
    /// Text of a sender that leads to where it stands.
    CodeLink {
        href: String,
        text: String,
    },
}

/// A sentence ready to be written.
#[derive(Template, Debug, Clone, PartialEq, Eq)]
#[template(path = "phrase.html")]
pub struct Phrase {
    parts: Vec<Part>,
}

impl HtmlSafe for Phrase {}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    Slot(Slot),
}

impl Phrase {
    /// Fills the `{name}` places of `sentence`; a place without a value stays as it is.
    #[must_use]
    pub fn new(sentence: &str, slots: &[(&str, Slot)]) -> Self {
        let mut parts = Vec::new();
        let mut rest = sentence;
        while let Some((before, name, after)) = next_place(rest) {
            parts.push(Part::Text(before.to_owned()));
            let slot = slots.iter().find(|(known, _)| *known == name);
            parts.push(slot.map_or_else(
                || Part::Text(format!("{{{name}}}")),
                |(_, slot)| Part::Slot(slot.clone()),
            ));
            rest = after;
        }
        parts.push(Part::Text(rest.to_owned()));
        Self { parts }
    }
}

fn next_place(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once('{')?;
    let (name, after) = rest.split_once('}')?;
    Some((before, name, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_filled_and_escaped() {
        let phrase = Phrase::new(
            "{n} requests to {path}.",
            &[
                ("path", Slot::Code("/<b>".into())),
                ("n", Slot::Strong("3".into())),
            ],
        );
        assert_eq!(
            phrase.to_string(),
            "<strong>3</strong> requests to <code><bdi>/&#60;b&#62;</bdi></code>."
        );
    }
}
