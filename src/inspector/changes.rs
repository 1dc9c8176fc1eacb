//! How the open request's body differs from those before it, each change with a link to where it is seen.

use super::figures;
use super::phrase::{Phrase, Slot};
use super::place::{self, Place};
use super::strings::Strings;
use crate::follow::has_shape;
use crate::request::{Against, CapturedRequest, Change, Changes, Difference, RequestId, ShapeKey};
use crate::store::ShapeSummary;

/// The differences that a request is marked for.
#[derive(Debug)]
pub struct ChangesPane {
    pub title: &'static str,
    pub changes: Vec<Phrase>,
    /// "and 7 more"
    pub more: Option<String>,
}

impl ChangesPane {
    #[must_use]
    pub fn new(changes: &Changes, id: RequestId, place: &Place, s: &Strings) -> Self {
        let left = changes.total.saturating_sub(changes.list.len() as u64);
        Self {
            title: match changes.against {
                Against::Events => s.shape.changed_title,
                Against::Samples => s.shape.undocumented_title,
            },
            changes: changes
                .list
                .iter()
                .map(|change| said(change, changes.against, id, place, s))
                .collect(),
            more: (left > 0).then(|| {
                let words = s.shape.more.of(left);
                words.replace("{n}", &figures::grouped(left))
            }),
        }
    }
}

fn said(change: &Change, against: Against, id: RequestId, place: &Place, s: &Strings) -> Phrase {
    let sentence = match (change.what, against) {
        (Difference::New, Against::Events) => s.shape.is_new,
        (Difference::New, Against::Samples) => s.shape.not_in_sample,
        (Difference::Type, Against::Events) => s.shape.is_other,
        (Difference::Type, Against::Samples) => s.shape.other_in_sample,
        (Difference::Lost, _) => s.shape.is_lost,
    };
    let text = change.path.clone();
    let path = match change.node {
        Some(node) => {
            let href = place.value(id, &format!("node:{node}"), Some(node));
            Slot::CodeLink { href, text }
        }
        None => Slot::Code(text),
    };
    let last = match change.last {
        Some(last) => Slot::Link {
            href: had_it(last, &change.path, place),
            text: s.shape.latest_before.to_owned(),
        },
        None => Slot::Code(String::new()),
    };
    Phrase::new(
        sentence,
        &[
            ("path", path),
            ("types", Slot::Code(change.types.to_string())),
            ("before", Slot::Code(change.before.to_string())),
            ("last", last),
        ],
    )
}

/// A request that had a path, at the nearest place that a JSONPath leads to.
#[must_use]
pub fn had_it(id: RequestId, path: &str, place: &Place) -> String {
    let whole = path.find("[]").or_else(|| path.find(".*"));
    match whole {
        None => place.value(id, path, None),
        // A name that is written out may hold those characters itself.
        Some(_) if path.contains("['") => place.request(id),
        Some(end) => {
            let end = path.find(".*").map_or(end, |star| star.min(end));
            place.value(id, &path[..end], None)
        }
    }
}

/// The way to the page of the event's shape.
#[derive(Debug)]
pub enum ShapeLink {
    Learnt {
        href: String,
        /// "Shape of order.paid: 15 events", and its end alone, where it is seen what it is of.
        text: String,
        events: String,
    },
    /// There are too many different events.
    TooMany,
}

impl ShapeLink {
    /// `key` is the shape that the request counts to; `unlearnt` says whether there were events too many.
    /// May read the whole body.
    #[must_use]
    pub fn new(
        request: &CapturedRequest,
        key: &ShapeKey,
        shape: Option<&ShapeSummary>,
        unlearnt: bool,
        s: &Strings,
    ) -> Option<Self> {
        let Some(shape) = shape else {
            return (unlearnt && has_shape(request)).then_some(Self::TooMany);
        };
        let events = shape.seen.events;
        let number = figures::grouped(events);
        let events = s.shape.events_only.of(events).replace("{n}", &number);
        Some(Self::Learnt {
            href: place::shape_of(&key.sender, &key.event_type),
            text: s
                .shape
                .shape_of
                .replace("{events}", &events)
                .replace("{event}", &key.event_type),
            events,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::strings::EN;
    use super::*;
    use crate::request::{Types, ValueType};

    fn place() -> Place {
        Place::read(&"/shop?inspect".parse().unwrap())
    }

    #[test]
    fn each_change_leads_to_where_it_is_seen() {
        let (id, last) = (RequestId::new(33).unwrap(), RequestId::new(32).unwrap());
        let change = |what, node, last| Change {
            what,
            path: "$.a[].b".into(),
            types: Types::default().with(ValueType::Number),
            before: Types::default().with(ValueType::EmptyArray),
            node,
            last,
        };
        let said = |change: &Change, against| said(change, against, id, &place(), &EN).to_string();
        let new = said(&change(Difference::New, Some(7), None), Against::Events);
        assert!(
            new.contains(&format!(
                "/shop?inspect={id}&#38;view=tree&#38;at=node%3A7#n7"
            )),
            "{new}"
        );
        assert!(
            new.contains("is new: <code><bdi>number</bdi></code>"),
            "{new}"
        );
        let lost = said(&change(Difference::Lost, None, Some(last)), Against::Events);
        assert!(
            lost.contains(&format!(
                "/shop?inspect={last}&#38;view=tree&#38;at=%24.a\""
            )),
            "{lost}"
        );
        let other = said(&change(Difference::Type, Some(7), None), Against::Samples);
        assert!(other.contains("in the sample"), "{other}");
    }

    #[test]
    fn a_path_is_followed_as_far_as_it_leads() {
        let id = RequestId::new(1).unwrap();
        for (path, at) in [
            ("$.a.b", "at=%24.a.b"),
            ("$.a[].b.*", "at=%24.a"),
            ("$.a.*.b[]", "at=%24.a"),
            ("$['x[]'].b[]", "inspect=0000000000001"),
        ] {
            let link = had_it(id, path, &place());
            assert!(link.ends_with(at), "{link}");
        }
    }
}
