//! Which containers of a tree stand open, and which part of each is shown.

use std::collections::{HashMap, VecDeque};
use std::ops::Range;

use crate::view::json::{Document, Node, paths};

/// Containers down to this depth are opened by themselves.
const OPEN_DEPTH: usize = 3;
/// As long as the tree has no more lines than this.
const OPEN_LINES: usize = 200;
/// So many members of a container are shown at a time.
pub(super) const CHUNK: usize = 100;
/// A marked node deeper than this is shown below one of its ancestors: browsers give up on pages
/// that are nested too deep.
const MAX_DEPTH: usize = 40;
/// That many of the ancestors are then shown.
const KEPT_DEPTH: usize = 20;

/// What of a document is shown.
pub(super) struct Plan {
    /// The outermost node of the tree.
    pub(super) top: Node,
    open: HashMap<Node, Range<usize>>,
}

impl Plan {
    /// The outer levels, and the way to `target`.
    pub(super) fn page(doc: &Document<'_>, target: Option<Node>) -> Self {
        let mut plan = Self {
            top: target.map_or(doc.root(), |target| top(doc, target)),
            open: HashMap::new(),
        };
        plan.open_outer_levels(doc);
        if let Some(target) = target {
            plan.open_way(doc, target);
        }
        plan
    }

    /// One container, from its `from`th member on.
    pub(super) fn branch(doc: &Document<'_>, node: Node, from: usize) -> Self {
        let from = from.min(doc.len(node));
        let to = doc.len(node).min(from.saturating_add(CHUNK));
        Self {
            top: node,
            open: HashMap::from([(node, from..to)]),
        }
    }

    /// The part of a container that is shown; `None` while it is closed.
    pub(super) fn shown(&self, node: Node) -> Option<Range<usize>> {
        self.open.get(&node).cloned()
    }

    fn open_outer_levels(&mut self, doc: &Document<'_>) {
        let mut lines = 1;
        let mut queue = VecDeque::from([(self.top, 0)]);
        while let Some((node, depth)) = queue.pop_front() {
            let shown = doc.len(node).min(CHUNK);
            if shown == 0 || (node != self.top && lines + shown > OPEN_LINES) {
                continue;
            }
            lines += shown;
            self.open.insert(node, 0..shown);
            if depth + 1 < OPEN_DEPTH {
                let inner = doc.children(node).take(shown);
                queue.extend(inner.map(|child| (child, depth + 1)));
            }
        }
    }

    fn open_way(&mut self, doc: &Document<'_>, target: Node) {
        let way: Vec<Node> = std::iter::once(target)
            .chain(doc.ancestors(target))
            .take_while(|&node| node >= self.top)
            .collect();
        // Many levels share the room of the page.
        let size = (2 * CHUNK / way.len().max(1)).clamp(10, CHUNK);
        for step in way.windows(2) {
            let &[child, parent] = step else { continue };
            let place = paths::place(doc, parent, child);
            if self
                .open
                .get(&parent)
                .is_some_and(|shown| shown.contains(&place))
            {
                continue;
            }
            let from = place / size * size;
            self.open
                .insert(parent, from..doc.len(parent).min(from + size));
        }
        if doc.len(target) > 0 {
            self.open
                .entry(target)
                .or_insert(0..doc.len(target).min(CHUNK));
        }
    }
}

fn top(doc: &Document<'_>, target: Node) -> Node {
    if doc.depth(target) <= MAX_DEPTH {
        return doc.root();
    }
    doc.ancestors(target)
        .nth(KEPT_DEPTH - 1)
        .unwrap_or(doc.root())
}
