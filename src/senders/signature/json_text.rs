//! JSON as the libraries of several languages write it: the tokens that were sent, with other blanks and
//! other escapes. Numbers keep their spelling and members their order, as they do in most libraries.

use crate::view::json::Document;

/// A text with more values than this is not written anew.
const MAX_VALUES: usize = 200_000;

/// The habits of a library.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Style {
    /// `/` becomes `\/`.
    pub(super) slash: bool,
    /// All beyond ASCII becomes `\u00e9`.
    pub(super) ascii: bool,
    /// `<`, `>` and `&` become `\u003c` and so on.
    pub(super) html: bool,
    /// A blank stands behind `:` and `,`.
    pub(super) spaced: bool,
}

/// `JSON.stringify`.
pub(super) const JAVASCRIPT: Style = Style {
    slash: false,
    ascii: false,
    html: false,
    spaced: false,
};
/// `json_encode`.
pub(super) const PHP: Style = Style {
    slash: true,
    ascii: true,
    ..JAVASCRIPT
};
/// `json_encode` with `JSON_UNESCAPED_UNICODE`.
pub(super) const PHP_UNICODE: Style = Style {
    slash: true,
    ..JAVASCRIPT
};
/// `json_encode` with `JSON_UNESCAPED_SLASHES`.
pub(super) const ASCII: Style = Style {
    ascii: true,
    ..JAVASCRIPT
};
/// `json.dumps`.
pub(super) const PYTHON: Style = Style {
    ascii: true,
    spaced: true,
    ..JAVASCRIPT
};
/// `json.Marshal`.
pub(super) const GO: Style = Style {
    html: true,
    ..JAVASCRIPT
};

/// Writes a JSON text anew; `None` for what is no JSON.
pub(super) fn rewrite(body: &[u8], style: Style) -> Option<Vec<u8>> {
    let document = Document::parse_bounded(body, MAX_VALUES).ok()?;
    let text = document.source().trim_start_matches('\u{feff}');
    let mut out = Vec::with_capacity(text.len() + text.len() / 8);
    let mut rest = text;
    // The text is valid JSON: outside of strings, blanks mean nothing and all else is a token's letter.
    while let Some(letter) = rest.chars().next() {
        match letter {
            '"' => {
                let end = string_end(rest);
                out.push(b'"');
                write_string(&mut out, rest.get(1..end - 1).unwrap_or_default(), style);
                out.push(b'"');
                rest = rest.get(end..).unwrap_or_default();
                continue;
            }
            ' ' | '\t' | '\n' | '\r' => {}
            ':' | ',' if style.spaced => out.extend([as_byte(letter), b' ']),
            letter => out.push(as_byte(letter)),
        }
        rest = rest.get(letter.len_utf8()..).unwrap_or_default();
    }
    Some(out)
}

/// Letters of tokens are ASCII.
fn as_byte(letter: char) -> u8 {
    u8::try_from(letter).unwrap_or(b'?')
}

/// Where the string that `text` begins with ends, behind its closing quote.
fn string_end(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut at = 1;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len().max(2)
}

/// Writes the inside of a string, whose escapes are resolved and made anew.
fn write_string(out: &mut Vec<u8>, inside: &str, style: Style) {
    let mut rest = inside;
    while let Some(letter) = rest.chars().next() {
        let mut used = letter.len_utf8();
        match letter {
            '\\' => match unit(rest) {
                Some(high) => {
                    used = 6;
                    let low = rest.get(6..).and_then(unit);
                    match (char::from_u32(u32::from(high)), pair(high, low)) {
                        (Some(letter), _) => write_letter(out, letter, style),
                        (None, Some(letter)) => {
                            used = 12;
                            write_letter(out, letter, style);
                        }
                        (None, None) => write_unit(out, high),
                    }
                }
                None => {
                    used = 2;
                    write_letter(out, simple_escape(rest), style);
                }
            },
            letter => write_letter(out, letter, style),
        }
        rest = rest.get(used..).unwrap_or_default();
    }
}

/// The four digits of `\uXXXX` at the start.
fn unit(text: &str) -> Option<u16> {
    u16::from_str_radix(text.strip_prefix("\\u")?.get(..4)?, 16).ok()
}

/// The letter that two halves stand for.
fn pair(high: u16, low: Option<u16>) -> Option<char> {
    char::decode_utf16([high, low?]).next()?.ok()
}

