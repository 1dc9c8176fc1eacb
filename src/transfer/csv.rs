//! CSV for spreadsheets: readable, not lossless, and unable to start a formula.
//!
//! Every field is quoted. What a sender wrote may still be cut into cells at other places than we
//! meant: a spreadsheet in a semicolon locale cuts at `;`, an import wizard at TAB or `|`. So
//! the guard stands wherever any of them could begin a cell.

use std::borrow::Cow;
use std::io;

use base64::engine::{Engine, general_purpose::STANDARD};
use csv::{QuoteStyle, Terminator, WriterBuilder};

use crate::request::CapturedRequest;

/// The columns, in order.
pub const COLUMNS: [&str; 15] = [
    "id",
    "received_at",
    "method",
    "path",
    "query",
    "client_address",
    "verdict",
    "list",
    "sender",
    "event_type",
    "title",
    "status",
    "body_bytes",
    "content_type",
    "body",
];

/// Puts this before what would start a formula; spreadsheets then take the cell as text.
const GUARD: char = '\'';

/// Writes the line with the columns' names.
pub(super) fn write_header(out: &mut impl io::Write) -> io::Result<()> {
    write_line(out, &COLUMNS.map(Cow::Borrowed))
}

/// Writes one request as a line.
pub(super) fn write_csv(out: &mut impl io::Write, request: &CapturedRequest) -> io::Result<()> {
    let (received, judged) = (&request.received, &request.judged);
    let identity = &judged.identity;
    let optional = |text: &Option<String>| text.clone().unwrap_or_default();
    let fields: [String; COLUMNS.len()] = [
        request.id.to_string(),
        received.received_at.rfc3339(),
        received.head.method().into_owned(),
        received.head.path().into_owned(),
        received.head.query().map(lossy).unwrap_or_default(),
        judged
            .client
            .addr
            .map(|addr| addr.to_string())
            .unwrap_or_default(),
        judged.verdict.kind.as_str().to_owned(),
        optional(&judged.verdict.list),
        optional(&identity.sender),
        optional(&identity.event_type),
        optional(&identity.title),
        request.answer_status.to_string(),
        received.body.len().to_string(),
        received
            .head
            .first("content-type")
            .map(lossy)
            .unwrap_or_default(),
        body(&received.body),
    ];
    write_line(out, &fields.map(|field| Cow::Owned(guard(&field))))
}

fn write_line(out: &mut impl io::Write, fields: &[Cow<'_, str>; COLUMNS.len()]) -> io::Result<()> {
    let mut line = WriterBuilder::new()
        .quote_style(QuoteStyle::Always)
        .terminator(Terminator::CRLF)
        .from_writer(Vec::new());
    line.write_record(fields.iter().map(|field| field.as_bytes()))?;
    // Not written straight to `out`: the writer would flush it after each line.
    out.write_all(&line.into_inner().map_err(|error| error.into_error())?)
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Text as it is; other bytes as base64 with the word in front.
fn body(bytes: &[u8]) -> String {
    std::str::from_utf8(bytes).map_or_else(
        |_| format!("base64:{}", STANDARD.encode(bytes)),
        str::to_owned,
    )
}

/// The text with [`GUARD`] at each place where a cell could begin as a formula.
fn guard(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 1);
    // Where the cell begins that `out` stands at, as long as nothing visible has come in it.
    let mut cell = Some(0);
    for letter in text.chars() {
        if separates(letter) {
            // A field that begins with TAB, CR or LF is trimmed by some, to what follows.
            if out.is_empty() && letter.is_control() {
                out.push(GUARD);
            }
            out.push(letter);
            cell = Some(out.len());
            continue;
        }
        if let Some(start) = cell.filter(|_| !passed_over(letter)) {
            if starts_formula(letter) {
                out.insert(start, GUARD);
            }
            cell = None;
        }
        out.push(letter);
    }
    out
}

/// Some spreadsheet may begin a new cell after this.
fn separates(letter: char) -> bool {
    matches!(letter, ';' | '|' | '\u{2028}' | '\u{2029}') || letter.is_control()
}

/// Spreadsheets drop blanks and quotes at the beginning of a cell.
fn passed_over(letter: char) -> bool {
    letter.is_whitespace() || matches!(letter, '"' | '\u{feff}' | '\u{200b}'..='\u{200f}')
}

/// ASCII, full-width and small forms.
fn starts_formula(letter: char) -> bool {
    matches!(
        letter,
        '=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠' | '﹦' | '﹢' | '﹣' | '﹫'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guards_stand_where_a_cell_could_begin() {
        for (text, guarded) in [
            ("plain", "plain"),
            ("a=b", "a=b"),
            ("=1+1", "'=1+1"),
            ("  =1", "'  =1"),
            ("\"=1", "'\"=1"),
            ("＝1", "'＝1"),
            ("-5", "'-5"),
            ("\tx", "'\tx"),
            ("\r=1", "'\r'=1"),
            ("a;=1", "a;'=1"),
            ("a;\"\"@SUM", "a;'\"\"@SUM"),
            ("a|+1", "a|'+1"),
            ("a\n-1\n b", "a\n'-1\n b"),
            ("a,=1", "a,=1"),
        ] {
            assert_eq!(guard(text), guarded, "{text:?}");
        }
    }
}
