// The view of one recipe, to read and to cook from.

import { Problem, recipes } from '../api.js';
import * as editor from '../editor/editor.js';
import * as list from '../list/list.js';
import { askToErase, daysLeft } from '../list/trash.js';
import { address, go, note, route, toCooking, toRecipe } from '../router.js';
import { $, onClick, once } from '../ui/dom.js';
import * as problem from '../ui/problem.js';
import { setValue, stars } from '../ui/stars.js';
import { say } from '../ui/toast.js';
import { base, fillIngredients, inWords, scaleHint, setTicked, ticked, wanted } from './ingredients.js';
import { fill, pressed } from './fill.js';

const view = $('#recipe-view');
const article = $('#reading');
const place = $('#reading-problem'); // what keeps the recipe from being shown
const changePlace = $('#reading-change'); // what went wrong with a change of it
const rating = $('#reading-rating');

let current; // the recipe that is shown
let servings = 1;

/** Shows the recipe that the address names. */
export async function show({ id, query }) {
  view.hidden = false;
  if (current?.id !== id) {
    current = undefined;
    article.hidden = true;
    place.replaceChildren();
    document.title = 'Pantry';
  }
  await load(id, query);
}

export function hide() {
  view.hidden = true;
}

async function load(id, query) {
  const isOpen = () => !view.hidden && route().id === id;
  try {
    const recipe = await recipes.get(id);
    if (!isOpen()) return;
    place.replaceChildren();
    changePlace.replaceChildren();
    const first = current?.id !== id;
    servings = wanted(recipe, query);
    showRecipe(recipe);
    if (first) {
      scrollTo(0, 0);
      $('#reading-title').focus();
    }
  } catch (error) {
    if (!isOpen()) return;
    article.hidden = true;
    current = undefined;
    if (error.status === 404) list.removed(id);
    problem.show(place, error.status === 404 ? gone() : error, () => isOpen() && load(id, query), { read: true });
  }
}

const gone = () => new Problem({ status: 404, code: 'recipe_not_found', detail: 'There is no such recipe. It may have been deleted for good.' });

/** Shows a recipe, or a newer version of the one that is shown. */
export function showRecipe(recipe) {
  current = recipe;
  document.title = `${recipe.title} – Pantry`;
  article.hidden = false;
  fill(article, recipe);
  setValue(rating, recipe.rating);
  rating.disabled = recipe.state === 'trashed';
  $('#reading-days').textContent = recipe.state === 'trashed' ? `This recipe is in the trash. ${daysLeft(recipe)}.` : '';
  showServings();
}

function showServings() {
  $('#scale-now').textContent = inWords(current, servings);
  $('#scale-less').setAttribute('aria-disabled', String(servings <= 1));
  const hint = scaleHint(current, servings);
  $('#scale-hint').textContent = hint;
  $('#scale-hint').hidden = hint === '';
  fillIngredients($('#reading-ingredients'), current, servings, showTicked);
  showTicked(ticked(current.id).size);
  const query = { servings: servings === base(current) ? '' : servings };
  $('#reading-cook').href = toCooking(current.id, 1, query);
  if (route().view === 'recipe') note(toRecipe(current.id, query));
}

function showTicked(n) {
  $('#untick').hidden = n === 0;
}

function scaleBy(by) {
  servings = Math.min(Math.max(servings + by, 1), 1000);
  showServings();
}

/** Sets some fields, whatever the version: the last one to say so is right. */
async function change(some, again) {
  const { id } = current;
  try {
    const newer = await recipes.patch(id, some);
    list.saved(newer);
    if (current?.id !== id) return;
    changePlace.replaceChildren();
    showRecipe(newer);
  } catch (error) {
    setValue(rating, current.rating);
    problem.show(changePlace, error, again);
  }
}

const press = (name) => once(pressed(article, name), acts[name]);

const acts = {
  favorite: () => change({ favorite: !current.favorite }, () => press('favorite')),
  made: async () => {
    const before = { made: current.made, lastMadeAt: current.lastMadeAt ?? null };
    await change({ made: true, lastMadeAt: new Date().toISOString() }, () => press('made'));
    if (!changePlace.firstChild) {
      say('Marked as made today.', { named: 'Undo marking it as made today', undo: () => change(before).then(() => {
        say('It is as it was.');
        pressed(article, 'made').focus();
      }) });
    }
  },
  edit: () => saveRating().then(() => editor.open(current)),
  print: () => print(),
  trash: () => throwAway(),
  restore: () => bringBack(current),
  erase: () => askToErase(current, () => { go(address('/trash')); }),
};

async function throwAway() {
  await saveRating();
  let trashed;
  try {
    trashed = await recipes.trash(current.id);
  } catch (error) {
    problem.show(changePlace, error, () => press('trash'));
    return;
  }
  list.removed(trashed.id);
  current = undefined;
  await go($('#reading-back').getAttribute('href'));
  say(`“${trashed.title}” is in the trash.`, { named: `Undo deleting ${trashed.title}`, undo: () => bringBack(trashed) });
}

async function bringBack(recipe) {
  try {
    const back = await recipes.restore(recipe.id);
    list.stale();
    say(`“${back.title}” is back.`);
    go(toRecipe(back.id));
    if (current?.id === back.id) showRecipe(back);
  } catch (error) {
    say(error.message);
  }
}

// Arrow keys pass over the stars on their way: what they come to rest on is saved.
let resting;
let picked;

function saveRating() {
  clearTimeout(resting);
  if (picked === undefined) return Promise.resolve();
  const stars = picked;
  picked = undefined;
  return change({ rating: stars }, () => { picked = stars; saveRating(); });
}

/** Wires the view. */
export function start() {
  stars(rating, (n) => {
    picked = n;
    clearTimeout(resting);
    resting = setTimeout(saveRating, 400);
  });
  rating.addEventListener('focusout', (event) => {
    if (!rating.contains(event.relatedTarget)) saveRating();
  });
  article.addEventListener('click', ({ target }) => {
    const button = target.closest('[data-do]');
    if (button) press(button.dataset.do);
  });
  $('#scale-less').addEventListener('click', () => scaleBy(-1));
  $('#scale-more').addEventListener('click', () => scaleBy(+1));
  onClick($('#untick'), () => {
    setTicked(current.id, []);
    showServings();
    $('#ingredients-title').focus();
  });
}

/** Forgets what is shown. */
export function stop() {
  clearTimeout(resting);
  picked = current = undefined;
  hide();
  article.hidden = true;
  place.replaceChildren();
  changePlace.replaceChildren();
}
