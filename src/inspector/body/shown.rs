//! Pieces of sender text that the page may show: bounded, hidden characters marked, and templates
//! of their own, so that escaping is askama's everywhere.

use askama::Template;
use askama::filters::HtmlSafe;

use crate::view::text::{self, Segment};

/// Text with what would not be seen marked.
#[derive(Debug, Clone, Template)]
#[template(path = "segments.html")]
pub(super) struct Shown {
    segments: Vec<Segment>,
}

/// The template has escaped the text already.
impl HtmlSafe for Shown {}

impl Shown {
    pub(super) fn new(text: &str) -> Self {
        Self::from_segments(text::segments(text))
    }

    pub(super) fn from_segments(segments: Vec<Segment>) -> Self {
        Self { segments }
    }

    /// The first characters, and whether that is not all of them.
    pub(super) fn clipped(text: &str, max: usize) -> (Self, bool) {
        match text.char_indices().nth(max) {
            Some((end, _)) => (Self::new(&text[..end]), true),
            None => (Self::new(text), false),
        }
    }
}
