// Puts a recipe's texts into the reading view.

import { tagLinks } from '../list/card.js';
import { $, lines, link, make, put } from '../ui/dom.js';
import { picture } from '../ui/picture.js';
import { day, minutes, nutrient, nutrients, several } from '../ui/words.js';

/** The button of an act in the view. */
export const pressed = (article, name) => $(`[data-do=${name}]`, article);

/** Fills the view with a recipe; the ingredients are filled by ingredients.js. */
export function fill(article, r) {
  const trashed = r.state === 'trashed';
  $('#reading-trashed').hidden = !trashed;
  $('#reading-back').textContent = trashed ? 'Trash' : 'All recipes';
  $('#reading-back').href = trashed ? '#/trash' : '#/';
  picture($('#reading-picture'), r, { eager: true });
  put($('#reading-title'), r.title);
  put($('#reading-about'), r.description);
  put($('#reading-made'), r.lastMadeAt ? `Last made ${day(r.lastMadeAt)}` : r.made ? 'Made before' : '');
  facts($('#reading-facts'), r);
  source($('#reading-source'), r);
  tagLinks($('#reading-tags'), r.tags);
  lines($('#reading-steps'), r.steps);
  put($('#reading-notes'), r.notes);
  pairs($('#reading-nutrition'), nutrients.filter((name) => r.nutrition?.[name]).map((name) => [nutrient(name), r.nutrition[name]]));
  $('#reading-ingredients-part').hidden = r.ingredients.length === 0;
  for (const part of ['steps', 'notes', 'nutrition']) $(`#reading-${part}-part`).hidden = $(`#reading-${part}`).hidden;
  buttons(article, r, trashed);
}

function buttons(article, r, trashed) {
  $('#reading-cook').hidden = trashed || r.steps.length === 0;
  for (const name of ['favorite', 'made', 'edit', 'print', 'trash']) pressed(article, name).hidden = trashed;
  const named = { edit: `Edit ${r.title}`, print: `Print ${r.title}`, trash: `Delete ${r.title}`, restore: `Put it back: ${r.title}`, erase: `Delete for good: ${r.title}`, favorite: `Favorite: ${r.title}` };
  for (const [name, text] of Object.entries(named)) pressed(article, name).setAttribute('aria-label', text);
  $('#reading-cook').setAttribute('aria-label', `Start cooking ${r.title}`);
  pressed(article, 'favorite').setAttribute('aria-pressed', String(r.favorite));
}

function facts(list, r) {
  const known = [
    ['Preparation', r.prepMinutes && minutes(r.prepMinutes)],
    ['Cooking', r.cookMinutes && minutes(r.cookMinutes)],
    ['Total', (r.totalMinutes || (r.prepMinutes && r.cookMinutes && r.prepMinutes + r.cookMinutes)) && minutes(r.totalMinutes || r.prepMinutes + r.cookMinutes)],
    ['Makes', r.yield || (r.servings && several(r.servings, 'serving'))],
  ].filter(([, text]) => text);
  pairs(list, known);
}

function source(element, r) {
  const host = URL.canParse(r.url) ? new URL(r.url).host.replace(/^www\./, '') : '';
  const from = r.url && link(host, r.url);
  const parts = [];
  if (r.author) parts.push(`By ${r.author}`);
  if (from) parts.push(parts.length > 0 ? ', from ' : 'From ', from);
  element.replaceChildren(...parts);
  element.hidden = parts.length === 0;
}

function pairs(list, all) {
  list.replaceChildren(...all.map(([name, text]) => {
    const pair = document.createElement('div');
    pair.append(make('dt', name), make('dd', text, { dir: 'auto' }));
    return pair;
  }));
  list.hidden = all.length === 0;
}
