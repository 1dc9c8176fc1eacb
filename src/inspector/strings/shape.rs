//! The words about shapes and what changed in them.

use super::Plural;

/// What is said of the shape of bodies.
#[derive(Debug)]
#[expect(
    missing_docs,
    reason = "the English text beside each name says more than a comment would"
)]
pub struct ShapeStrings {
    // Marks
    pub changed: &'static str,
    pub undocumented: &'static str,
    // What changed
    pub changed_title: &'static str,
    pub undocumented_title: &'static str,
    pub is_new: &'static str,
    pub is_lost: &'static str,
    pub is_other: &'static str,
    pub not_in_sample: &'static str,
    pub other_in_sample: &'static str,
    pub latest_before: &'static str,
    pub more: Plural,
    // The page
    pub shape: &'static str,
    pub shape_of: &'static str,
    pub events_only: Plural,
    pub title: &'static str,
    pub title_guessed: &'static str,
    pub events: Plural,
    pub variant: &'static str,
    pub path: &'static str,
    pub how_often: &'static str,
    pub always: &'static str,
    pub sometimes: &'static str,
    pub types: &'static str,
    pub times: Plural,
    pub first_seen: &'static str,
    pub last_seen: &'static str,
    pub learning: &'static str,
    pub left_out: Plural,
    pub unlearnt: &'static str,
    // All of them
    pub all: &'static str,
    pub all_title: &'static str,
    pub event: &'static str,
    pub sender: &'static str,
    pub guessed: &'static str,
    pub paths: &'static str,
    pub none: &'static str,
    pub newest_only: &'static str,
    pub unlearnt_requests: Plural,
    pub unknown: &'static str,
}

pub(super) const EN: ShapeStrings = ShapeStrings {
    changed: "shape changed",
    undocumented: "not in the sample",
    changed_title: "The shape changed",
    undocumented_title: "Not in the documented sample",
    is_new: "{path} is new: {types}",
    is_lost: "{path} is missing, and always came until now: {last}",
    is_other: "{path} is {types}, and was {before} until now: {last}",
    not_in_sample: "{path} is not in the sample: {types}",
    other_in_sample: "{path} is {types}, in the sample and until now it was {before}",
    latest_before: "last event with it",
    more: Plural {
        one: "and 1 more",
        other: "and {n} more",
    },
    shape: "Shape",
    shape_of: "Shape of {event}: {events}",
    events_only: Plural {
        one: "1 event",
        other: "{n} events",
    },
    title: "Shape of {event} from {sender}",
    title_guessed: "Shape of {event}",
    events: Plural {
        one: "{n} event, {time}",
        other: "{n} events, {time}",
    },
    variant: "Variant {variant}",
    path: "Path",
    how_often: "Comes",
    always: "always",
    sometimes: "{n} of {of}",
    types: "As",
    times: Plural {
        one: "once",
        other: "{n} times",
    },
    first_seen: "First seen",
    last_seen: "Last seen",
    learning: "Too few yet to tell what is usual: until there are {n} events, each is held against the documented sample, if there is one.",
    left_out: Plural {
        one: "A path found no room once: {max} are kept of an event.",
        other: "Paths found no room {n} times: {max} are kept of an event.",
    },
    unlearnt: "not learnt: there are too many different events",
    all: "All shapes",
    all_title: "Shapes of events",
    event: "Event",
    sender: "Sender",
    guessed: "not known",
    paths: "Paths",
    none: "No event has been looked at yet.",
    newest_only: "Those that came last, {n} at most.",
    unlearnt_requests: Plural {
        one: "The event of 1 request is not learnt: {sender} are kept of a sender, {all} in all.",
        other: "The events of {n} requests are not learnt: {sender} are kept of a sender, {all} in all.",
    },
    unknown: "No such event has come",
};
