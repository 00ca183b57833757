// The page as a whole: starting, signed out, signed in; and which view an address opens.

import { expired } from './api.js';
import * as editor from './editor/editor.js';
import * as list from './list/list.js';
import * as trash from './list/trash.js';
import * as cook from './recipe/cook.js';
import * as recipe from './recipe/recipe.js';
import { go, note, onChange, route, toRecipe } from './router.js';
import { forget } from './session/firebase.js';
import { forgetMe, me, onOtherTab } from './session/me.js';
import * as menu from './session/menu.js';
import * as signin from './session/signin.js';
import * as transfer from './transfer/import.js';
import * as askDialog from './ui/ask.js';
import * as connection from './ui/connection.js';
import { $ } from './ui/dom.js';
import * as problem from './ui/problem.js';
import { hush } from './ui/toast.js';

const views = { list, trash, recipe, cook, import: transfer };
const titles = { list: 'Recipes – Pantry', trash: 'Trash – Pantry', import: 'Import – Pantry' };

let signedInAs; // the user whose recipes are shown; undefined when nobody is signed in
let lastUser; // who was signed in last in this tab

const heading = () => $('main h2:not(:where([hidden] *))');

/** Shows the view that the address names. What had the focus may be gone: then its heading has it. */
async function open() {
  if (!signedInAs) return;
  const where = route();
  connection.forgetReads();
  for (const [name, view] of Object.entries(views)) if (name !== where.view) view.hide();
  document.title = titles[where.view] ?? 'Pantry';
  await views[where.view].show(where);
  if (document.activeElement === document.body) heading()?.focus({ preventScroll: true });
}

/** Asks check-expiration which state it is. */
async function begin() {
  try {
    if (await expired(me().userID)) signedOut();
    else await signedIn(me());
  } catch (error) {
    $('#starting-text').hidden = true;
    problem.show($('#starting-problem'), error, begin, { read: true });
  }
}

async function signedIn(user) {
  $('#starting').hidden = true;
  $('#starting-problem').replaceChildren();
  signin.hide();
  signedInAs = user.userID;
  editor.keepFor(user.userID); // what somebody else typed is not shown
  if (lastUser && lastUser !== user.userID) note('#/');
  lastUser = user.userID;
  menu.show();
  await open();
  editor.resume();
}

/** Shows the sign-in. What is typed in the editor stays there for the same user. */
function signedOut(notice, options) {
  editor.suspend();
  for (const view of Object.values(views)) (view.stop ?? view.hide)();
  connection.forgetReads();
  menu.hide();
  hush();
  signedInAs = undefined;
  $('#starting').hidden = true;
  document.title = 'Pantry';
  signin.show(notice, options);
}

const kept = () => (editor.dirty() ? ' What you typed is kept: it comes back when you sign in.' : '');

/** The session is gone: somebody signed out here, with a notice; or it ended by itself. */
function ended({ detail }) {
  if (!signedInAs) return;
  if (detail?.notice) {
    editor.discard();
    forgetMe();
    signedOut(detail.notice);
  } else signedOut(`Your session has ended. Sign in again.${kept()}`, { warn: true });
  forget();
}

/** Another tab signed out, or in as somebody else. */
async function otherTab() {
  const { userID } = me();
  if (!userID) {
    if (signedInAs) signedOut(`You signed out in another tab.${kept()}`, { warn: true });
    forget();
  } else if (userID !== signedInAs) {
    if (signedInAs) signedOut();
    await begin();
  }
}

function saved(newer, isNew) {
  list.saved(newer, isNew);
  if (isNew) go(toRecipe(newer.id));
  else if (route().id === newer.id) recipe.showRecipe(newer);
}

for (const part of [connection, askDialog, menu, list, trash, recipe, cook, transfer]) part.start();
editor.start({ onSaved: saved, onChangedElsewhere: list.stale });
signin.start(signedIn);

$('#add').addEventListener('click', () => editor.open());
$('#skip').addEventListener('click', (event) => {
  event.preventDefault(); // the address is the page's own
  heading()?.focus();
});
onChange(open);
document.addEventListener('session-ended', ended);
document.addEventListener('recipes-changed', () => {
  list.stale();
  if (route().view !== 'list') open();
});
onOtherTab(otherTab);
addEventListener('beforeunload', (event) => {
  if (editor.dirty()) event.preventDefault();
});
begin();
