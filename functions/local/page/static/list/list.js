// The list of recipes. What it shows is in the address, so that a link, a bookmark and the
// back button lead to the same list again.

import * as editor from '../editor/editor.js';
import { go, note, route } from '../router.js';
import { $, clone, make, onClick, once } from '../ui/dom.js';
import * as problem from '../ui/problem.js';
import { several } from '../ui/words.js';
import { card } from './card.js';
import { fetchPages } from './pages.js';
import * as state from './query.js';

const pageSize = 24; // fills rows of two, three and four
const bones = 8; // cards of the skeleton

const view = $('#list-view');
const find = $('#find');
const list = $('#list');
const place = $('#list-problem');
const more = $('#more');
const empty = $('#empty');

const cards = new Map(); // by recipe id
const tags = new Set(); // that were seen, for the tag field to offer
let now = state.fromAddress(new URLSearchParams());
let shown; // the address of what is shown; undefined when it has to be loaded
let old = false; // whether another tab or device may have changed what is shown
let total; // how many there are in all
let pageToken;
let asking; // aborts the load that is under way
let left = { y: 0, id: undefined }; // where the reader was before a recipe was opened

/** Shows the list that the address names. */
export async function show({ query }) {
  view.hidden = false;
  now = state.fromAddress(query);
  state.toForm(now, find.elements);
  sayFilters();
  if (shown === state.toAddress(now)) return comeBack();
  left = { y: 0, id: undefined };
  return load();
}

/** Hides the list, and keeps it for the way back. */
export function hide() {
  if (view.hidden) return;
  left.y = scrollY;
  view.hidden = true;
}

function comeBack() {
  place.replaceChildren(); // the problem of another list
  if (old) load();
  scrollTo(0, left.y);
  (cards.get(left.id) ?? { focus: () => $('#list-title').focus() }).focus();
}

/** Loads the list anew. */
export async function load() {
  asking?.abort();
  const mine = asking = new AbortController();
  const wanted = now;
  list.setAttribute('aria-busy', 'true');
  showSkeleton(list.childElementCount === 0);
  try {
    const found = await fetchPages(state.toQuery(wanted), wanted.page * pageSize, mine.signal);
    if (mine.signal.aborted) return;
    place.replaceChildren();
    shown = state.toAddress(wanted);
    old = false;
    total = found.totalSize;
    const focused = cards.get(document.activeElement?.closest('.card')?.dataset.id);
    cards.clear();
    list.replaceChildren();
    add(found);
    if (focused) cards.get(focused.element.dataset.id)?.focus();
  } catch (error) {
    if (!mine.signal.aborted) problem.show(place, error, load, { read: true });
  } finally {
    if (mine === asking) {
      list.removeAttribute('aria-busy');
      showSkeleton(false);
    }
  }
}

function showSkeleton(on) {
  const skeleton = $('#skeleton');
  skeleton.hidden = !on;
  if (on) {
    empty.hidden = true;
    $('#list-said').textContent = 'Loading the recipes.';
  }
  if (on && skeleton.childElementCount === 0) skeleton.append(...Array.from({ length: bones }, () => clone('skeleton-card')));
}

async function loadMore() {
  const before = shown;
  try {
    const found = await fetchPages(state.toQuery(now), pageSize, undefined, pageToken);
    if (before !== shown) return; // another list is shown by now
    place.replaceChildren();
    now = { ...now, page: now.page + 1 };
    shown = state.toAddress(now);
    note(shown);
    add(found)?.focus();
  } catch (error) {
    problem.show(place, error, () => once(more, loadMore));
    place.scrollIntoView({ block: 'nearest' });
  }
}

/** Appends recipes. → the card of the first one that is new on the list. */
function add(found) {
  let first;
  for (const recipe of found.recipes) {
    const known = cards.get(recipe.id);
    if (known) {
      known.show(recipe);
      continue;
    }
    const made = remember(recipe);
    list.append(made.element);
    first ??= made;
  }
  pageToken = found.nextPageToken;
  more.hidden = !pageToken;
  showCount();
  return first;
}

