// The import: look what a source holds (a dry run stores nothing), choose, then store.

import { Problem, recipes } from '../api.js';
import * as editor from '../editor/editor.js';
import * as list from '../list/list.js';
import { $, make, onClick, once } from '../ui/dom.js';
import * as problem from '../ui/problem.js';
import { several } from '../ui/words.js';
import { saveExport } from './export.js';
import { found, stored, why } from './preview.js';
import { asDocument, chunks, understand } from './source.js';

const view = $('#import-view');
const form = $('#import');
const place = $('#import-problem');
const preview = $('#preview');
const go = $('#preview-go');
const sideBySide = 4; // recipes that are stored at a time

let parts = []; // what was found
let own; // the items of an export of Pantry, when it is one

/** Shows the import as it was left. */
export function show() {
  view.hidden = false;
  if (preview.hidden) $('#import-title').focus();
}

export function hide() {
  view.hidden = true;
}

async function look(text) {
  reset();
  if (text.trim() === '') {
    problem.show(place, new Problem({ status: 400, code: 'empty', detail: 'Paste an address or a text, or choose a file.' }));
    $('#import-text').focus();
    return;
  }
  const source = understand(text);
  own = source.own;
  try {
    for (const [n, one] of source.sources.entries()) {
      if (source.sources.length > 1) progress(n, source.sources.length, `Reading part ${n + 1} of ${source.sources.length}`);
      const first = parts.length;
      parts.push(...(await recipes.preview(one)).map((result) => found({ ...result, index: first + result.index })));
    }
    showFound();
  } catch (error) {
    problem.show(place, error, () => once(form, () => look(text)));
    if (error.code === 'no_recipe') offerToWrite();
  } finally {
    endProgress();
  }
}

function offerToWrite() {
  const button = make('button', 'Write it by hand', { type: 'button', class: 'button small' });
  button.addEventListener('click', () => editor.open());
  place.firstChild.append(button);
}

function showFound() {
  $('#preview-title').textContent = `${several(parts.length, 'recipe')} found`;
  $('#preview-note').textContent = own ? 'This is an export of Pantry. The recipes come back with their dates; those that you still have stay as they are.' : '';
  $('#preview-list').replaceChildren(...parts.map((part) => part.element));
  preview.hidden = false;
  showChoice();
  $('#preview-title').focus();
  preview.scrollIntoView({ block: 'start' });
}

const chosen = () => parts.filter((part) => part.wanted());

function showChoice() {
  const n = chosen().length;
  const open = parts.filter((part) => !part.done);
  go.textContent = n === 0 ? 'Nothing is chosen' : `Import ${several(n, 'recipe')}`;
  go.setAttribute('aria-disabled', String(n === 0));
  go.hidden = open.length === 0;
  const all = $('#preview-all');
  all.checked = n > 0 && n === open.length;
  all.indeterminate = n > 0 && n < open.length;
  all.closest('label').hidden = open.length < 2;
}

async function store() {
  const wanted = chosen();
  if (wanted.length === 0) return;
  $('#preview-problem').replaceChildren();
  const before = parts.filter((part) => part.done).length;
  try {
    await (own ? bringBack(wanted) : create(wanted));
  } catch (error) {
    problem.show($('#preview-problem'), error, () => once(go, store));
  } finally {
    endProgress();
  }
  list.stale();
  showChoice();
  const failed = chosen().length;
  const text = `${several(parts.filter((part) => part.done).length - before, 'recipe')} imported${failed > 0 ? `, ${failed} not` : ''}.`;
  $('#import-said').textContent = text;
  $('#preview-title').textContent = text;
  $('#preview-title').focus();
}

/** Stores recipes one by one: the preview is what is stored. */
async function create(wanted) {
  const left = [...wanted];
  let stop;
  const work = async () => {
    for (let part = left.shift(); part && !stop; part = left.shift()) {
      progress(wanted.length - left.length, wanted.length, `Importing ${wanted.length - left.length} of ${wanted.length}`);
      part.key ??= crypto.randomUUID(); // a second try after a lost answer stores nothing twice
      try {
        stored(part, await recipes.create(part.result.recipe, part.key));
      } catch (error) {
        part.says(why(error) || error.message, false);
        if (error.temporary || error.status === 401) stop = error;
      }
    }
  };
  await Promise.all(Array.from({ length: sideBySide }, work));
  if (stop) throw stop;
}

/** Brings the recipes of an export back as they were. */
async function bringBack(wanted) {
  let n = 0;
  for (const some of chunks(wanted.map((part) => own.items[part.result.index]))) {
    progress(n, wanted.length, `Importing ${n + 1} to ${n + some.length} of ${wanted.length}`);
    const results = await recipes.bringBack(asDocument(some, own.context));
    for (const result of results) {
      const part = wanted[n + result.index];
      if (result.status === 'failed') part.says(why(result.error), false);
      else if (result.status === 'created') stored(part, result);
      else {
        part.done = true;
        part.says('You have this recipe already. It stays as it is.');
      }
    }
    n += some.length;
  }
}

function progress(done, all, text) {
  $('#import-progress').hidden = false;
  $('#import-progress-text').textContent = text;
  Object.assign($('#import-bar'), { max: all, value: done });
}

function endProgress() {
  $('#import-progress').hidden = true;
}

function reset() {
  parts = [];
  own = undefined;
  preview.hidden = true;
  $('#preview-list').replaceChildren();
  for (const where of [place, $('#preview-problem')]) where.replaceChildren();
  $('#import-said').textContent = '';
}

async function lookInto(file) {
  const text = await file.text();
  await once(form, () => look(text));
}

/** Wires the import. */
export function start() {
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    once(form, () => look(form.elements.text.value));
  });
  $('#import-file').addEventListener('change', ({ target }) => {
    if (target.files[0]) lookInto(target.files[0]);
    target.value = '';
  });
  const drop = $('#import-drop');
  view.addEventListener('dragover', (event) => {
    event.preventDefault();
    drop.classList.add('over');
  });
  view.addEventListener('dragleave', (event) => {
    if (!view.contains(event.relatedTarget)) drop.classList.remove('over');
  });
  view.addEventListener('drop', (event) => {
    event.preventDefault();
    drop.classList.remove('over');
    const [file] = event.dataTransfer.files;
    if (file) lookInto(file);
  });
  $('#preview-list').addEventListener('change', showChoice);
  $('#preview-all').addEventListener('change', ({ target }) => {
    for (const part of parts) part.pick(target.checked);
    showChoice();
  });
  onClick(go, store);
  $('#preview-cancel').addEventListener('click', () => {
    reset();
    form.reset();
    $('#import-text').focus();
  });
  onClick($('#import-export'), () => saveExport().catch((error) => problem.show($('#export-problem'), error)));
}

/** Forgets what was found. */
export function stop() {
  hide();
  reset();
  form.reset();
}
