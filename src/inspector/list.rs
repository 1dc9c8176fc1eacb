//! The list: its rows, the line above them that says what they are, and the way to older ones.

use std::borrow::Cow;

use askama::Template;
use askama::filters::HtmlSafe;

use super::attempts;
use super::figures::{self, Moment};
use super::phrase::{Phrase, Slot};
use super::place::Place;
use super::state::App;
use super::strings::Strings;
use super::verdict::VerdictBadge;
use crate::request::{Against, Arrival, RequestId, RequestSummary, VerdictKind};
use crate::store::Counts;

/// Rows on one page.
pub const PAGE_ROWS: u32 = 50;
/// Rows that one call for newer ones gets.
pub const NEWER_ROWS_MAX: u32 = 200;
/// The end of a path that stays readable when its middle is left out.
const PATH_END_CHARS: usize = 18;

/// What happened, in the sender's word, in a colour of its family.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Badge {
    /// `None` where no event type was found.
    pub text: Option<String>,
    /// The class of the colour.
    pub hue: &'static str,
}

impl Badge {
    /// Types of one family (`contact.tag.added`, `contact.created`) share a hue.
    #[must_use]
    pub fn new(event_type: Option<&str>) -> Self {
        // Slate is for requests without a type.
        const HUES: [&str; 5] = ["teal", "pink", "violet", "olive", "indigo"];
        let hue = event_type.map_or("slate", |text| {
            let family = text.split(['.', '_']).next().unwrap_or(text);
            let hash = family.bytes().fold(2_166_136_261_u32, |hash, byte| {
                (hash ^ u32::from(byte.to_ascii_lowercase())).wrapping_mul(16_777_619)
            });
            // These bits tell the families of the first senders apart.
            HUES[(hash >> 17) as usize % HUES.len()]
        });
        Self {
            text: event_type.map(str::to_owned),
            hue,
        }
    }
}

