// The menu of the session: who is signed in and for how long, and what can be done with
// the session and the account.

import { now, sessions } from '../api.js';
import { saveExport } from '../transfer/export.js';
import { ask, closeAsk } from '../ui/ask.js';
import { $, onClick } from '../ui/dom.js';
import * as problem from '../ui/problem.js';
import { say } from '../ui/toast.js';
import { roughly, when } from '../ui/words.js';
import { showDevices } from './devices.js';
import * as farewell from './farewell.js';
import { canRefresh } from './firebase.js';
import { me } from './me.js';
import { renew } from './signin.js';

const menu = $('#menu');
const place = $('#menu-problem');

/** Shows whose session it is. */
export function show() {
  const { name, email = '' } = me();
  const called = name || email.split('@', 1)[0] || 'Your session';
  $('#who-name').textContent = $('#menu-name').textContent = called;
  $('#who-mark').textContent = called.charAt(0).toUpperCase();
  $('#menu-email').textContent = email;
  $('#top-side').hidden = false;
}

export function hide() {
  $('#top-side').hidden = true;
  closeMenu();
  closeAsk();
}

export function closeMenu() {
  if (menu.matches(':popover-open')) menu.hidePopover();
}

/** Asks for the user's sessions and shows them. */
export async function load() {
  try {
    const list = await sessions.list();
    place.replaceChildren();
    showTime(list.find((s) => s.current));
    showDevices(list, load);
  } catch (error) {
    problem.show(place, error, load, { read: true });
  }
}

function showTime(current) {
  const left = Date.parse(current.expiresAt) - now();
  $('#menu-time').firstChild.textContent = `Signed in for ${roughly(left)} more, until `;
  const end = $('#session-end');
  end.dateTime = current.expiresAt;
  end.textContent = when(current.expiresAt);
  $('#renew').hidden = !canRefresh();
}

const ended = (notice) => document.dispatchEvent(new CustomEvent('session-ended', { detail: { notice } }));

async function act(work) {
  try {
    await work();
  } catch (error) {
    problem.show(place, error);
  }
}

const acts = {
  'sign-out': () => act(async () => {
    await sessions.end();
    ended('You are signed out.');
  }),
  'sign-out-others': () => act(async () => {
    await sessions.endOthers();
    say('Your other devices are signed out.');
    await load();
    $('#sign-out').focus();
  }),
  renew: () => act(async () => {
    await renew();
    say('Your session’s time starts again.');
    await load();
  }),
  export: () => act(saveExport),
  'sign-out-all': () => ask({
    title: 'Sign out everywhere?', yes: 'Sign out everywhere', no: 'Stay signed in',
    text: 'Every device that is signed in to this account, this one too, has to sign in again.',
  }, async () => {
    await sessions.endAll();
    ended('You are signed out on every device.');
  }),
  'delete-recipes': () => farewell.deleteRecipes(),
  'delete-account': () => farewell.deleteAccount(() => ended('Your account and all of its recipes are deleted.')),
};

/** Wires the menu. */
export function start() {
  for (const [id, work] of Object.entries(acts)) onClick($(`#${id}`), work);
  menu.addEventListener('toggle', ({ newState }) => {
    if (newState === 'open') load();
  });
  menu.addEventListener('click', ({ target }) => {
    if (target.closest('a')) closeMenu();
  });
}

