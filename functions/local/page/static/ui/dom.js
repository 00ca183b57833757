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

/** The address of a web page as a URL, or null: no other scheme (javascript:, data:) is ever used. */
export function webAddress(text) {
  if (!URL.canParse(text)) return null;
  const url = new URL(text);
  return url.protocol === 'https:' || url.protocol === 'http:' ? url : null;
}

/** A link to a web page, or null when the address is not one of a web page. */
export function link(text, address) {
  const url = webAddress(address);
  return url && make('a', text || url.host, { href: url.href, target: '_blank', rel: 'noopener noreferrer', dir: 'auto' });
}

/** Sets a text, and hides the element when there is none. */
export function put(element, text) {
  element.textContent = text;
  element.hidden = text === '';
}

/** Fills a list with texts, and hides it when there are none. */
export function lines(list, texts) {
  list.replaceChildren(...texts.map((text) => make('li', text, { dir: 'auto' })));
  list.hidden = texts.length === 0;
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

/** Calls once(button, work) for each click. */
export function onClick(button, work) {
  button.addEventListener('click', () => once(button, work));
}

/** A dialog's buttons marked data-close close it. */
export function closable(dialog) {
  dialog.addEventListener('click', (event) => {
    if (event.target.closest('[data-close]')) dialog.close();
  });
}
