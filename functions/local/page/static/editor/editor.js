// The form in which a recipe is written and changed.
//
// A change sends only the fields that were typed in, with the version they were typed
// over (If-Match). When there is a newer version meanwhile the answer is 412: it can be
// loaded below what was typed. A new recipe carries an Idempotency-Key, so that a try
// whose answer got lost can be repeated without a second recipe.

import { Problem, recipes } from '../api.js';
import { $, clone, once } from '../ui/dom.js';
import * as forms from '../ui/forms.js';
import * as problem from '../ui/problem.js';
import { stars } from '../ui/stars.js';
import { say } from '../ui/toast.js';
import { control, fill as show, get, names, read, set, spoken, typed, unreadable } from './fields.js';

const dialog = $('#editor');
const form = $('#recipe');
const place = $('#editor-problem');
const above = $('#editor-summary');

let target = null; // the recipe that is changed; null for a new one
let before = {}; // what the form held when it was filled
let key; // the new recipe's Idempotency-Key
let suspended = false;
let owner; // the user who types
let saved = () => {};
let changedElsewhere = () => {};

const changed = () => names.filter((name) => get(name) !== before[name] || control(name).validity?.badInput);

function fill(recipe) {
  show(recipe);
  before = typed(); // as the controls hold it, which may trim and change line ends
}

/** Whether there is something typed that would be lost. */
export const dirty = () => (dialog.open || suspended) && changed().length > 0;

/** Opens the editor for a recipe, or for a new one. */
export function open(recipe = null) {
  reset(recipe);
  dialog.showModal();
  form.elements.title.focus();
  $('#editor-body').scrollTop = 0;
}

function reset(recipe) {
  target = recipe;
  key = undefined;
  suspended = false;
  $('#editor-title').textContent = recipe ? 'Change the recipe' : 'Add a recipe';
  $('#editor-nutrition').open = false;
  tidy();
  fill(recipe);
  ask(false);
}

function clear() {
  forms.clear(form, place);
  above.replaceChildren();
  $('#editor-notice').textContent = '';
}

/** Removes what an earlier save had to say. */
function tidy() {
  clear();
  form.querySelectorAll('.theirs').forEach((box) => box.remove());
}

/** Closes the editor for as long as nobody is signed in. */
export function suspend() {
  suspended = dirty();
  dialog.close();
}

/** Somebody has signed in: what another user typed is thrown away. */
export function keepFor(userID) {
  if (owner !== undefined && owner !== userID) discard();
  owner = userID;
}

/** Opens it again with what was typed, if anything was. */
export function resume() {
  if (!suspended) return;
  dialog.showModal();
  suspended = false;
  $('#editor-save').focus();
}

/** Throws away what was typed. */
export function discard() {
  reset(null);
  dialog.close();
}

async function save() {
  clear();
  const wrong = unreadable();
  if (wrong.length > 0) {
    const errors = wrong.map((name) => ({ location: `/${name}`, message: 'must be a whole number' }));
    forms.show(form, place, new Problem({ status: 422, code: 'invalid', errors }), undefined, above);
    return;
  }
  const isNew = target === null;
  try {
    const recipe = isNew ? await create() : await change();
    discard();
    saved(recipe, isNew);
    say(isNew ? 'The recipe is added.' : 'The recipe is saved.');
  } catch (error) {
    refused(error);
  }
}

function create() {
  key ??= crypto.randomUUID();
  const filled = names.filter((name) => name === 'title' || (get(name) !== '' && get(name) !== '0'));
  return recipes.create(read(filled), key);
}

function change() {
  const some = changed();
  return some.length === 0 ? target : recipes.patch(target.id, read(some), target.etag);
}

function refused(error) {
  const again = () => once(form, save);
  if (target) {
    if (error.status === 412) conflict();
    else if (error.status === 404 || error.code === 'recipe_trashed') gone();
    else forms.show(form, place, error, again, above);
    return;
  }
  // A temporary problem may have come after the recipe was stored: the key stays. Any
  // other answer says that this body and key made nothing.
  if (!error.temporary) key = undefined;
  if (error.code === 'idempotency_key_reused') {
    changedElsewhere();
    problem.show(place, new Problem({
      status: 422, code: error.code,
      detail: 'An earlier try did arrive: the recipe is in your list as you had typed it then. Save again to add this one too.',
    }));
    return;
  }
  forms.show(form, place, error, again, above);
}

/** There is a newer version. */
function conflict() {
  const box = clone('conflict');
  const button = $('button', box);
  button.addEventListener('click', () => once(button, loadNewer));
  place.replaceChildren(box);
  button.focus();
}

async function loadNewer() {
  try {
    const newer = await recipes.get(target.id);
    tidy();
    merge(newer);
    $('#editor-notice').textContent = 'The newer version is loaded. Look it over and save.';
    saved(newer, false);
  } catch (error) {
    if (error.status === 404) gone();
    else problem.show(place, error, loadNewer);
  }
}

/** Puts the newer version below what was typed; where both changed a field, shows theirs. */
function merge(newer) {
  const mine = changed().map((name) => [name, get(name)]);
  const old = before;
  target = newer;
  fill(newer);
  let first;
  for (const [name, shown] of mine) {
    const theirs = before[name];
    set(name, shown);
    if (theirs === old[name] || theirs === shown) continue;
    showTheirs(name, theirs);
    first ??= name;
  }
  if (first && first !== 'rating') control(first).focus();
  else $('#editor-save').focus();
}

function showTheirs(name, theirs) {
  const box = clone('theirs');
  $('bdi', box).textContent = spoken(name, theirs);
  $('button', box).addEventListener('click', () => {
    set(name, theirs);
    box.remove();
    $('#editor-save').focus();
  });
  const c = control(name);
  forms.unfold(c);
  (c.closest('.field') ?? c.closest('.field-row')).append(box);
}

/** The recipe was deleted elsewhere: what is in the form can become a new one. */
function gone() {
  const kept = typed();
  reset(null);
  for (const name of names) set(name, kept[name]);
  changedElsewhere();
  problem.show(place, new Problem({
    status: 404, code: 'gone',
    detail: 'This recipe was deleted somewhere else. What you see here can be saved as a new recipe.',
  }));
}

/** Shows the question whether to throw away what was typed. */
function ask(on) {
  $('#editor-buttons').hidden = on;
  $('#editor-discard').hidden = !on;
  if (on) $('#editor-keep').focus();
}

function leave() {
  if (dirty()) ask(true);
  else discard();
}

/** Wires the editor; onSaved gets (recipe, whether it is new). */
export function start({ onSaved, onChangedElsewhere }) {
  saved = onSaved;
  changedElsewhere = onChangedElsewhere;
  forms.prepare(form);
  stars($('#recipe-rating'));
  reset(null);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    once(form, save);
  });
  dialog.addEventListener('cancel', (event) => { // the Escape key
    event.preventDefault();
    leave();
  });
  dialog.addEventListener('close', () => { // a browser closes it on a second Escape, whatever cancel says
    if (suspended || changed().length === 0) return;
    dialog.showModal();
    ask(true);
  });
  $('#editor-close').addEventListener('click', leave);
  $('#editor-cancel').addEventListener('click', leave);
  $('#editor-throw').addEventListener('click', discard);
  $('#editor-keep').addEventListener('click', () => {
    ask(false);
    form.elements.title.focus();
  });
}
