//! The views that are lists and texts: paths, pretty, as sent, hex, form.

use super::ViewKind;
use super::links::Links;
use super::shown::Shown;
use super::tree::class;
use crate::view::body::{Charset, exact_size, grouped, short_size};
use crate::view::form::{self, Pair};
use crate::view::json::{
    Document, FlatLimits, PrettyLimits, SyntaxError, flat, notes, paths, pretty,
};
use crate::view::{hex, text};

/// A page of text; the rest is a link away.
const PAGE_TEXT: usize = 64 * 1024;
/// A page of hexdump, in bytes of the body.
const PAGE_HEX: usize = 16 * 1024;
/// Characters that need marking, on one page: each is an element.
const MAX_MARKS: usize = 400;
const MAX_ROWS: usize = 300;
const MAX_PATH: usize = 1_000;
const MAX_VALUE: usize = 300;
const MAX_PAIRS: usize = 300;
/// So many bytes are shown before the place of an error that is far down.
const BEFORE_ERROR: usize = 2_000;

/// The list of paths and values.
#[derive(Debug, Clone)]
pub(super) struct PathsView {
    pub(super) rows: Vec<PathRow>,
    /// "the first 300 of 46,000 values"
    pub(super) cut: Option<String>,
}

#[derive(Debug, Clone)]
pub(super) struct PathRow {
    pub(super) href: String,
    pub(super) path: String,
    pub(super) class: &'static str,
    pub(super) value: Shown,
    pub(super) cut: bool,
    pub(super) notes: Vec<String>,
}

impl PathsView {
    pub(super) fn new(doc: &Document<'_>, links: &Links) -> Self {
        let limits = FlatLimits {
            max_rows: MAX_ROWS,
            max_path: MAX_PATH,
        };
        let list = flat(doc, limits);
        let cut = (list.total > list.rows.len()).then(|| {
            let (rows, total) = (grouped(list.rows.len()), grouped(list.total));
            format!("the first {rows} of {total} values")
        });
        let rows = list
            .rows
            .into_iter()
            .map(|row| {
                let number = format!("node:{}", row.node.number());
                let at = row.json.filter(|_| !row.ambiguous).unwrap_or(number);
                let (value, cut) = Shown::clipped(doc.raw(row.node), MAX_VALUE);
                let path = match row.template {
                    Some(inside) if inside.is_empty() => "$".to_owned(),
                    Some(inside) => paths::braces(&inside),
                    None => format!("… {} levels deep", grouped(doc.depth(row.node))),
                };
                PathRow {
                    href: links.line(&at, row.node.number()),
                    path,
                    class: class(doc.kind(row.node)),
                    value,
                    cut,
                    notes: notes(doc, row.node, row.turn)
                        .iter()
                        .map(ToString::to_string)
                        .collect(),
                }
            })
            .collect();
        Self { rows, cut }
    }
}

/// A page of text.
#[derive(Debug, Clone)]
pub(super) struct TextView {
    pub(super) before: Shown,
    /// The character at which the text is no JSON, and what follows.
    pub(super) marked: Option<(Shown, Shown)>,
    pub(super) pages: Pages,
}

/// Which part of a body is shown, and the way to the others.
#[derive(Debug, Clone, Default)]
pub(super) struct Pages {
    /// "64.0 KB of 5.7 MB"; `None` where all is shown.
    pub(super) part: Option<String>,
    pub(super) previous: Option<String>,
    pub(super) next: Option<String>,
}

impl Pages {
    fn of(links: &Links, view: ViewKind, from: usize, to: usize, of: usize, size: usize) -> Self {
        if from == 0 && to == of {
            return Self::default();
        }
        let at = |place: usize| links.at(view, &place.to_string());
        Self {
            part: Some(format!(
                "bytes {} to {} of {}",
                grouped(from),
                grouped(to),
                exact_size(of)
            )),
            previous: (from > 0).then(|| at(from.saturating_sub(size))),
            next: (to < of).then(|| at(to)),
        }
    }
}

impl TextView {
    /// The tokens laid out anew.
    pub(super) fn pretty(doc: &Document<'_>) -> Self {
        let limits = PrettyLimits {
            max_bytes: PAGE_TEXT,
            ..PrettyLimits::default()
        };
        let (out, cut) = pretty(doc, limits);
        let window = text::window(out.as_bytes(), 0, PAGE_TEXT, MAX_MARKS);
        let part =
            (cut || window.to < window.of).then(|| format!("the first {}", short_size(window.to)));
        Self {
            before: Shown::from_segments(window.segments),
            marked: None,
            pages: Pages {
                part,
                ..Pages::default()
            },
        }
    }

