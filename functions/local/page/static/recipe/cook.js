// Cooking: one step at a time in large type, with the screen kept awake where the browser
// can (https://www.w3.org/TR/screen-wake-lock/). The step is in the address.

import { recipes } from '../api.js';
import { go, note, route, toCooking, toRecipe } from '../router.js';
import { $ } from '../ui/dom.js';
import * as problem from '../ui/problem.js';
import { hush } from '../ui/toast.js';
import { base, fillIngredients, wanted } from './ingredients.js';

const view = $('#cook-view');
const place = $('#cook-problem');
const swipe = 60; // pixels that a finger moves sideways to turn to another step

let current;
let step = 1;
let servings;

/** Shows the step that the address names. */
export async function show(where) {
  view.hidden = false;
  document.body.classList.add('cooking');
  hush(); // it would cover the buttons
  stayAwake();
  if (current?.id === where.id) turn(where.step);
  else await load(where);
}

export function hide() {
  view.hidden = true;
  document.body.classList.remove('cooking');
  current = undefined;
  letSleep();
}

async function load({ id, step: first, query }) {
  const isOpen = () => !view.hidden && route().id === id;
  try {
    const recipe = await recipes.get(id);
    if (!isOpen()) return;
    place.replaceChildren();
    if (recipe.steps.length === 0) {
      go(toRecipe(id));
      return;
    }
    current = recipe;
    document.title = `Cooking ${recipe.title} – Pantry`;
    servings = wanted(recipe, query);
    $('#cook-title').textContent = recipe.title;
    $('#cook-ingredients-part').hidden = recipe.ingredients.length === 0;
    fillIngredients($('#cook-ingredients'), recipe, servings);
    $('#cook-leave').href = toRecipe(id, scaled());
    $('#cook-progress').max = recipe.steps.length;
    turn(first);
    $('#cook-step').focus({ preventScroll: true });
  } catch (error) {
    if (isOpen()) problem.show(place, error, () => isOpen() && load({ id, step: first, query }), { read: true });
  }
}

const scaled = () => ({ servings: servings === base(current) ? '' : servings });

function turn(to) {
  const last = current.steps.length;
  step = Math.min(Math.max(to, 1), last);
  note(toCooking(current.id, step, scaled()));
  $('#cook-count').textContent = `Step ${step} of ${last}`;
  $('#cook-text').textContent = current.steps[step - 1];
  $('#cook-progress').value = step;
  $('#cook-back').setAttribute('aria-disabled', String(step === 1));
  $('#cook-next').textContent = step === last ? 'Done' : 'Next step';
  scrollTo(0, 0);
}

function next() {
  if (!current) return;
  if (step === current.steps.length) go(toRecipe(current.id, scaled()));
  else turn(step + 1);
}

const back = () => {
  if (current) turn(step - 1);
};

let lock; // the WakeLockSentinel, or the promise of one

/** Keeps the screen on. The browser lets go when the page is not seen, so it is asked again then. */
async function stayAwake() {
  if (lock || !navigator.wakeLock) return;
  lock = true;
  try {
    lock = await navigator.wakeLock.request('screen');
    lock.addEventListener('release', () => {
      lock = undefined;
      $('#cook-awake').textContent = '';
    });
    $('#cook-awake').textContent = 'The screen stays on.';
    if (view.hidden) letSleep(); // left meanwhile
  } catch {
    lock = undefined; // a low battery, for one
  }
}

function letSleep() {
  lock?.release?.();
}

/** Wires the view. */
export function start() {
  $('#cook-next').addEventListener('click', next);
  $('#cook-back').addEventListener('click', back);
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden && !view.hidden) stayAwake();
  });
  document.addEventListener('keydown', ({ key, target, altKey, ctrlKey, metaKey }) => {
    if (view.hidden || altKey || ctrlKey || metaKey || target.closest('input, dialog[open]')) return;
    if (key === 'ArrowRight') next();
    else if (key === 'ArrowLeft') back();
    else if (key === 'Escape') $('#cook-leave').click();
  });
  let from;
  view.addEventListener('touchstart', ({ touches }) => { from = touches.length === 1 ? touches[0] : undefined; }, { passive: true });
  view.addEventListener('touchend', ({ changedTouches: [to] }) => {
    if (!from) return;
    const [x, y] = [to.clientX - from.clientX, to.clientY - from.clientY];
    from = undefined;
    if (Math.abs(x) < swipe || Math.abs(x) < 2 * Math.abs(y)) return;
    if (x > 0) back();
    else if (step < (current?.steps.length ?? 0)) next();
  }, { passive: true });
}
