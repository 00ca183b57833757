// Who is signed in, for the page to show. It proves nothing: the session is in a cookie
// that no script can read. Kept in localStorage so that all tabs agree.

const name = 'pantry.me';

/** → {userID, email, name, provider} or {} */
export function me() {
  try {
    return JSON.parse(localStorage.getItem(name)) ?? {};
  } catch {
    return {};
  }
}

export function remember({ userID, email, name: called, provider }) {
  try {
    localStorage.setItem(name, JSON.stringify({ userID, email, name: called, provider }));
  } catch { /* storage is switched off: the page only forgets the name */ }
}

export function forgetMe() {
  try {
    localStorage.removeItem(name);
  } catch { /* as above */ }
}

/** Another tab signed in or out. */
export function onOtherTab(react) {
  addEventListener('storage', (event) => {
    if (event.key === name || event.key === null) react();
  });
}
