//! Bytes as text: invalid UTF-8, control and bidi characters made visible, nothing else touched.

use std::borrow::Cow;
use std::fmt::Write;

/// A piece of text for the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Segment {
    /// Shown as it is; line ends and tabs among it.
    Plain(String),
    /// A character that would not be seen, or would move what is seen, by its number: `U+202E`.
    Hidden(String),
    /// A byte that is not UTF-8: `\xFF`.
    Invalid(String),
}

impl Segment {
    /// The text of the segment, whichever it is.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Plain(text) | Self::Hidden(text) | Self::Invalid(text) => text,
        }
    }
}

/// Whether a character is invisible or rearranges its neighbours: controls but for tab and line
/// feed, bidi controls, zero-width characters, separators of lines, tags, noncharacters.
#[must_use]
pub fn is_hidden(letter: char) -> bool {
    match letter {
        '\t' | '\n' => false,
        // Ordinary text, among it all letters of most bodies, is decided by these two lines.
        ' '..='~' => false,
        '\u{00}'..='\u{9f}' => true,
        '\u{ad}'
        | '\u{34f}'
        | '\u{61c}'
        | '\u{115f}'..='\u{1160}'
        | '\u{17b4}'..='\u{17b5}'
        | '\u{180b}'..='\u{180e}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{3164}'
        | '\u{feff}'
        | '\u{ffa0}'
        | '\u{fff0}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e0fff}' => true,
        _ => u32::from(letter) & 0xFFFE == 0xFFFE,
    }
}

/// A zero-width joiner or a variation mark inside emoji is part of what is seen.
fn joins(before: Option<char>, letter: char) -> bool {
    letter == '\u{200d}' && before.is_some_and(|before| u32::from(before) >= 0x2190)
}

/// The name of a character by its number: `U+202E`.
#[must_use]
pub fn code_point(letter: char) -> String {
    format!("U+{:04X}", u32::from(letter))
}

/// Text in one string, hidden characters written as `⟨U+202E⟩`, for places without markup.
#[must_use]
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    let mut before = None;
    for letter in text.chars() {
        if is_hidden(letter) && !joins(before, letter) {
            // Writing to a string cannot fail.
            let _ = write!(out, "⟨{}⟩", code_point(letter));
        } else {
            out.push(letter);
        }
        before = Some(letter);
    }
    Cow::Owned(out)
}

/// The segments of a text that is known to be UTF-8.
#[must_use]
pub fn segments(text: &str) -> Vec<Segment> {
    let mut out = Vec::new();
    push_text(&mut out, text);
    out
}

/// The segments of any bytes.
#[must_use]
pub fn byte_segments(bytes: &[u8]) -> Vec<Segment> {
    let mut out = Vec::new();
    for chunk in bytes.utf8_chunks() {
        push_text(&mut out, chunk.valid());
        if !chunk.invalid().is_empty() {
            let shown = chunk
                .invalid()
                .iter()
                .fold(String::new(), |mut shown, byte| {
                    let _ = write!(shown, "\\x{byte:02X}");
                    shown
                });
            match out.last_mut() {
                Some(Segment::Invalid(before)) => before.push_str(&shown),
                _ => out.push(Segment::Invalid(shown)),
            }
        }
    }
    out
}

fn push_text(out: &mut Vec<Segment>, text: &str) {
    let mut plain = 0;
    let mut before = None;
    for (at, letter) in text.char_indices() {
        // A line end of CR LF is an ordinary one; a CR alone is not.
        let line_end = letter == '\r' && text[at + 1..].starts_with('\n');
        if is_hidden(letter) && !line_end && !joins(before, letter) {
            if plain < at {
                out.push(Segment::Plain(text[plain..at].to_owned()));
            }
            out.push(Segment::Hidden(code_point(letter)));
            plain = at + letter.len_utf8();
        }
        before = Some(letter);
    }
    if plain < text.len() {
        out.push(Segment::Plain(text[plain..].to_owned()));
    }
}

/// A part of a long body: its segments, and where it begins and ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    pub segments: Vec<Segment>,
    pub from: usize,
    pub to: usize,
    /// The size of the whole.
    pub of: usize,
}

