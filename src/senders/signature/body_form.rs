//! The forms in which a body may have been signed, when it is not the one that arrived.

use std::borrow::Cow;
use std::fmt;

use super::json_text::{self, Style};

const BOM: &[u8] = b"\xef\xbb\xbf";

/// A form of the body. The sender's own way of signing names the first three, the others are what
/// programs on the way make of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BodyForm {
    AsSent,
    PhpJson,
    JsJson,
    PhpUnicodeJson,
    AsciiJson,
    PythonJson,
    GoJson,
    WithoutFinalNewline,
    WithFinalNewline,
    WithoutOuterBlanks,
    WithLf,
    WithCrlf,
    WithoutBom,
    WithBom,
    Utf8OfLatin1,
    Latin1OfUtf8,
    Empty,
}

impl BodyForm {
    /// Those that cost next to nothing, whatever the size of the body.
    pub(super) const PLAIN: [Self; 5] = [
        Self::WithoutFinalNewline,
        Self::WithFinalNewline,
        Self::WithoutOuterBlanks,
        Self::WithoutBom,
        Self::Empty,
    ];

    /// Those that write the body anew.
    pub(super) const REWRITTEN: [Self; 11] = [
        Self::PhpJson,
        Self::JsJson,
        Self::WithLf,
        Self::WithCrlf,
        Self::PhpUnicodeJson,
        Self::AsciiJson,
        Self::PythonJson,
        Self::GoJson,
        Self::Utf8OfLatin1,
        Self::Latin1OfUtf8,
        Self::WithBom,
    ];

    /// The body in this form; `None` where it has none, or is in it already.
    pub(super) fn of(self, body: &[u8]) -> Option<Cow<'_, [u8]>> {
        let form = match self {
            Self::AsSent => return Some(Cow::Borrowed(body)),
            Self::WithoutFinalNewline => {
                let body = body.strip_suffix(b"\n")?;
                Cow::Borrowed(body.strip_suffix(b"\r").unwrap_or(body))
            }
            Self::WithFinalNewline => Cow::Owned([body, b"\n"].concat()),
            Self::WithoutOuterBlanks => Cow::Borrowed(body.trim_ascii()),
            Self::WithoutBom => Cow::Borrowed(body.strip_prefix(BOM)?),
            Self::WithBom => Cow::Owned([BOM, body].concat()),
            Self::Empty => Cow::Borrowed(&b""[..]),
            Self::WithLf => Cow::Owned(with_lf(body)),
            Self::WithCrlf => Cow::Owned(with_crlf(body)),
            Self::Utf8OfLatin1 => Cow::Owned(utf8_of_latin1(body)),
            Self::Latin1OfUtf8 => Cow::Owned(latin1_of_utf8(body)?),
            json => Cow::Owned(json.json(body)?),
        };
        (*form != *body).then_some(form)
    }

    /// The body as this form writes JSON, changed or not; `None` for what is no JSON.
    pub(super) fn json(self, body: &[u8]) -> Option<Vec<u8>> {
        json_text::rewrite(body, self.style()?)
    }

    fn style(self) -> Option<Style> {
        Some(match self {
            Self::PhpJson => json_text::PHP,
            Self::JsJson => json_text::JAVASCRIPT,
            Self::PhpUnicodeJson => json_text::PHP_UNICODE,
            Self::AsciiJson => json_text::ASCII,
            Self::PythonJson => json_text::PYTHON,
            Self::GoJson => json_text::GO,
            _ => return None,
        })
    }

    /// What happened to the body between the signing and here.
    #[must_use]
    pub fn cause(self) -> &'static str {
        match self {
            Self::AsSent => "nothing changed the body on its way",
            Self::WithoutFinalNewline => "something on the way added a line end to the body",
            Self::WithFinalNewline => "something on the way took the body's final line end off",
            Self::WithoutOuterBlanks => "something on the way put blanks around the body",
            Self::WithLf | Self::WithCrlf => "something on the way changed the body's line ends",
            Self::WithoutBom => "something on the way put a byte order mark before the body",
            Self::WithBom => "something on the way took the byte order mark off the body",
            Self::Utf8OfLatin1 | Self::Latin1OfUtf8 => {
                "something on the way changed the body's character set"
            }
            Self::Empty => "the signature was made before there was a body",
            _ => "something on the way read the JSON and wrote it anew",
        }
    }
}

