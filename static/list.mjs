// The list and the request beside it. New rows go in only where nobody is reading: at the top, with the
// pointer and the focus elsewhere. Else they wait behind a button, and nothing moves.

import { say } from './copy.mjs';
import { LoadError, loadFragment } from './fragment.mjs';
import { groupByDay, localise } from './time.mjs';
import * as tree from './tree.mjs';
import { plural, words } from './words.mjs';

/** Rows kept in the page; past this the far end is left to the link to older ones. */
const ROWS_MAX = 1000;
/** Rows that the server gives at once; a full answer means that there are more. */
const NEWER_MAX = 200;
const ANNOUNCE_MS = 5000;
const SETTLE_MS = 100;

const narrow = matchMedia('(max-width: 820px)');
const baseTitle = document.title;

/** Rows being put in at the top count as being there, though the list is scrolled for a frame. */
let settling = false;
/** @type {HTMLElement[]} rows that have arrived and are not shown yet, newest first */
let waiting = [];
/** @type {Set<string>} ids that arrived since the page opened and were not opened yet */
const unseen = new Set();
/** The id of the newest row that has been fetched. */
let newest = '';
let busy = false;
let again = false;
let announced = 0;
let unannounced = 0;
/** @type {AbortController | undefined} */
let opening;

const main = () => document.getElementById('content');
const list = () => document.getElementById('list');
const detail = () => document.getElementById('detail');
const rows = () => document.querySelector('#rows > ol');

/** Reads the page as the server wrote it. */
export function adopt() {
  waiting = [];
  const ol = rows();
  localise(document);
  if (ol) groupByDay(ol);
  newest = ol?.querySelector('li[data-id]')?.getAttribute('data-id') ?? '';
  const pane = detail();
  if (pane) tree.init(pane);
}

/** Starts what the page does by itself. */
export function init() {
  adopt();
  history.scrollRestoration = 'manual';
  document.addEventListener('click', onClick);
  addEventListener('popstate', () => void restore());
  // The list's own scroller on a wide page, the document on a narrow one.
  document.addEventListener('scroll', () => { if (waiting.length && isAtTop()) showWaiting(); }, { capture: true, passive: true });
  document.addEventListener('visibilitychange', () => { if (isQuiet()) showWaiting(); });
}

/** Asks for what is newer than the newest row; one call at a time, until there is no more. */
export async function refresh() {
  if (busy) {
    again = true;
    return;
  }
  busy = true;
  try {
    do {
      again = false;
      const more = await fetchNewer();
      if (more) again = true;
      else if (again) await new Promise((done) => { setTimeout(done, SETTLE_MS); });
    } while (again);
  } finally {
    busy = false;
  }
}

async function fetchNewer() {
  const place = main();
  if (!place) return false;
  if ('empty' in place.dataset) return replaceScreen();
  if (!('newest' in place.dataset)) return false;
  const url = `${place.dataset.list}${newest ? `&after=${newest}` : ''}`;
  const fragment = await loadFragment(url, 'rows');
  const items = /** @type {HTMLElement[]} */ ([...fragment.querySelectorAll('li[data-id]')]);
  showCount(fragment);
  if (items.length === 0) return false;
  newest = items[0].dataset.id ?? newest;
  for (const item of items) {
    localise(item);
    if (item.dataset.id) unseen.add(item.dataset.id);
    markUnseen(item);
  }
  // Beyond what the page keeps, the rows shown now would be dropped as well: none is missed.
  waiting = [...items, ...waiting].slice(0, ROWS_MAX);
  announce(items.length);
  if (isQuiet()) showWaiting();
  else showPill();
  showTitle();
  return items.length >= NEWER_MAX;
}

/** Rows that came before hookglass knew what they belong to get their marks, where they stand. */
export async function remark() {
  const place = main();
  if (!place || !('newest' in place.dataset)) return;
  const fragment = await loadFragment(place.dataset.list ?? '', 'rows');
  const shown = [...waiting, .../** @type {HTMLElement[]} */ ([...rows()?.children ?? []])];
  for (const row of /** @type {NodeListOf<HTMLElement>} */ (fragment.querySelectorAll('li[data-id]'))) {
    const old = shown.find((one) => one.dataset.id === row.dataset.id)?.querySelector('.what');
    const now = row.querySelector('.what');
    if (old && now && !old.isEqualNode(now)) old.replaceWith(now);
  }
}

