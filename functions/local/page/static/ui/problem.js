// What went wrong is shown where it happened: beside the list, the card, the button.

import { Problem } from '../api.js';
import { retryLater, tryNow } from './connection.js';
import { $, clone, make } from './dom.js';

/**
 * Shows a problem at a place, with a button to try again when that may help. `read` says
 * that again only reads: then it also runs again by itself. A call that found no session is
 * the whole page's matter: main.js hears of it and shows the sign-in.
 */
export function show(place, error, again, { read = false } = {}) {
  const problem = error instanceof Problem ? error : unexpected(error);
  if (problem.status === 401 && problem.code === 'no_session') {
    document.dispatchEvent(new CustomEvent('session-ended'));
    return;
  }
  const box = clone('problem');
  $('p', box).textContent = problem.message;
  if (problem.requestId && problem.status >= 500) $('p', box).append(' ', make('small', `Request ${problem.requestId}`));
  const button = $('button', box);
  if (!again || !problem.temporary) button.remove();
  else if (read) {
    button.addEventListener('click', tryNow);
    retryLater(again, problem.retryAfter);
  } else offer(button, problem.retryAfter, () => { place.replaceChildren(); again(); });
  place.replaceChildren(box);
}

function unexpected(error) {
  console.error(error); // a fault of this page
  return new Problem({ status: 400, code: 'page', detail: 'The page has a fault; the browser’s console names it.' });
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
