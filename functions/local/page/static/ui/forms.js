// A form's problems: each is said at its field, and a summary above the form lists them
// all with links. The summary takes the focus, so that nobody has to look for what is wrong.

import { Problem } from '../api.js';
import { $, clone, make } from './dom.js';
import * as problem from './problem.js';

/** Gives every control of a form a place for what is wrong with it. */
export function prepare(form) {
  for (const control of form.querySelectorAll('.field input, .field textarea, .field select')) {
    const error = make('p', '', { class: 'error', id: `${control.id}-error` });
    control.after(error);
    control.setAttribute('aria-describedby', `${control.getAttribute('aria-describedby') ?? ''} ${error.id}`.trim());
    control.addEventListener('input', () => clearField(control));
    if (control.type === 'url') control.addEventListener('change', () => completeAddress(control));
  }
}

const bare = /^[\p{L}\d-]+(\.[\p{L}\d-]+)*\.\p{L}{2,}(:\d+)?([/?#]|$)/u; // a host with a dot, and no scheme

/** People copy addresses without their beginning: example.com/soup gets its https://. */
export const complete = (address) => (bare.test(address.trim()) ? `https://${address.trim()}` : address);

function completeAddress(control) {
  control.value = complete(control.value);
}

function clearField(control) {
  control.removeAttribute('aria-invalid');
  const error = document.getElementById(`${control.id}-error`);
  if (error) error.textContent = '';
}

/** Opens the part of a form in which a control is folded away. */
export function unfold(control) {
  const fold = control.closest('details');
  if (fold) fold.open = true;
}

export function clear(form, place) {
  for (const control of form.elements) clearField(control);
  form.querySelectorAll('.summary').forEach((box) => box.remove());
  place.replaceChildren();
}

/**
 * Shows a form's problem. A refused field's location is a JSON pointer such as /title or
 * /ingredients/3. One refused field gets the focus itself; several have a summary at
 * `above`. What belongs to no field is said at the place.
 */
export function show(form, place, error, again, above = place) {
  const rest = [];
  const refused = new Map(); // control → what is wrong with it
  for (const { location, message } of error.fields ?? []) {
    const path = location.replace(/^\//, '');
    const [name, index] = path.split('/');
    const control = form.elements[path] ?? form.elements[name];
    if (!(control instanceof HTMLElement)) {
      rest.push(`${path} ${message}`);
      continue;
    }
    const item = index === undefined || control.name === path ? '' : `Number ${Number(index) + 1} `;
    refused.set(control, [refused.get(control), sentence(item + message)].filter(Boolean).join(' '));
  }
  for (const [control, text] of refused) {
    document.getElementById(`${control.id}-error`).textContent = text;
    control.setAttribute('aria-invalid', 'true');
    unfold(control);
  }
  if (refused.size === 0) problem.show(place, error, again);
  else if (rest.length > 0) problem.show(place, new Problem({ status: 422, code: 'invalid', detail: sentence(rest.join('; ')) }));
  if (refused.size === 1) refused.keys().next().value.focus();
  else if (refused.size > 1) summarise(refused, above);
}

function summarise(refused, above) {
  const box = clone('summary');
  $('p', box).textContent = `${refused.size} things have to be changed:`;
  const controls = [...refused].sort(([a], [b]) => (a.compareDocumentPosition(b) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1));
  for (const [control, text] of controls) {
    const label = $(`label[for="${control.id}"]`).firstChild.textContent.trim();
    const to = make('a', `${label}: ${text}`, { href: `#${control.id}` });
    to.addEventListener('click', (event) => {
      event.preventDefault(); // the address is the page's own
      control.focus();
    });
    const item = make('li', '');
    item.append(to);
    $('ul', box).append(item);
  }
  above.replaceChildren(box);
  box.focus();
  box.scrollIntoView({ block: 'nearest' });
}

export function sentence(text) {
  const capital = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?…]$/.test(capital) ? capital : `${capital}.`;
}
