// Deleting everything. It cannot be undone, so the server wants a sign-in of the last ten
// minutes, and the page asks for one when it was longer ago.

import { recipes, sessions } from '../api.js';
import { ask } from '../ui/ask.js';
import { say } from '../ui/toast.js';
import { deleteAccount as deleteAtFirebase } from './firebase.js';
import { me } from './me.js';
import { signInAgain } from './signin.js';

const withPassword = () => me().provider !== 'google';

/** Asks, and deletes every recipe for good. */
export function deleteRecipes() {
  ask({
    title: 'Delete all recipes?', yes: 'Delete all recipes for good', no: 'Keep the recipes',
    text: 'Every recipe of this account is deleted for good, those in the trash too. An export keeps a copy.',
    password: withPassword(),
  }, async ({ again, password }) => {
    if (again) await signInAgain(password);
    await recipes.deleteAll();
    say('All recipes are deleted.');
    document.dispatchEvent(new CustomEvent('recipes-changed'));
  });
}

/** Asks, and deletes the recipes, then the account. done is called when both are gone. */
export function deleteAccount(done) {
  ask({
    title: 'Delete the account?', yes: 'Delete the account for good', no: 'Keep the account',
    text: `The account ${me().email ?? ''} and every recipe in it are deleted for good. An export keeps a copy of the recipes.`,
    proven: false, password: withPassword(),
  }, async ({ password }) => {
    const idToken = await signInAgain(password);
    await recipes.deleteAll();
    await deleteAtFirebase(idToken);
    await sessions.end().catch(() => {}); // it ends by itself: its user is gone
    done();
  });
}
