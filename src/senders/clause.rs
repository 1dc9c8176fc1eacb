//! Clauses and rules: `body.type ^= contact. & body.account.email @70`.

use regex_lite::Regex;

use super::facts::Facts;
use super::selector::{SelectorId, Selectors};

/// A rule without `@n` weighs this much: a shared header family.
const DEFAULT_WEIGHT: u8 = 50;
/// A pattern sees as many bytes of a value, so that a large body costs no more than a small one.
const MAX_MATCHED: usize = 16 * 1024;

/// One condition on one part of the request.
#[derive(Debug)]
pub(super) struct Clause {
    selector: SelectorId,
    test: Test,
}

#[derive(Debug)]
enum Test {
    Present,
    Absent,
    Equals(String),
    StartsWith(String),
    EndsWith(String),
    Matches(Regex),
    OneOf(Vec<String>),
}

impl Clause {
    fn parse(text: &str, selectors: &mut Selectors) -> Result<Self, String> {
        let text = text.trim();
        let (name, rest) = match text.split_once(char::is_whitespace) {
            Some((name, rest)) => (name, rest.trim()),
            None => (text, ""),
        };
        if let Some(name) = name.strip_prefix('!') {
            if !rest.is_empty() {
                return Err(format!(
                    "`{text}`: after `!` stands a selector and nothing else"
                ));
            }
            let selector = selectors.read(name)?;
            return Ok(Self {
                selector,
                test: Test::Absent,
            });
        }
        let selector = selectors.read(name)?;
        let test = if rest.is_empty() {
            Test::Present
        } else {
            Test::parse(rest).map_err(|reason| format!("`{text}`: {reason}"))?
        };
        Ok(Self { selector, test })
    }

    fn holds(&self, facts: &Facts<'_>) -> bool {
        if let Test::StartsWith(text) = &self.test
            && let Some(body) = facts.raw(self.selector)
        {
            // Without reading the whole of it as text.
            return body.starts_with(text.as_bytes());
        }
        let value = facts.value(self.selector);
        let Some(value) = value else {
            return matches!(self.test, Test::Absent);
        };
        match &self.test {
            Test::Present => true,
            Test::Absent => false,
            Test::Equals(text) => value == text,
            Test::StartsWith(text) => value.starts_with(text.as_str()),
            Test::EndsWith(text) => value.ends_with(text.as_str()),
            Test::Matches(pattern) => pattern.is_match(cut(value)),
            Test::OneOf(words) => words.iter().any(|word| word == value),
        }
    }
}

impl Test {
    fn parse(text: &str) -> Result<Self, String> {
        let (operator, value) = match text.split_once(char::is_whitespace) {
            Some((operator, value)) => (operator, value.trim()),
            None => (text, ""),
        };
        if value.is_empty() {
            return Err(format!("nothing stands after `{operator}`"));
        }
        match operator {
            "=" => Ok(Self::Equals(value.to_owned())),
            "^=" => Ok(Self::StartsWith(value.to_owned())),
            "$=" => Ok(Self::EndsWith(value.to_owned())),
            "~=" => Regex::new(value)
                .map(Self::Matches)
                .map_err(|error| format!("the pattern is broken: {error}")),
            "in" => Ok(Self::OneOf(
                value
                    .split('|')
                    .map(|word| word.trim().to_owned())
                    .collect(),
            )),
            _ => Err(format!(
                "`{operator}` is no operator; there are = ^= $= ~= in"
            )),
        }
    }
}

/// What patterns see of a value.
pub(super) fn cut(value: &str) -> &str {
    &value[..value.floor_char_boundary(MAX_MATCHED)]
}

/// Clauses that all have to hold.
#[derive(Debug)]
pub(super) struct Condition(Vec<Clause>);

impl Condition {
    /// Clauses joined by ` & `. Those on the head stand first, so that the body is parsed only when
    /// they hold; of the rest the patterns last, which cost most.
    pub(super) fn parse(text: &str, selectors: &mut Selectors) -> Result<Self, String> {
        let mut clauses = text
            .split(" & ")
            .map(|clause| Clause::parse(clause, selectors))
            .collect::<Result<Vec<_>, _>>()?;
        clauses.sort_by_key(|clause| {
            let pattern = matches!(clause.test, Test::Matches(_));
            (selectors.get(clause.selector).needs_body(), pattern)
        });
        Ok(Self(clauses))
    }

