//! The events of a sender: which entry speaks of a request, and what it calls it.

use std::collections::BTreeMap;

use super::clause::Condition;
use super::facts::Facts;
use super::template::Template;

/// An entry of the catalogue, ready to be asked.
#[derive(Debug)]
pub(super) struct EventEntry {
    pub(super) kind: TypePattern,
    pub(super) variant: Option<String>,
    pub(super) label: BTreeMap<String, String>,
    pub(super) when: Option<Condition>,
    pub(super) titles: Vec<Template>,
}

/// Which types an entry is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum TypePattern {
    Exact(String),
    /// All that begin so; senders invent types, so their sets are open.
    Prefix(String),
}

impl TypePattern {
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let (prefix, open) = match text.strip_suffix('*') {
            Some(prefix) => (prefix, true),
            None => (text, false),
        };
        if prefix.contains('*') || (prefix.is_empty() && !open) {
            return Err(format!(
                "`{text}`: a type is exact, or ends with the only `*`"
            ));
        }
        let prefix = prefix.to_owned();
        Ok(if open {
            Self::Prefix(prefix)
        } else {
            Self::Exact(prefix)
        })
    }

    fn matches(&self, event_type: &str) -> bool {
        match self {
            Self::Exact(exact) => exact == event_type,
            Self::Prefix(prefix) => event_type.starts_with(prefix.as_str()),
        }
    }

    /// Exact ones before open ones, long prefixes before short ones.
    fn rank(&self) -> (u8, std::cmp::Reverse<usize>) {
        match self {
            Self::Exact(_) => (0, std::cmp::Reverse(0)),
            Self::Prefix(prefix) => (1, std::cmp::Reverse(prefix.len())),
        }
    }
}

impl EventEntry {
    /// The title, or the label where no template can be filled.
    pub(super) fn title(&self, facts: &Facts<'_>) -> Option<String> {
        self.titles
            .iter()
            .find_map(|title| title.fill(facts))
            .or_else(|| self.label_in("en").map(str::to_owned))
    }

    /// The label in a language, or in English.
    pub(super) fn label_in(&self, lang: &str) -> Option<&str> {
        self.label
            .get(lang)
            .or_else(|| self.label.get("en"))
            .map(String::as_str)
    }
}

/// Puts entries in the order in which they are asked; within a rank the file's order stays.
pub(super) fn sort(entries: &mut [EventEntry]) {
    entries.sort_by_key(|entry| entry.kind.rank());
}

/// The entry that speaks of the request.
pub(super) fn find<'e>(
    entries: &'e [EventEntry],
    event_type: &str,
    facts: &Facts<'_>,
) -> Option<&'e EventEntry> {
    entries
        .iter()
        .filter(|entry| entry.kind.matches(event_type))
        .find(|entry| entry.when.as_ref().is_none_or(|when| when.holds(facts)))
}

/// The entry of a type and variant, without a request; without a variant rather one that has none.
pub(super) fn find_named<'e>(
    entries: &'e [EventEntry],
    event_type: &str,
    variant: Option<&str>,
) -> Option<&'e EventEntry> {
    let of_type = || {
        entries
            .iter()
            .filter(|entry| entry.kind.matches(event_type))
    };
    let first = of_type().next()?;
    if variant.is_some() {
        return of_type().find(|entry| entry.variant.as_deref() == variant);
    }
    of_type()
        .take_while(|entry| entry.kind == first.kind)
        .find(|entry| entry.variant.is_none())
        .or(Some(first))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exact_types_are_asked_first_then_the_longest_prefix() {
        let entry = |kind| EventEntry {
            kind: TypePattern::parse(kind).unwrap(),
            variant: None,
            label: BTreeMap::new(),
            when: None,
            titles: Vec::new(),
        };
        let mut entries = ["*", "contact.*", "contact.tag.*", "contact.tag.added"].map(entry);
        sort(&mut entries);
        let found = |kind| find_named(&entries, kind, None).map(|entry| entry.kind.clone());
        let pattern = |text| TypePattern::parse(text).ok();
        assert_eq!(found("contact.tag.added"), pattern("contact.tag.added"));
        assert_eq!(found("contact.tag.seen"), pattern("contact.tag.*"));
        assert_eq!(found("contact.x"), pattern("contact.*"));
        assert_eq!(found("order"), pattern("*"));
        assert!(TypePattern::parse("a*b").is_err() && TypePattern::parse("").is_err());
    }
}
