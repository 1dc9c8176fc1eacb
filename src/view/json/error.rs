//! Why and where a text is no JSON, as a person reads it.

use std::fmt;

/// How many characters an excerpt shows on each side of the place.
const EXCERPT_SIDE: usize = 40;

/// What is wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    #[error("this byte is not UTF-8, which JSON has to be")]
    NotUtf8,
    #[error("there is nothing but white space")]
    Empty,
    #[error("the text ends where {expected} is due")]
    End { expected: &'static str },
    #[error("found {}, where {expected} is due", shown(*.found))]
    Unexpected { found: char, expected: &'static str },
    #[error(
        "this escape does not exist; after `\\` comes one of `\"\\/bfnrt` or `u` and four digits"
    )]
    Escape,
    #[error("the control character U+{0:04X} stands in a string unescaped")]
    Control(u8),
    #[error("a number has no zeros in front")]
    LeadingZero,
    #[error("there are more than {0} values")]
    TooManyValues(usize),
    #[error("the text is larger than 4 GiB")]
    TooLarge,
}

/// A character in backquotes, or by its number where it would not be seen.
fn shown(found: char) -> String {
    if found.is_control() || found.is_whitespace() || super::super::text::is_hidden(found) {
        format!("U+{:04X}", u32::from(found))
    } else {
        format!("`{found}`")
    }
}

/// The first place at which a text is no JSON.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column} (byte {byte}): {reason}")]
pub struct SyntaxError {
    /// Counted from 0.
    pub byte: usize,
    /// Counted from 1.
    pub line: usize,
    /// In characters, counted from 1.
    pub column: usize,
    pub reason: Reason,
}

impl SyntaxError {
    pub(super) fn new(bytes: &[u8], byte: usize, reason: Reason) -> Self {
        let before = &bytes[..byte.min(bytes.len())];
        let line_start = before
            .iter()
            .rposition(|&byte| byte == b'\n')
            .map_or(0, |at| at + 1);
        Self {
            byte,
            line: 1 + before.iter().filter(|&&byte| byte == b'\n').count(),
            column: 1 + characters(&before[line_start..]),
            reason,
        }
    }

    /// The text may well be JSON: it is only more than is read here.
    #[must_use]
    pub fn is_limit(&self) -> bool {
        matches!(self.reason, Reason::TooManyValues(_) | Reason::TooLarge)
    }

    /// The line of the place, cut to what fits, for the bytes that the error came from.
    #[must_use]
    pub fn excerpt(&self, bytes: &[u8]) -> Excerpt {
        let (before, rest) = bytes.split_at(self.byte.min(bytes.len()));
        let line_start = before
            .iter()
            .rposition(|&byte| byte == b'\n')
            .map_or(0, |at| at + 1);
        let line_end = rest
            .iter()
            .position(|&byte| byte == b'\n')
            .unwrap_or(rest.len());
        // A window of bytes first: a line can have megabytes.
        let from = line_start.max(before.len().saturating_sub(EXCERPT_SIDE * 4));
        let to = line_end.min(EXCERPT_SIDE * 4);
        let head = one_cell(&before[from..]);
        let tail = one_cell(&rest[..to]);
        let skip = head.chars().count().saturating_sub(EXCERPT_SIDE);
        let mut left: String = head.chars().skip(skip).collect();
        if skip > 0 || from > line_start {
            left.insert(0, '…');
        }
        let mut letters = tail.chars();
        let at = letters.next().map_or_else(String::new, String::from);
        let mut right: String = letters.by_ref().take(EXCERPT_SIDE).collect();
        if letters.next().is_some() || to < line_end {
            right.push('…');
        }
        Excerpt {
            before: left,
            at,
            after: right,
        }
    }
}

/// Counts characters; a byte that is not part of one counts as one.
fn characters(bytes: &[u8]) -> usize {
    bytes.iter().filter(|&&byte| byte & 0xC0 != 0x80).count()
}

/// Text in which every character takes one cell, so that a caret can point at it.
fn one_cell(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes)
        .chars()
        .map(|letter| match letter {
            '\t' => ' ',
            _ if letter.is_control() || super::super::text::is_hidden(letter) => '\u{fffd}',
            _ => letter,
        })
        .collect()
}

/// The line around an error, in three parts. [`Display`](fmt::Display) puts a caret under the place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excerpt {
    pub before: String,
    /// The character at the place; empty at the end of a line.
    pub at: String,
    pub after: String,
}

impl fmt::Display for Excerpt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}{}{}", self.before, self.at, self.after)?;
        write!(f, "{}^", " ".repeat(self.before.chars().count()))
    }
}
