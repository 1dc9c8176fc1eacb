//! What a reader should know about a value that its text does not say.

use std::fmt;

use super::duplicates::Turn;
use super::{Document, Kind, Node};

/// A number longer than this is not worked out: what JavaScript reads would not fit a note.
const MAX_NUMBER: usize = 4096;

/// Something to say beside a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Note {
    /// A double cannot hold the number; what a reader with doubles makes of it.
    Rounded(String),
    /// The name is not its own.
    Duplicate(Turn),
    /// The string is written with escapes, shown as sent.
    Escapes,
    /// An escape stands for half a character.
    LoneSurrogate,
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rounded(read) => write!(f, "JavaScript reads {read}"),
            Self::Duplicate(turn) => write!(
                f,
                "duplicate key, {} of {}; most parsers keep the last",
                turn.nth, turn.of
            ),
            Self::Escapes => f.write_str("escapes as sent"),
            Self::LoneSurrogate => f.write_str("half a surrogate pair: no text can hold it"),
        }
    }
}

/// The notes on a value. `turn` is given, since a caller with many members has worked it out once
/// for all of them.
#[must_use]
pub fn notes(doc: &Document<'_>, node: Node, turn: Option<Turn>) -> Vec<Note> {
    let mut notes = Vec::new();
    notes.extend(turn.map(Note::Duplicate));
    match doc.kind(node) {
        Kind::Number => notes.extend(rounded(doc.raw(node)).map(Note::Rounded)),
        Kind::String if doc.has_lone_surrogate(node) => notes.push(Note::LoneSurrogate),
        Kind::String if doc.has_escape(node) => notes.push(Note::Escapes),
        _ => {}
    }
    notes
}

/// What JavaScript makes of a number, where that is another number.
fn rounded(raw: &str) -> Option<String> {
    if raw.len() > MAX_NUMBER {
        return Some("less of its digits".to_owned());
    }
    let read: f64 = raw.parse().ok()?;
    if read.is_finite() && significant(raw) == significant(&format!("{read:e}")) {
        return None;
    }
    Some(javascript(read))
}

/// A number's digits without zeros around, and the power of ten of the first one.
fn significant(number: &str) -> (String, i64) {
    let number = number.trim_start_matches('-');
    let (mantissa, exponent) = number.split_once(['e', 'E']).unwrap_or((number, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    let zeros = digits.bytes().take_while(|&byte| byte == b'0').count();
    let kept = digits[zeros..].trim_end_matches('0');
    if kept.is_empty() {
        return (String::new(), 0);
    }
    let first = i64::try_from(whole.len()).unwrap_or(0) - i64::try_from(zeros).unwrap_or(0);
    let exponent = exponent.parse::<i64>().unwrap_or(i64::MAX);
    (kept.to_owned(), first.saturating_add(exponent))
}

/// A double as JavaScript writes it.
fn javascript(number: f64) -> String {
    if number.is_infinite() {
        return if number > 0.0 {
            "Infinity"
        } else {
            "-Infinity"
        }
        .to_owned();
    }
    let size = number.abs();
    if number == 0.0 || (1e-6..1e21).contains(&size) {
        return format!("{number}");
    }
    let text = format!("{number:e}");
    if size >= 1e21 {
        text.replace('e', "e+")
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_a_double_cannot_hold_say_what_becomes_of_them() {
        for (raw, read) in [
            ("12345678901234567890", Some("12345678901234567000")),
            ("9007199254740993", Some("9007199254740992")),
            ("9007199254740992", None),
            ("9007199254740991", None),
            ("1E400", Some("Infinity")),
            ("-1e400", Some("-Infinity")),
            ("1e-400", Some("0")),
            (
                "123456789012345678901234567890",
                Some("1.2345678901234568e+29"),
            ),
            ("0.1000000000000000055511151231257827", Some("0.1")),
            ("1e999999999999999999999", Some("Infinity")),
            ("1.10", None),
            ("0.0", None),
            ("-0", None),
            ("0e99999", None),
            ("1.0e+5", None),
            ("0.00001", None),
            ("5e-324", None),
            ("1e23", None),
        ] {
            assert_eq!(rounded(raw).as_deref(), read, "{raw}");
        }
    }

    #[test]
    fn notes_are_sentences() {
        let doc =
            Document::parse(br#"{"id":1,"id":1E400,"e":"\u00e9","l":"\ud800","p":"x"}"#).unwrap();
        let said: Vec<String> = doc
            .children(doc.root())
            .map(|node| {
                let notes: Vec<_> = notes(&doc, node, doc.turn(node))
                    .iter()
                    .map(Note::to_string)
                    .collect();
                notes.join("; ")
            })
            .collect();
        assert_eq!(
            said,
            [
                "duplicate key, 1 of 2; most parsers keep the last",
                "duplicate key, 2 of 2; most parsers keep the last; JavaScript reads Infinity",
                "escapes as sent",
                "half a surrogate pair: no text can hold it",
                "",
            ]
        );
    }
}
