// The list of recipes: search, filters, pages.

import { recipes } from './api.js';
import { card } from './card.js';
import { $, once } from './dom.js';
import * as editor from './editor.js';
import * as problem from './problem.js';

const find = $('#find');
const list = $('#list');
const place = $('#list-problem');
const more = $('#more');
const empty = $('#empty');

const filters = {
  all: {}, favorite: { favorite: 'true' }, made: { made: 'true' }, new: { made: 'false' }, trash: { state: 'trashed' },
};

const cards = new Map(); // by recipe id
let total; // how many there are in all; undefined when that is not known
let pageToken;
let asked; // the query of the list that is shown
let asking; // aborts the load that is under way

function question() {
  const { q, orderBy, show } = find.elements;
  const query = { orderBy: orderBy.value, ...filters[show.value] };
  if (q.value.trim()) query.q = q.value.trim();
  return query;
}

/** Shows the first page of what the search form asks for. */
export async function load() {
  asking?.abort();
  const mine = asking = new AbortController();
  const query = question();
  list.setAttribute('aria-busy', 'true');
  try {
    const page = await fetchPage({ ...query, count: 'true' }, mine.signal);
    if (mine.signal.aborted) return;
    place.replaceChildren();
    asked = query;
    total = page.totalSize;
    cards.clear();
    list.replaceChildren();
    add(page);
  } catch (error) {
    if (!mine.signal.aborted) problem.show(place, error, load);
  } finally {
    if (mine === asking) list.removeAttribute('aria-busy');
  }
}

/** One page. A page may be empty and have a next one: one request looks at so many and no more. */
async function fetchPage(query, signal) {
  let page = await recipes.list(query, signal);
  const { totalSize } = page;
  for (let tries = 0; page.recipes.length === 0 && page.nextPageToken && tries < 10; tries++) {
    page = await recipes.list({ ...query, pageToken: page.nextPageToken }, signal);
  }
  return { ...page, totalSize };
}

async function loadMore() {
  const query = asked;
  try {
    const page = await fetchPage({ ...query, pageToken });
    if (query !== asked) return; // another list is shown by now
    place.replaceChildren();
    add(page)?.focus();
  } catch (error) {
    problem.show(place, error, () => once(more, loadMore));
    place.scrollIntoView({ block: 'nearest' });
  }
}

/** Appends a page. → the card of the first recipe that is new on the list. */
function add(page) {
  let first;
  for (const recipe of page.recipes) {
    const shown = cards.get(recipe.id);
    if (shown) {
      shown.show(recipe);
      continue;
    }
    const made = make(recipe);
    list.append(made.element);
    first ??= made;
  }
  pageToken = page.nextPageToken;
  more.hidden = !pageToken;
  showCount();
  return first;
}

function make(recipe) {
  const made = card(recipe, { onEdit: editor.open, onGone: (by) => { count(by); } });
  cards.set(recipe.id, made);
  return made;
}

function count(by) {
  if (total !== undefined) total += by;
  showCount();
}

function showCount() {
  $('#count').textContent = total === undefined ? '' : String(total);
  const filtered = asked.q || find.elements.show.value !== 'all';
  empty.hidden = list.childElementCount > 0 || Boolean(pageToken);
  $('#empty-text').textContent = filtered ? nothing() : 'Your pantry is empty. What did you cook last?';
  $('#empty-do').textContent = filtered ? 'Show all recipes' : 'Add your first recipe';
}

function nothing() {
  if (asked.q) return `No recipe here has “${asked.q}” in its title, tags or ingredients.`;
  return { favorite: 'No recipe is a favorite yet.', made: 'No recipe is marked as made yet.', new: 'You made them all.', trash: 'The trash is empty.' }[find.elements.show.value];
}

/** The editor saved a recipe, or loaded a newer version of one. */
export function saved(recipe, isNew) {
  const shown = cards.get(recipe.id);
  if (shown) {
    shown.show(recipe);
    return;
  }
  if (!isNew) return;
  const made = make(recipe);
  list.prepend(made.element);
  count(+1);
  made.focus();
  made.element.scrollIntoView({ block: 'nearest' });
}

function showAll() {
  find.reset();
  find.elements.q.focus();
  return load();
}

/** Wires the list. */
export function start() {
  let typing;
  const soon = (ms) => {
    clearTimeout(typing);
    typing = setTimeout(load, ms);
  };
  find.addEventListener('submit', (event) => {
    event.preventDefault();
    soon(0);
  });
  find.elements.q.addEventListener('input', () => soon(250));
  find.addEventListener('change', (event) => {
    if (event.target !== find.elements.q) soon(0);
  });
  more.addEventListener('click', () => once(more, loadMore));
  $('#add').addEventListener('click', () => editor.open());
  $('#empty-do').addEventListener('click', () => {
    if (asked.q || find.elements.show.value !== 'all') once(empty, showAll);
    else editor.open();
  });
}

/** Forgets what is shown. */
export function stop() {
  asking?.abort();
  cards.clear();
  list.replaceChildren();
  place.replaceChildren();
  find.reset();
  more.hidden = empty.hidden = true;
  $('#count').textContent = '';
}
