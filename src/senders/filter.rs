//! What a template does to a value: `{body.amount|cents:body.currency}`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use regex_lite::Regex;
use sha2::Sha256;

use super::body_values::BodyValues;
use super::clause::cut;
use super::facts::Facts;
use super::money;
use super::selector::{SelectorId, Selectors};
use crate::view::json::{Document, Kind};

/// A JSON text with more values than this is not looked into by a filter.
const MAX_VALUES: usize = 50_000;

/// One step of a template's part.
#[derive(Debug)]
pub(super) enum Filter {
    /// `json:path`: the text is JSON itself (a form's field often is); the value at the path in it.
    Json(String),
    /// The first element of an array.
    First,
    /// `firstkey:except`: the name of the first member that is none of the words (joined by `,`).
    FirstKey(Vec<String>),
    /// `add:n`, for counters that begin at 0.
    Add(i64),
    Upper,
    Lower,
    /// `cents:selector` or `cents:EUR`: minor units with their currency.
    Cents(Currency),
    /// A time as a person reads it, in UTC; seconds, milliseconds or RFC 3339.
    Date,
    /// `default:x`, where there is nothing.
    Default(String),
    /// `trim:n`: at most n characters.
    Trim(usize),
    /// `field:t`: the value of `t` in a list like `t=1,v1=ab` or `ts=1;h1=ab`.
    Field(String),
    /// `match:pattern`: the pattern's first group, or all that it matches.
    Match(Regex),
    /// `as:text`: this text, where the value is there.
    As(String),
    /// The value as a JSON string, for the answer to a handshake.
    Quote,
    /// The text that base64 stands for.
    Base64,
    /// `hmac:sha256`: HMAC-SHA256 with the endpoint's secret, in hex, for the answer to a handshake.
    HmacSha256,
}

/// Where `cents` finds the currency.
#[derive(Debug)]
pub(super) enum Currency {
    Code(String),
    At(SelectorId),
}

impl Filter {
    pub(super) fn parse(text: &str, selectors: &mut Selectors) -> Result<Self, String> {
        let (name, argument) = match text.split_once(':') {
            Some((name, argument)) => (name.trim(), argument),
            None => (text.trim(), ""),
        };
        let number = || format!("`{name}` needs a number, `{name}:1`");
        let filter = match name {
            "json" => Self::Json(argument.trim().to_owned()),
            "first" => Self::First,
            "firstkey" => Self::FirstKey(
                argument
                    .split(',')
                    .map(|word| word.trim().to_owned())
                    .collect(),
            ),
            "add" => Self::Add(argument.trim().parse().map_err(|_| number())?),
            "upper" => Self::Upper,
            "lower" => Self::Lower,
            "cents" => Self::Cents(Currency::parse(argument.trim(), selectors)?),
            "date" => Self::Date,
            "default" => Self::Default(argument.to_owned()),
            "trim" => Self::Trim(argument.trim().parse().map_err(|_| number())?),
            "field" | "match" | "as" if argument.is_empty() => {
                return Err(format!("`{name}` needs something after a `:`"));
            }
            "field" => Self::Field(argument.trim().to_owned()),
            "match" => Self::Match(
                Regex::new(argument).map_err(|error| format!("the pattern is broken: {error}"))?,
            ),
            "as" => Self::As(argument.to_owned()),
            "quote" => Self::Quote,
            "base64" => Self::Base64,
            "hmac" if argument == "sha256" => Self::HmacSha256,
            "hmac" => return Err("`hmac` is written `hmac:sha256`".to_owned()),
            _ => {
                return Err(format!(
                    "`{name}` is no filter; there are json first firstkey add upper lower cents date default trim \
                     field match as quote base64 hmac"
                ));
            }
        };
        let takes_none = matches!(
            filter,
            Self::First | Self::Upper | Self::Lower | Self::Date | Self::Quote | Self::Base64
        );
        if takes_none && !argument.is_empty() {
            return Err(format!("`{name}` takes no argument"));
        }
        Ok(filter)
    }

