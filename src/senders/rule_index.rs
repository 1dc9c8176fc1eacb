//! Which rules can hold for a request at all: found by the names that the request has, so that a large
//! catalogue costs no more than a small one.

use std::collections::HashMap;

use super::clause::Rule;
use super::compile::Sender;
use super::facts::Facts;
use super::selector::{Selector, Selectors};

/// A rule's place in the order in which rules are asked.
type Rank = usize;

/// All rules of a catalogue, the heaviest first, of equal ones that with more clauses.
#[derive(Debug, Default)]
pub(super) struct RuleIndex {
    /// Sender and rule by their places.
    order: Vec<(usize, usize)>,
    /// By the name, in lower case, of a header that the rule asks for.
    by_header: HashMap<String, Vec<Rank>>,
    /// By a key at the top of the body that it asks for; `0` is the first element of a list.
    by_key: HashMap<String, Vec<Rank>>,
    /// Those that ask for neither.
    others: Vec<Rank>,
    /// The first of those in `by_key`.
    first_by_key: Rank,
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
            first_by_key: usize::MAX,
            ..Self::default()
        };
        for (rank, &(sender, rule)) in order.iter().enumerate() {
            index.file(rank, &senders[sender].rules[rule], selectors);
        }
        index.order = order;
        index
    }

    /// Under one name that has to be there for the rule to hold: a header's rather than a body's, since
    /// the body may then stay unread.
    fn file(&mut self, rank: Rank, rule: &Rule, selectors: &Selectors) {
        let needed = || rule.condition.needed().map(|id| selectors.get(id));
        let header = needed().find_map(|selector| match selector {
            Selector::Header(name) => Some(name),
            _ => None,
        });
        if let Some(name) = header {
            return self.by_header.entry(name.clone()).or_default().push(rank);
        }
        let key = needed().find_map(|selector| match selector {
            Selector::Body(path) if !path.is_empty() => path.split('.').next(),
            _ => None,
        });
        match key {
            Some(key) => {
                self.first_by_key = self.first_by_key.min(rank);
                self.by_key.entry(key.to_owned()).or_default().push(rank);
                if key.parse::<usize>().is_ok() {
                    // A list that has this place has a first one.
                    self.by_key.entry("0".to_owned()).or_default().push(rank);
                }
            }
            None => self.others.push(rank),
        }
    }

    /// The first rule that holds: its sender's place and its own.
    pub(super) fn find(&self, senders: &[Sender], facts: &Facts<'_>) -> Option<(usize, usize)> {
        let holds = |&rank: &Rank| {
            let (sender, rule) = self.order[rank];
            senders[sender].rules[rule].condition.holds(facts)
        };
        let mut ranks = self.others.clone();
        facts.head().headers().for_each(|(name, _)| {
            let name = name.to_ascii_lowercase();
            ranks.extend(self.by_header.get(&name).into_iter().flatten());
        });
        ranks.sort_unstable();
        ranks.dedup();
        let by_head = ranks.into_iter().find(holds);
        let by_key = || self.by_key(facts).into_iter().find(holds);
        let found = match by_head {
            Some(rank) if rank < self.first_by_key => Some(rank),
            Some(rank) => Some(by_key().map_or(rank, |other| other.min(rank))),
            None => by_key(),
        };
        found.map(|rank| self.order[rank])
    }

    /// The rules that ask for a key that the body has, in order.
    fn by_key(&self, facts: &Facts<'_>) -> Vec<Rank> {
        let mut ranks = Vec::new();
        facts.body().for_each_top_key(|key| {
            ranks.extend(self.by_key.get(key).into_iter().flatten());
        });
        ranks.sort_unstable();
        ranks.dedup();
        ranks
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
            let every = index.order.iter().copied().find(|&(sender, rule)| {
                senders[sender].rules[rule].condition.holds(&facts)
            });
            prop_assert_eq!(index.find(&senders, &facts), every);
        }
    }
}
