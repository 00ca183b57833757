// The one dialog that asks before something that cannot be taken back.

import { $, closable, once } from './dom.js';
import * as forms from './forms.js';

const dialog = $('#ask');
const form = $('#ask-form');
const place = $('#ask-problem');
const proof = $('#ask-proof');

let work = async () => {};

/**
 * Asks. When the answer is yes it runs work with the password that was asked for ('' when
 * none was), and closes when work has succeeded. work may throw; a Problem with the code
 * recent_login_required makes the dialog ask for a new sign-in and stay.
 */
export function ask({ title, text, yes, no = 'Cancel', proven = true, password = true }, run) {
  work = run;
  forms.clear(form, place);
  $('#ask-title').textContent = title;
  $('#ask-text').textContent = text;
  $('#ask-yes').textContent = yes;
  $('#ask-no').textContent = no;
  dialog.dataset.password = String(password);
  wantProof(!proven);
  dialog.showModal();
  if (!proof.hidden && password) form.elements.password.focus();
}

function wantProof(on) {
  proof.hidden = !on;
  const password = dialog.dataset.password === 'true';
  form.elements.password.value = '';
  for (const part of [form.elements.password, $('label[for=ask-password]')]) part.hidden = !password;
  $('#ask-proof-text').textContent = password
    ? 'This cannot be undone. Sign in once more with your password.'
    : 'This cannot be undone. You are signed in once more with your pretend Google account.';
}

async function go() {
  forms.clear(form, place);
  try {
    await work({ again: !proof.hidden, password: form.elements.password.value });
    dialog.close();
  } catch (error) {
    if (error.code === 'recent_login_required' && proof.hidden) {
      wantProof(true);
      if (!form.elements.password.hidden) form.elements.password.focus();
      return;
    }
    forms.show(form, place, error, () => once(dialog, go));
  }
}

export function closeAsk() {
  dialog.close();
}

/** Wires the dialog. */
export function start() {
  closable(dialog);
  forms.prepare(form);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    once(dialog, go);
  });
}
