// Fetches pieces of pages. The only module that may turn text into elements: everything here comes from
// this server's own templates, which escape what senders wrote.

/** @type {{ createHTML(html: string): unknown }} */
const plain = { createHTML: (html) => html };
/** @typedef {{ trustedTypes?: { createPolicy(name: string, rules: typeof plain): typeof plain } }} Browser */
const { trustedTypes } = /** @type {Browser} */ (/** @type {unknown} */ (globalThis));
const policy = trustedTypes?.createPolicy('hookglass', plain) ?? plain;

/** Why a piece could not be fetched; `status` is 0 where the server could not be reached. */
export class LoadError extends Error {
  /** @param {number} status */
  constructor(status) {
    super(`answered ${status}`);
    this.status = status;
  }
}

/**
 * Fetches a piece of a page of this server.
 * @param {string} url
 * @param {string} [kind] which piece: rows, detail, screen
 * @param {AbortSignal} [signal]
 * @returns {Promise<DocumentFragment>}
 */
export async function loadFragment(url, kind = 'branch', signal) {
  const target = new URL(url, location.href);
  if (target.origin !== location.origin) throw new LoadError(0);
  let response;
  let html;
  try {
    response = await fetch(target, { headers: { 'X-Fragment': kind }, redirect: 'error', signal });
    html = await response.text();
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new LoadError(0);
  }
  const isPage = response.headers.get('content-type')?.startsWith('text/html');
  if (!response.ok || !isPage) throw new LoadError(response.status);
  const template = document.createElement('template');
  template.innerHTML = /** @type {string} */ (policy.createHTML(html));
  return template.content;
}
