//! The event type of a sender that nobody described: a header or a key of a usual name.

use super::facts::Facts;

/// Longer texts are no type.
const MAX_CHARS: usize = 100;
/// Asked in this order: the more a name says "event", the earlier it stands.
const KEYS: [&str; 8] = [
    "event_type",
    "eventType",
    "event_name",
    "event",
    "type",
    "topic",
    "action",
    "kind",
];
/// Header names that say it whole; `Ce-Type` is that of `CloudEvents` (HTTP binding 1.0.2, 3.1).
const HEADERS: [&str; 4] = ["ce-type", "x-event-type", "x-event-name", "x-event"];
/// How headers of a sender's own end: `X-Shop-Topic`.
const ENDINGS: [&str; 4] = ["-event", "-event-type", "-event-name", "-topic"];

/// The type and where it stands: the header's name as sent, or a path in the body.
pub(super) fn event_type(facts: &Facts<'_>) -> Option<(String, String)> {
    header(facts).or_else(|| body(facts))
}

fn header(facts: &Facts<'_>) -> Option<(String, String)> {
    let mut best: Option<(usize, String, String)> = None;
    for (name, value) in facts.head().headers() {
        let Some(rank) = rank(&name) else { continue };
        let Some(value) = std::str::from_utf8(value)
            .ok()
            .filter(|value| plausible(value))
        else {
            continue;
        };
        if best.as_ref().is_none_or(|(other, ..)| rank < *other) {
            best = Some((rank, value.to_owned(), name.into_owned()));
        }
    }
    best.map(|(_, value, name)| (value, name))
}

/// How much a header's name says "event"; less is more.
fn rank(name: &str) -> Option<usize> {
    let name = name.to_ascii_lowercase();
    if let Some(place) = HEADERS.iter().position(|known| *known == name) {
        return Some(place);
    }
    let own = name.strip_prefix('x')?;
    ENDINGS
        .iter()
        .position(|ending| own.ends_with(ending) && own.starts_with('-'))
        .map(|place| HEADERS.len() + place)
}

fn body(facts: &Facts<'_>) -> Option<(String, String)> {
    let values = facts.body();
    KEYS.iter().find_map(|key| {
        let value = values.top_string(key)?;
        plausible(&value).then(|| (value.into_owned(), values.describe(key)))
    })
}

/// One token with a letter in it, as types are.
fn plausible(text: &str) -> bool {
    let token = |c: char| c.is_alphanumeric() || "._:/-+#".contains(c);
    !text.is_empty()
        && text.chars().nth(MAX_CHARS).is_none()
        && text.chars().all(token)
        && text.chars().any(char::is_alphabetic)
}
