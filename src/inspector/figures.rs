//! Numbers and times as they stand on the page. Times are UTC; a script puts them into local time.

use crate::request::Timestamp;

/// Digits in groups of three: `12,345`.
#[must_use]
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A size in its largest unit: `351 B`, `1.6 KB`, `12 MB`.
#[must_use]
pub fn size(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["KB", "MB", "GB", "TB"];
    if bytes < 1000 {
        return format!("{bytes} B");
    }
    // Tenths of a unit, rounded; a size on a page needs no more.
    let mut tenths = (bytes + 50) / 100;
    let mut unit = 0;
    while tenths >= 10_000 && unit + 1 < UNITS.len() {
        tenths = (tenths + 500) / 1000;
        unit += 1;
    }
    if tenths >= 100 {
        format!("{} {}", (tenths + 5) / 10, UNITS[unit])
    } else {
        format!("{}.{} {}", tenths / 10, tenths % 10, UNITS[unit])
    }
}

/// A duration in milliseconds, precise where it is short: `0.8 ms`, `42 ms`, `3.2 s`.
#[must_use]
pub fn duration(micros: u64) -> String {
    match micros {
        0..10_000 => format!("{}.{} ms", micros / 1000, micros % 1000 / 100),
        10_000..1_000_000 => format!("{} ms", micros / 1000),
        _ => format!("{}.{} s", micros / 1_000_000, micros % 1_000_000 / 100_000),
    }
}

/// A span of any length in its two largest units: `0.8 ms`, `3.2 s`, `2 min 3 s`, `1 h 5 min`, `3 d 4 h`.
#[must_use]
pub fn span(micros: u64) -> String {
    let seconds = micros / 1_000_000;
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
    match seconds {
        0..60 => duration(micros),
        60..3600 => format!("{minutes} min {} s", seconds % 60),
        3600..86_400 => format!("{hours} h {} min", minutes % 60),
        _ => format!("{} d {} h", grouped(days), hours % 24),
    }
}

/// One moment in the forms that a page needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moment {
    /// RFC 3339 with milliseconds, for `<time datetime>`.
    pub iso: String,
    /// `2026-11-24 07:12:34.123 UTC`
    pub full: String,
    /// `07:12:34`
    pub clock: String,
    /// `2026-11-24`
    pub day: String,
}

impl From<Timestamp> for Moment {
    fn from(at: Timestamp) -> Self {
        let iso = at.rfc3339();
        // `2026-11-24T07:12:34.000123Z`; a time that has another form is shown as it is.
        let (Some(day), Some(clock), Some(millis)) =
            (iso.get(..10), iso.get(11..19), iso.get(11..23))
        else {
            return Self {
                iso: iso.clone(),
                full: iso.clone(),
                clock: iso.clone(),
                day: iso,
            };
        };
        Self {
            iso: format!("{day}T{millis}Z"),
            full: format!("{day} {millis} UTC"),
            clock: clock.to_owned(),
            day: day.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short_and_true() {
        assert_eq!(
            ["7", "999", "1,000", "12,345,678"],
            [7, 999, 1000, 12_345_678]
                .map(grouped)
                .each_ref()
                .map(String::as_str)
        );
        let sizes = [
            0, 999, 1000, 1595, 9_999, 12_345, 999_999, 1_500_000, 26_214_400,
        ];
        assert_eq!(
            sizes.map(size).each_ref().map(String::as_str),
            [
                "0 B", "999 B", "1.0 KB", "1.6 KB", "10 KB", "12 KB", "1.0 MB", "1.5 MB", "26 MB"
            ]
        );
        assert_eq!(duration(812), "0.8 ms");
        assert_eq!(duration(3_210_000), "3.2 s");
        let spans = [0, 59, 123, 3_900, 86_400 * 3 + 4 * 3600].map(|s| span(s * 1_000_000));
        assert_eq!(
            spans.each_ref().map(String::as_str),
            ["0.0 ms", "59.0 s", "2 min 3 s", "1 h 5 min", "3 d 4 h"]
        );
    }

    #[test]
    fn a_moment_has_its_four_forms() {
        let moment = Moment::from(Timestamp::parse("2026-11-24T07:12:34.567891Z").unwrap());
        assert_eq!(moment.iso, "2026-11-24T07:12:34.567Z");
        assert_eq!(moment.full, "2026-11-24 07:12:34.567 UTC");
        assert_eq!(
            (moment.clock.as_str(), moment.day.as_str()),
            ("07:12:34", "2026-11-24")
        );
    }
}