/// The text from a byte on, at most so many bytes of it and at most so many that need marking, so
/// that noise does not become a page of a hundred thousand elements. Characters are not cut apart.
#[must_use]
pub fn window(bytes: &[u8], from: usize, max_bytes: usize, max_marks: usize) -> Window {
    let from = character_start(bytes, from);
    let wanted = from.saturating_add(max_bytes).min(bytes.len());
    let mut to = character_start(bytes, wanted).max(from);
    if to == from && from < bytes.len() {
        // Less than one character was asked for: at least one is given, so that pages follow on.
        let end = bytes.len().min(from + 4);
        to = from
            + bytes[from..end]
                .utf8_chunks()
                .next()
                .and_then(|chunk| chunk.valid().chars().next())
                .map_or(1, char::len_utf8);
    }
    let mut segments = byte_segments(&bytes[from..to]);
    let mut marks = 0;
    let mut used = 0;
    let fit = segments.iter().take_while(|segment| {
        marks += usize::from(!matches!(segment, Segment::Plain(_)));
        let fits = marks <= max_marks;
        if fits {
            used += source_bytes(segment);
        }
        fits
    });
    let fit = fit.count();
    if fit < segments.len() {
        segments.truncate(fit);
        to = from + used;
    }
    Window {
        segments,
        from,
        to,
        of: bytes.len(),
    }
}

/// How many bytes of the source a segment stands for.
fn source_bytes(segment: &Segment) -> usize {
    match segment {
        Segment::Plain(text) => text.len(),
        Segment::Invalid(text) => text.len() / 4,
        Segment::Hidden(name) => name
            .strip_prefix("U+")
            .and_then(|digits| u32::from_str_radix(digits, 16).ok())
            .and_then(char::from_u32)
            .map_or(1, char::len_utf8),
    }
}

/// The start of the character that the byte belongs to; in what is no UTF-8 the byte itself.
fn character_start(bytes: &[u8], at: usize) -> usize {
    let at = at.min(bytes.len());
    (at.saturating_sub(3)..at)
        .rev()
        .find(|&start| {
            let end = bytes.len().min(start + 4);
            bytes[start..end]
                .utf8_chunks()
                .next()
                .and_then(|chunk| chunk.valid().chars().next())
                .is_some_and(|letter| start + letter.len_utf8() > at)
        })
        .unwrap_or(at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn joined(segments: &[Segment]) -> String {
        segments
            .iter()
            .map(Segment::as_str)
            .collect::<Vec<_>>()
            .join("|")
    }

    #[test]
    fn what_would_not_be_seen_is_named() {
        for (bytes, shown) in [
            (&b"plain\ttext\r\nnext"[..], "plain\ttext\r\nnext"),
            ("abc\u{202e}def".as_bytes(), "abc|U+202E|def"),
            (b"a\0b", "a|U+0000|b"),
            (b"a\rb", "a|U+000D|b"),
            (b"ok\xff\xfe!", "ok|\\xFF\\xFE|!"),
            (
                "👩\u{200d}👩 a\u{200d}b".as_bytes(),
                "👩\u{200d}👩 a|U+200D|b",
            ),
            ("\u{feff}x".as_bytes(), "U+FEFF|x"),
        ] {
            assert_eq!(joined(&byte_segments(bytes)), shown);
        }
        assert_eq!(visible("a\u{202e}b"), "a⟨U+202E⟩b");
        assert_eq!(visible("plain"), "plain");
    }

    #[test]
    fn a_window_is_bounded_and_cuts_no_character() {
        let cut = window("aéb".as_bytes(), 0, 2, 100);
        assert_eq!(
            (joined(&cut.segments).as_str(), cut.to, cut.of),
            ("a", 1, 4)
        );
        let rest = window("aéb".as_bytes(), cut.to, 10, 100);
        assert_eq!((joined(&rest.segments).as_str(), rest.to), ("éb", 4));
        let noise = window(&[0; 5000], 0, 5000, 100);
        assert_eq!((noise.segments.len(), noise.to), (100, 100));
        assert_eq!(window(b"abc", 99, 10, 10).segments, []);
    }

    proptest! {
        #[test]
        fn windows_follow_each_other_to_the_end(bytes: Vec<u8>, size in 1_usize..9) {
            let mut at = 0;
            while at < bytes.len() {
                let part = window(&bytes, at, size, 3);
                prop_assert!(part.from == at && part.to > at, "{at} {part:?}");
                at = part.to;
            }
        }
    }
}
