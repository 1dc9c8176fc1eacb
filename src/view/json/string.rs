//! What the inside of a JSON string means.

use std::borrow::Cow;

/// Resolves the escapes of a string's inside, which the lexer has checked.
pub(super) fn decode(inside: &str, has_escape: bool) -> Cow<'_, str> {
    if !has_escape {
        return Cow::Borrowed(inside);
    }
    let mut out = String::with_capacity(inside.len());
    let mut rest = inside;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        let (letter, used) = escape(&rest.as_bytes()[at..]);
        out.push(letter);
        rest = rest.get(at + used..).unwrap_or("");
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// The character that the escape at the start of `bytes` stands for, and the escape's length.
fn escape(bytes: &[u8]) -> (char, usize) {
    let letter = match bytes.get(1) {
        Some(b'b') => '\u{8}',
        Some(b'f') => '\u{c}',
        Some(b'n') => '\n',
        Some(b'r') => '\r',
        Some(b't') => '\t',
        Some(b'u') => return unicode(bytes),
        Some(&other) => char::from(other),
        None => char::REPLACEMENT_CHARACTER,
    };
    (letter, 2)
}

fn unicode(bytes: &[u8]) -> (char, usize) {
    let Some(unit) = unit(bytes) else {
        return (char::REPLACEMENT_CHARACTER, bytes.len());
    };
    if let Some(letter) = char::from_u32(unit) {
        return (letter, 6);
    }
    let low = bytes
        .get(6..)
        .and_then(self::unit)
        .filter(|low| unit < 0xDC00 && (0xDC00..0xE000).contains(low));
    match low.and_then(|low| char::from_u32(0x1_0000 + ((unit - 0xD800) << 10) + (low - 0xDC00))) {
        Some(letter) => (letter, 12),
        None => (char::REPLACEMENT_CHARACTER, 6),
    }
}

/// The four digits of `\uXXXX`.
fn unit(bytes: &[u8]) -> Option<u32> {
    let digits = bytes.strip_prefix(b"\\u")?.get(..4)?;
    u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

/// Whether the inside of a string holds a surrogate escape without its other half.
pub(super) fn has_lone_surrogate(inside: &str) -> bool {
    let mut rest = inside;
    while let Some(at) = rest.find('\\') {
        let bytes = &rest.as_bytes()[at..];
        let (_, used) = escape(bytes);
        let surrogate = unit(bytes).is_some_and(|unit| (0xD800..0xE000).contains(&unit));
        if surrogate && used == 6 {
            return true;
        }
        rest = rest.get(at + used..).unwrap_or("");
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_resolved() {
        for (inside, text) in [
            (r"a\/b", "a/b"),
            (r"\u00e9\u00E9", "éé"),
            (r"\ud83d\ude00!", "😀!"),
            (r"\ud83d", "\u{fffd}"),
            (r"\ude00\ud83dx", "\u{fffd}\u{fffd}x"),
            (r"\ud83d\u0041", "\u{fffd}A"),
            (r#"\"\\\b\f\n\r\t"#, "\"\\\u{8}\u{c}\n\r\t"),
            (r"\\u0041", r"\u0041"),
        ] {
            assert_eq!(decode(inside, true), text, "{inside}");
            assert_eq!(
                has_lone_surrogate(inside),
                text.contains('\u{fffd}'),
                "{inside}"
            );
        }
    }
}
