//! The document as a flat list: a line for each value that holds no others, with its path.

use super::duplicates::{Duplicates, Turn};
use super::paths::{Step, push_json, push_template};
use super::{Document, Kind, Node};

/// How far the list goes.
#[derive(Debug, Clone, Copy)]
pub struct FlatLimits {
    pub max_rows: usize,
    /// A longer path is left out; a document of a million levels has them of megabytes.
    pub max_path: usize,
}

/// A value that holds no others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    pub node: Node,
    /// The JSONPath; `None` where it is too long.
    pub json: Option<String>,
    /// The inside of the template form; `None` where it is too long.
    pub template: Option<String>,
    /// A duplicate key is on the way.
    pub ambiguous: bool,
    /// Set where the value's own name is a duplicate.
    pub turn: Option<Turn>,
}

/// The first rows, and how many there are in all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlatList {
    pub rows: Vec<Row>,
    pub total: usize,
}

/// An open container and how long the paths are up to it.
struct Level {
    node: Node,
    next_place: usize,
    json: usize,
    template: usize,
    ambiguous: bool,
    duplicates: Duplicates,
}

/// Lists the values in the order of the text.
#[must_use]
pub fn flat(doc: &Document<'_>, limits: FlatLimits) -> FlatList {
    let total = (0..)
        .map_while(|number| doc.node(number))
        .filter(|&node| doc.len(node) == 0)
        .count();
    let mut rows = Vec::new();
    let mut levels: Vec<Level> = Vec::new();
    let mut json = "$".to_owned();
    let mut template = String::new();
    for node in (0..).map_while(|number| doc.node(number)) {
        if rows.len() >= limits.max_rows {
            break;
        }
        let parent = doc.parent(node);
        while levels
            .last()
            .is_some_and(|level| Some(level.node) != parent)
        {
            levels.pop();
        }
        let mut turn = None;
        let mut ambiguous = false;
        if let Some(level) = levels.last_mut() {
            json.truncate(level.json);
            template.truncate(level.template);
            let step = match doc.key(node) {
                Some(key) => Step::Key(key),
                None => Step::Index(level.next_place),
            };
            level.next_place += 1;
            push_json(&mut json, &step);
            push_template(&mut template, &step);
            turn = level.duplicates.turn(node);
            ambiguous = level.ambiguous || turn.is_some();
        }
        if doc.len(node) > 0 {
            levels.push(Level {
                node,
                next_place: 0,
                json: json.len(),
                template: template.len(),
                ambiguous,
                duplicates: duplicates(doc, node),
            });
        } else {
            let fits = json.len() <= limits.max_path;
            rows.push(Row {
                node,
                json: fits.then(|| json.clone()),
                template: fits.then(|| template.clone()),
                ambiguous,
                turn,
            });
        }
    }
    FlatList { rows, total }
}

fn duplicates(doc: &Document<'_>, node: Node) -> Duplicates {
    if doc.kind(node) == Kind::Object {
        Duplicates::of(doc, node)
    } else {
        Duplicates::default()
    }
}

#[cfg(test)]
mod tests {
    use super::super::paths;
    use super::super::tests::json_text;
    use super::*;
    use proptest::prelude::*;

    const ALL: FlatLimits = FlatLimits {
        max_rows: usize::MAX,
        max_path: usize::MAX,
    };

    #[test]
    fn each_value_has_its_line() {
        let doc = Document::parse(br#"{"a":{"b":[1,{"c":2}]},"d":[],"a":{}}"#).unwrap();
        let list = flat(&doc, ALL);
        let lines: Vec<_> = list
            .rows
            .iter()
            .map(|row| {
                format!(
                    "{} = {}",
                    row.template.as_deref().unwrap(),
                    doc.raw(row.node)
                )
            })
            .collect();
        assert_eq!(lines, ["a.b[0] = 1", "a.b[1].c = 2", "d = []", "a = {}"]);
        assert_eq!(
            list.rows
                .iter()
                .map(|row| row.ambiguous)
                .collect::<Vec<_>>(),
            [true, true, false, true]
        );
        let few = flat(
            &doc,
            FlatLimits {
                max_rows: 1,
                max_path: 3,
            },
        );
        assert_eq!(
            (few.rows.len(), few.total, few.rows[0].json.clone()),
            (1, 4, None)
        );
    }

    #[test]
    fn a_million_levels_are_listed() {
        let text = "[".repeat(1_000_000) + "1,2" + &"]".repeat(1_000_000);
        let doc = Document::parse(text.as_bytes()).unwrap();
        assert_eq!(
            flat(
                &doc,
                FlatLimits {
                    max_rows: 10,
                    max_path: 1000
                }
            )
            .rows
            .len(),
            2
        );
    }

    proptest! {
        #[test]
        fn the_paths_are_those_of_the_nodes(text in json_text()) {
            let doc = Document::parse(text.as_bytes()).unwrap();
            for row in flat(&doc, ALL).rows {
                let path = paths::path(&doc, row.node);
                prop_assert_eq!(row.json, Some(path.json));
                prop_assert_eq!(row.ambiguous, path.ambiguous);
            }
        }
    }
}
