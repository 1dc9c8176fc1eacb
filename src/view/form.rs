//! `application/x-www-form-urlencoded`, which query strings are written in too.

use std::borrow::Cow;

/// One pair, in its place, with what it was sent as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    /// Percent and plus decoded; bytes that are not UTF-8 became U+FFFD.
    pub name: String,
    pub value: String,
    /// As sent, between the `&`.
    pub raw: String,
    /// Why the decoded pair is not all there is to it.
    pub note: Option<PairNote>,
}

/// What is odd about a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PairNote {
    #[error("there is no `=`")]
    NoEquals,
    #[error("a `%` without two hexadecimal digits, kept as it is")]
    BadPercent,
    #[error("not UTF-8 once decoded; � marks the bytes")]
    NotUtf8,
}

/// The pairs in their order, duplicates kept, and whether more than `max` were there. Nothing is
/// between two `&`: no pair.
#[must_use]
pub fn pairs(text: &[u8], max: usize) -> (Vec<Pair>, bool) {
    let mut pieces = text
        .split(|&byte| byte == b'&')
        .filter(|piece| !piece.is_empty());
    let pairs = pieces.by_ref().take(max).map(pair).collect();
    (pairs, pieces.next().is_some())
}

fn pair(piece: &[u8]) -> Pair {
    let equals = piece.iter().position(|&byte| byte == b'=');
    let (name, value) = match equals {
        Some(at) => (&piece[..at], &piece[at + 1..]),
        None => (piece, &b""[..]),
    };
    let (name, name_note) = decode(name);
    let (value, value_note) = decode(value);
    let no_equals = equals.is_none().then_some(PairNote::NoEquals);
    Pair {
        name,
        value,
        raw: String::from_utf8_lossy(piece).into_owned(),
        note: name_note.or(value_note).or(no_equals),
    }
}

/// Decodes a name or a value.
fn decode(text: &[u8]) -> (String, Option<PairNote>) {
    let mut out = Vec::with_capacity(text.len());
    let mut note = None;
    let mut rest = text;
    while let Some((&byte, behind)) = rest.split_first() {
        rest = behind;
        match byte {
            b'+' => out.push(b' '),
            b'%' => match hex_pair(behind) {
                Some(decoded) => {
                    out.push(decoded);
                    rest = &behind[2..];
                }
                None => {
                    note = Some(PairNote::BadPercent);
                    out.push(b'%');
                }
            },
            _ => out.push(byte),
        }
    }
    match String::from_utf8_lossy(&out) {
        Cow::Borrowed(text) => (text.to_owned(), note),
        Cow::Owned(text) => (text, note.or(Some(PairNote::NotUtf8))),
    }
}

fn hex_pair(bytes: &[u8]) -> Option<u8> {
    let digit = |at: usize| char::from(*bytes.get(at)?).to_digit(16);
    u8::try_from(digit(0)? * 16 + digit(1)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn pairs_are_kept_in_order_and_decoded() {
        let (pairs, more) = pairs(b"a=1&a=2&name=J%C3%A9r+o%2Bm&&x&=v&p=100%&q=%FF&e=a=b", 99);
        let shown: Vec<_> = pairs
            .iter()
            .map(|pair| (pair.name.as_str(), pair.value.as_str(), pair.note))
            .collect();
        assert_eq!(
            shown,
            [
                ("a", "1", None),
                ("a", "2", None),
                ("name", "Jér o+m", None),
                ("x", "", Some(PairNote::NoEquals)),
                ("", "v", None),
                ("p", "100%", Some(PairNote::BadPercent)),
                ("q", "\u{fffd}", Some(PairNote::NotUtf8)),
                ("e", "a=b", None),
            ]
        );
        assert_eq!(pairs[2].raw, "name=J%C3%A9r+o%2Bm");
        assert!(!more);
    }

    #[test]
    fn a_long_list_is_cut() {
        assert_eq!(pairs(b"a&b&c", 2).0.len(), 2);
        assert!(pairs(b"a&b&c", 2).1);
        assert!(!pairs(b"a&b&", 2).1);
    }

    proptest! {
        #[test]
        fn the_raw_pieces_are_the_text(text in "[a%+=&é2]{0,40}") {
            let raw: Vec<_> = pairs(text.as_bytes(), usize::MAX).0.into_iter().map(|pair| pair.raw).collect();
            let kept: Vec<_> = text.split('&').filter(|piece| !piece.is_empty()).collect();
            prop_assert_eq!(raw, kept);
        }
    }
}
