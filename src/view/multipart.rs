//! `multipart/form-data` (RFC 7578, RFC 2046 section 5.1): the parts of a body, where they stand.

use std::ops::Range;

/// A part, by its places in the body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The field's name; some senders leave it out.
    pub name: Option<String>,
    pub file_name: Option<String>,
    pub content_type: Option<String>,
    /// The part's own lines of head.
    pub head: Range<usize>,
    pub content: Range<usize>,
}

impl Part {
    /// A field of text, as a form's are; a file is none, whatever is in it.
    #[must_use]
    pub fn text<'b>(&self, body: &'b [u8]) -> Option<&'b str> {
        if self.file_name.is_some() {
            return None;
        }
        std::str::from_utf8(body.get(self.content.clone())?).ok()
    }
}

/// The boundary that a content type names; `None` where it is no multipart or names none.
#[must_use]
pub fn boundary(content_type: &str) -> Option<String> {
    let (kind, parameters) = content_type.split_once(';')?;
    let multipart = kind.trim().get(..10)?.eq_ignore_ascii_case("multipart/");
    let boundary = parameter(parameters, "boundary")?;
    // RFC 2046 allows 70 bytes; some senders write more.
    (multipart && !boundary.is_empty() && boundary.len() <= 200).then_some(boundary)
}

/// The parts in their order, and whether more than `max` were there. A body that breaks off ends its
/// last part.
#[must_use]
pub fn parts(body: &[u8], boundary: &str, max: usize) -> (Vec<Part>, bool) {
    let mut parts = Vec::new();
    let mut borders = Borders::new(body, boundary);
    let Some(mut open) = borders.next() else {
        return (parts, false);
    };
    while !open.last {
        let next = borders.next();
        let end = next.as_ref().map_or(body.len(), |border| border.start);
        if parts.len() == max {
            return (parts, true);
        }
        parts.push(part(body, open.end..end.max(open.end)));
        match next {
            Some(border) => open = border,
            None => break,
        }
    }
    (parts, false)
}

/// A line that stands between two parts, with the line end before it.
struct Border {
    start: usize,
    end: usize,
    last: bool,
}

struct Borders<'b> {
    body: &'b [u8],
    mark: Vec<u8>,
    at: usize,
}

impl<'b> Borders<'b> {
    fn new(body: &'b [u8], boundary: &str) -> Self {
        Self {
            body,
            mark: format!("--{boundary}").into_bytes(),
            at: 0,
        }
    }
}

impl Iterator for Borders<'_> {
    type Item = Border;

    fn next(&mut self) -> Option<Border> {
        loop {
            let found = self.at + find(self.body.get(self.at..)?, &self.mark)?;
            let behind = found + self.mark.len();
            self.at = behind;
            let at_line_start = found == 0 || self.body[found - 1] == b'\n';
            let rest = &self.body[behind..];
            let last = rest.starts_with(b"--");
            let line = rest.iter().position(|&byte| byte == b'\n');
            let padding = &rest[if last { 2 } else { 0 }..line.unwrap_or(rest.len())];
            let plain = padding
                .iter()
                .all(|byte| matches!(byte, b' ' | b'\t' | b'\r'));
            if !at_line_start || !(plain || last) {
                continue;
            }
            let mut start = found;
            for end in [b'\n', b'\r'] {
                if start > 0 && self.body[start - 1] == end {
                    start -= 1;
                }
            }
            let end = line.map_or(self.body.len(), |line| behind + line + 1);
            self.at = end.max(behind);
            return Some(Border { start, end, last });
        }
    }
}

fn find(text: &[u8], mark: &[u8]) -> Option<usize> {
    text.windows(mark.len()).position(|window| window == mark)
}

fn part(body: &[u8], at: Range<usize>) -> Part {
    let (head, content) = split(body, at);
    let mut part = Part {
        name: None,
        file_name: None,
        content_type: None,
        content,
        head: head.clone(),
    };
    for line in String::from_utf8_lossy(&body[head]).lines() {
        let Some((name, value)) = line.split_once(':') else {
            continue;
        };
        if name.trim().eq_ignore_ascii_case("content-disposition") {
            let parameters = value.split_once(';').map_or("", |(_, rest)| rest);
            part.name = parameter(parameters, "name");
            part.file_name = parameter(parameters, "filename");
        } else if name.trim().eq_ignore_ascii_case("content-type") {
            part.content_type = Some(value.trim().to_owned());
        }
    }
    part
}

