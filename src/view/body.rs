//! What kind of body it is: by what the sender says, and by what the bytes look like.

use std::borrow::Cow;

/// As much of a body is looked at to tell text from binary.
const SNIFFED: usize = 4096;

/// What a body can be shown as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BodyKind {
    Empty,
    Json,
    Form,
    Multipart,
    Text,
    Binary,
}

impl BodyKind {
    /// The word used in filters, URLs and class names.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Json => "json",
            Self::Form => "form",
            Self::Multipart => "multipart",
            Self::Text => "text",
            Self::Binary => "binary",
        }
    }

    /// As a person says it.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Empty => "no body",
            Self::Json => "JSON",
            Self::Form => "form",
            Self::Multipart => "multipart",
            Self::Text => "text",
            Self::Binary => "binary",
        }
    }
}

/// How the bytes of a text stand for characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Charset {
    Utf8,
    /// ISO-8859-1 and what browsers read in its place, Windows-1252.
    Latin1,
    /// One that is named but not read here.
    Other(String),
}

impl Charset {
    /// From the parameter of a content type; without one UTF-8.
    #[must_use]
    pub fn of(content_type: Option<&str>) -> Self {
        let Some(name) = content_type.and_then(|value| parameter(value, "charset")) else {
            return Self::Utf8;
        };
        match name.to_ascii_lowercase().as_str() {
            "" | "utf-8" | "utf8" | "us-ascii" | "ascii" => Self::Utf8,
            "iso-8859-1" | "iso_8859-1" | "latin1" | "latin-1" | "windows-1252" | "cp1252" => {
                Self::Latin1
            }
            other => Self::Other(other.to_owned()),
        }
    }

    /// The name shown beside the body.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Utf8 => "UTF-8",
            Self::Latin1 => "Windows-1252",
            Self::Other(name) => name,
        }
    }

    /// The bytes written anew in UTF-8, so that they can be shown; UTF-8 itself is left alone.
    #[must_use]
    pub fn to_utf8<'a>(&self, bytes: &'a [u8]) -> Cow<'a, [u8]> {
        match self {
            Self::Latin1 => {
                let text: String = bytes.iter().map(|&byte| windows_1252(byte)).collect();
                Cow::Owned(text.into_bytes())
            }
            Self::Utf8 | Self::Other(_) => Cow::Borrowed(bytes),
        }
    }
}

/// What a body is, and what to say about that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sniffed {
    pub kind: BodyKind,
    pub charset: Charset,
    /// Why it is not shown as what it claims to be.
    pub note: Option<String>,
    /// What it is where JSON was only guessed from its looks, and turns out to be none.
    pub otherwise: Option<BodyKind>,
}

/// Tells the kind of a body. A text that looks like JSON is taken for JSON whatever it says it is:
/// many senders send JSON as `text/plain`, and curl calls all that it is given a form.
#[must_use]
pub fn sniff(body: &[u8], content_type: Option<&str>, content_encoding: Option<&str>) -> Sniffed {
    let charset = Charset::of(content_type);
    let found = |kind, note| Sniffed {
        kind,
        charset: charset.clone(),
        note,
        otherwise: None,
    };
    if body.is_empty() {
        return found(BodyKind::Empty, None);
    }
    if let Some(coding) = encoding(content_encoding) {
        let note = format!("compressed with {coding}, shown as sent");
        return found(BodyKind::Binary, Some(note));
    }
    let essence = essence(content_type);
    let claimed = claimed(&essence);
    if claimed == Some(BodyKind::Json) {
        return found(BodyKind::Json, None);
    }
    if let Charset::Other(name) = &charset {
        let note = format!("the character set {name} is not read here, shown as bytes");
        return found(BodyKind::Binary, Some(note));
    }
    if claimed == Some(BodyKind::Multipart) {
        return found(BodyKind::Multipart, None);
    }
    if claimed.is_none() && looks_binary(body, &charset) {
        let note = essence
            .starts_with("text/")
            .then(|| format!("sent as {essence}, but it does not look like text"));
        return found(BodyKind::Binary, note);
    }
    let kind = claimed.unwrap_or(BodyKind::Text);
    if !looks_like_json(body) {
        return found(kind, None);
    }
    // Without a type there is nothing else that it could be meant as.
    let named = !essence.is_empty();
    Sniffed {
        otherwise: named.then_some(kind),
        ..found(
            BodyKind::Json,
            named.then(|| format!("JSON, though sent as {essence}")),
        )
    }
}

/// The kind that a media type stands for, if it stands for one.
fn claimed(essence: &str) -> Option<BodyKind> {
    let (top, sub) = essence.split_once('/')?;
    match (top, sub) {
        ("application", "x-www-form-urlencoded") => Some(BodyKind::Form),
        ("multipart", _) => Some(BodyKind::Multipart),
        ("application" | "text", "json" | "x-json" | "csp-report") => Some(BodyKind::Json),
        (_, sub) if sub.ends_with("+json") => Some(BodyKind::Json),
        _ => None,
    }
}

/// The media type in lower case, without its parameters.
fn essence(content_type: Option<&str>) -> String {
    let value = content_type.unwrap_or("");
    let end = value.find(';').unwrap_or(value.len());
    value[..end].trim().to_ascii_lowercase()
}

