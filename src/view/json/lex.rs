//! The lexer: one pass over the text that leaves an [`Entry`] for each value.
//!
//! The stack of open containers is the chain of parents in the index itself.

use super::entry::{Entry, KEY_ESCAPE, NONE, VALUE_ESCAPE, narrow, wide};
use super::{Kind, Reason};

/// The index grows by itself from here; a long text need not be a text of many values.
const FIRST_CAPACITY: usize = 65_536;

/// Why and where the text is no JSON.
pub(super) struct Fault {
    pub(super) byte: usize,
    pub(super) reason: Reason,
}

/// The name in front of a member.
#[derive(Clone, Copy, Default)]
struct Key {
    start: u32,
    end: u32,
    flags: u8,
}

/// What comes after a value.
enum After {
    Element,
    Member(Key),
    End,
}

pub(super) fn index(text: &str, max_nodes: usize) -> Result<Vec<Entry>, Fault> {
    let bytes = text.as_bytes();
    if u32::try_from(bytes.len()).is_err() {
        return Err(Fault {
            byte: 0,
            reason: Reason::TooLarge,
        });
    }
    let bom = if text.starts_with('\u{feff}') { 3 } else { 0 };
    let mut lexer = Lexer {
        text,
        bytes,
        at: bom,
        entries: Vec::with_capacity((bytes.len() / 16 + 4).min(FIRST_CAPACITY)),
        open: NONE,
        max_nodes,
    };
    lexer.document()?;
    Ok(lexer.entries)
}

struct Lexer<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    entries: Vec<Entry>,
    /// The innermost container that is not closed yet.
    open: u32,
    max_nodes: usize,
}