impl fmt::Display for BodyForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AsSent => "the body as sent",
            Self::PhpJson => r"the JSON as PHP writes it (`\/`, `\u00e9`)",
            Self::JsJson => "the JSON as JavaScript writes it",
            Self::PhpUnicodeJson => r"the JSON as PHP writes it with unescaped letters (`\/`, `é`)",
            Self::AsciiJson => r"the JSON with all letters beyond ASCII escaped (`/`, `\u00e9`)",
            Self::PythonJson => r"the JSON as Python writes it (a blank behind `:` and `,`)",
            Self::GoJson => r"the JSON as Go writes it (`\u003c`)",
            Self::WithoutFinalNewline => "the body without its final line end",
            Self::WithFinalNewline => "the body with a line end behind it",
            Self::WithoutOuterBlanks => "the body without the blanks around it",
            Self::WithLf => "the body with LF line ends",
            Self::WithCrlf => "the body with CRLF line ends",
            Self::WithoutBom => "the body without its byte order mark",
            Self::WithBom => "the body behind a byte order mark",
            Self::Utf8OfLatin1 => "the body turned from Latin-1 into UTF-8",
            Self::Latin1OfUtf8 => "the body turned from UTF-8 into Latin-1",
            Self::Empty => "an empty body",
        })
    }
}

fn with_lf(body: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len());
    for (place, &byte) in body.iter().enumerate() {
        if byte != b'\r' || body.get(place + 1) != Some(&b'\n') {
            out.push(byte);
        }
    }
    out
}

fn with_crlf(body: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len() + body.len() / 16);
    for &byte in body {
        if byte == b'\n' && out.last() != Some(&b'\r') {
            out.push(b'\r');
        }
        out.push(byte);
    }
    out
}

fn utf8_of_latin1(body: &[u8]) -> Vec<u8> {
    let letters = body.iter().map(|&byte| char::from(byte));
    letters.collect::<String>().into_bytes()
}

fn latin1_of_utf8(body: &[u8]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(body).ok()?;
    text.chars()
        .map(|letter| u8::try_from(letter).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_form_is_the_body_changed_or_nothing() {
        let of = |form: BodyForm, body: &'static [u8]| form.of(body).map(Cow::into_owned);
        for (form, body, expected) in [
            (
                BodyForm::WithoutFinalNewline,
                &b"a\r\n"[..],
                Some(&b"a"[..]),
            ),
            (BodyForm::WithoutFinalNewline, b"a", None),
            (BodyForm::WithFinalNewline, b"a", Some(b"a\n")),
            (BodyForm::WithoutOuterBlanks, b" a\n ", Some(b"a")),
            (BodyForm::WithLf, b"a\r\nb\r", Some(b"a\nb\r")),
            (BodyForm::WithCrlf, b"a\r\nb\n", Some(b"a\r\nb\r\n")),
            (BodyForm::WithCrlf, b"a\r\nb", None),
            (BodyForm::WithoutBom, b"\xef\xbb\xbfa", Some(b"a")),
            (BodyForm::Utf8OfLatin1, b"\xe9", Some("é".as_bytes())),
            (BodyForm::Utf8OfLatin1, b"e", None),
            (BodyForm::Latin1OfUtf8, "é".as_bytes(), Some(b"\xe9")),
            (BodyForm::Latin1OfUtf8, "€".as_bytes(), None),
            (BodyForm::PhpJson, br#"{"a":"/"}"#, Some(br#"{"a":"\/"}"#)),
            (BodyForm::JsJson, br#"{"a":"/"}"#, None),
            (BodyForm::Empty, b"", None),
        ] {
            assert_eq!(of(form, body).as_deref(), expected, "{form}");
        }
    }

    proptest! {
        #[test]
        fn no_form_fails(body in proptest::collection::vec(any::<u8>(), 0..40)) {
            for form in BodyForm::PLAIN.into_iter().chain(BodyForm::REWRITTEN) {
                if let Some(changed) = form.of(&body) {
                    prop_assert_ne!(&*changed, &body[..]);
                }
            }
        }
    }
}