/// A parameter of a content type, its quotes taken away.
#[must_use]
pub fn parameter<'a>(content_type: &'a str, name: &str) -> Option<&'a str> {
    content_type
        .split(';')
        .skip(1)
        .filter_map(|piece| piece.split_once('='))
        .find(|(key, _)| key.trim().eq_ignore_ascii_case(name))
        .map(|(_, value)| value.trim().trim_matches('"'))
}

/// The content coding, unless it is the one that means none.
fn encoding(content_encoding: Option<&str>) -> Option<&str> {
    let coding = content_encoding?.trim();
    (!coding.is_empty() && !coding.eq_ignore_ascii_case("identity")).then_some(coding)
}

/// Zero bytes, or over a tenth of bytes that are no text.
fn looks_binary(body: &[u8], charset: &Charset) -> bool {
    let head = &body[..body.len().min(SNIFFED)];
    let controls = head
        .iter()
        .filter(|&&byte| byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r' | 0x0c | 0x1b))
        .count();
    let broken: usize = match charset {
        Charset::Utf8 => head.utf8_chunks().map(|chunk| chunk.invalid().len()).sum(),
        Charset::Latin1 | Charset::Other(_) => 0,
    };
    head.contains(&0) || (controls + broken) * 10 > head.len()
}

/// The first byte opens an object or an array, and the last one closes it.
fn looks_like_json(body: &[u8]) -> bool {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    let body = body.trim_ascii();
    matches!(
        (body.first(), body.last()),
        (Some(b'{'), Some(b'}')) | (Some(b'['), Some(b']'))
    )
}

fn windows_1252(byte: u8) -> char {
    const HIGH: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž',
        '\u{8f}', '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}',
        'ž', 'Ÿ',
    ];
    match byte {
        0x80..=0x9f => HIGH[usize::from(byte - 0x80)],
        _ => char::from(byte),
    }
}

/// A size as it is counted: `1,595 B`.
#[must_use]
pub fn exact_size(bytes: usize) -> String {
    format!("{} B", grouped(bytes))
}

/// A size in three or four digits: `999 B`, `12.3 KB`, `5.7 MB`; thousands, as file managers count.
#[must_use]
pub fn short_size(bytes: usize) -> String {
    const UNITS: [(usize, &str); 3] = [(1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "KB")];
    for (unit, name) in UNITS {
        if bytes >= unit {
            let tenths = bytes / (unit / 10);
            return format!("{}.{} {name}", grouped(tenths / 10), tenths % 10);
        }
    }
    format!("{bytes} B")
}

/// `45900` as `45,900`.
#[must_use]
pub fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_told_by_type_and_bytes() {
        let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
        for (body, content_type, encoding, kind) in [
            (&b""[..], Some("application/json"), None, BodyKind::Empty),
            (
                b"{}",
                Some("application/json; charset=utf-8"),
                None,
                BodyKind::Json,
            ),
            (b"oops", Some("application/json"), None, BodyKind::Json),
            (
                b"{}",
                Some("application/vnd.api+json"),
                None,
                BodyKind::Json,
            ),
            (b" [1] ", Some("text/plain"), None, BodyKind::Json),
            (b"{}", None, None, BodyKind::Json),
            (
                b"a=1&b=2",
                Some("Application/X-WWW-Form-Urlencoded"),
                None,
                BodyKind::Form,
            ),
            (
                b"{\"a\":1}",
                Some("application/x-www-form-urlencoded"),
                None,
                BodyKind::Json,
            ),
            (b"a=1&b=2", None, None, BodyKind::Text),
            (
                b"--x\r\n",
                Some("multipart/form-data; boundary=x"),
                None,
                BodyKind::Multipart,
            ),
            (b"hello", Some("text/plain"), None, BodyKind::Text),
            (b"<a/>", Some("application/xml"), None, BodyKind::Text),
            (png, Some("image/png"), None, BodyKind::Binary),
            (png, Some("text/plain"), None, BodyKind::Binary),
            (
                b"{}",
                Some("application/json"),
                Some("gzip"),
                BodyKind::Binary,
            ),
            (
                b"{}",
                Some("application/json"),
                Some("identity"),
                BodyKind::Json,
            ),
            (
                b"caf\xe9 \xe9t\xe9",
                Some("text/plain; charset=ISO-8859-1"),
                None,
                BodyKind::Text,
            ),
            (
                b"\xff\xfea\0",
                Some("text/plain; charset=utf-16"),
                None,
                BodyKind::Binary,
            ),
        ] {
            let sniffed = sniff(body, content_type, encoding);
            assert_eq!(sniffed.kind, kind, "{content_type:?} {encoding:?} {body:?}");
        }
        assert_eq!(
            sniff(b"x", None, Some("br")).note.as_deref(),
            Some("compressed with br, shown as sent")
        );
    }

    #[test]
    fn latin_1_is_read() {
        let charset = Charset::of(Some("text/plain; Charset=\"latin1\""));
        assert_eq!(&*charset.to_utf8(b"caf\xe9 \x80"), "café €".as_bytes());
    }

    #[test]
    fn sizes_are_readable() {
        assert_eq!(exact_size(1595), "1,595 B");
        assert_eq!(exact_size(0), "0 B");
        assert_eq!(short_size(999), "999 B");
        assert_eq!(short_size(12_345), "12.3 KB");
        assert_eq!(short_size(5_700_000), "5.7 MB");
        assert_eq!(grouped(1_234_567), "1,234,567");
    }
}
