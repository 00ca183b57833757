// What went wrong is shown where it happened: beside the list, the card, the field.

import { Problem } from './api.js';
import { $, clone, make } from './dom.js';

/**
 * Shows a problem at a place, with a button to try again when that may help. A call that
 * found no session is everybody's matter: main.js hears of it and shows the sign-in.
 */
export function show(place, error, again) {
  const problem = error instanceof Problem ? error : unexpected(error);
  if (problem.status === 401 && problem.code === 'no_session') {
    document.dispatchEvent(new CustomEvent('session-ended'));
    return;
  }
  const box = clone('problem');
  $('p', box).textContent = problem.message;
  if (problem.requestId && problem.status >= 500) $('p', box).append(' ', make('small', `Request ${problem.requestId}`));
  const button = $('button', box);
  if (again && problem.temporary) offer(button, problem.retryAfter, () => { place.replaceChildren(); again(); });
  else button.remove();
  place.replaceChildren(box);
}

function unexpected(error) {
  console.error(error); // a fault of this page
  return new Problem({ status: 500, code: 'page', detail: 'The page has a fault; the browser’s console names it.' });
}

/** Lets a button be used when the server's wait (Retry-After) is over, and counts down. */
function offer(button, seconds = 0, again) {
  const ready = Date.now() + seconds * 1000;
  button.addEventListener('click', () => {
    if (Date.now() >= ready) again();
  });
  const tick = () => {
    const left = Math.ceil((ready - Date.now()) / 1000);
    button.textContent = left > 0 ? `Try again in ${left} s` : 'Try again';
    button.setAttribute('aria-disabled', String(left > 0));
    if (left > 0) setTimeout(tick, 250);
  };
  tick();
}

/** Gives every control of a form a place for what is wrong with it. */
export function prepare(form) {
  for (const control of form.querySelectorAll('.field input, .field textarea, .field select')) {
    const error = make('p', '', { class: 'error', id: `${control.id}-error` });
    control.after(error);
    control.setAttribute('aria-describedby', `${control.getAttribute('aria-describedby') ?? ''} ${error.id}`.trim());
    control.addEventListener('input', () => clearField(control));
  }
}

function clearField(control) {
  control.removeAttribute('aria-invalid');
  const error = document.getElementById(`${control.id}-error`);
  if (error) error.textContent = '';
}

export function clear(form, place) {
  for (const control of form.elements) clearField(control);
  place.replaceChildren();
}

/**
 * Shows a form's problem: each refused field's at the field, the first of which gets the
 * focus, and what belongs to no field at the place. A location is a JSON pointer such as
 * /title or /ingredients/3.
 */
export function showInForm(form, place, error, again) {
  const rest = [];
  let first;
  for (const { location, message } of error.fields ?? []) {
    const [, name, index] = location.split('/');
    const control = form.elements[name];
    if (!(control instanceof HTMLElement)) {
      rest.push(`${location.replace(/^\//, '')} ${message}`);
      continue;
    }
    const text = document.getElementById(`${control.id}-error`);
    const item = index === undefined ? '' : `Number ${Number(index) + 1} `;
    text.textContent = [text.textContent, sentence(item + message)].filter(Boolean).join(' ');
    control.setAttribute('aria-invalid', 'true');
    first ??= control;
  }
  if (!first) show(place, error, again);
  else if (rest.length > 0) show(place, new Problem({ status: 422, code: 'invalid', detail: sentence(rest.join('; ')) }));
  first?.focus();
}

function sentence(text) {
  const capital = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?…]$/.test(capital) ? capital : `${capital}.`;
}
