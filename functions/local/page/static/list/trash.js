// The trash: what is in it for how long, back out of it, and gone for good.

import { now, recipes } from '../api.js';
import { toRecipe } from '../router.js';
import { ask } from '../ui/ask.js';
import { $, clone, onClick, once } from '../ui/dom.js';
import { picture } from '../ui/picture.js';
import * as problem from '../ui/problem.js';
import { say } from '../ui/toast.js';
import { several } from '../ui/words.js';
import * as list from './list.js';
import { fetchPages } from './pages.js';

const kept = 30; // days, as the server keeps it
const pageSize = 50;

const view = $('#trash-view');
const rows = $('#trash-list');
const place = $('#trash-problem');
const more = $('#trash-more');

let total;
let pageToken;

/** Shows the trash. */
export function show() {
  view.hidden = false;
  $('#trash-title').focus();
  return load();
}

export function hide() {
  view.hidden = true;
}

async function load() {
  await fill(undefined, load, (found) => {
    rows.replaceChildren();
    total = found.totalSize;
  });
}

async function fill(token, again, first = () => {}) {
  rows.setAttribute('aria-busy', 'true');
  try {
    const found = await fetchPages({ state: 'trashed' }, pageSize, undefined, token);
    place.replaceChildren();
    first(found);
    rows.append(...found.recipes.map(row));
    pageToken = found.nextPageToken;
    showCount();
  } catch (error) {
    problem.show(place, error, again, { read: true });
  } finally {
    rows.removeAttribute('aria-busy');
  }
}

function showCount() {
  const none = rows.childElementCount === 0 && !pageToken;
  $('#trash-count').textContent = total === undefined ? '' : String(total);
  $('#trash-none').hidden = !none;
  $('#trash-empty').hidden = none;
  more.hidden = !pageToken;
  $('#trash-said').textContent = none ? 'The trash is empty.' : `${several(total ?? rows.childElementCount, 'recipe')} in the trash.`;
}

/** "29 days left": a recipe goes into the trash with its last change. */
export function daysLeft(recipe) {
  const days = Math.ceil(kept - (now() - Date.parse(recipe.updatedAt)) / 86_400_000);
  return days > 1 ? `${several(days, 'day')} left` : 'Its last day';
}

function row(recipe) {
  const element = clone('trashed');
  const title = $('h3 a', element);
  title.textContent = recipe.title;
  title.href = toRecipe(recipe.id);
  picture($('.picture', element), recipe);
  $('.hint', element).textContent = daysLeft(recipe);
  const back = $('[data-do=restore]', element);
  back.setAttribute('aria-label', `Put it back: ${recipe.title}`);
  const restore = async () => {
    try {
      await recipes.restore(recipe.id);
    } catch (error) {
      if (error.status !== 404) return problem.show($('.card-problem', element), error, () => once(back, restore));
    }
    leave(element);
    list.stale();
    return say(`“${recipe.title}” is back in your recipes.`);
  };
  onClick(back, restore);
  const erase = $('[data-do=erase]', element);
  erase.setAttribute('aria-label', `Delete for good: ${recipe.title}`);
  erase.addEventListener('click', () => askToErase(recipe, () => leave(element)));
  return element;
}

/** Asks, and deletes a recipe of the trash for good. */
export function askToErase(recipe, done) {
  ask({ title: 'Delete it for good?', yes: 'Delete for good', no: 'Keep it', text: `“${recipe.title}” cannot be brought back then.` }, async () => {
    await recipes.erase(recipe.id);
    say(`“${recipe.title}” is deleted for good.`);
    done();
  });
}

function leave(element) {
  const next = element.nextElementSibling ?? element.previousElementSibling;
  element.remove();
  if (total !== undefined) total--;
  showCount();
  (next ? $('a', next) : $('#trash-title')).focus();
}

/** Wires the trash. */
export function start() {
  onClick(more, () => fill(pageToken, load));
  $('#trash-empty').addEventListener('click', () => ask({
    title: 'Empty the trash?', yes: 'Empty the trash', no: 'Keep the trash',
    text: `${several(total ?? rows.childElementCount, 'recipe')} cannot be brought back then.`,
  }, async () => {
    await recipes.emptyTrash();
    say('The trash is empty.');
    await load();
    $('#trash-title').focus();
  }));
}

/** Forgets what is shown. */
export function stop() {
  hide();
  rows.replaceChildren();
  place.replaceChildren();
}