impl Lexer<'_> {
    fn document(&mut self) -> Result<(), Fault> {
        self.space();
        if self.at == self.bytes.len() {
            return Err(self.fault(Reason::Empty));
        }
        let mut key = Key::default();
        let mut expected = "a value";
        loop {
            if let Some(member) = self.value(key, expected)? {
                key = member;
                expected = "a value";
                continue;
            }
            match self.after()? {
                After::Element => {
                    key = Key::default();
                    expected = "a value after the comma";
                }
                After::Member(member) => {
                    key = member;
                    expected = "a value";
                }
                After::End => return Ok(()),
            }
        }
    }

    /// Reads a scalar, an empty container, or the opening of a container up to its first value,
    /// whose name is then given back.
    fn value(&mut self, key: Key, expected: &'static str) -> Result<Option<Key>, Fault> {
        let start = self.at;
        match self.peek() {
            Some(b'"') => {
                let escape = self.string()?;
                self.push(
                    Kind::String,
                    start,
                    key,
                    if escape { VALUE_ESCAPE } else { 0 },
                )?;
            }
            Some(b'-' | b'0'..=b'9') => {
                self.number()?;
                self.push(Kind::Number, start, key, 0)?;
            }
            Some(b'{') => {
                self.open(Kind::Object, key)?;
                if self.peek() != Some(b'}') {
                    return self.key("a name in quotes or `}`").map(Some);
                }
                self.close();
            }
            Some(b'[') => {
                self.open(Kind::Array, key)?;
                if self.peek() != Some(b']') {
                    return Ok(Some(Key::default()));
                }
                self.close();
            }
            Some(b't') => self.word("true", Kind::Boolean, key)?,
            Some(b'f') => self.word("false", Kind::Boolean, key)?,
            Some(b'n') => self.word("null", Kind::Null, key)?,
            _ => return Err(self.unexpected(expected)),
        }
        Ok(None)
    }

    /// Closes what ends here and says what comes next.
    fn after(&mut self) -> Result<After, Fault> {
        loop {
            self.space();
            let Some(open) = self.entries.get(wide(self.open)) else {
                if self.at == self.bytes.len() {
                    return Ok(After::End);
                }
                return Err(self.unexpected("nothing after the value"));
            };
            match (open.kind, self.peek()) {
                (Kind::Array, Some(b',')) => {
                    self.at += 1;
                    self.space();
                    return Ok(After::Element);
                }
                (Kind::Object, Some(b',')) => {
                    self.at += 1;
                    self.space();
                    return self
                        .key("a name in quotes after the comma")
                        .map(After::Member);
                }
                (Kind::Array, Some(b']')) | (Kind::Object, Some(b'}')) => self.close(),
                (Kind::Array, _) => return Err(self.unexpected("`,` or `]`")),
                (_, _) => return Err(self.unexpected("`,` or `}`")),
            }
        }
    }

    /// A member's name, its colon, and the white space up to the value.
    fn key(&mut self, expected: &'static str) -> Result<Key, Fault> {
        if self.peek() != Some(b'"') {
            return Err(self.unexpected(expected));
        }
        let start = narrow(self.at);
        let escape = self.string()?;
        let end = narrow(self.at);
        self.space();
        if self.peek() != Some(b':') {
            return Err(self.unexpected("`:` after the name"));
        }
        self.at += 1;
        self.space();
        Ok(Key {
            start,
            end,
            flags: if escape { KEY_ESCAPE } else { 0 },
        })
    }

    fn open(&mut self, kind: Kind, key: Key) -> Result<(), Fault> {
        let start = self.at;
        self.at += 1;
        let place = narrow(self.entries.len());
        self.push(kind, start, key, 0)?;
        self.open = place;
        self.space();
        Ok(())
    }

    fn close(&mut self) {
        self.at += 1;
        let next = narrow(self.entries.len());
        if let Some(entry) = self.entries.get_mut(wide(self.open)) {
            entry.end = narrow(self.at);
            entry.next = next;
            self.open = entry.parent;
        }
    }

    fn push(&mut self, kind: Kind, start: usize, key: Key, flags: u8) -> Result<(), Fault> {
        let place = self.entries.len();
        if place >= self.max_nodes {
            return Err(Fault {
                byte: start,
                reason: Reason::TooManyValues(self.max_nodes),
            });
        }
        if let Some(parent) = self.entries.get_mut(wide(self.open)) {
            parent.count += 1;
        }
        self.entries.push(Entry {
            start: narrow(start),
            end: narrow(self.at),
            key_start: key.start,
            key_end: key.end,
            parent: self.open,
            next: narrow(place + 1),
            count: 0,
            kind,
            flags: flags | key.flags,
        });
        Ok(())
    }

    fn word(&mut self, word: &'static str, kind: Kind, key: Key) -> Result<(), Fault> {
        let start = self.at;
        for letter in word.bytes() {
            if self.peek() != Some(letter) {
                return Err(self.unexpected(match word {
                    "true" => "`true`",
                    "false" => "`false`",
                    _ => "`null`",
                }));
            }
            self.at += 1;
        }
        self.push(kind, start, key, 0)
    }

    /// Moves behind the closing quote; says whether there were escapes.
    fn string(&mut self) -> Result<bool, Fault> {
        self.at += 1;
        let mut escape = false;
        loop {
            let rest = &self.bytes[self.at..];
            self.at += rest
                .iter()
                .position(|&byte| STOPS[usize::from(byte)])
                .unwrap_or(rest.len());
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(escape);
                }
                Some(b'\\') => {
                    escape = true;
                    self.escape()?;
                }
                Some(control) => return Err(self.fault(Reason::Control(control))),
                None => return Err(self.unexpected("the string's closing quote")),
            }
        }
    }

    fn escape(&mut self) -> Result<(), Fault> {
        let wrong = Fault {
            byte: self.at,
            reason: Reason::Escape,
        };
        let digits = match self.bytes.get(self.at + 1) {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => 0,
            Some(b'u') => 4,
            Some(_) => return Err(wrong),
            None => {
                self.at = self.bytes.len();
                return Err(self.unexpected("the rest of the escape"));
            }
        };
        self.at += 2;
        for _ in 0..digits {
            match self.peek() {
                Some(digit) if digit.is_ascii_hexdigit() => self.at += 1,
                Some(_) => return Err(wrong),
                None => return Err(self.unexpected("four hexadecimal digits")),
            }
        }
        Ok(())
    }

    fn number(&mut self) -> Result<(), Fault> {
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        if self.peek() == Some(b'0') {
            self.at += 1;
            if self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
                return Err(self.fault(Reason::LeadingZero));
            }
        } else {
            self.digits("a digit")?;
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits("a digit after the point")?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digits("a digit of the exponent")?;
        }
        Ok(())
    }

    fn digits(&mut self, expected: &'static str) -> Result<(), Fault> {
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        if self.at == start {
            return Err(self.unexpected(expected));
        }
        Ok(())
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn fault(&self, reason: Reason) -> Fault {
        Fault {
            byte: self.at,
            reason,
        }
    }

    fn unexpected(&self, expected: &'static str) -> Fault {
        let found = self
            .text
            .get(self.at..)
            .and_then(|rest| rest.chars().next());
        self.fault(match found {
            Some(found) => Reason::Unexpected { found, expected },
            None => Reason::End { expected },
        })
    }
}

/// The bytes at which a run of plain characters in a string ends.
const STOPS: [bool; 256] = {
    let mut stops = [false; 256];
    let mut byte = 0;
    while byte < 0x20 {
        stops[byte] = true;
        byte += 1;
    }
    stops[b'"' as usize] = true;
    stops[b'\\' as usize] = true;
    stops
};
