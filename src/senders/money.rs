//! Amounts in minor units as a person writes them: 583 of `eur` is `5.83 EUR`.

/// Currencies without a minor unit, ISO 4217 list one (2024).
const NO_MINOR_UNIT: [&str; 16] = [
    "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV",
    "XAF", "XOF", "XPF",
];
/// Currencies with a thousand minor units, ISO 4217 list one (2024).
const THREE_DIGITS: [&str; 7] = ["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"];

/// The amount with its currency. `None` for what is no whole number or no currency code: a wrong sum is
/// worse than none.
pub(super) fn minor_units(amount: &str, currency: &str) -> Option<String> {
    let currency = currency.trim().to_ascii_uppercase();
    if currency.len() != 3 || !currency.bytes().all(|byte| byte.is_ascii_uppercase()) {
        return None;
    }
    let (sign, digits) = whole_number(amount.trim())?;
    let places = if NO_MINOR_UNIT.contains(&currency.as_str()) {
        0
    } else if THREE_DIGITS.contains(&currency.as_str()) {
        3
    } else {
        2
    };
    if places == 0 {
        return Some(format!("{sign}{digits} {currency}"));
    }
    let padded = format!("{digits:0>width$}", width = places + 1);
    let (major, minor) = padded.split_at(padded.len() - places);
    Some(format!("{sign}{major}.{minor} {currency}"))
}

/// Sign and digits; `583.0` is whole too, since some senders write every number so.
fn whole_number(text: &str) -> Option<(&str, &str)> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", text),
    };
    let digits = match digits.split_once('.') {
        Some((whole, fraction))
            if !fraction.is_empty() && fraction.bytes().all(|byte| byte == b'0') =>
        {
            whole
        }
        Some(_) => return None,
        None => digits,
    };
    let valid =
        (1..=18).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    let digits = digits.trim_start_matches('0');
    valid.then_some((sign, if digits.is_empty() { "0" } else { digits }))
}

#[cfg(test)]
mod tests {
    use super::minor_units;

    #[test]
    fn amounts_are_written_with_the_places_of_their_currency() {
        let cases = [
            ("583", "eur", Some("5.83 EUR")),
            ("5", "EUR", Some("0.05 EUR")),
            ("0", "usd", Some("0.00 USD")),
            ("100", "jpy", Some("100 JPY")),
            ("1500", "KWD", Some("1.500 KWD")),
            ("-1250", "gbp", Some("-12.50 GBP")),
            ("583.0", "eur", Some("5.83 EUR")),
            ("00583", "eur", Some("5.83 EUR")),
            ("123456789012345678", "all", Some("1234567890123456.78 ALL")),
            ("5.83", "eur", None),
            ("583.", "eur", None),
            ("5e2", "eur", None),
            ("", "eur", None),
            ("-", "eur", None),
            ("583", "euro", None),
            ("583", "", None),
            ("583", "€", None),
        ];
        for (amount, currency, expected) in cases {
            assert_eq!(
                minor_units(amount, currency).as_deref(),
                expected,
                "{amount} {currency}"
            );
        }
    }
}
