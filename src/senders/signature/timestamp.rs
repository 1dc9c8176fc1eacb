//! When a signature was made, as the sender says, held against when the request arrived.

use std::fmt;

use crate::request::Timestamp;

/// The sender's time beside ours. The clock now plays no part: an old request stays as fresh as it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimestampCheck {
    pub signed_at: Timestamp,
    /// From the signing to the arrival, in seconds; below 0 where it was signed later than it arrived.
    pub age_s: i64,
    /// What the sender's own documentation or SDKs allow, either way.
    pub tolerance_s: Option<u32>,
}

impl TimestampCheck {
    pub(super) fn new(signed_at: Timestamp, arrived: Timestamp, tolerance_s: Option<u32>) -> Self {
        let age_us = arrived.0.saturating_sub(signed_at.0);
        Self {
            signed_at,
            age_s: age_us.div_euclid(1_000_000),
            tolerance_s,
        }
    }

    #[must_use]
    pub fn is_fresh(&self) -> bool {
        self.tolerance_s
            .is_none_or(|allowed| self.age_s.unsigned_abs() <= u64::from(allowed))
    }
}

impl fmt::Display for TimestampCheck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let side = if self.age_s < 0 { "after" } else { "before" };
        write!(
            f,
            "signed {} s {side} it arrived",
            self.age_s.unsigned_abs()
        )?;
        match self.tolerance_s {
            Some(allowed) => write!(f, "; the sender's libraries allow {allowed} s"),
            None => Ok(()),
        }
    }
}

/// Reads seconds, milliseconds or microseconds since 1970, or RFC 3339. Numbers are told apart by
/// their size: a time in seconds has 11 digits until the year 5138.
pub(super) fn parse(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if !whole.is_empty() && whole.len() <= 17 && digits(whole) && digits(fraction) {
        let number: i64 = whole.parse().ok()?;
        let scale = match whole.len() {
            ..=11 => 1_000_000,
            12..=14 => 1_000,
            _ => 1,
        };
        return Some(Timestamp(number.checked_mul(scale)?));
    }
    Timestamp::parse(text)
}

/// Writes a time in the way that another one is written; in seconds where there is none.
pub(super) fn like(example: &str, now: Timestamp) -> String {
    let example = example.trim();
    let seconds = now.0.div_euclid(1_000_000);
    match example.len() {
        12..=14 if digits(example) => now.0.div_euclid(1_000).to_string(),
        15..=17 if digits(example) => now.0.to_string(),
        _ if example.contains('T') => Timestamp(seconds * 1_000_000)
            .rfc3339()
            .replace(".000000Z", "Z"),
        _ => seconds.to_string(),
    }
}

fn digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const AT: Timestamp = Timestamp(1_763_000_000_000_000);

    #[test]
    fn a_time_is_read_in_the_usual_ways() {
        for text in [
            "1763000000",
            " 1763000000 ",
            "1763000000.5",
            "1763000000000",
            "1763000000000000",
            "2025-11-13T02:13:20Z",
            "2025-11-13T03:13:20+01:00",
        ] {
            assert_eq!(parse(text), Some(AT), "{text}");
        }
        for text in ["", "soon", "-1", "99999999999999999999", ".", "1.x"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_time_is_written_like_its_example() {
        assert_eq!(like("1", AT), "1763000000");
        assert_eq!(like("1763000000000", AT), "1763000000000");
        assert_eq!(like("2020-01-01T00:00:00Z", AT), "2025-11-13T02:13:20Z");
        assert_eq!(like("", AT), "1763000000");
    }

    #[test]
    fn freshness_is_counted_from_the_arrival_both_ways() {
        let check = |arrived: i64| {
            TimestampCheck::new(AT, Timestamp(AT.0 + arrived * 1_000_000), Some(300))
        };
        assert!(check(300).is_fresh() && check(-300).is_fresh());
        assert!(!check(301).is_fresh() && !check(-301).is_fresh());
        assert_eq!(
            check(-301).to_string(),
            "signed 301 s after it arrived; the sender's libraries allow 300 s"
        );
        assert!(TimestampCheck::new(AT, Timestamp(i64::MAX), None).is_fresh());
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "[0-9.TZ:é-]{0,24}", at in any::<i64>()) {
            if let Some(time) = parse(&text) {
                let check = TimestampCheck::new(time, Timestamp(at), Some(0));
                let _ = (check.is_fresh(), check.to_string(), like(&text, time));
            }
        }
    }
}
