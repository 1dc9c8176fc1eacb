//! Which rules can hold for a request at all: found by the names that the request has, so that a large
//! catalogue costs no more than a small one.

use std::collections::{BTreeSet, HashMap};

use super::clause::Rule;
use super::compile::Sender;
use super::facts::Facts;
use super::selector::{Selector, Selectors};

/// A rule's place in the order in which rules are asked.
type Rank = usize;

/// All rules of a catalogue, the heaviest first, of equal ones that with more clauses.
#[derive(Debug, Default)]
pub(super) struct RuleIndex {
    rules: Vec<Indexed>,
    /// By the name, in lower case, of each header that a rule needs.
    by_header: HashMap<String, Vec<Rank>>,
    /// By each key at the top of the body that a rule needs; `0` is the first element of a list.
    by_key: HashMap<String, Vec<Rank>>,
    /// The first rule that needs something of the body.
    first_of_body: Rank,
}

/// A rule and what it takes to be worth asking.
#[derive(Debug)]
struct Indexed {
    /// Its sender's place and its own.
    place: (usize, usize),
    /// How many names have to be there.
    needed: u32,
    needs_body: bool,
}

impl RuleIndex {
    pub(super) fn new(senders: &[Sender], selectors: &Selectors) -> Self {
        let mut order: Vec<_> = senders
            .iter()
            .enumerate()
            .flat_map(|(place, sender)| (0..sender.rules.len()).map(move |rule| (place, rule)))
            .collect();
        order.sort_by_key(|&(sender, rule)| {
            let rule = &senders[sender].rules[rule];
            std::cmp::Reverse((rule.weight, rule.condition.len()))
        });
        let mut index = Self {
            first_of_body: usize::MAX,
            ..Self::default()
        };
        for place in order {
            index.push(place, &senders[place.0].rules[place.1], selectors);
        }
        index
    }

    fn push(&mut self, place: (usize, usize), rule: &Rule, selectors: &Selectors) {
        let rank = self.rules.len();
        let mut headers = BTreeSet::new();
        let mut keys = BTreeSet::new();
        for selector in rule.condition.needed().map(|id| selectors.get(id)) {
            match selector {
                Selector::Header(name) => {
                    headers.insert(name.as_str());
                }
                Selector::Body(path) if !path.is_empty() => {
                    let key = path.split('.').next().unwrap_or_default();
                    // A list that has a place further on has a first one.
                    let in_list = key.parse::<usize>().is_ok_and(|place| place > 0);
                    keys.extend((!in_list).then_some(key));
                }
                _ => {}
            }
        }
        let needs_body = rule.condition.needs_body(selectors);
        if needs_body {
            self.first_of_body = self.first_of_body.min(rank);
        }
        self.rules.push(Indexed {
            place,
            needed: u32::try_from(headers.len() + keys.len()).unwrap_or(u32::MAX),
            needs_body,
        });
        for name in headers {
            self.by_header
                .entry(name.to_owned())
                .or_default()
                .push(rank);
        }
        for key in keys {
            self.by_key.entry(key.to_owned()).or_default().push(rank);
        }
    }

    /// The first rule that holds: its sender's place and its own.
    pub(super) fn find(&self, senders: &[Sender], facts: &Facts<'_>) -> Option<(usize, usize)> {
        let mut found = vec![0; self.rules.len()];
        let mut names = Vec::with_capacity(16);
        for (name, _) in facts.head().headers() {
            let name = name.to_ascii_lowercase();
            // A line that is repeated counts once.
            if !names.contains(&name) {
                count(self.by_header.get(&name), &mut found);
                names.push(name);
            }
        }
        let by_head = self.first(&found, senders, facts, self.rules.len(), false);
        let before = by_head.unwrap_or(self.rules.len());
        if before < self.first_of_body {
            return by_head.map(|rank| self.rules[rank].place);
        }
        let mut keys: Vec<String> = Vec::with_capacity(16);
        facts.body().for_each_top_key(|key| {
            let rules = self.by_key.get(key);
            if rules.is_some() && !keys.iter().any(|known| known == key) {
                count(rules, &mut found);
                keys.push(key.to_owned());
            }
        });
        let by_body = self.first(&found, senders, facts, before, true);
        by_body.or(by_head).map(|rank| self.rules[rank].place)
    }

    /// The first rule before `end` of which all names are there, and that holds.
    fn first(
        &self,
        found: &[u32],
        senders: &[Sender],
        facts: &Facts<'_>,
        end: Rank,
        needs_body: bool,
    ) -> Option<Rank> {
        self.rules[..end]
            .iter()
            .zip(found)
            .position(|(rule, &found)| {
                let (sender, own) = rule.place;
                found == rule.needed
                    && rule.needs_body == needs_body
                    && senders[sender].rules[own].condition.holds(facts)
            })
    }
}

/// One more name is there for each of these rules.
fn count(rules: Option<&Vec<Rank>>, found: &mut [u32]) {
    for &rank in rules.into_iter().flatten() {
        found[rank] += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::{Arrival, Head};
    use crate::senders::compile;
    use proptest::prelude::*;

    const FILE: &str = r#"
id = "a"
name = "A"
match = [
  "header.x-a & body.k = 1 @90",
  "body.k = 1 & body.l @80",
  "body.1.k @80",
  "body.5 & !body.k @81",
  "header.x-a @70",
  "query.q & !header.x-b @60",
  "raw ~= zz @95",
  "!body.k & header.x-b @85",
  "body.f.g & path = /p @99",
]
"#;

    proptest! {
        #[test]
        fn the_index_finds_what_asking_every_rule_finds(
            a in any::<bool>(), b in any::<bool>(), q in any::<bool>(), p in any::<bool>(),
            body in r#"(\{"k":[12](,"l":0)?(,"f":\{"g":1\})?\}|\[\{\},\{"k":2\}\]|\{"5":0\}|zz|\{"f":\{"g":1\},"zz":2\}|k=1&l=2|f\[g\]=1|)"#,
        ) {
            let mut selectors = Selectors::default();
            let senders = [compile::sender(FILE, &mut selectors).unwrap()];
            let index = RuleIndex::new(&senders, &selectors);
            let head = format!(
                "POST {}{} HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\n{}{}\r\n",
                if p { "/p" } else { "/" },
                if q { "?q=1" } else { "" },
                if a { "X-A: 1\r\n" } else { "" },
                if b { "x-b: 1\r\n" } else { "" },
            );
            let head = Head::new(head.into_bytes());
            let facts = Facts::new(&selectors, &head, body.as_bytes(), Arrival::Whole);
            let mut places = index.rules.iter().map(|rule| rule.place);
            let every = places.find(|&(sender, rule)| {
                senders[sender].rules[rule].condition.holds(&facts)
            });
            prop_assert_eq!(index.find(&senders, &facts), every);
        }
    }
}