/** The first request has come: the page that waited for it becomes the list. */
async function replaceScreen() {
  const screen = document.getElementById('screen');
  const fragment = await loadFragment(location.href, 'screen');
  if (!screen || !fragment.querySelector('#list')) return false;
  const live = document.getElementById('live');
  screen.replaceChildren(fragment);
  if (live) document.getElementById('live')?.replaceWith(live);
  adopt();
  for (const item of document.querySelectorAll('li[data-id]')) unseen.add(item.getAttribute('data-id') ?? '');
  if (!narrow.matches || document.hidden) showTitle();
  announce(unseen.size);
  if (!document.hidden) settleSeen();
  return false;
}

/** What is open in the wide layout has been seen, once the page is looked at. */
function settleSeen() {
  const open = document.querySelector('.row[aria-current]')?.parentElement?.dataset.id;
  if (open && !narrow.matches && unseen.delete(open)) showTitle();
}

/** @param {DocumentFragment} fragment */
function showCount(fragment) {
  const line = fragment.querySelector('.count');
  const shown = document.getElementById('count');
  if (line && shown && line.textContent !== shown.textContent) shown.replaceChildren(...line.childNodes);
}

/** @param {HTMLElement} item */
function markUnseen(item) {
  const row = item.querySelector('.row');
  const mark = document.createElement('span');
  mark.className = 'visually-hidden';
  mark.textContent = words().unseen;
  row?.classList.add('unseen');
  row?.append(mark);
}

function isAtTop() {
  const pane = list();
  if (!pane) return false;
  if (settling) return true;
  if (!narrow.matches) return pane.scrollTop <= 4;
  return main()?.dataset.page === 'list' && scrollY <= 4;
}

/** Whether nobody is reading where rows would move. */
function isQuiet() {
  const pane = list();
  if (document.hidden || !pane || !isAtTop() || pane.contains(document.activeElement)) return false;
  const selection = getSelection();
  if (selection && !selection.isCollapsed && pane.contains(selection.anchorNode)) return false;
  return !document.querySelector('#rows:hover');
}

function showPill() {
  const pill = document.getElementById('new');
  if (!pill) return;
  pill.hidden = waiting.length === 0;
  const count = waiting.length.toLocaleString(document.documentElement.lang);
  pill.textContent = `↑ ${count}${waiting.length < ROWS_MAX ? '' : '+'} ${words().unseen}`;
}

/**
 * Puts in the rows that wait. They come in above what is seen and are scrolled to a frame later: rows
 * that are pushed down by others would be a shift of the layout, rows that are scrolled are none.
 */
function showWaiting() {
  const ol = rows();
  const scroller = narrow.matches ? document.scrollingElement : list();
  if (!ol || !scroller || waiting.length === 0) return;
  const items = waiting;
  waiting = [];
  const anchor = ol.querySelector('li[data-id]');
  const top = anchor?.getBoundingClientRect().top ?? 0;
  for (const item of items) item.classList.add('fresh');
  ol.prepend(...items);
  groupByDay(ol);
  prune(ol);
  showPill();
  if (anchor?.isConnected) scroller.scrollTop += anchor.getBoundingClientRect().top - top;
  if (settling) return;
  settling = true;
  requestAnimationFrame(() => requestAnimationFrame(() => {
    scroller.scrollTop = 0;
    settling = false;
  }));
}

/** @param {Element} ol */
function prune(ol) {
  const items = ol.querySelectorAll('li[data-id]');
  if (items.length <= ROWS_MAX) return;
  for (const item of [...items].slice(ROWS_MAX)) item.remove();
  while (ol.lastElementChild?.className === 'day') ol.lastElementChild.remove();
  const last = ol.lastElementChild?.getAttribute('data-id');
  const place = main();
  if (!last || !place) return;
  const link = document.querySelector('.more-rows a');
  link?.setAttribute('href', `${place.dataset.list}&before=${last}`);
}

function showTitle() {
  document.title = unseen.size ? `(${unseen.size}) ${baseTitle}` : baseTitle;
}

/** @param {number} count */
function announce(count) {
  unannounced += count;
  if (Date.now() - announced < ANNOUNCE_MS) return;
  announced = Date.now();
  const status = document.getElementById('status');
  // Heard only: eyes have the row, the pill and the title.
  if (status && status.textContent === '') {
    status.classList.add('unseen');
    status.textContent = plural(unannounced, words().newOne, words().newOther);
    setTimeout(() => { if (status.classList.contains('unseen')) status.textContent = ''; }, 3000);
  }
  unannounced = 0;
}