/// Head and content of a part, which an empty line divides.
fn split(body: &[u8], at: Range<usize>) -> (Range<usize>, Range<usize>) {
    let text = &body[at.clone()];
    for (mark, own) in [
        (&b"\r\n"[..], 0),
        (b"\n", 0),
        (b"\r\n\r\n", 2),
        (b"\n\n", 1),
    ] {
        let found = match own {
            // No head at all.
            0 => text.starts_with(mark).then_some(0),
            _ => find(text, mark),
        };
        if let Some(found) = found {
            let start = at.start + found;
            return (
                at.start..start,
                start + mark.len()..at.end.max(start + mark.len()),
            );
        }
    }
    (at.clone(), at.end..at.end)
}

/// A parameter's value, out of its quotes: `name="a b"; filename=x`.
fn parameter(parameters: &str, wanted: &str) -> Option<String> {
    let mut rest = parameters;
    loop {
        let (name, behind) = rest.split_once('=')?;
        let (value, next) = value(behind.trim_start());
        if name.trim().eq_ignore_ascii_case(wanted) {
            return Some(value);
        }
        rest = next.trim_start().strip_prefix(';')?;
    }
}

/// A token or a quoted string, and what stands behind it. A backslash is kept unless it is before a
/// quote or another one: browsers write paths with them.
fn value(text: &str) -> (String, &str) {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find(';').unwrap_or(text.len());
        return (text[..end].trim().to_owned(), &text[end..]);
    };
    let mut out = String::new();
    let mut letters = quoted.char_indices().peekable();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return (out, &quoted[at + 1..]),
            '\\' => match letters.next_if(|(_, next)| matches!(next, '"' | '\\')) {
                Some((_, next)) => out.push(next),
                None => out.push('\\'),
            },
            _ => out.push(letter),
        }
    }
    (out, "")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(body: &str, content_type: &str) -> Vec<(Option<String>, Option<String>, String)> {
        let boundary = boundary(content_type).unwrap();
        let (parts, _) = parts(body.as_bytes(), &boundary, 10);
        parts
            .into_iter()
            .map(|part| {
                let content = body[part.content.clone()].to_owned();
                (part.name, part.file_name, content)
            })
            .collect()
    }

    fn field(name: &str, content: &str) -> (Option<String>, Option<String>, String) {
        (Some(name.to_owned()), None, content.to_owned())
    }

    const TYPE: &str = "multipart/form-data; charset=x; boundary=\"a b\"";

    #[test]
    fn fields_and_files_are_told_apart() {
        let body = "preamble\r\n--a b\r\nContent-Disposition: form-data; name=\"one\"\r\n\r\n1\r\n2\r\n--a b  \r\n\
                    content-disposition: form-data; name=\"f\"; filename=\"C:\\x \\\"y\\\".txt\"\r\nContent-Type: text/plain\r\n\r\n--a bc\r\n--a b--\r\nepilogue";
        let read = read(body, TYPE);
        assert_eq!(read[0], field("one", "1\r\n2"));
        assert_eq!(
            read[1],
            (
                Some("f".into()),
                Some("C:\\x \"y\".txt".into()),
                "--a bc".into()
            )
        );
        assert_eq!(read.len(), 2);
    }

    #[test]
    fn bare_line_ends_empty_parts_and_a_cut_body_are_read() {
        let body = "--a b\nContent-Disposition: form-data; name=one\n\n1\n--a b\n\nx\n--a b\nContent-Disposition: form-data; name=cut\n\nhal";
        let read = read(body, TYPE);
        assert_eq!(read[0], field("one", "1"));
        assert_eq!(read[1], (None, None, "x".to_owned()));
        assert_eq!(read[2], field("cut", "hal"));
    }

    #[test]
    fn what_is_no_multipart_has_no_boundary() {
        for kind in [
            "",
            "text/plain; boundary=a",
            "multipart/form-data",
            "multipart/form-data; boundary=",
        ] {
            assert_eq!(boundary(kind), None, "{kind}");
        }
    }

    #[test]
    fn more_parts_than_wanted_are_left_and_said() {
        let body = "--a b\r\n\r\n1\r\n".repeat(3) + "--a b--";
        let (parts, more) = parts(body.as_bytes(), "a b", 2);
        assert_eq!((parts.len(), more), (2, true));
    }

    proptest! {
        #[test]
        fn any_body_is_read(body in r#"(--b|--|\r\n|\n|Content-Disposition: form-data; name="|"|;|=|\\|é|x| ){0,40}"#) {
            let (parts, _) = parts(body.as_bytes(), "b", 50);
            for part in parts {
                prop_assert!(part.head.end <= part.content.end && part.content.end <= body.len());
                let _ = part.text(body.as_bytes());
            }
        }
    }
}