    pub(super) fn holds(&self, facts: &Facts<'_>) -> bool {
        self.0.iter().all(|clause| clause.holds(facts))
    }

    /// The selectors that have to find something for the condition to hold.
    pub(super) fn needed(&self) -> impl Iterator<Item = SelectorId> {
        self.0
            .iter()
            .filter(|clause| !matches!(clause.test, Test::Absent))
            .map(|clause| clause.selector)
    }

    /// Whether anything of the body is asked for, be it that it is not there.
    pub(super) fn needs_body(&self, selectors: &Selectors) -> bool {
        let mut clauses = self.0.iter();
        clauses.any(|clause| selectors.get(clause.selector).needs_body())
    }

    /// How many clauses there are.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }
}

/// A line of `match`: a condition and its weight.
#[derive(Debug)]
pub(super) struct Rule {
    /// As written.
    pub(super) text: String,
    /// Of its file, counted from 1.
    pub(super) line: usize,
    pub(super) condition: Condition,
    pub(super) weight: u8,
}

impl Rule {
    pub(super) fn parse(
        text: &str,
        line: usize,
        selectors: &mut Selectors,
    ) -> Result<Self, String> {
        let (clauses, weight) = match text.rsplit_once(" @") {
            Some((clauses, weight)) => (clauses, read_weight(weight)?),
            None => (text, DEFAULT_WEIGHT),
        };
        Ok(Self {
            text: text.to_owned(),
            line,
            condition: Condition::parse(clauses, selectors)?,
            weight,
        })
    }
}

fn read_weight(text: &str) -> Result<u8, String> {
    let weight = text
        .trim()
        .parse()
        .ok()
        .filter(|weight| (1..=100).contains(weight));
    weight.ok_or_else(|| format!("`@{text}`: a weight is a number from 1 to 100"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::{Arrival, Head};

    fn holds(rule: &str) -> Result<bool, String> {
        let mut selectors = Selectors::default();
        let rule = Rule::parse(rule, 1, &mut selectors)?;
        let head = Head::new(
            &b"POST /hook?token=a%20b HTTP/1.1\r\nUser-Agent: Symfony\r\nX-Empty:\r\n\r\n"[..],
        );
        let body = br#"{"type":"contact.tag.added","data":{"id":7},"none":null}"#;
        let facts = Facts::new(&selectors, &head, body, Arrival::Whole);
        Ok(rule.condition.holds(&facts))
    }

    #[test]
    fn each_operator_holds_or_not() {
        let cases = [
            ("method = POST", true),
            ("path ^= /hook", true),
            ("path $= /hook/", false),
            ("url = /hook?token=a%20b", true),
            ("query.token = a b", true),
            ("!query.other", true),
            ("!query.token", false),
            ("header.USER-AGENT = Symfony", true),
            ("header.x-empty", true),
            ("header.x-other", false),
            (r"body.type ~= ^contact\.[a-z.]+$", true),
            ("body.type in a | contact.tag.added", true),
            ("body.type in a|b", false),
            ("body.data", true),
            ("body.data.id = 7", true),
            ("body.none", false),
            ("!body.none", true),
            ("raw ~= tag", true),
            (
                "body.type & header.user-agent = Symfony & !body.x @70",
                true,
            ),
            ("body.type & header.user-agent = curl @70", false),
        ];
        for (rule, expected) in cases {
            assert_eq!(holds(rule), Ok(expected), "{rule}");
        }
    }

    #[test]
    fn broken_clauses_say_what_is_wrong() {
        let cases = [
            ("body.type == x", "`==` is no operator"),
            ("body.type =", "nothing stands after `=`"),
            ("body.type ~= (", "the pattern is broken"),
            ("!body.type = x", "after `!`"),
            ("body.type & ", "is no selector"),
            ("body.type @0", "from 1 to 100"),
            ("body.type @101", "from 1 to 100"),
        ];
        for (rule, expected) in cases {
            let error = holds(rule).unwrap_err();
            assert!(error.contains(expected), "{rule}: {error}");
        }
    }

    #[test]
    fn the_weight_is_read_and_has_a_default() {
        let weight = |text| {
            Rule::parse(text, 1, &mut Selectors::default())
                .unwrap()
                .weight
        };
        assert_eq!(weight("body.a @90"), 90);
        assert_eq!(weight("body.a"), DEFAULT_WEIGHT);
    }
}
