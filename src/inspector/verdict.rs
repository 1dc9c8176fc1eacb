//! The sender's address held against its list, as a badge and as an explanation.

use super::phrase::{Phrase, Slot};
use super::strings::Strings;
use crate::request::{CapturedRequest, VerdictKind};

/// Icon and word; never colour alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerdictBadge {
    /// The class that gives the colour.
    pub kind: &'static str,
    pub icon: &'static str,
    /// What is seen.
    pub word: String,
    /// What is read aloud.
    pub long: String,
}

impl VerdictBadge {
    /// `list` is the name of the list that the address stands in.
    #[must_use]
    pub fn new(kind: VerdictKind, list: Option<&str>, s: &Strings) -> Self {
        let (icon, word, long) = match kind {
            VerdictKind::Listed => {
                let word = list.unwrap_or(s.listed);
                let long = list.map_or_else(
                    || s.listed.to_owned(),
                    |list| s.listed_in.replace("{list}", list),
                );
                ("✓", word, long)
            }
            VerdictKind::Outside => ("⚠", s.outside, s.outside_long.to_owned()),
            VerdictKind::Unverified => ("?", s.unverified, s.unverified_long.to_owned()),
            VerdictKind::NoList => ("–", s.no_list, s.no_list_long.to_owned()),
        };
        Self {
            kind: kind.as_str(),
            icon,
            word: word.to_owned(),
            long,
        }
    }
}

/// Why the verdict is what it is.
#[derive(Debug, Clone)]
pub struct VerdictPane {
    pub badge: VerdictBadge,
    /// The walk from the peer to the client address, one step a line.
    pub steps: Vec<String>,
    pub reason: String,
    /// A proxy that nobody declared stands between.
    pub undeclared_proxy: bool,
    /// The verdict at arrival, where it was another one.
    pub at_arrival: Option<Phrase>,
}

impl VerdictPane {
    /// Gathers the explanation.
    #[must_use]
    pub fn new(request: &CapturedRequest, s: &Strings) -> Self {
        let judged = &request.judged;
        let at_arrival = request.verdict_at_arrival.map(|kind| {
            let then = VerdictBadge::new(kind, None, s).long;
            Phrase::new(s.at_arrival, &[("verdict", Slot::Strong(then))])
        });
        Self {
            badge: VerdictBadge::new(judged.verdict.kind, judged.verdict.list.as_deref(), s),
            steps: judged.client.steps.clone(),
            reason: judged.verdict.reason.clone(),
            undeclared_proxy: judged.verdict.kind == VerdictKind::Unverified
                && !request.received.sample,
            at_arrival,
        }
    }
}