    /// `None` where the value is missing or not of the kind that the filter works on.
    pub(super) fn apply(&self, value: Option<String>, facts: &Facts<'_>) -> Option<String> {
        if let Self::Default(text) = self {
            return value.or_else(|| Some(text.clone()));
        }
        let value = value?;
        match self {
            Self::Json(path) => BodyValues::parse(value.as_bytes(), None)
                .lookup(path)
                .map(std::borrow::Cow::into_owned),
            Self::First => first(&value),
            Self::FirstKey(except) => first_key(&value, except),
            Self::Add(number) => value
                .trim()
                .parse::<i64>()
                .ok()?
                .checked_add(*number)
                .map(|sum| sum.to_string()),
            Self::Upper => Some(value.to_uppercase()),
            Self::Lower => Some(value.to_lowercase()),
            Self::Cents(currency) => money::minor_units(&value, currency.code(facts)?),
            Self::Date => date(&value),
            Self::Default(_) => Some(value),
            Self::Trim(max) => Some(trim(value, *max)),
            Self::Field(name) => field(&value, name).map(str::to_owned),
            Self::Match(pattern) => {
                let found = pattern.captures(cut(&value))?;
                let group = found.get(1).or_else(|| found.get(0))?;
                Some(group.as_str().to_owned())
            }
            Self::As(text) => Some(text.clone()),
            Self::Quote => Some(serde_json::Value::from(value).to_string()),
            Self::Base64 => {
                let text: String = value.split_ascii_whitespace().collect();
                String::from_utf8(STANDARD.decode(text).ok()?).ok()
            }
            Self::HmacSha256 => hmac_sha256(&value, facts.secret()?),
        }
    }
}

impl Currency {
    fn parse(text: &str, selectors: &mut Selectors) -> Result<Self, String> {
        if text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_alphabetic()) {
            return Ok(Self::Code(text.to_owned()));
        }
        if text.is_empty() {
            return Err(
                "`cents` needs the currency, `cents:body.currency` or `cents:EUR`".to_owned(),
            );
        }
        selectors.read(text).map(Self::At)
    }

    fn code<'f>(&'f self, facts: &'f Facts<'_>) -> Option<&'f str> {
        match self {
            Self::Code(code) => Some(code),
            Self::At(selector) => facts.value(*selector),
        }
    }
}

/// The value of a name in `t=1,v1=ab`; lists are joined by `,` or `;`.
pub(super) fn field<'v>(list: &'v str, name: &str) -> Option<&'v str> {
    list.split([',', ';']).find_map(|pair| {
        let (key, value) = pair.split_once('=')?;
        (key.trim() == name).then(|| value.trim())
    })
}

fn hmac_sha256(value: &str, secret: &str) -> Option<String> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).ok()?;
    mac.update(value.as_bytes());
    Some(super::catalogue::hex(&mac.finalize().into_bytes()))
}

fn first(value: &str) -> Option<String> {
    let document = Document::parse_bounded(value.as_bytes(), MAX_VALUES).ok()?;
    let node = document.index(document.root(), 0)?;
    (document.kind(node) != Kind::Null).then(|| document.text(node).into_owned())
}

fn first_key(value: &str, except: &[String]) -> Option<String> {
    let document = Document::parse_bounded(value.as_bytes(), MAX_VALUES).ok()?;
    if document.kind(document.root()) != Kind::Object {
        return None;
    }
    document
        .children(document.root())
        .filter_map(|node| document.key(node))
        .find(|key| except.iter().all(|word| word != key))
        .map(std::borrow::Cow::into_owned)
}

/// Numbers are told apart by their size: a time in seconds has 11 digits until the year 5138.
fn date(value: &str) -> Option<String> {
    let value = value.trim();
    let time = match value.parse::<f64>() {
        Ok(number) if number.is_finite() && number.abs() < 1e11 => {
            jiff::Timestamp::from_second(whole(number)?).ok()?
        }
        Ok(number) if number.is_finite() && number.abs() < 1e14 => {
            jiff::Timestamp::from_millisecond(whole(number)?).ok()?
        }
        Ok(_) => return None,
        Err(_) => match value.parse::<jiff::Timestamp>() {
            Ok(time) => time,
            // Without a zone it is left without one.
            Err(_) => {
                let time = value.parse::<jiff::civil::DateTime>().ok()?;
                return Some(time.strftime("%Y-%m-%d %H:%M").to_string());
            }
        },
    };
    Some(time.strftime("%Y-%m-%d %H:%M UTC").to_string())
}

/// The whole part of a number that is far below 2⁵³.
fn whole(number: f64) -> Option<i64> {
    format!("{:.0}", number.trunc()).parse().ok()
}

