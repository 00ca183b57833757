// What an import found, recipe by recipe: to look over, and to leave out what is not wanted.

import { toRecipe } from '../router.js';
import { $, clone, lines, make, put } from '../ui/dom.js';
import { sentence } from '../ui/forms.js';
import { minutes, several } from '../ui/words.js';

/** Shows one result. → {result, wanted(), pick(on), says(text, good), done} */
export function found(result) {
  const item = clone('found');
  const box = $('input', item);
  const recipe = result.recipe;
  const title = recipe?.title || `Recipe ${result.index + 1}`;
  $('.found-title', item).textContent = title;
  put($('.found-facts', item), recipe ? facts(recipe) : '');
  dropped($('.found-dropped', item), result.dropped ?? [], title);
  const part = {
    element: item,
    result,
    done: false,
    wanted: () => box.checked && !part.done,
    pick: (on) => { if (!box.disabled) box.checked = on; },
    says: (outcome, good = true) => say(item, outcome, good),
  };
  if (result.status === 'failed') {
    box.disabled = true;
    part.done = true;
    part.says(`It cannot be imported: ${why(result.error)}`, false);
  } else {
    box.checked = !result.duplicateOf;
    if (result.duplicateOf) same($('.found-same', item), result.duplicateOf);
  }
  return part;
}

function facts(r) {
  const time = r.totalMinutes || r.prepMinutes + r.cookMinutes;
  return [
    several(r.ingredients.length, 'ingredient'), several(r.steps.length, 'step'),
    time > 0 && minutes(time), r.servings > 0 && `serves ${r.servings}`, r.state === 'trashed' && 'from the trash',
  ].filter(Boolean).join(' · ');
}

/** Says what the document has and the recipe does not. */
function dropped(details, all, title) {
  details.hidden = all.length === 0;
  $('summary', details).textContent = `${several(all.length, 'thing')} of “${title}” ${all.length === 1 ? 'is' : 'are'} left out or changed`;
  lines($('ul', details), all.map(({ location, reason }) => (location ? `${location}: ${reason}` : sentence(reason))));
  $('ul', details).hidden = false;
}

/** duplicateOf is the recipe that is there already: its id, or {id, title}. */
function same(element, duplicateOf) {
  const { id, title } = typeof duplicateOf === 'string' ? { id: duplicateOf } : duplicateOf;
  element.hidden = false;
  element.replaceChildren('You have it already: ', make('a', title || 'the recipe', { href: toRecipe(id) }));
}

export const why = (error) => [error?.detail ?? error?.message, ...(error?.errors ?? []).map(({ location, message }) => `${location.replace(/^\//, '')} ${message}`)].filter(Boolean).join(' ');

function say(item, outcome, good) {
  const element = $('.found-outcome', item);
  element.hidden = false;
  element.classList.toggle('bad', !good);
  element.replaceChildren(...[outcome].flat());
}

/** Locks a part whose recipe is stored, and links it. */
export function stored(part, recipe) {
  part.done = true;
  $('input', part.element).disabled = true;
  part.says(['Imported. ', make('a', `Open ${recipe.title}`, { href: toRecipe(recipe.id) })]);
}

