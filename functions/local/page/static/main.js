// The page's three states: starting, signed out, signed in.

import { expired, sessions } from './api.js';
import { forget } from './auth.js';
import * as devices from './devices.js';
import { $, once, say } from './dom.js';
import * as editor from './editor.js';
import { forgetMe, me, onOtherTab } from './me.js';
import * as problem from './problem.js';
import * as recipes from './recipes.js';
import * as signin from './signin.js';

const starting = $('#starting');
const kitchen = $('#kitchen');
let signedInAs; // the user whose recipes are shown

/** Asks check-expiration which state it is, at the start and when another tab changed it. */
async function begin() {
  try {
    if (await expired(me().userID)) signedOut();
    else if (kitchen.hidden || signedInAs !== me().userID) await signedIn(me());
  } catch (error) {
    $('#starting-text').hidden = true;
    problem.show($('#starting-problem'), error, begin);
  }
}

async function signedIn(user) {
  starting.hidden = true;
  signin.hide();
  $('#who-name').textContent = user.email ?? '';
  $('#who').hidden = kitchen.hidden = false;
  if (signedInAs !== user.userID) editor.discard(); // what somebody else typed is not shown
  signedInAs = user.userID;
  await Promise.all([devices.load(), recipes.load()]);
  if (!editor.resume() && !kitchen.hidden) $('#recipes-title').focus();
}

/** Shows the sign-in. What is typed in the editor stays there for the same user. */
function signedOut(notice) {
  editor.suspend();
  devices.stop();
  recipes.stop();
  starting.hidden = kitchen.hidden = $('#who').hidden = true;
  say('');
  signin.show(notice);
}

function ended({ detail }) {
  if (kitchen.hidden) return;
  const kept = editor.dirty() ? ' What you typed is kept: it comes back when you sign in.' : '';
  signedOut(detail?.notice ?? `Your session has ended. Sign in again.${kept}`);
  forget();
}

async function signOut() {
  try {
    await sessions.end();
  } catch (error) {
    say(error.message);
    return;
  }
  editor.discard();
  forget();
  forgetMe();
  signedOut('You are signed out.');
}

devices.start();
editor.start({ onSaved: recipes.saved, onChangedElsewhere: recipes.load });
recipes.start();
signin.start(signedIn);

$('#sign-out').addEventListener('click', () => once($('#sign-out'), signOut));
document.addEventListener('session-ended', ended);
document.addEventListener('visibilitychange', () => {
  if (!document.hidden && !kitchen.hidden) devices.load();
});
onOtherTab(begin);
addEventListener('beforeunload', (event) => {
  if (editor.dirty()) event.preventDefault();
});
begin();