fn trim(mut value: String, max: usize) -> String {
    if let Some((end, _)) = value.char_indices().nth(max) {
        let keep = value
            .char_indices()
            .nth(max.saturating_sub(1))
            .map_or(0, |(at, _)| at);
        value.truncate(keep.min(end));
        if max > 0 {
            value.push('…');
        }
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::{Arrival, Head};

    fn run(filter: &str, value: Option<&str>) -> Option<String> {
        let mut selectors = Selectors::default();
        let filter = Filter::parse(filter, &mut selectors).unwrap();
        let head = Head::new(&b"POST / HTTP/1.1\r\n\r\n"[..]);
        let facts = Facts::new(&selectors, &head, br#"{"currency":"jpy"}"#, Arrival::Whole);
        filter.apply(value.map(str::to_owned), &facts)
    }

    #[test]
    fn each_filter_does_what_it_says_or_nothing() {
        let cases = [
            ("json:a.b", Some(r#"{"a":{"b":"x"}}"#), Some("x")),
            ("json", Some(r#"{"a":1}"#), Some(r#"{"a":1}"#)),
            ("json:a", Some("no json"), None),
            ("first", Some(r#"["é",2]"#), Some("é")),
            ("first", Some("[]"), None),
            (
                "firstkey:update_id",
                Some(r#"{"update_id":1,"message":{}}"#),
                Some("message"),
            ),
            ("firstkey:a, b", Some(r#"{"a":1,"b":2}"#), None),
            ("firstkey", Some("[1]"), None),
            ("add:1", Some("0"), Some("1")),
            ("add:1", Some("9223372036854775807"), None),
            ("add:1", Some("x"), None),
            ("upper", Some("eur"), Some("EUR")),
            ("lower", Some("SALE"), Some("sale")),
            ("cents:body.currency", Some("100"), Some("100 JPY")),
            ("cents:EUR", Some("583"), Some("5.83 EUR")),
            ("cents:body.none", Some("583"), None),
            ("date", Some("1633359753"), Some("2021-10-04 15:02 UTC")),
            ("date", Some("1633359753000"), Some("2021-10-04 15:02 UTC")),
            (
                "date",
                Some("2021-10-05T15:00:00+02:00"),
                Some("2021-10-05 13:00 UTC"),
            ),
            (
                "date",
                Some("2021-10-05 15:00:12"),
                Some("2021-10-05 15:00"),
            ),
            ("date", Some("1e300"), None),
            ("date", Some("soon"), None),
            ("default:nobody", None, Some("nobody")),
            ("default:nobody", Some("x"), Some("x")),
            ("trim:3", Some("ëëëë"), Some("ëë…")),
            ("trim:4", Some("ëëëë"), Some("ëëëë")),
            ("trim:0", Some("a"), Some("")),
            ("upper", None, None),
            ("field:t", Some("t=1, v1=ab"), Some("1")),
            ("field:h1", Some("ts=1;h1=a=b"), Some("a=b")),
            ("field:v1", Some("t=1"), None),
            ("match:<Id>([^<]+)<", Some("<Id>7</Id>"), Some("7")),
            ("match:[0-9]+", Some("a12b"), Some("12")),
            ("match:x", Some("abc"), None),
            ("as:handshake", Some("whatever"), Some("handshake")),
            ("as:handshake", None, None),
            ("quote", Some("a\"b\n"), Some(r#""a\"b\n""#)),
            ("base64", Some("w6\ns=\n"), Some("ë")),
            ("base64", Some("?"), None),
            ("hmac:sha256", Some("x"), None),
        ];
        for (filter, value, expected) in cases {
            assert_eq!(
                run(filter, value).as_deref(),
                expected,
                "{filter} of {value:?}"
            );
        }
    }

    /// RFC 4231, test case 2.
    #[test]
    fn an_answer_is_made_with_the_secret() {
        let mut selectors = Selectors::default();
        let filter = Filter::parse("hmac:sha256", &mut selectors).unwrap();
        let head = Head::new(&b"POST / HTTP/1.1\r\n\r\n"[..]);
        let facts = Facts::new(&selectors, &head, b"", Arrival::Whole).with_secret(Some("Jefe"));
        assert_eq!(
            filter
                .apply(Some("what do ya want for nothing?".to_owned()), &facts)
                .as_deref(),
            Some("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
        );
    }

    #[test]
    fn broken_filters_say_what_is_wrong() {
        let cases = [
            ("money", "is no filter"),
            ("add", "needs a number"),
            ("trim:x", "needs a number"),
            ("upper:x", "takes no argument"),
            ("cents", "needs the currency"),
            ("cents:currency", "is no selector"),
            ("match:(", "the pattern is broken"),
            ("field", "needs something"),
            ("hmac:md5", "`hmac:sha256`"),
            ("quote:x", "takes no argument"),
        ];
        for (filter, expected) in cases {
            let error = Filter::parse(filter, &mut Selectors::default()).unwrap_err();
            assert!(error.contains(expected), "{filter}: {error}");
        }
    }
}
