//! Bytes as a hexdump.

use std::fmt::Write;
use std::ops::Range;

/// Bytes in a line.
pub const WIDTH: usize = 16;

/// One line of the dump.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// `00000010`
    pub offset: String,
    /// `48 69 0a`, padded to the width of a full line.
    pub bytes: String,
    /// `Hi.`
    pub ascii: String,
}

/// The lines of the bytes in `range`, at most `max_lines`; the range's start is moved back to the
/// start of its line.
#[must_use]
pub fn dump(bytes: &[u8], range: Range<usize>, max_lines: usize) -> Vec<Line> {
    if range.start >= bytes.len() {
        return Vec::new();
    }
    let from = range.start / WIDTH * WIDTH;
    let to = range.end.clamp(from, bytes.len());
    bytes[from..to]
        .chunks(WIDTH)
        .take(max_lines)
        .enumerate()
        .map(|(place, chunk)| line(from + place * WIDTH, chunk))
        .collect()
}

fn line(offset: usize, chunk: &[u8]) -> Line {
    let mut bytes = String::with_capacity(WIDTH * 3 + 1);
    for place in 0..WIDTH {
        if place == WIDTH / 2 {
            bytes.push(' ');
        }
        let space = if place == 0 { "" } else { " " };
        // Writing to a string cannot fail.
        let _ = match chunk.get(place) {
            Some(byte) => write!(bytes, "{space}{byte:02x}"),
            None => write!(bytes, "{space}  "),
        };
    }
    let ascii = chunk
        .iter()
        .map(|&byte| match byte {
            b' '..=b'~' => char::from(byte),
            _ => '.',
        })
        .collect();
    Line {
        offset: format!("{offset:08x}"),
        bytes,
        ascii,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dump_reads_like_others() {
        let bytes: Vec<u8> = (0..40).map(|n| n * 5).collect();
        let lines = dump(&bytes, 17..99, 9);
        assert_eq!(lines.len(), 2);
        assert_eq!(lines[0].offset, "00000010");
        assert_eq!(
            lines[0].bytes,
            "50 55 5a 5f 64 69 6e 73  78 7d 82 87 8c 91 96 9b"
        );
        assert_eq!(lines[0].ascii, "PUZ_dinsx}......");
        assert_eq!(lines[1].bytes.len(), lines[0].bytes.len());
        assert_eq!(dump(&bytes, 0..40, 1).len(), 1);
        assert!(dump(&bytes, 99..200, 9).is_empty());
        assert!(dump(b"", 0..0, 9).is_empty());
    }
}
