//! The text laid out anew: every token as sent, only the white space between is ours.

use super::Document;

/// How far laying out goes.
#[derive(Debug, Clone, Copy)]
pub struct PrettyLimits {
    /// The output ends before it passes this.
    pub max_bytes: usize,
    /// Deeper lines are not moved further in: 400 KB of `[` would else become 52 MB.
    pub max_indent: usize,
}

impl Default for PrettyLimits {
    fn default() -> Self {
        Self {
            max_bytes: usize::MAX,
            max_indent: 64,
        }
    }
}

const INDENT: &str = "  ";

/// The text with a line for each value, and whether it was cut.
#[must_use]
pub fn pretty(doc: &Document<'_>, limits: PrettyLimits) -> (String, bool) {
    let span = doc.span(doc.root());
    let mut page = Page {
        out: String::new(),
        depth: 0,
        limits,
    };
    let mut rest = &doc.source()[span];
    while let Some((token, behind)) = next_token(rest) {
        if !page.token(token, behind) {
            return (page.out, true);
        }
        rest = behind;
    }
    (page.out, false)
}

struct Page {
    out: String,
    depth: usize,
    limits: PrettyLimits,
}

impl Page {
    /// Writes a token and the space behind it; `false` when it does not fit.
    fn token(&mut self, token: &str, behind: &str) -> bool {
        let room = self.limits.max_bytes.saturating_sub(self.out.len());
        let line = 1 + INDENT.len() * (self.depth + 1).min(self.limits.max_indent);
        if token.len() + line > room {
            return false;
        }
        self.out.push_str(token);
        let next = behind.trim_start_matches(SPACE).as_bytes().first();
        match token {
            "{" | "[" => {
                self.depth += 1;
                if !matches!(next, Some(b'}' | b']')) {
                    self.line(self.depth);
                }
            }
            "}" | "]" => self.depth = self.depth.saturating_sub(1),
            "," => self.line(self.depth),
            ":" => self.out.push(' '),
            _ => {}
        }
        if matches!(next, Some(b'}' | b']')) && !matches!(token, "{" | "[") {
            self.line(self.depth.saturating_sub(1));
        }
        true
    }

    fn line(&mut self, depth: usize) {
        self.out.push('\n');
        for _ in 0..depth.min(self.limits.max_indent) {
            self.out.push_str(INDENT);
        }
    }
}

const SPACE: [char; 4] = [' ', '\n', '\r', '\t'];

/// The first token of a valid text, and what stands behind it.
fn next_token(text: &str) -> Option<(&str, &str)> {
    let text = text.trim_start_matches(SPACE);
    let length = match text.as_bytes().first()? {
        b'{' | b'}' | b'[' | b']' | b',' | b':' => 1,
        b'"' => string_length(text.as_bytes()),
        _ => text
            .find([' ', '\n', '\r', '\t', ',', ']', '}'])
            .unwrap_or(text.len()),
    };
    Some(text.split_at(length))
}

/// The length of the string at the start, quotes counted.
fn string_length(bytes: &[u8]) -> usize {
    let mut at = 1;
    loop {
        match bytes.get(at) {
            Some(b'"') => return at + 1,
            Some(b'\\') => at += 2,
            Some(_) => at += 1,
            None => return bytes.len(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::json_text;
    use super::*;
    use proptest::prelude::*;

    /// White space outside of strings taken away.
    fn stripped(text: &str) -> String {
        let mut out = String::new();
        let mut rest = text;
        while let Some((token, behind)) = next_token(rest) {
            out.push_str(token);
            rest = behind;
        }
        out
    }

    proptest! {
        #[test]
        fn only_white_space_is_changed(text in json_text()) {
            let doc = Document::parse(text.as_bytes()).unwrap();
            let (out, cut) = pretty(&doc, PrettyLimits::default());
            prop_assert!(!cut);
            prop_assert_eq!(stripped(&out), stripped(&text));
            let again = Document::parse(out.as_bytes()).unwrap();
            prop_assert_eq!(pretty(&again, PrettyLimits::default()).0, out);
        }
    }

    #[test]
    fn a_page_reads_as_one_expects() {
        let doc = Document::parse(br#" {"a":[1.10,{}, [ ] ],"b":{"c":"x, y"},"n":null}"#).unwrap();
        let (out, _) = pretty(&doc, PrettyLimits::default());
        assert_eq!(
            out,
            "{\n  \"a\": [\n    1.10,\n    {},\n    []\n  ],\n  \"b\": {\n    \"c\": \"x, y\"\n  },\n  \"n\": null\n}"
        );
    }

    #[test]
    fn depth_does_not_blow_the_page_up() {
        let text = "[".repeat(200_000) + &"]".repeat(200_000);
        let doc = Document::parse(text.as_bytes()).unwrap();
        let limits = PrettyLimits {
            max_bytes: 64 * 1024,
            ..PrettyLimits::default()
        };
        let (out, cut) = pretty(&doc, limits);
        assert!(cut && out.len() <= 64 * 1024);
        let (out, cut) = pretty(&doc, PrettyLimits::default());
        assert!(!cut && out.len() < 200_000 * 130 * 2 + 400_000);
    }
}
