// The tree of a JSON body: paths of the chosen line, folding, branches loaded in place, arrow keys.
// Without this script every line is a link that shows the same.

import { copyText } from "./copy.mjs";
import { loadFragment } from "./fragment.mjs";

/** "All" is only for trees that stay usable with everything open. */
const MAX_LINES = 2000;

/** @type {Record<string, string>} */
const ESCAPES = { b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" };

/**
 * The steps of a JSONPath as the server writes it: names and places.
 * @param {string} path
 * @returns {(string | number)[] | null}
 */
export function steps(path) {
  const step = /\.([A-Za-z_]\w*)|\[(\d+)\]|\['((?:[^'\\]|\\.)*)'\]/gsy;
  if (!path.startsWith("$")) return null;
  step.lastIndex = 1;
  const found = [];
  while (step.lastIndex < path.length) {
    const match = step.exec(path);
    if (!match) return null;
    if (match[2] !== undefined) found.push(Number(match[2]));
    else found.push(match[1] ?? unescaped(match[3] ?? ""));
  }
  return found;
}

/** @param {string} text */
function unescaped(text) {
  return text.replace(/\\(?:u([0-9a-fA-F]{4})|(.))/gs, (...match) =>
    match[1] ? String.fromCharCode(parseInt(match[1], 16)) : (ESCAPES[match[2]] ?? match[2]));
}

/**
 * `{{data.fields[0]["first name"]}}` of a JSONPath; empty for the root.
 * @param {string} path
 */
export function templateOf(path) {
  const inner = path.slice(1).replace(
    /\.[A-Za-z_]\w*|\[\d+\]|\['((?:[^'\\]|\\.)*)'\]/gs,
    (step, name) => name === undefined ? step : `["${inDoubleQuotes(name)}"]`,
  );
  return inner === "" ? "" : `{{${inner.replace(/^\./, "")}}}`;
}

/**
 * The inside of a single-quoted name as that of a double-quoted one.
 * @param {string} name
 */
function inDoubleQuotes(name) {
  return name.replace(/\\.|"/gs, (found) => found === '"' ? '\\"' : found === "\\'" ? "'" : found);
}

/** @param {HTMLAnchorElement} line */
function pathOf(line) {
  const at = line.dataset.path ?? new URL(line.href, document.baseURI).searchParams.get("at") ?? "";
  return at.startsWith("$") ? at : "";
}

/** @param {Element} line */
const nodeOf = (line) => line.id.slice(1);

/**
 * Takes over the trees below `root`; once each, so that it may be called after every swap.
 * @param {ParentNode} root
 */
export function init(root) {
  for (const tree of root.querySelectorAll(".tree:not([data-ready])")) {
    const bar = tree.closest(".body")?.querySelector(".path-bar");
    if (!(tree instanceof HTMLElement) || !(bar instanceof HTMLElement)) continue;
    tree.dataset.ready = "";
    setUp(tree, bar);
  }
}

/**
 * @param {HTMLElement} tree
 * @param {HTMLElement} bar
 */
function setUp(tree, bar) {
  const acts = bar.querySelector(".acts");
  if (acts instanceof HTMLElement) acts.hidden = false;
  const current = tree.querySelector("a[aria-current]");
  enable(bar, current !== null);
  if (current) current.scrollIntoView({ block: "nearest" });

  tree.addEventListener("click", (event) => {
    if (event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = event.target instanceof Element ? event.target.closest("a") : null;
    if (!link) return;
    // A drag over a line is to select its text, not to choose it.
    if (String(getSelection() ?? "") !== "") { event.preventDefault(); return; }
    if (link.dataset.node) {
      event.preventDefault();
      load(tree, link);
    } else if (link.id && pathOf(link) !== "") {
      event.preventDefault();
      choose(tree, bar, link);
    }
  });

  tree.addEventListener("keydown", (event) => onKey(tree, bar, event));

  bar.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("button") : null;
    if (!button) return;
    if (button.dataset.copy) copy(bar, button.dataset.copy);
    if (button.dataset.level) unfold(tree, button.dataset.level);
  });
}

/**
 * Marks a line and shows its paths.
 * @param {HTMLElement} tree
 * @param {HTMLElement} bar
 * @param {HTMLAnchorElement} line
 */
function choose(tree, bar, line) {
  for (const before of tree.querySelectorAll("a[aria-current]")) before.removeAttribute("aria-current");
  line.setAttribute("aria-current", "true");
  const path = pathOf(line);
  const json = bar.querySelector(".json");
  const template = bar.querySelector(".template");
  if (json) json.textContent = path;
  if (template) template.textContent = templateOf(path);
  bar.dataset.node = nodeOf(line);
  bar.querySelector(".hint")?.remove();
  const ambiguous = bar.querySelector(".ambiguous");
  if (ambiguous instanceof HTMLElement) ambiguous.hidden = line.dataset.ambiguous === undefined;
  // What the server said is about the line that it marked.
  bar.parentElement?.querySelector(".chosen")?.remove();
  enable(bar, true);
  history.replaceState(history.state, "", permalink(line));
}

