// The words of the page's language that scripts need; the server writes them into a template.

/** @returns {Record<string, string>} */
export function words() {
  const template = document.getElementById('words');
  return /** @type {Record<string, string>} */ ({ ...template?.dataset });
}

/**
 * The sentence for `n`.
 * @param {number} n
 * @param {string} one
 * @param {string} other
 */
export function plural(n, one, other) {
  return n === 1 ? one : other.replace('{n}', n.toLocaleString(document.documentElement.lang));
}
