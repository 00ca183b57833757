// Signing in against the Firebase Auth emulator, over the REST calls that the Firebase SDK
// makes too. A real frontend uses the SDK (signInWithPopup, then user.getIdToken());
// this page does without so that it loads nothing from elsewhere.
//
// The ID token goes to set-cache once. Nothing of Firebase is stored in the browser: the
// refresh token stays in this module's memory and is gone with the tab.

import { Problem } from '../api.js';

export const config = await (await fetch('/page/config.json')).json();

const key = 'any-key'; // the emulator wants one and takes every one
let refreshToken;

async function post(path, body) {
  let answer;
  try {
    const response = await fetch(`${config.authURL}${path}?key=${key}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
      credentials: 'omit',
      signal: AbortSignal.timeout(15_000),
    });
    answer = await response.json();
  } catch {
    throw new Problem({ detail: `The sign-in service at ${config.authURL} does not answer. Is the local runner still running?` });
  }
  if (answer.error) throw refusal(answer.error.message);
  return answer;
}

// What Firebase refuses, by its own names: where it belongs on the form, and words for it.
const refusals = {
  EMAIL_EXISTS: ['/email', 'There is an account with this address already. Sign in instead.'],
  EMAIL_NOT_FOUND: ['/email', 'There is no account with this address. Create one instead.'],
  INVALID_EMAIL: ['/email', 'This is not an e-mail address.'],
  MISSING_EMAIL: ['/email', 'Enter an e-mail address.'],
  USER_DISABLED: ['/email', 'This account is disabled.'],
  INVALID_PASSWORD: ['/password', 'The password is wrong.'],
  MISSING_PASSWORD: ['/password', 'Enter a password.'],
  WEAK_PASSWORD: ['/password', 'The password needs at least 6 characters.'],
  INVALID_LOGIN_CREDENTIALS: ['/password', 'The address or the password is wrong.'],
};

function refusal(message) {
  const [name] = message.split(/\s/, 1);
  const [location, text] = refusals[name] ?? [];
  if (location) return new Problem({ status: 400, code: name, detail: text, errors: [{ location, message: text }] });
  return new Problem({ status: 400, code: name, detail: `The sign-in was refused (${name}).` });
}

/** What every way of signing in returns: who, and the proof of it for set-cache. */
function signedIn({ localId, idToken, refreshToken: token, email }, provider) {
  refreshToken = token;
  return { userID: localId, idToken, email, name: nameIn(idToken), provider };
}

/** The person's name that an ID token carries, to show it; the server alone verifies tokens. */
function nameIn(idToken) {
  const [, payload] = idToken.split('.');
  const bytes = Uint8Array.from(atob(payload.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0));
  return JSON.parse(new TextDecoder().decode(bytes)).name;
}

const accounts = '/identitytoolkit.googleapis.com/v1/accounts';

export const signUp = async (email, password) =>
  signedIn(await post(`${accounts}:signUp`, { email, password, returnSecureToken: true }), 'password');

export const signIn = async (email, password) =>
  signedIn(await post(`${accounts}:signInWithPassword`, { email, password, returnSecureToken: true }), 'password');

/** A pretended Google account: the emulator believes an ID token that is plain JSON. */
export async function signInWithGoogle(email, name) {
  const claims = { sub: await subject(email), email, email_verified: true, name };
  return signedIn(await post(`${accounts}:signInWithIdp`, {
    requestUri: location.origin,
    postBody: new URLSearchParams({ providerId: 'google.com', id_token: JSON.stringify(claims) }).toString(),
    returnSecureToken: true,
    returnIdpCredential: true,
  }), 'google');
}

/** The same address is the same Google account each time. */
async function subject(email) {
  const sum = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(email.toLowerCase()));
  return Array.from(new Uint8Array(sum).slice(0, 10), (b) => b.toString(16).padStart(2, '0')).join('');
}

/** Whether a new ID token can be had without the password. */
export const canRefresh = () => refreshToken !== undefined;

/** A new ID token of the same sign-in. */
export async function refresh() {
  const answer = await post('/securetoken.googleapis.com/v1/token', { grant_type: 'refresh_token', refresh_token: refreshToken });
  refreshToken = answer.refresh_token;
  return { userID: answer.user_id, idToken: answer.id_token };
}

/** Deletes the account of a fresh sign-in. */
export const deleteAccount = (idToken) => post(`${accounts}:delete`, { idToken });

/** Forgets the sign-in that this tab has. */
export function forget() {
  refreshToken = undefined;
}
