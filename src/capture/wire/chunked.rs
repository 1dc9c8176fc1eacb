//! The chunked transfer coding (RFC 9112, section 7.1), decoded as bytes come.

use bytes::{Buf, BytesMut};

use crate::capture::limits::{CHUNK_LINE_MAX, HEAD_MAX};

/// Where the next byte belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Size,
    Data(u64),
    DataEnd,
    Trailers,
    Done,
}

#[derive(Debug)]
pub(super) struct Decoder {
    state: State,
    /// The trailer lines as sent, without the blank line that ends them.
    pub(super) trailers: BytesMut,
}

/// The body breaks the coding; the text says how.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct BadChunk(pub(super) &'static str);

impl Decoder {
    pub(super) fn new() -> Self {
        Self {
            state: State::Size,
            trailers: BytesMut::new(),
        }
    }

    pub(super) fn is_done(&self) -> bool {
        self.state == State::Done
    }

    /// Moves what can be decoded from `input` to `body`.
    pub(super) fn decode(
        &mut self,
        input: &mut BytesMut,
        body: &mut BytesMut,
    ) -> Result<(), BadChunk> {
        loop {
            self.state = match self.state {
                State::Size => {
                    let Some(line) = take_line(input, CHUNK_LINE_MAX)? else {
                        return Ok(());
                    };
                    match chunk_size(&line)? {
                        0 => State::Trailers,
                        size => State::Data(size),
                    }
                }
                State::Data(left) => {
                    if input.is_empty() {
                        return Ok(());
                    }
                    let taken = input.len().min(usize::try_from(left).unwrap_or(usize::MAX));
                    body.extend_from_slice(&input[..taken]);
                    input.advance(taken);
                    match left - taken as u64 {
                        0 => State::DataEnd,
                        left => State::Data(left),
                    }
                }
                State::DataEnd => match &input[..] {
                    [b'\r', b'\n', ..] => {
                        input.advance(2);
                        State::Size
                    }
                    [] | [b'\r'] => return Ok(()),
                    _ => return Err(BadChunk("a chunk is longer than its size says")),
                },
                State::Trailers => {
                    let Some(line) = take_line(input, HEAD_MAX)? else {
                        return Ok(());
                    };
                    if line.len() == 2 {
                        State::Done
                    } else {
                        self.trailers.extend_from_slice(&line);
                        if self.trailers.len() > HEAD_MAX {
                            return Err(BadChunk("the trailers are larger than 64 KiB"));
                        }
                        State::Trailers
                    }
                }
                State::Done => return Ok(()),
            };
        }
    }
}

/// The next line with its end, once it is whole.
fn take_line(input: &mut BytesMut, max: usize) -> Result<Option<BytesMut>, BadChunk> {
    match input.iter().position(|&byte| byte == b'\n') {
        Some(end) if end <= max => {
            if end == 0 || input[end - 1] != b'\r' {
                return Err(BadChunk("a line ends in LF without CR"));
            }
            Ok(Some(input.split_to(end + 1)))
        }
        None if input.len() <= max => Ok(None),
        _ => Err(BadChunk("a line is too long")),
    }
}

/// The size of a `size[;extension]CRLF` line.
fn chunk_size(line: &[u8]) -> Result<u64, BadChunk> {
    let line = &line[..line.len() - 2];
    let digits = line
        .iter()
        .take_while(|byte| byte.is_ascii_hexdigit())
        .count();
    let blank = line[digits..]
        .iter()
        .take_while(|byte| matches!(byte, b' ' | b'\t'))
        .count();
    let rest = &line[digits + blank..];
    if digits == 0 || digits > 15 || !(rest.is_empty() || rest.starts_with(b";")) {
        return Err(BadChunk("a chunk's size is not a hexadecimal number"));
    }
    let text = std::str::from_utf8(&line[..digits]).unwrap_or_default();
    u64::from_str_radix(text, 16)
        .map_err(|_| BadChunk("a chunk's size is not a hexadecimal number"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Body, trailers, what is left of the input, and whether the end was seen.
    type Decoded = (Vec<u8>, Vec<u8>, Vec<u8>, bool);

    /// Decodes an input that comes in pieces of `step` bytes.
    fn decode(raw: &[u8], step: usize) -> Result<Decoded, BadChunk> {
        let (mut decoder, mut input, mut body) = (Decoder::new(), BytesMut::new(), BytesMut::new());
        for piece in raw.chunks(step.max(1)) {
            input.extend_from_slice(piece);
            decoder.decode(&mut input, &mut body)?;
        }
        Ok((
            body.to_vec(),
            decoder.trailers.to_vec(),
            input.to_vec(),
            decoder.is_done(),
        ))
    }

    #[test]
    fn extensions_and_trailers_are_read_and_the_next_request_is_left() {
        let raw = b"4;a=\"b\"\r\nWiki\r\n5 ;x\r\npedia\r\n0\r\nX-T: 1\r\n\r\nGET /";
        let expected = (
            b"Wikipedia".to_vec(),
            b"X-T: 1\r\n".to_vec(),
            b"GET /".to_vec(),
            true,
        );
        assert_eq!(decode(raw, 1), Ok(expected.clone()));
        assert_eq!(decode(raw, raw.len()), Ok(expected));
    }

    #[test]
    fn broken_chunks_are_refused() {
        let bad: [&[u8]; 7] = [
            b"\r\n",
            b"g\r\n",
            b"-1\r\n",
            b"1\nA",
            b"1\r\nAB\r\n",
            b"0x1\r\n",
            b"10000000000000000\r\n",
        ];
        for raw in bad {
            assert!(decode(raw, 1).is_err(), "{}", raw.escape_ascii());
        }
    }

    proptest! {
        #[test]
        fn what_is_encoded_comes_back(
            chunks in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 1..50), 0..8),
            step in 1..30usize,
        ) {
            let mut raw = Vec::new();
            for chunk in &chunks {
                raw.extend(format!("{:X}\r\n", chunk.len()).into_bytes());
                raw.extend(chunk);
                raw.extend(b"\r\n");
            }
            raw.extend(b"0\r\n\r\n");
            prop_assert_eq!(decode(&raw, step), Ok((chunks.concat(), vec![], vec![], true)));
        }

        #[test]
        fn any_bytes_are_decoded_or_refused(raw in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = decode(&raw, 7);
        }
    }
}
