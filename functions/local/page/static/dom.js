// What every part of the page shares. Data becomes text (textContent), never HTML.

export const $ = (selector, root = document) => root.querySelector(selector);

/** A copy of what a <template> holds: one element, or a fragment of several. */
export function clone(id) {
  const copy = document.getElementById(id).content.cloneNode(true);
  return copy.childElementCount === 1 ? copy.firstElementChild : copy;
}

/** An element with a text. */
export function make(name, text, attributes = {}) {
  const element = document.createElement(name);
  element.textContent = text;
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}

/** A link to a web page, or null: no other scheme (javascript:, data:) is ever linked. */
export function link(text, url) {
  let target;
  try {
    target = new URL(url);
  } catch {
    return null;
  }
  if (target.protocol !== 'https:' && target.protocol !== 'http:') return null;
  return make('a', text || target.host, { href: target.href, target: '_blank', rel: 'noopener noreferrer', dir: 'auto' });
}

const busy = new WeakSet();

/**
 * Runs work unless it is running for this element already, so that a second click does
 * nothing. The element keeps the focus, which `disabled` would take away.
 */
export async function once(element, work) {
  if (busy.has(element)) return;
  busy.add(element);
  element.setAttribute('aria-busy', 'true');
  try {
    await work();
  } finally {
    busy.delete(element);
    element.removeAttribute('aria-busy');
  }
}

let hide;

/** Says what has happened: for the eye a while, and to a screen reader. Under a modal dialog nobody notices. */
export function say(text) {
  const toast = $('#toast');
  toast.textContent = text;
  clearTimeout(hide);
  hide = setTimeout(() => { toast.textContent = ''; }, 6_000);
}

/** A dialog's buttons marked data-close close it. */
export function closable(dialog) {
  dialog.addEventListener('click', (event) => {
    if (event.target.closest('[data-close]')) dialog.close();
  });
}