/**
 * The link of a line, with the filter of the page that it stands on.
 * @param {HTMLAnchorElement} line
 */
function permalink(line) {
  const filter = new URL(location.href).searchParams.get("q");
  return filter === null ? line.href : line.href.replace(/(?=#|$)/, `&q=${encodeURIComponent(filter)}`);
}

/**
 * @param {HTMLElement} bar
 * @param {boolean} chosen
 */
function enable(bar, chosen) {
  const template = bar.querySelector(".template")?.textContent ?? "";
  for (const button of bar.querySelectorAll("button[data-copy]")) {
    if (!(button instanceof HTMLButtonElement)) continue;
    button.disabled = !chosen || (button.dataset.copy === "template" && template === "");
  }
}

/**
 * Copies a path or the value of the chosen line. The whole value comes from the server: the page
 * shows long ones cut, and marks what would not be seen.
 * @param {HTMLElement} bar
 * @param {string} what
 */
async function copy(bar, what) {
  if (what === "value") {
    const answer = await fetch(`${bar.dataset.values}?node=${bar.dataset.node}`, { credentials: "same-origin" });
    if (answer.ok) copyText(await answer.text(), "value");
    return;
  }
  const text = bar.querySelector(what === "json" ? ".json" : ".template")?.textContent;
  if (text) copyText(text, what === "json" ? "path" : "template path");
}

/**
 * Puts a branch in the place of the link to it.
 * @param {HTMLElement} tree
 * @param {HTMLAnchorElement} link
 * @returns {Promise<Element | null>} what stands there now
 */
async function load(tree, link) {
  if (link.getAttribute("aria-busy") === "true") return null;
  link.setAttribute("aria-busy", "true");
  const from = link.dataset.from ?? "0";
  try {
    const fragment = await loadFragment(`${tree.dataset.branches}?node=${link.dataset.node}&from=${from}`);
    const first = fragment.firstElementChild;
    const focused = document.activeElement === link;
    // A part of a container replaces its own line; a closed container's link is beside its name.
    (link.dataset.from === undefined ? link : link.parentElement)?.replaceWith(fragment);
    if (focused) {
      const next = first?.matches("details") ? first.querySelector("summary") : first?.querySelector("a");
      if (next instanceof HTMLElement) next.focus();
    }
    return first;
  } catch {
    // The link still leads to the page that shows it.
    location.assign(link.href);
    return null;
  }
}

/**
 * Opens the tree down to a level and closes what is deeper.
 * @param {HTMLElement} tree
 * @param {string} level
 */
async function unfold(tree, level) {
  const depth = level === "all" ? Infinity : Number(level);
  /** @param {Element} item */
  const depthOf = (item) => {
    let found = 0;
    for (let at = item.parentElement?.closest("details"); at; at = at.parentElement?.closest("details")) found += 1;
    return found;
  };
  for (const details of tree.querySelectorAll("details")) details.open = depthOf(details) < depth;
  for (;;) {
    const closed = [...tree.querySelectorAll("a[data-node]:not([data-from])")].filter((link) => depthOf(link) < depth);
    if (closed.length === 0 || tree.querySelectorAll("li").length > MAX_LINES) return;
    // A few at a time: each is a request.
    const loaded = await Promise.all(closed.slice(0, 6).map((link) => link instanceof HTMLAnchorElement ? load(tree, link) : null));
    if (loaded.every((item) => item === null)) return;
  }
}

/**
 * The lines that can be seen, in their order.
 * @param {HTMLElement} tree
 * @returns {HTMLElement[]}
 */
function lines(tree) {
  /** @type {NodeListOf<HTMLElement>} */
  const all = tree.querySelectorAll("li > a:first-child");
  return [...all].filter((line) => line.checkVisibility());
}

/**
 * @param {HTMLElement} tree
 * @param {HTMLElement} bar
 * @param {KeyboardEvent} event
 */
function onKey(tree, bar, event) {
  if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
  const item = event.target instanceof Element ? event.target.closest("li") : null;
  if (!item) return;
  const line = item.querySelector(":scope > a");
  const details = item.querySelector(":scope > details");
  const closed = item.querySelector(":scope > a[data-node]");
  const all = lines(tree);
  const place = line instanceof HTMLElement ? all.indexOf(line) : -1;
  /** @type {Element | null | undefined} */
  let next = null;
  if (event.key === "ArrowDown") next = all[place + 1];
  else if (event.key === "ArrowUp") next = all[place - 1];
  else if (event.key === "ArrowRight") {
    if (closed instanceof HTMLAnchorElement) load(tree, closed);
    else if (details instanceof HTMLDetailsElement && !details.open) details.open = true;
    else if (details) next = details.querySelector("li > a");
  } else if (event.key === "ArrowLeft") {
    if (details instanceof HTMLDetailsElement && details.open) details.open = false;
    else next = item.parentElement?.closest("li")?.querySelector(":scope > a");
  } else return;
  event.preventDefault();
  if (next instanceof HTMLAnchorElement) {
    next.focus();
    if (next.id && pathOf(next) !== "") choose(tree, bar, next);
  }
}
