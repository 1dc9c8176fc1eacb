// Ties the page's parts together. Without this file the page still shows everything.

import * as copy from './copy.mjs';
import { LoadError } from './fragment.mjs';
import * as list from './list.mjs';
import { listen } from './live.mjs';
import { keepAges, now } from './time.mjs';
import { words } from './words.mjs';

/** A break shorter than this is not worth a word. */
const BANNER_MS = 3000;
/** Marks of a burst are fetched at once. */
const MARKS_MS = 150;

copy.init();
list.init();
keepAges();
document.addEventListener('submit', onSubmit);
if (document.getElementById('content')?.dataset.path) listen(path(), { added, marked, state, catchUp });

function path() {
  return document.getElementById('content')?.dataset.path ?? '/';
}

/** @param {string} arrivedAt */
function added(arrivedAt) {
  const own = path().replace(/\/+$/, '');
  if (own === '' || arrivedAt === own || arrivedAt.startsWith(`${own}/`)) catchUp();
}

/** @type {number | undefined} */
let marksTimer;

function marked() {
  marksTimer ??= setTimeout(() => {
    marksTimer = undefined;
    list.remark().catch(() => { /* the next mark tries again */ });
  }, MARKS_MS);
}

function catchUp() {
  list.refresh().catch((error) => {
    if (error instanceof LoadError && error.status === 401) showBanner(words().signedOut);
  });
}

/** @type {number | undefined} */
let bannerTimer;

/** @param {'connecting' | 'live' | 'reconnecting' | 'paused'} next */
function state(next) {
  const live = document.getElementById('live');
  const word = live?.querySelector('.word');
  if (!live || !word) return;
  if (live.dataset.state === 'live' && next === 'reconnecting') {
    const stopped = words().stoppedAt.replace('{time}', now());
    bannerTimer = setTimeout(() => {
      showBanner(stopped);
      catchUp();
    }, BANNER_MS);
  }
  if (next === 'live') {
    clearTimeout(bannerTimer);
    showBanner('');
  }
  live.dataset.state = next;
  word.textContent = words()[next];
}

/** @param {string} text none hides it */
function showBanner(text) {
  const banner = document.getElementById('stopped');
  const place = banner?.querySelector('span');
  if (!banner || !place) return;
  place.textContent = text;
  banner.hidden = text === '';
}

/** @param {SubmitEvent} event */
function onSubmit(event) {
  const form = event.target;
  if (!(form instanceof HTMLFormElement)) return;
  if (form.id === 'theme') {
    event.preventDefault();
    changeTheme(form);
  }
}

/**
 * Changes the colours at once; the server remembers them for the next page.
 * @param {HTMLFormElement} form
 */
function changeTheme(form) {
  const button = form.querySelector('button');
  if (!button) return;
  const theme = button.value;
  const order = ['auto', 'light', 'dark'];
  const body = new URLSearchParams({ theme });
  fetch(form.action, { method: 'POST', body, redirect: 'manual' }).catch(() => {});
  document.documentElement.dataset.theme = theme;
  button.value = order[(order.indexOf(theme) + 1) % order.length];
  button.title = button.dataset[theme] ?? '';
  button.setAttribute('aria-label', button.title);
}
