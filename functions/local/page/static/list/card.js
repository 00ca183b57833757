// One recipe in the list.

import { recipes } from '../api.js';
import { address, toRecipe } from '../router.js';
import { $, clone, make, onClick, once } from '../ui/dom.js';
import { picture } from '../ui/picture.js';
import * as problem from '../ui/problem.js';
import { minutes } from '../ui/words.js';

const mostTags = 3; // on a card

/** Makes the card of a recipe. → {element, show(recipe), focus()} */
export function card(recipe) {
  const element = clone('card');
  const heart = $('.heart', element);
  const place = $('.card-problem', element);
  let current = recipe;

  function show(newer) {
    current = newer;
    fill(element, newer);
  }

  async function favorite() {
    try {
      show(await recipes.patch(current.id, { favorite: !current.favorite }));
      place.replaceChildren();
    } catch (error) {
      problem.show(place, error, () => once(heart, favorite));
    }
  }
  onClick(heart, favorite);

  show(recipe);
  return { element, show, focus: () => $('.card-title a', element).focus() };
}

function fill(element, r) {
  element.dataset.id = r.id;
  picture($('.picture', element), r);
  const title = $('.card-title a', element);
  title.textContent = r.title;
  title.href = toRecipe(r.id);
  $('.card-facts', element).replaceChildren(...facts(r));
  tagLinks($('.tags', element), r.tags.slice(0, mostTags));
  const heart = $('.heart', element);
  heart.setAttribute('aria-pressed', String(r.favorite));
  heart.setAttribute('aria-label', `Favorite: ${r.title}`);
}

function facts(r) {
  const time = r.totalMinutes || r.prepMinutes + r.cookMinutes;
  const parts = [];
  if (r.rating > 0) {
    const stars = make('span', `★ ${r.rating}`, { class: 'card-rating', 'aria-hidden': 'true' });
    parts.push(stars, make('span', `Rated ${r.rating} of 5`, { class: 'unseen' }));
  }
  for (const text of [time > 0 && minutes(time), r.servings > 0 && `Serves ${r.servings}`, r.made && 'Made']) {
    if (text) parts.push(make('span', text));
  }
  return parts;
}

/** Tags as links to the list of what has them. */
export function tagLinks(list, tags) {
  list.replaceChildren(...tags.map((tag) => {
    const item = make('li', '');
    item.append(make('a', tag, { href: address('/', { tag }), dir: 'auto', 'aria-label': `Recipes with the tag ${tag}` }));
    return item;
  }));
  list.hidden = tags.length === 0;
}
