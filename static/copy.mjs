// Puts text on the clipboard and says so.

import { words } from './words.mjs';

/** @type {number | undefined} */
let fading;

/**
 * Says something for a moment, to eyes and to screen readers.
 * @param {string} text
 */
export function say(text) {
  const status = document.getElementById('status');
  if (!status) return;
  status.classList.remove('unseen');
  status.textContent = text;
  clearTimeout(fading);
  fading = setTimeout(() => { status.textContent = ''; }, 2500);
}

/**
 * Copies `text`; `label` names it in what is said.
 * @param {string} text
 * @param {string} [label]
 * @returns {Promise<boolean>} whether it worked
 */
export async function copyText(text, label) {
  const worked = await write(text);
  const outcome = worked ? words().copied : words().copyFailed;
  say(label ? `${outcome}: ${label}` : outcome);
  return worked;
}

/** @param {string} text */
async function write(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // No clipboard on plain http, or no permission: the old way needs neither.
    return writeBySelection(text);
  }
}

/** @param {string} text */
function writeBySelection(text) {
  const focused = document.activeElement;
  const field = document.createElement('textarea');
  field.value = text;
  field.className = 'visually-hidden';
  // Inside an open popover, so that taking the focus does not close it.
  (document.querySelector(':popover-open') ?? document.body).append(field);
  field.select();
  let worked = false;
  try {
    worked = document.execCommand('copy');
  } catch { /* not allowed: said by the result */ }
  field.remove();
  if (focused instanceof HTMLElement) focused.focus({ preventScroll: true });
  return worked;
}

/** Makes every `[data-copy-text]` and `[data-copy-url]` button copy. */
export function init() {
  document.addEventListener('click', async (event) => {
    const target = event.target instanceof Element ? event.target : null;
    /** @type {HTMLElement | null | undefined} */
    const button = target?.closest('button[data-copy-text], button[data-copy-url]');
    if (!button) return;
    const { copyText: own, copyUrl } = button.dataset;
    const text = copyUrl ? await fetchText(copyUrl) : own;
    if (text === undefined) {
      say(words().copyFailed);
    } else if (await copyText(text)) {
      button.dataset.done = '';
      setTimeout(() => delete button.dataset.done, 1200);
    }
  });
}

/** @param {string} url */
async function fetchText(url) {
  try {
    const response = await fetch(url);
    return response.ok ? await response.text() : undefined;
  } catch {
    return undefined;
  }
}