fn simple_escape(text: &str) -> char {
    match text.as_bytes().get(1) {
        Some(b'b') => '\u{8}',
        Some(b'f') => '\u{c}',
        Some(b'n') => '\n',
        Some(b'r') => '\r',
        Some(b't') => '\t',
        Some(&other) => char::from(other),
        None => '\\',
    }
}

fn write_letter(out: &mut Vec<u8>, letter: char, style: Style) {
    let short = match letter {
        '"' => b'"',
        '\\' => b'\\',
        '/' if style.slash => b'/',
        '\u{8}' => b'b',
        '\u{c}' => b'f',
        '\n' => b'n',
        '\r' => b'r',
        '\t' => b't',
        _ => {
            let escaped = letter < ' '
                || (style.html && matches!(letter, '<' | '>' | '&' | '\u{2028}' | '\u{2029}'))
                || (style.ascii && !letter.is_ascii());
            let mut buffer = [0; 4];
            if escaped {
                for unit in letter.encode_utf16(&mut [0; 2]) {
                    write_unit(out, *unit);
                }
            } else {
                out.extend(letter.encode_utf8(&mut buffer).bytes());
            }
            return;
        }
    };
    out.extend([b'\\', short]);
}

fn write_unit(out: &mut Vec<u8>, unit: u16) {
    out.extend(format!("\\u{unit:04x}").bytes());
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn written(text: &str, style: Style) -> Option<String> {
        rewrite(text.as_bytes(), style).map(|bytes| String::from_utf8(bytes).unwrap())
    }

    #[test]
    fn each_library_has_its_habits() {
        let text = "\u{feff} { \"a/b\" : [ 1.10, 1E4 ,\"é\\u00E9\\/<\\u0022\\n\\u001F\\u007f\", {} ],\n\"\\uD83D\\uDE00\":\"😀\\ud83d\", \"x\": null }\n";
        for (style, expected) in [
            (
                PHP,
                r#"{"a\/b":[1.10,1E4,"\u00e9\u00e9\/<\"\n\u001fDEL",{}],"\ud83d\ude00":"\ud83d\ude00\ud83d","x":null}"#,
            ),
            (
                JAVASCRIPT,
                r#"{"a/b":[1.10,1E4,"éé/<\"\n\u001fDEL",{}],"😀":"😀\ud83d","x":null}"#,
            ),
            (
                PHP_UNICODE,
                r#"{"a\/b":[1.10,1E4,"éé\/<\"\n\u001fDEL",{}],"😀":"😀\ud83d","x":null}"#,
            ),
            (
                PYTHON,
                r#"{"a/b": [1.10, 1E4, "\u00e9\u00e9/<\"\n\u001fDEL", {}], "\ud83d\ude00": "\ud83d\ude00\ud83d", "x": null}"#,
            ),
            (
                GO,
                r#"{"a/b":[1.10,1E4,"éé/\u003c\"\n\u001fDEL",{}],"😀":"😀\ud83d","x":null}"#,
            ),
        ] {
            // U+007F is written as it is by all of them.
            let expected = expected.replace("DEL", "\u{7f}");
            assert_eq!(written(text, style).as_deref(), Some(&*expected));
        }
    }

    #[test]
    fn what_is_no_json_is_not_written() {
        for text in ["", "{", "a=1", "{\"a\":1}x", "\"\\x\""] {
            assert_eq!(written(text, PHP), None, "{text}");
        }
        assert_eq!(rewrite(b"\xff", PHP), None);
    }

    proptest! {
        #[test]
        fn escapes_never_change_what_a_string_means(inside in r#"([a/<é😀 \u{1}-]|\\u[0-9a-fA-F]{4}|\\[bfnrt/"\\])*"#) {
            let text = format!("[\"{}\"]", inside.replace('\u{1}', ""));
            let meaning = |text: &str| {
                let document = Document::parse(text.as_bytes()).unwrap();
                document.text(document.index(document.root(), 0).unwrap()).into_owned()
            };
            for style in [PHP, JAVASCRIPT, PHP_UNICODE, ASCII, PYTHON, GO] {
                let out = written(&text, style).unwrap();
                prop_assert_eq!(meaning(&out), meaning(&text));
                prop_assert_eq!(written(&out, style), Some(out.clone()));
            }
        }

        #[test]
        fn any_bytes_are_written_or_refused(body in proptest::collection::vec(any::<u8>(), 0..60)) {
            let _ = rewrite(&body, PHP);
        }

        #[test]
        fn any_likely_text_is_written_or_refused(text in r#"[\[\]{}:,"\\u0d8e9 é]{0,24}"#) {
            let _ = rewrite(text.as_bytes(), PYTHON);
        }
    }
}
