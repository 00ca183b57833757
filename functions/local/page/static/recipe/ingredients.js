// A recipe's ingredients: to tick off, and scaled to the servings that are wanted. Both the
// reading view and the cooking view show them. What is ticked is kept until the tab closes.

import { $, clone, make } from '../ui/dom.js';
import { several } from '../ui/words.js';
import { readable, scale, servingsIn } from './amounts.js';

const name = (id) => `pantry.ticked.${id}`;

/** The lines that are ticked → a Set of their places. */
export function ticked(id) {
  try {
    return new Set(JSON.parse(sessionStorage.getItem(name(id))) ?? []);
  } catch {
    return new Set();
  }
}

export function setTicked(id, places) {
  try {
    sessionStorage.setItem(name(id), JSON.stringify([...places]));
  } catch { /* storage is switched off: ticks last as long as the view */ }
}

/** How many servings the recipe is written for; 1 when it does not say, which scales as "× 2". */
export const base = (recipe) => recipe.servings || servingsIn(recipe.yield) || 1;

/** The servings that the address wants, or those of the recipe. */
export function wanted(recipe, query) {
  const n = Number.parseInt(query.get('servings'), 10);
  return n >= 1 && n <= 1000 ? n : base(recipe);
}

/** Fills a list with the ingredients for so many servings. onTick is called after a tick. */
export function fillIngredients(list, recipe, servings, onTick = () => {}) {
  const places = ticked(recipe.id);
  list.replaceChildren(...recipe.ingredients.map((line, place) => {
    const item = clone('ingredient');
    const box = $('input', item);
    box.checked = places.has(place);
    box.addEventListener('change', () => {
      if (box.checked) places.add(place);
      else places.delete(place);
      setTicked(recipe.id, places);
      onTick(places.size);
    });
    $('span', item).replaceChildren(...scale(line, servings / base(recipe)).map(({ text, amount }) => (amount ? make('b', text) : text)));
    return item;
  }));
}

/** So many servings in words: "8 servings", "24 cookies", or "× 2" when the recipe does not say how many it makes. */
export function inWords(recipe, servings) {
  if (recipe.servings) return several(servings, 'serving');
  if (servingsIn(recipe.yield)) return recipe.yield.replace(/\d+/, String(servings));
  return `× ${servings}`;
}

/** What has to be said about the scaled amounts; '' when there is nothing. */
export function scaleHint(recipe, servings) {
  if (servings === base(recipe)) return '';
  const some = recipe.ingredients.some((line) => !readable(line));
  return `${some ? 'Lines without an amount that can be read stay as they are. ' : ''}The steps keep their amounts.`;
}