    /// The bytes as text, from a byte on, with the place of an error marked.
    pub(super) fn sent(
        body: &[u8],
        charset: &Charset,
        links: &Links,
        from: Option<usize>,
        error: Option<&SyntaxError>,
    ) -> Self {
        let from = from.unwrap_or(0).min(body.len());
        let window = text::window(body, from, PAGE_TEXT, MAX_MARKS);
        let (from, mut to) = (window.from, window.to);
        // The place may be the end of the text.
        let in_sight = error.filter(|error| {
            from <= error.byte && (error.byte < to || error.byte == body.len() && error.byte == to)
        });
        let (before, marked) = match in_sight {
            Some(error) => {
                let before = text::byte_segments(&body[from..error.byte]);
                let at = text::window(body, error.byte, 1, 1);
                let after = text::window(body, at.to, to.saturating_sub(at.to), MAX_MARKS);
                let marked = (
                    Shown::from_segments(at.segments),
                    Shown::from_segments(after.segments),
                );
                (Shown::from_segments(before), Some(marked))
            }
            None if *charset == Charset::Latin1 => {
                to = body.len().min(from + PAGE_TEXT);
                let read = charset.to_utf8(&body[from..to]);
                let segments = text::window(&read, 0, usize::MAX, usize::MAX).segments;
                (Shown::from_segments(segments), None)
            }
            None => (Shown::from_segments(window.segments), None),
        };
        Self {
            before,
            marked,
            pages: Pages::of(links, ViewKind::Sent, from, to, body.len(), PAGE_TEXT),
        }
    }
}

/// Why a body is not what it should be, with the place.
#[derive(Debug, Clone)]
pub(super) struct ErrorView {
    pub(super) heading: &'static str,
    pub(super) message: String,
    pub(super) excerpt: String,
    /// Leads to the place where it is not on the first page.
    pub(super) href: Option<String>,
}

impl ErrorView {
    pub(super) fn new(body: &[u8], error: &SyntaxError, links: &Links) -> Self {
        let far = error.byte > PAGE_TEXT;
        let start = error.byte.saturating_sub(BEFORE_ERROR);
        Self {
            heading: if error.is_limit() {
                "Too much JSON for a tree:"
            } else {
                "Not valid JSON:"
            },
            message: error.to_string(),
            excerpt: error.excerpt(body).to_string(),
            href: far.then(|| links.at(ViewKind::Sent, &start.to_string())),
        }
    }
}

/// A page of hexdump.
#[derive(Debug, Clone)]
pub(super) struct HexView {
    pub(super) lines: Vec<hex::Line>,
    pub(super) pages: Pages,
}

impl HexView {
    pub(super) fn new(body: &[u8], links: &Links, from: Option<usize>) -> Self {
        let last = body.len().saturating_sub(1);
        let from = from.unwrap_or(0).min(last) / hex::WIDTH * hex::WIDTH;
        let to = body.len().min(from + PAGE_HEX);
        Self {
            lines: hex::dump(body, from..to, PAGE_HEX / hex::WIDTH),
            pages: Pages::of(links, ViewKind::Hex, from, to, body.len(), PAGE_HEX),
        }
    }
}

/// The table of a form's fields.
#[derive(Debug, Clone)]
pub(super) struct FormView {
    pub(super) rows: Vec<FormRow>,
    pub(super) more: bool,
}

#[derive(Debug, Clone)]
pub(super) struct FormRow {
    pub(super) name: Shown,
    pub(super) value: Shown,
    pub(super) cut: Option<String>,
    pub(super) note: Option<String>,
}

impl FormView {
    pub(super) fn new(body: &[u8], charset: &Charset) -> Self {
        let (pairs, more) = form::pairs(&charset.to_utf8(body), MAX_PAIRS);
        let rows = pairs.iter().map(FormRow::new).collect();
        Self { rows, more }
    }
}

impl FormRow {
    fn new(pair: &Pair) -> Self {
        let (value, cut) = Shown::clipped(&pair.value, MAX_VALUE * 10);
        Self {
            name: Shown::clipped(&pair.name, MAX_VALUE).0,
            value,
            cut: cut.then(|| short_size(pair.value.len())),
            note: pair.note.map(|note| note.to_string()),
        }
    }
}
