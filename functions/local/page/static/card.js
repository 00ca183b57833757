// One recipe in the list.

import { recipes } from './api.js';
import { $, clone, link, make, once, say } from './dom.js';
import * as problem from './problem.js';
import { setValue, stars } from './stars.js';
import { day, minutes } from './time.js';

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/**
 * Makes the card of a recipe. → {element, show(recipe), focus()}. onEdit gets the recipe;
 * onGone says that it left the list (-1) or came back (+1).
 */
export function card(recipe, { onEdit, onGone }) {
  const element = clone('card');
  const place = $('.card-problem', element);
  const rating = $('.stars', element);
  let current = recipe;

  function show(newer) {
    current = newer;
    fill(element, newer);
  }

  // One change of a card at a time, in the order they were made.
  let queue = Promise.resolve();
  const inTurn = (work) => {
    queue = queue.then(work);
    return queue;
  };

  /** Sets some fields, whatever the version: the last one to say so is right. */
  const change = (some, again) => inTurn(async () => {
    try {
      const newer = await recipes.patch(current.id, some);
      place.replaceChildren();
      show(newer);
    } catch (error) {
      setValue(rating, current.rating);
      problem.show(place, error, again);
    }
  });

  // Arrow keys pass over the stars on their way: what they come to rest on is saved.
  let resting;
  let wanted;
  function saveRating() {
    clearTimeout(resting);
    if (wanted === undefined) return queue;
    const picked = wanted;
    wanted = undefined;
    return change({ rating: picked }, () => { wanted = picked; saveRating(); });
  }
  stars(rating, (picked) => {
    if (picked === current.rating && wanted === undefined) return;
    wanted = picked;
    clearTimeout(resting);
    resting = setTimeout(saveRating, 400);
  });
  rating.addEventListener('focusout', (event) => {
    if (!rating.contains(event.relatedTarget)) saveRating();
  });

  async function leave(call, whenDone) {
    await saveRating();
    let answer;
    try {
      answer = await call(current.id);
    } catch (error) {
      if (error.status === 404) {
        say('This recipe is gone already.');
        element.remove();
        onGone(-1);
      } else {
        problem.show(place, error, () => once(element, () => leave(call, whenDone)));
      }
      return;
    }
    whenDone(answer);
    onGone(-1);
  }

  const acts = {
    favorite: () => change({ favorite: !current.favorite }, () => press('favorite')),
    made: () => change(current.made ? { made: false, lastMadeAt: null } : { made: true, lastMadeAt: new Date().toISOString() }, () => press('made')),
    edit: () => saveRating().then(() => onEdit(current)),
    trash: () => leave(recipes.trash, (trashed) => {
      const row = gone(trashed, element, (back) => { show(back); onGone(+1); });
      element.replaceWith(row);
      $('button', row).focus();
    }),
    restore: () => leave(recipes.restore, (back) => {
      say(`“${back.title}” is back in your recipes.`);
      const next = element.nextElementSibling ?? element.previousElementSibling;
      element.remove();
      ($('.card-title', next ?? document) ?? $('#recipes-title')).focus();
    }),
  };
  const press = (name) => once($(`[data-do=${name}]`, element), acts[name]);
  element.addEventListener('click', (event) => {
    const button = event.target.closest('[data-do]');
    if (button) press(button.dataset.do);
  });

  show(recipe);
  return { element, show, focus: () => $('.card-title', element).focus() };
}

/** The row that stands in the place of a card until its recipe is back. */
function gone(recipe, element, onBack) {
  const row = clone('gone');
  const button = $('button', row);
  $('bdi', row).textContent = `“${recipe.title}”`;
  const undo = async () => {
    try {
      const back = await recipes.restore(recipe.id);
      row.replaceWith(element);
      onBack(back);
      $('.card-title', element).focus();
      say('The recipe is back.');
    } catch (error) {
      problem.show($('.card-problem', row), error, () => once(button, undo));
    }
  };
  button.addEventListener('click', () => once(button, undo));
  return row;
}

function fill(element, r) {
  element.dataset.id = r.id;
  const put = (selector, value) => {
    const part = $(selector, element);
    part.textContent = value;
    part.hidden = value === '';
  };
  tile($('.tile', element), r);
  put('.card-title', r.title);
  put('.card-about', r.description);
  put('.card-facts', facts(r));
  put('.notes', r.notes);
  links($('.card-links', element), r);
  lines($('.tags', element), r.tags);
  lines($('.ingredients', element), r.ingredients);
  lines($('.steps', element), r.steps);
  $('.how', element).hidden = r.ingredients.length + r.steps.length + r.notes.length === 0;

  const rating = $('.stars', element);
  $('legend', rating).textContent = `Rating of ${r.title}`;
  setValue(rating, r.rating);
  toggle(element, 'favorite', r.favorite, `Favorite: ${r.title}`);
  toggle(element, 'made', r.made, `Made it: ${r.title}`);
  for (const name of ['edit', 'trash', 'restore']) {
    const button = $(`[data-do=${name}]`, element);
    button.setAttribute('aria-label', `${button.textContent}: ${r.title}`);
  }
  const trashed = r.state === 'trashed';
  element.classList.toggle('trashed', trashed);
  rating.disabled = trashed;
  for (const button of element.querySelectorAll('[data-do]')) button.hidden = (button.dataset.do === 'restore') !== trashed;
}

function toggle(element, name, on, label) {
  const button = $(`[data-do=${name}]`, element);
  button.setAttribute('aria-pressed', String(on));
  button.setAttribute('aria-label', label);
}

/** A coloured letter instead of the picture: pictures are elsewhere, and are not asked for. */
function tile(element, r) {
  const [first] = graphemes.segment(r.title);
  element.textContent = first.segment.toUpperCase();
  let sum = 0;
  for (const c of r.id) sum += c.codePointAt(0);
  element.dataset.colour = String(sum % 6);
}

function links(element, r) {
  const host = (url) => URL.canParse(url) && new URL(url).host.replace(/^www\./, '');
  const all = [r.url && link(host(r.url), r.url), r.imageUrl && link('Picture', r.imageUrl)].filter(Boolean);
  element.replaceChildren(...all);
  element.hidden = all.length === 0;
}

function lines(element, texts) {
  element.replaceChildren(...texts.map((text) => make('li', text, { dir: 'auto' })));
  element.hidden = texts.length === 0;
}

function facts(r) {
  return [
    Number.isInteger(r.rating) ? '' : `${r.rating} stars`,
    r.servings && `Serves ${r.servings}`,
    r.prepMinutes && `${minutes(r.prepMinutes)} prep`,
    r.cookMinutes && `${minutes(r.cookMinutes)} cooking`,
    r.lastMadeAt && `Made ${day(r.lastMadeAt)}`,
  ].filter(Boolean).join(' · ');
}