/// One request in the list.
#[derive(Debug, Clone)]
pub struct Row {
    pub id: RequestId,
    pub href: String,
    pub badge: Badge,
    /// The event in a person's words.
    pub title: Option<String>,
    /// Small words behind the title, each with whether it warns.
    pub notes: Vec<(Cow<'static, str>, bool)>,
    pub time: Moment,
    pub method: String,
    /// The path in two parts: the first may be cut, the end stays.
    pub path: (String, String),
    /// The body's size; the sender's address where that is what matters.
    pub extra: String,
    pub verdict: VerdictBadge,
    pub current: bool,
    /// The day, where a day other than today begins with this row.
    pub day: Option<String>,
}

impl Row {
    fn new(request: &RequestSummary, place: &Place, app: &App, s: &'static Strings) -> Self {
        let label = || {
            app.catalogue.label(
                request.sender.as_deref()?,
                request.event_type.as_deref()?,
                request.variant.as_deref(),
                s.lang,
            )
        };
        Self {
            id: request.id,
            href: place.request(request.id),
            badge: Badge::new(request.event_type.as_deref()),
            title: request.title.clone().or_else(|| label().map(str::to_owned)),
            notes: notes(request, s),
            time: request.received_at.into(),
            method: request.method.clone(),
            path: split_path(&request.path),
            extra: extra(request),
            verdict: VerdictBadge::new(request.verdict, request.verdict_list.as_deref(), s),
            current: false,
            day: None,
        }
    }
}

fn notes(request: &RequestSummary, s: &'static Strings) -> Vec<(Cow<'static, str>, bool)> {
    let arrival = match request.arrival {
        Arrival::Whole => None,
        Arrival::TooLarge => Some(s.too_large),
        Arrival::Incomplete => Some(s.incomplete),
        Arrival::Refused => Some(s.refused),
    };
    let again = |attempt| attempts::mark(attempt, s);
    let mut notes: Vec<(Cow<'static, str>, bool)> = Vec::new();
    notes.extend(arrival.map(|word| (word.into(), true)));
    notes.extend(
        request
            .attempt
            .as_ref()
            .and_then(again)
            .map(|mark| (mark.into(), false)),
    );
    notes.extend(request.differs_from.map(|against| match against {
        Against::Events => (s.shape.changed.into(), true),
        Against::Samples => (s.shape.undocumented.into(), false),
    }));
    notes.extend(request.sample.then_some((s.sample.into(), false)));
    notes.extend(request.noise.then_some((s.noise.into(), false)));
    notes.extend(request.guessed.then_some((s.guess.into(), false)));
    notes
}

fn extra(request: &RequestSummary) -> String {
    let address = match request.verdict {
        VerdictKind::Outside => request.client_addr,
        _ => None,
    };
    address.map_or_else(
        || figures::size(request.body_bytes),
        |address| address.to_string(),
    )
}

fn split_path(path: &str) -> (String, String) {
    let cut = path
        .char_indices()
        .rev()
        .nth(PATH_END_CHARS - 1)
        .map_or(0, |(at, _)| at);
    (path[..cut].to_owned(), path[cut..].to_owned())
}

/// The rows, and the line above them.
#[derive(Template, Debug)]
#[template(path = "rows.html")]
pub struct Rows {
    pub s: &'static Strings,
    /// How many the list holds, as a number for scripts.
    pub total: u64,
    pub count: Phrase,
    /// What is said of browser noise, with a link that shows or hides it.
    pub noise: Option<(Phrase, String, &'static str)>,
    pub rows: Vec<Row>,
    /// The link to the rows below the last one.
    pub older: Option<String>,
}

impl HtmlSafe for Rows {}

/// How many requests the list holds, and what of them is hidden.
#[derive(Template)]
#[template(path = "count.html")]
pub struct CountLine<'a> {
    rows: &'a Rows,
}

impl HtmlSafe for CountLine<'_> {}

/// What a page already open asks for: rows with the line that now stands above them.
#[derive(Template)]
#[template(path = "more_rows.html")]
pub struct MoreRows {
    pub rows: Rows,
}

impl Rows {
    /// The rows of `requests`, which are newest first; `today` is the day now, in UTC.
    #[must_use]
    pub fn new(
        requests: &[RequestSummary],
        counts: Counts,
        place: &Place,
        app: &App,
        s: &'static Strings,
        today: &str,
    ) -> Self {
        let mut rows: Vec<Row> = requests
            .iter()
            .map(|request| Row::new(request, place, app, s))
            .collect();
        let mut day = today.to_owned();
        for row in &mut rows {
            if row.time.day != day {
                day.clone_from(&row.time.day);
                row.day = Some(day.clone());
            }
        }
        Self {
            s,
            total: counts.shown,
            count: count(counts.shown, place, s),
            noise: noise(counts.noise, place, s),
            older: None,
            rows,
        }
    }

    /// The line above the rows.
    #[must_use]
    pub fn count_line(&self) -> CountLine<'_> {
        CountLine { rows: self }
    }

    /// Marks the row that is open.
    #[must_use]
    pub fn with_current(mut self, id: Option<RequestId>) -> Self {
        for row in &mut self.rows {
            row.current = Some(row.id) == id;
        }
        self
    }

    /// Adds the link to the next page, if this one is full.
    #[must_use]
    pub fn with_older(mut self, place: &Place) -> Self {
        let full = self.rows.len() >= PAGE_ROWS as usize;
        self.older = self
            .rows
            .last()
            .filter(|_| full)
            .map(|row| place.older_than(row.id));
        self
    }
}

fn count(shown: u64, place: &Place, s: &Strings) -> Phrase {
    let number = ("n", Slot::Strong(figures::grouped(shown)));
    if place.is_everywhere() {
        Phrase::new(s.count_all.of(shown), &[number])
    } else {
        Phrase::new(
            s.count_under.of(shown),
            &[number, ("path", Slot::Code(place.path.clone()))],
        )
    }
}

fn noise(
    hidden: u64,
    place: &Place,
    s: &'static Strings,
) -> Option<(Phrase, String, &'static str)> {
    let (words, href, link) = if place.all {
        (s.with_noise, place.without_noise(), s.hide_noise)
    } else {
        (s.hidden_noise, place.with_noise(), s.show_noise)
    };
    let sentence = words.of(hidden).replace("{n}", &figures::grouped(hidden));
    (hidden > 0).then(|| (Phrase::new(&sentence, &[]), href, link))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_family_has_one_hue() {
        let hue = |text| Badge::new(Some(text)).hue;
        assert_eq!(hue("contact.tag.added"), hue("contact.created"));
        assert_eq!(hue("SALE_NEW"), hue("sale.completed"));
        assert_eq!(Badge::new(None).hue, "slate");
        assert_ne!(hue("contact.x"), hue("customer.x"));
    }

    #[test]
    fn the_end_of_a_path_stays() {
        assert_eq!(split_path("/short"), (String::new(), "/short".into()));
        let (start, end) = split_path("/a/very/long/path/to/the/éèê/hook");
        assert_eq!(end.chars().count(), PATH_END_CHARS);
        assert_eq!(format!("{start}{end}"), "/a/very/long/path/to/the/éèê/hook");
    }
}
