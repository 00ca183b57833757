// The sign-in: Firebase says who it is, set-cache makes a session of it.

import { sessions } from '../api.js';
import { $, closable, once } from '../ui/dom.js';
import * as forms from '../ui/forms.js';
import * as problem from '../ui/problem.js';
import { config, refresh, signIn, signInWithGoogle, signUp } from './firebase.js';
import { me, remember } from './me.js';

const view = $('#signin');
const form = $('#account');
const place = $('#signin-problem');
const google = $('#google-account');
const googleForm = $('#google-form');
const googlePlace = $('#google-problem');

let done = () => {};

/** Opens the session of someone whom Firebase has just signed in. */
async function open(user) {
  const opened = await sessions.open(user.userID, user.idToken);
  remember(user);
  return opened;
}

/** Begins the session's time again, with the sign-in that this tab still has. */
export async function renew() {
  const user = await refresh();
  await open({ ...me(), ...user });
}

/** Signs the same user in once more and replaces the session. → the proof of it, an ID token */
export async function signInAgain(password) {
  const { email, name, provider } = me();
  const user = await (provider === 'google' ? signInWithGoogle(email, name) : signIn(email, password));
  await open(user);
  return user.idToken;
}

/**
 * Signs in: prove says who it is. When only set-cache fails, trying again repeats only
 * that, because the account is made already.
 */
async function enter(prove, onProblem) {
  let user;
  try {
    user = await prove();
  } catch (error) {
    onProblem(error, () => enter(prove, onProblem));
    return;
  }
  await finish(user);
}

async function finish(user) {
  try {
    await open(user);
  } catch (error) {
    google.close();
    // Here 401 is about the sign-in and not about a session.
    problem.show(place, error, () => once(view, () => finish(user)));
    return;
  }
  google.close();
  form.elements.password.value = '';
  form.elements.mode.value = 'in'; // the account is made
  showMode();
  done(user);
}

function submitAccount() {
  forms.clear(form, place);
  const { email, password } = form.elements;
  const prove = newAccount() ? signUp : signIn;
  return enter(() => prove(email.value.trim(), password.value), (error, again) => forms.show(form, place, error, () => once(view, again)));
}

const newAccount = () => form.elements.mode.value === 'up';

function showMode() {
  $('#account-go').textContent = newAccount() ? 'Create account' : 'Sign in';
  form.elements.password.autocomplete = newAccount() ? 'new-password' : 'current-password';
  forms.clear(form, place);
}

function submitGoogle() {
  forms.clear(googleForm, googlePlace);
  const { email, name } = googleForm.elements;
  return enter(
    () => signInWithGoogle(email.value.trim(), name.value.trim()),
    (error, again) => forms.show(googleForm, googlePlace, error, () => once(view, again)),
  );
}

function demo() {
  place.replaceChildren();
  return enter(() => signIn(config.demo.email, config.demo.password), (error, again) => problem.show(place, error, () => once(view, again)));
}

/** Wires the view; onDone gets {userID, email} after each sign-in. */
export function start(onDone) {
  done = onDone;
  forms.prepare(form);
  forms.prepare(googleForm);
  closable(google);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    once(view, submitAccount);
  });
  form.elements.mode.forEach((radio) => radio.addEventListener('change', showMode));
  googleForm.addEventListener('submit', (event) => {
    event.preventDefault();
    once(view, submitGoogle);
  });
  $('#google').addEventListener('click', () => {
    forms.clear(googleForm, googlePlace);
    google.showModal();
  });
  const demoButton = $('#demo');
  demoButton.hidden = !config.demo;
  demoButton.addEventListener('click', () => once(view, demo));
}

/** Shows the view and says why. `warn` marks what somebody did not ask for. */
export function show(text = '', { warn = false } = {}) {
  view.hidden = false;
  const notice = $('#signin-notice');
  notice.classList.toggle('warn', warn);
  notice.textContent = text;
  $('#signin-title').focus();
}

export function hide() {
  view.hidden = true;
  place.replaceChildren();
}
