//! Request ids: 63 bits that sort by time, written as 13 characters.

use std::fmt;
use std::str::FromStr;

/// Crockford's base 32, lower case: no `i`, `l`, `o`, `u`.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const LEN: usize = 13;

/// The nanosecond of a request's commit since the Unix epoch, moved up by one where that is taken:
/// unique in a database, and rising in the order of commits, so that "all after this one" misses none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestId(i64);

/// A text is no request id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a request id: ids are 13 characters like 1h6x5q8v0k2pd")]
pub struct ParseIdError;

impl RequestId {
    /// `None` for a negative number.
    #[must_use]
    pub fn new(value: i64) -> Option<Self> {
        (value >= 0).then_some(Self(value))
    }

    #[must_use]
    pub fn get(self) -> i64 {
        self.0
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use fmt::Write;
        for place in (0..LEN).rev() {
            let digit = (self.0 >> (5 * place)) & 31;
            f.write_char(char::from(ALPHABET[usize::try_from(digit).unwrap_or(0)]))?;
        }
        Ok(())
    }
}

impl FromStr for RequestId {
    type Err = ParseIdError;

    fn from_str(text: &str) -> Result<Self, ParseIdError> {
        if text.len() != LEN {
            return Err(ParseIdError);
        }
        let mut value: i128 = 0;
        for byte in text.bytes() {
            let digit = ALPHABET
                .iter()
                .position(|&letter| letter == byte.to_ascii_lowercase())
                .ok_or(ParseIdError)?;
            value = value * 32 + i128::try_from(digit).map_err(|_| ParseIdError)?;
        }
        i64::try_from(value)
            .ok()
            .and_then(Self::new)
            .ok_or(ParseIdError)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn text_and_number_are_one_and_sort_alike(a in 0..i64::MAX, b in 0..i64::MAX) {
            let (x, y) = (RequestId(a), RequestId(b));
            prop_assert_eq!(x.to_string().parse(), Ok(x));
            prop_assert_eq!(x.cmp(&y), x.to_string().cmp(&y.to_string()));
        }

        #[test]
        fn any_text_is_read_or_refused(text in ".{0,20}") {
            let _ = text.parse::<RequestId>();
        }
    }

    #[test]
    fn numbers_over_63_bits_are_refused() {
        assert_eq!("zzzzzzzzzzzzz".parse::<RequestId>(), Err(ParseIdError));
        assert_eq!(RequestId(i64::MAX).to_string(), "7zzzzzzzzzzzz");
    }
}
