//! Templates: `Tag added: {body.data.tag.name} to {body.data.contact.email}`.

use super::braces::{self, Piece};
use super::facts::Facts;
use super::filter::Filter;
use super::selector::{SelectorId, Selectors};

/// Text with the request's values in it; `{{` and `}}` stand for braces.
#[derive(Debug)]
pub(super) struct Template(Vec<Part>);

#[derive(Debug)]
enum Part {
    Text(String),
    Value {
        selector: SelectorId,
        filters: Vec<Filter>,
    },
}

impl Template {
    pub(super) fn parse(text: &str, selectors: &mut Selectors) -> Result<Self, String> {
        let parts = braces::pieces(text)?
            .into_iter()
            .map(|piece| match piece {
                Piece::Plain(text) => Ok(Part::Text(text)),
                Piece::Inside(inside) => Part::parse(inside, selectors),
            })
            .collect::<Result<_, _>>()?;
        Ok(Self(parts))
    }

    /// The text, if all its parts are there. An empty value is as good as none.
    pub(super) fn fill(&self, facts: &Facts<'_>) -> Option<String> {
        let mut out = String::new();
        for part in &self.0 {
            match part {
                Part::Text(text) => out.push_str(text),
                Part::Value { selector, filters } => {
                    let value = facts.value(*selector).filter(|value| !value.is_empty());
                    if filters.is_empty() {
                        out.push_str(value?);
                        continue;
                    }
                    let filled = filters
                        .iter()
                        .fold(value.map(str::to_owned), |value, filter| {
                            filter.apply(value, facts)
                        });
                    out.push_str(&filled?);
                }
            }
        }
        (!out.is_empty()).then_some(out)
    }

    /// The selector of a template that is one value and perhaps a number added to it, with that number.
    pub(super) fn counter(&self) -> Option<(SelectorId, i64)> {
        let [Part::Value { selector, filters }] = &self.0[..] else {
            return None;
        };
        match filters[..] {
            [] => Some((*selector, 0)),
            [Filter::Add(number)] => Some((*selector, number)),
            _ => None,
        }
    }

    /// The text of one that takes nothing of a request; `None` of any other.
    pub(super) fn constant(&self) -> Option<String> {
        let texts = self.0.iter().map(|part| match part {
            Part::Text(text) => Some(text.as_str()),
            Part::Value { .. } => None,
        });
        texts.collect()
    }

    /// Whether the endpoint's secret is needed to fill it.
    pub(super) fn takes_secret(&self) -> bool {
        self.0.iter().any(|part| match part {
            Part::Text(_) => false,
            Part::Value { filters, .. } => filters
                .iter()
                .any(|filter| matches!(filter, Filter::HmacSha256)),
        })
    }

    /// The first selector: where the value of a template of one part comes from.
    pub(super) fn first_selector(&self) -> Option<SelectorId> {
        self.0.iter().find_map(|part| match part {
            Part::Value { selector, .. } => Some(*selector),
            Part::Text(_) => None,
        })
    }
}

impl Part {
    fn parse(inside: &str, selectors: &mut Selectors) -> Result<Self, String> {
        let mut steps = inside.split('|');
        let selector = selectors.read(steps.next().unwrap_or_default().trim())?;
        let filters = steps
            .map(|step| Filter::parse(step, selectors))
            .collect::<Result<_, _>>()?;
        Ok(Self::Value { selector, filters })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::{Arrival, Head};
    use proptest::prelude::*;

    fn fill(template: &str) -> Result<Option<String>, String> {
        let mut selectors = Selectors::default();
        let template = Template::parse(template, &mut selectors)?;
        let head = Head::new(&b"POST /p HTTP/1.1\r\nX-Try: 0\r\n\r\n"[..]);
        let body = br#"{"name":"Cr\u00e9er \u007B","empty":"","n":1.10,"o":{"a":1}}"#;
        Ok(template.fill(&Facts::new(&selectors, &head, body, Arrival::Whole)))
    }

    #[test]
    fn templates_are_filled_or_nothing() {
        let cases = [
            ("plain", Some("plain")),
            ("{body.name}", Some("Créer {")),
            ("a {body.n} b {method} c", Some("a 1.10 b POST c")),
            ("{{{body.n}}}", Some("{1.10}")),
            ("{{body.n}}", Some("{body.n}")),
            ("{body.o}", Some(r#"{"a":1}"#)),
            ("{ header.x-try | add:1 }", Some("1")),
            ("x {body.none}", None),
            ("x {body.empty}", None),
            ("x {body.empty|default:?}", Some("x ?")),
            ("", None),
        ];
        for (template, expected) in cases {
            assert_eq!(fill(template).unwrap().as_deref(), expected, "{template}");
        }
    }

    #[test]
    fn broken_templates_are_named() {
        for template in ["{body.a", "a } b", "{}", "{body.a|}", "{nothing.a}"] {
            assert!(fill(template).is_err(), "{template}");
        }
    }

    proptest! {
        #[test]
        fn any_template_is_read_or_refused(template in r"([{}|:.]|body|name|n|o|first|cents|json|trim|3|é){0,12}") {
            let _ = fill(&template);
        }
    }
}
