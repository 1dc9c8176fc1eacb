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
    /// The headers that rules need, in lower case.
    headers: Names,
    /// The keys at the top of the body that they need; `0` is the first element of a list.
    keys: Names,
    /// Those that need neither.
    nameless: Vec<Rank>,
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
        if headers.is_empty() && keys.is_empty() {
            self.nameless.push(rank);
        }
        headers
            .into_iter()
            .for_each(|name| self.headers.push(name, rank));
        keys.into_iter().for_each(|key| self.keys.push(key, rank));
    }

    /// The first rule that holds: its sender's place and its own.
    pub(super) fn find(&self, senders: &[Sender], facts: &Facts<'_>) -> Option<(usize, usize)> {
        let mut found = Found::new(self);
        let (mut lower, mut seen) = (String::new(), Vec::new());
        for (name, _) in facts.head().headers() {
            lower.clear();
            lower.push_str(&name);
            lower.make_ascii_lowercase();
            found.add(&self.headers, &lower, &mut seen);
        }
        let by_head = found.first(senders, facts, self.rules.len(), false);
        let before = by_head.unwrap_or(self.rules.len());
        if before < self.first_of_body {
            return by_head.map(|rank| self.rules[rank].place);
        }
        seen.clear();
        facts
            .body()
            .for_each_top_key(|key| found.add(&self.keys, key, &mut seen));
        let by_body = found.first(senders, facts, before, true);
        by_body.or(by_head).map(|rank| self.rules[rank].place)
    }
}

/// Names, and the rules that need each.
#[derive(Debug, Default)]
struct Names {
    places: HashMap<String, usize>,
    rules: Vec<Vec<Rank>>,
}

impl Names {
    fn push(&mut self, name: &str, rank: Rank) {
        let rules = &mut self.rules;
        let place = *self.places.entry(name.to_owned()).or_insert_with(|| {
            rules.push(Vec::new());
            rules.len() - 1
        });
        rules[place].push(rank);
    }
}

/// Which rules have all of their names in the request.
struct Found<'i> {
    rules: &'i [Indexed],
    /// By rank: the names that were found.
    count: Vec<u32>,
    whole: Vec<Rank>,
}

impl<'i> Found<'i> {
    fn new(index: &'i RuleIndex) -> Self {
        Self {
            rules: &index.rules,
            count: vec![0; index.rules.len()],
            whole: index.nameless.clone(),
        }
    }

    /// One of the request's names. A line or a member that is repeated counts once, by `seen`.
    fn add(&mut self, names: &Names, name: &str, seen: &mut Vec<usize>) {
        let Some(&place) = names.places.get(name) else {
            return;
        };
        if seen.contains(&place) {
            return;
        }
        seen.push(place);
        for &rank in &names.rules[place] {
            self.count[rank] += 1;
            if self.count[rank] == self.rules[rank].needed {
                self.whole.push(rank);
            }
        }
    }

    /// The first of them before `end` that holds.
    fn first(
        &mut self,
        senders: &[Sender],
        facts: &Facts<'_>,
        end: Rank,
        needs_body: bool,
    ) -> Option<Rank> {
        self.whole.sort_unstable();
        let mut ranks = self.whole.iter().copied();
        ranks.find(|&rank| {
            let rule = &self.rules[rank];
            let (sender, own) = rule.place;
            rank < end
                && rule.needs_body == needs_body
                && senders[sender].rules[own].condition.holds(facts)
        })
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
