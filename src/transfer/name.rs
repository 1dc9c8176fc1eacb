//! The name that a downloaded export gets.

use super::Format;
use crate::request::Timestamp;

/// Long enough to tell exports apart, short enough for every file system.
const MAX_SLUG: usize = 48;

/// `hookglass-shop-orders-20261124T071234Z.ndjson` for what came to `/shop/orders`.
#[must_use]
pub fn file_name(path: &str, at: Timestamp, format: Format) -> String {
    // 2026-11-24T07:12:34.000123Z without its punctuation, to the second.
    let time = at.rfc3339().replace(['-', ':'], "");
    let time = time.split('.').next().unwrap_or_default();
    let slug = slug(path);
    let dash = if slug.is_empty() { "" } else { "-" };
    format!("hookglass{dash}{slug}-{time}Z.{}", format.as_str())
}

/// Only letters and digits of ASCII, so that the name needs no quoting in a header or a shell.
fn slug(path: &str) -> String {
    let mut slug = String::new();
    for letter in path.chars() {
        if letter.is_ascii_alphanumeric() {
            slug.push(letter.to_ascii_lowercase());
        } else if !slug.ends_with('-') && !slug.is_empty() {
            slug.push('-');
        }
        if slug.len() == MAX_SLUG {
            break;
        }
    }
    slug.trim_end_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_safe_everywhere() {
        let at = Timestamp::parse("2026-11-24T07:12:34.000123Z").unwrap();
        let name = |path| file_name(path, at, Format::Ndjson);
        assert_eq!(name("/"), "hookglass-20261124T071234Z.ndjson");
        assert_eq!(
            name("/shop/Orders/"),
            "hookglass-shop-orders-20261124T071234Z.ndjson"
        );
        assert_eq!(name("/../\"\r\n;é"), "hookglass-20261124T071234Z.ndjson");
        assert!(name(&"/x".repeat(500)).len() < 100);
    }
}
