// Says what has happened: to the eye for a while, and to a screen reader.

import { $, make, once } from './dom.js';

const toast = $('#toast');
const shown = 6_000; // ms
const offered = 15_000; // ms, when there is something to press

let hide;

/**
 * Shows a text. undo adds a button that takes back what was done, with `named` for what it
 * is called; it takes the focus, because what had it is gone.
 */
export function say(text, { undo, named } = {}) {
  toast.replaceChildren(make('p', text));
  if (undo) {
    const button = make('button', 'Undo', { type: 'button', class: 'button small', 'aria-label': named });
    button.addEventListener('click', () => once(button, undo));
    toast.append(button);
    button.focus();
  }
  wait(undo ? offered : shown);
}

export function hush() {
  clearTimeout(hide);
  toast.replaceChildren();
}

function wait(ms) {
  clearTimeout(hide);
  hide = setTimeout(() => (toast.matches(':hover, :focus-within') ? wait(ms) : hush()), ms);
}