function remember(recipe) {
  const made = card(recipe);
  cards.set(recipe.id, made);
  for (const tag of recipe.tags) tags.add(tag);
  $('#tags-seen').replaceChildren(...[...tags].sort().map((tag) => make('option', '', { value: tag })));
  return made;
}

function showCount() {
  const filtered = state.filters(now);
  const none = list.childElementCount === 0 && !pageToken;
  $('#count').textContent = total === undefined ? '' : String(total);
  empty.hidden = !none;
  $('#empty-text').textContent = filtered ? state.nothing(now) : 'Your pantry is empty. What did you cook last?';
  $('#empty-do').textContent = filtered ? 'Show all recipes' : 'Add your first recipe';
  $('#empty-import').hidden = filtered;
  $('#list-said').textContent = none ? $('#empty-text').textContent : `${several(total ?? list.childElementCount, 'recipe')} found.`;
}

/** The filters that the narrow page folds away are named on their button. */
function sayFilters() {
  const set = [now.tag, now.rating, now.order].filter(Boolean).length;
  $('#find-toggle').textContent = set > 0 ? `Filters (${set})` : 'Filters';
}

/** Takes in a recipe that was saved or changed. A new one comes first, to be seen. */
export function saved(recipe, isNew = false) {
  const known = cards.get(recipe.id);
  if (known) known.show(recipe);
  else if (isNew) {
    const made = remember(recipe);
    list.prepend(made.element);
    if (total !== undefined) total++;
    showCount();
  }
  left.id = recipe.id;
}

/** Takes out a recipe that is not in the list any more. */
export function removed(id) {
  const known = cards.get(id);
  if (!known) return;
  const next = known.element.nextElementSibling ?? known.element.previousElementSibling;
  left.id = next?.dataset.id;
  known.element.remove();
  cards.delete(id);
  if (total !== undefined) total--;
  showCount();
}

/** Says that the list has changed elsewhere: it is loaded when it is shown next. */
export function stale() {
  shown = undefined;
  if (!view.hidden) load();
}

function ask(ms) {
  clearTimeout(ask.timer);
  ask.timer = setTimeout(() => {
    const wanted = state.fromForm(find.elements);
    if (state.toAddress(wanted) === state.toAddress({ ...now, page: 1 })) return;
    note(state.toAddress(wanted));
    show(route());
  }, ms);
}

/** Wires the list. */
export function start() {
  find.addEventListener('submit', (event) => {
    event.preventDefault();
    ask(0);
  });
  find.addEventListener('input', (event) => ask(event.target.type === 'search' || event.target.type === 'text' ? 250 : 0));
  const toggle = $('#find-toggle');
  toggle.addEventListener('click', () => {
    const open = toggle.getAttribute('aria-expanded') !== 'true';
    toggle.setAttribute('aria-expanded', String(open));
  });
  list.addEventListener('click', ({ target }) => {
    left.id = target.closest('.card')?.dataset.id ?? left.id;
  });
  onClick(more, loadMore);
  document.addEventListener('visibilitychange', () => {
    if (document.hidden || shown === undefined) return;
    old = true;
    if (!view.hidden) load();
  });
  $('#empty-do').addEventListener('click', () => {
    if (!state.filters(now)) return editor.open();
    go(state.toAddress({ ...state.fromAddress(new URLSearchParams()), order: now.order }));
    return $('#find-q').focus();
  });
}

/** Forgets what is shown, because somebody else may look next. */
export function stop() {
  asking?.abort();
  view.hidden = true;
  shown = total = pageToken = undefined;
  left = { y: 0, id: undefined };
  cards.clear();
  tags.clear();
  list.replaceChildren();
  place.replaceChildren();
  $('#tags-seen').replaceChildren();
  $('#count').textContent = $('#list-said').textContent = '';
  more.hidden = empty.hidden = true;
}