/** @param {MouseEvent} event */
function onClick(event) {
  const target = event.target instanceof Element ? event.target : null;
  if (target?.closest('#new')) {
    showWaiting();
    (narrow.matches ? document.scrollingElement : list())?.scrollTo({ top: 0 });
    return;
  }
  const plain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
  const link = target?.closest('a');
  if (!plain || event.defaultPrevented || !link) return;
  if (link.matches('.row, .beside a')) {
    event.preventDefault();
    void open(link.href);
  } else if (link.matches('.tabs a')) {
    event.preventDefault();
    void changeView(link.href);
  } else if (link.matches('.more-rows a') && (rows()?.querySelectorAll('li[data-id]').length ?? ROWS_MAX) < ROWS_MAX) {
    event.preventDefault();
    void showOlder(link);
  } else if (link.matches('.back') && history.state?.within) {
    event.preventDefault();
    history.back();
  }
}

/**
 * Opens a request beside the list, under its own URL.
 * @param {string} href
 */
async function open(href) {
  const here = { ...history.state, top: listTop() };
  if (await load(href)) {
    history.replaceState(here, '');
    history.pushState({ within: true, top: here.top }, '', href);
    setPage('request');
    if (narrow.matches) {
      scrollTo(0, 0);
      detail()?.focus({ preventScroll: true });
    }
  }
}

/**
 * Shows the open request's body in another way, at the same place on the screen.
 * @param {string} href
 */
async function changeView(href) {
  const pane = detail();
  const scroller = narrow.matches ? document.scrollingElement : pane;
  const top = scroller?.scrollTop ?? 0;
  if (!(await load(href))) return;
  history.replaceState(history.state, '', href);
  if (scroller) scroller.scrollTop = top;
  const tab = pane?.querySelector('.tabs [aria-current]');
  if (tab instanceof HTMLElement) tab.focus({ preventScroll: true });
}

/** Shows what the URL says after Back or Forward, with the list where it was. */
async function restore() {
  const isOne = new URL(location.href).searchParams.get('inspect');
  if (isOne || !narrow.matches) await load(location.href);
  setPage(isOne ? 'request' : 'list');
  const top = history.state?.top ?? 0;
  if (narrow.matches) scrollTo(0, isOne ? 0 : top);
}

function listTop() {
  return narrow.matches ? scrollY : list()?.scrollTop ?? 0;
}

/** @param {'list' | 'request'} page */
function setPage(page) {
  const place = main();
  if (place) place.dataset.page = page;
}

/**
 * Loads a request into the detail pane.
 * @param {string} href
 * @returns {Promise<boolean>} whether it is the one that is shown now
 */
async function load(href) {
  const pane = detail();
  if (!pane) return false;
  opening?.abort();
  const own = opening = new AbortController();
  try {
    const fragment = await loadFragment(href, 'detail', own.signal);
    if (own.signal.aborted) return false;
    localise(fragment);
    const focused = pane.contains(document.activeElement) ? document.activeElement : null;
    pane.replaceChildren(fragment);
    pane.scrollTop = 0;
    if (focused) keepFocus(pane, focused);
    tree.init(pane);
    select(pane.querySelector('#title')?.getAttribute('data-id') ?? '');
    return true;
  } catch (error) {
    if (error instanceof LoadError && error.status === 401) location.assign(href);
    else if (error instanceof LoadError) say(words().loadFailed);
    return false;
  }
}

/**
 * What had the focus is gone with the request before: its like in this one gets it, else the pane.
 * @param {HTMLElement} pane
 * @param {Element} before
 */
function keepFocus(pane, before) {
  const rel = before.getAttribute('rel');
  const like = rel ? pane.querySelector(`.beside a[rel="${CSS.escape(rel)}"]`) : null;
  (like instanceof HTMLElement ? like : pane).focus({ preventScroll: true });
}

/** @param {string} id */
function select(id) {
  document.querySelector('.row[aria-current]')?.removeAttribute('aria-current');
  const item = document.querySelector(`li[data-id="${CSS.escape(id)}"]`);
  const row = item?.querySelector('.row');
  row?.setAttribute('aria-current', 'true');
  row?.classList.remove('unseen');
  row?.querySelector(':scope > .visually-hidden')?.remove();
  if (!narrow.matches && row && !row.matches(':focus, :hover')) row.scrollIntoView({ block: 'nearest' });
  if (unseen.delete(id)) showTitle();
}

/** @param {HTMLAnchorElement} link */
async function showOlder(link) {
  try {
    const fragment = await loadFragment(link.href, 'rows');
    const ol = rows();
    const items = fragment.querySelectorAll('li[data-id]');
    const more = fragment.querySelector('.more-rows');
    localise(fragment);
    link.closest('.more-rows')?.remove();
    ol?.append(...items);
    if (ol) groupByDay(ol);
    if (more) ol?.after(more);
    const first = items[0]?.querySelector('a');
    if (first instanceof HTMLElement) first.focus({ preventScroll: true });
  } catch {
    say(words().loadFailed);
  }
}
