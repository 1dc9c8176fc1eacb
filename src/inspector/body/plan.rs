//! Which containers of a tree stand open, and which part of each is shown.

use std::collections::{HashMap, VecDeque};
use std::ops::Range;

use crate::view::json::{Document, Node, paths};

/// Containers above this depth are unfolded; deeper ones are in the page, but folded.
const OPEN_DEPTH: usize = 3;
/// As long as the page has no more lines than this.
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
    parts: HashMap<Node, Part>,
}

/// The part of a container that is in the page.
#[derive(Debug, Clone)]
pub(super) struct Part {
    pub(super) members: Range<usize>,
    pub(super) unfolded: bool,
}

impl Part {
    fn new(members: Range<usize>, unfolded: bool) -> Self {
        Self { members, unfolded }
    }
}

impl Plan {
    /// The outer levels, and the way to `target`.
    pub(super) fn page(doc: &Document<'_>, target: Option<Node>) -> Self {
        let mut plan = Self {
            top: target.map_or(doc.root(), |target| top(doc, target)),
            parts: HashMap::new(),
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
            parts: HashMap::from([(node, Part::new(from..to, true))]),
        }
    }

    /// What of a container is in the page; `None` where that is nothing.
    pub(super) fn part(&self, node: Node) -> Option<&Part> {
        self.parts.get(&node)
    }

    /// Level by level, as far as there is room. The containers in one are all put into the page or
    /// none is: a list that is open for a third of its length reads badly.
    fn open_outer_levels(&mut self, doc: &Document<'_>) {
        let shown = |node| doc.len(node).min(CHUNK);
        if shown(self.top) == 0 {
            return;
        }
        let mut lines = 1 + shown(self.top);
        self.parts
            .insert(self.top, Part::new(0..shown(self.top), true));
        let mut queue = VecDeque::from([(self.top, 1)]);
        while let Some((node, depth)) = queue.pop_front() {
            let members = doc.children(node).take(CHUNK);
            let inner: Vec<Node> = members.filter(|&member| doc.len(member) > 0).collect();
            let more: usize = inner.iter().map(|&member| shown(member)).sum();
            if lines + more > OPEN_LINES || depth > MAX_DEPTH {
                continue;
            }
            lines += more;
            for member in inner {
                let part = Part::new(0..shown(member), depth < OPEN_DEPTH);
                self.parts.insert(member, part);
                queue.push_back((member, depth + 1));
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
            if let Some(part) = self.parts.get_mut(&parent)
                && part.members.contains(&place)
            {
                part.unfolded = true;
                continue;
            }
            let from = place / size * size;
            let members = from..doc.len(parent).min(from + size);
            self.parts.insert(parent, Part::new(members, true));
        }
        if doc.len(target) > 0 {
            self.parts
                .entry(target)
                .or_insert(Part::new(0..doc.len(target).min(CHUNK), true))
                .unfolded = true;
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
