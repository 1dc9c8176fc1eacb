//! The attempts of one delivery, shown together: when each came, how long after the one before, and what
//! we answered.

use super::figures::{self, Moment};
use super::phrase::{Phrase, Slot};
use super::place::Place;
use super::strings::Strings;
use super::verdict::VerdictBadge;
use crate::request::{Arrival, Attempt, AttemptSummary, Identity, RequestId, ToldBy};

/// A delivery that was tried thousands of times shows so many attempts before and behind the open one.
pub const BESIDE: u64 = 15;

/// The attempts of the delivery that the open request belongs to.
#[derive(Debug)]
pub struct Attempts {
    pub total: String,
    /// What told that they belong together.
    pub how: Phrase,
    pub rows: Vec<AttemptRow>,
}

#[derive(Debug)]
pub struct AttemptRow {
    pub name: String,
    pub href: String,
    /// It is the request that is open.
    pub current: bool,
    pub time: Moment,
    /// `+2 min 3 s` after the attempt before.
    pub gap: Option<String>,
    /// Attempts left out before this one.
    pub left_out: Option<String>,
    pub answer_status: u16,
    /// Why we could not take all of it.
    pub arrival: Option<&'static str>,
    pub verdict: VerdictBadge,
}

impl Attempts {
    /// `around` are attempts of one delivery, oldest first; `open` is the request that is shown.
    #[must_use]
    pub fn new(
        attempt: &Attempt,
        around: &[AttemptSummary],
        identity: &Identity,
        open: RequestId,
        place: &Place,
        s: &'static Strings,
    ) -> Self {
        let id = identity.delivery_id.clone().unwrap_or_default();
        let how = match attempt.told_by {
            ToldBy::SenderId => Phrase::new(s.told_by_id, &[("id", Slot::Code(id))]),
            ToldBy::SameBody => Phrase::new(s.told_by_body, &[]),
        };
        let before = std::iter::once(None).chain(around.iter().map(Some));
        let rows = before
            .zip(around)
            .map(|(before, one)| AttemptRow::new(before, one, open, place, s))
            .collect();
        Self {
            total: figures::grouped(attempt.of),
            how,
            rows,
        }
    }
}

impl AttemptRow {
    fn new(
        before: Option<&AttemptSummary>,
        one: &AttemptSummary,
        open: RequestId,
        place: &Place,
        s: &'static Strings,
    ) -> Self {
        let missing = one.number - before.map_or(0, |before| before.number) - 1;
        let gap = before.filter(|_| missing == 0).map(|before| {
            let micros = one.received_at.0.saturating_sub(before.received_at.0);
            format!("+{}", figures::span(u64::try_from(micros).unwrap_or(0)))
        });
        Self {
            name: s.attempt.replace("{n}", &figures::grouped(one.number)),
            href: place.request(one.id),
            current: one.id == open,
            time: one.received_at.into(),
            gap,
            left_out: (missing > 0).then(|| {
                let words = s.attempts_left_out.of(missing);
                words.replace("{n}", &figures::grouped(missing))
            }),
            answer_status: one.answer_status,
            arrival: match one.arrival {
                Arrival::Whole => None,
                Arrival::TooLarge => Some(s.too_large),
                Arrival::Incomplete => Some(s.incomplete),
                Arrival::Refused => Some(s.refused),
            },
            verdict: VerdictBadge::new(one.verdict, one.verdict_list.as_deref(), s),
        }
    }
}

/// What a row of the list says of a later attempt.
#[must_use]
pub fn mark(attempt: &Attempt, s: &Strings) -> Option<String> {
    let words = match attempt.told_by {
        ToldBy::SenderId => s.attempt,
        ToldBy::SameBody => s.again,
    };
    let number = figures::grouped(attempt.number);
    (attempt.number > 1).then(|| words.replace("{n}", &number))
}

/// The delivery in the strip under the title.
#[derive(Debug, PartialEq, Eq)]
pub struct DeliveryFact {
    /// The sender's own id.
    pub id: Option<String>,
    /// Which attempt it is, as we count.
    pub attempt: Option<String>,
    /// Which attempt it is, as the sender counts, where that is not the same.
    pub sender_counts: Option<String>,
}

impl DeliveryFact {
    /// `None` where nothing is known of a delivery.
    #[must_use]
    pub fn new(identity: &Identity, attempt: Option<&Attempt>, s: &Strings) -> Option<Self> {
        let ours = attempt.map(|attempt| {
            let number = figures::grouped(attempt.number);
            match attempt.told_by {
                ToldBy::SenderId => s
                    .attempt_of
                    .replace("{n}", &number)
                    .replace("{of}", &figures::grouped(attempt.of)),
                ToldBy::SameBody => s.same_body.replace("{nth}", &(s.ordinal)(attempt.number)),
            }
        });
        let agreed = |theirs: &&String| {
            attempt.is_some_and(|attempt| attempt.number.to_string() == **theirs)
        };
        let theirs = identity.attempt.as_ref().filter(|theirs| !agreed(theirs));
        let words = if ours.is_some() {
            s.sender_counts
        } else {
            s.attempt
        };
        let fact = Self {
            id: identity.delivery_id.clone(),
            attempt: ours,
            sender_counts: theirs.map(|theirs| words.replace("{n}", theirs)),
        };
        let empty = Self {
            id: None,
            attempt: None,
            sender_counts: None,
        };
        (fact != empty).then_some(fact)
    }
}

#[cfg(test)]
mod tests {
    use super::super::strings::EN;
    use super::*;

    fn attempt(number: u64, told_by: ToldBy) -> Attempt {
        Attempt {
            delivery: RequestId::new(1).unwrap(),
            number,
            of: 3,
            told_by,
        }
    }

    #[test]
    fn the_words_say_what_is_known() {
        let mark = |number, told_by| mark(&attempt(number, told_by), &EN);
        assert_eq!(mark(3, ToldBy::SenderId).as_deref(), Some("attempt 3"));
        assert_eq!(mark(3, ToldBy::SameBody).as_deref(), Some("again · 3"));
        assert_eq!(mark(1, ToldBy::SameBody), None, "the first is no retry yet");
    }

    #[test]
    fn the_senders_count_is_shown_where_it_is_another() {
        let said = |theirs: &str, number: Option<u64>| {
            let identity = Identity {
                attempt: Some(theirs.to_owned()),
                ..Identity::default()
            };
            let ours = number.map(|number| attempt(number, ToldBy::SenderId));
            let fact = DeliveryFact::new(&identity, ours.as_ref(), &EN).unwrap();
            (fact.attempt, fact.sender_counts)
        };
        let of = |text: &str| Some(text.to_owned());
        assert_eq!(said("2", Some(2)), (of("attempt 2 of 3"), None));
        assert_eq!(
            said("5", Some(2)),
            (of("attempt 2 of 3"), of("the sender counts 5"))
        );
        assert_eq!(said("5", None), (None, of("attempt 5")));
    }

    #[test]
    fn nothing_known_is_no_fact() {
        assert_eq!(DeliveryFact::new(&Identity::default(), None, &EN), None);
        let body = attempt(3, ToldBy::SameBody);
        let fact = DeliveryFact::new(&Identity::default(), Some(&body), &EN).unwrap();
        assert_eq!(fact.attempt.as_deref(), Some("same body, 3rd time"));
    }
}
