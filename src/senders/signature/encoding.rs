//! How the bytes of a signature or a key are written.

use std::fmt;

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// Padding may be there or not; nobody's signature is wrong for that.
const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);
const URL_SAFE: GeneralPurpose =
    GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT.with_encode_padding(false));

/// A way to write bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Encoding {
    /// Either case is read, lower case is written.
    Hex,
    Base64,
    Base64Url,
    /// The bytes themselves, as tokens are.
    None,
}

impl Encoding {
    const ALL: [Self; 4] = [Self::Hex, Self::Base64, Self::Base64Url, Self::None];

    /// The ways that a digest can be written in.
    pub(super) const OF_DIGESTS: [Self; 3] = [Self::Hex, Self::Base64, Self::Base64Url];

    /// The word used in catalogue files.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Hex => "hex",
            Self::Base64 => "base64",
            Self::Base64Url => "base64url",
            Self::None => "none",
        }
    }

    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let known = Self::ALL.into_iter().find(|known| known.as_str() == text);
        known.ok_or_else(|| {
            format!("`{text}` is no encoding; there are hex, base64, base64url, none")
        })
    }

    pub(super) fn decode(self, text: &str) -> Option<Vec<u8>> {
        match self {
            Self::Hex => from_hex(text),
            Self::Base64 => STANDARD.decode(text).ok(),
            Self::Base64Url => URL_SAFE.decode(text).ok(),
            Self::None => Some(text.as_bytes().to_vec()),
        }
    }

    pub(super) fn encode(self, bytes: &[u8]) -> String {
        match self {
            Self::Hex => to_hex(bytes),
            Self::Base64 => STANDARD.encode(bytes),
            Self::Base64Url => URL_SAFE.encode(bytes),
            Self::None => String::from_utf8_lossy(bytes).into_owned(),
        }
    }

    /// How many characters it takes to write so many bytes.
    pub(super) fn chars(self, bytes: usize) -> usize {
        match self {
            Self::Hex => 2 * bytes,
            Self::Base64 => bytes.div_ceil(3) * 4,
            Self::Base64Url => (bytes * 4).div_ceil(3),
            Self::None => bytes,
        }
    }
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "plain text",
            encoded => encoded.as_str(),
        })
    }
}

/// In lower case.
pub(super) fn to_hex(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from_digit(u32::from(value), 16).unwrap_or('0');
    bytes
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)])
        .collect()
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digits = text.as_bytes();
    if !digits.len().is_multiple_of(2) {
        return None;
    }
    let digit = |byte: u8| char::from(byte).to_digit(16);
    digits
        .chunks_exact(2)
        .map(|pair| u8::try_from(digit(pair[0])? * 16 + digit(pair[1])?).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_missing_padding_or_the_case_of_hex_is_no_difference() {
        assert_eq!(Encoding::Base64.decode("w6s"), Some("ë".into()));
        assert_eq!(Encoding::Base64.decode("w6s="), Some("ë".into()));
        assert_eq!(Encoding::Base64Url.decode("-_8="), Some(vec![0xfb, 0xff]));
        assert_eq!(Encoding::Hex.decode("aBfF"), Some(vec![0xab, 0xff]));
        for wrong in ["abc", "zz", "é"] {
            assert_eq!(Encoding::Hex.decode(wrong), None, "{wrong}");
        }
        assert_eq!(Encoding::Base64.decode("-_8="), None);
        assert!(Encoding::parse("rot13").unwrap_err().contains("`rot13`"));
    }

    proptest! {
        #[test]
        fn what_is_written_can_be_read(bytes in proptest::collection::vec(any::<u8>(), 0..70)) {
            for encoding in Encoding::OF_DIGESTS {
                let text = encoding.encode(&bytes);
                prop_assert_eq!(text.len(), encoding.chars(bytes.len()));
                prop_assert_eq!(encoding.decode(&text), Some(bytes.clone()));
            }
        }

        #[test]
        fn any_text_is_read_or_refused(text in "[0-9a-fA-F+/=_é -]{0,40}") {
            for encoding in Encoding::ALL {
                let _ = encoding.decode(&text);
            }
        }
    }
}
