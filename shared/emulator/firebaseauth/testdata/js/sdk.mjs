// The browser's SDK in its Node build against an emulator: node sdk.mjs http://127.0.0.1:9099 PROJECT
// Ends with an assertion's message when the SDK does not see what it would see in production.
import assert from "node:assert/strict";
import { initializeApp } from "@firebase/app";
import {
  EmailAuthProvider, GoogleAuthProvider, connectAuthEmulator, createUserWithEmailAndPassword, deleteUser, getAdditionalUserInfo,
  getAuth, reauthenticateWithCredential, reload, signInWithCredential, signInWithEmailAndPassword, signOut, unlink,
  updatePassword, updateProfile,
} from "@firebase/auth";

const [emulator, projectId] = process.argv.slice(2);
const auth = getAuth(initializeApp({ apiKey: "fake-api-key", projectId }));
connectAuthEmulator(auth, emulator, { disableWarnings: true });

const run = Math.random().toString(36).slice(2);
const address = (name) => `${name}-${run}@example.com`;
const google = (claims) => GoogleAuthProvider.credential(JSON.stringify(claims));
const refused = (call, code) => assert.rejects(call, (err) => { assert.equal(err.code, `auth/${code}`); return true; });

const stories = {
  async "sign up, sign in, profile, refresh, sign out"() {
    const email = address("ann");
    const made = await createUserWithEmailAndPassword(auth, email, "secret12");
    assert.equal(made.user.email, email);
    assert.equal(made.operationType, "signIn");
    assert.equal(getAdditionalUserInfo(made).isNewUser, true);
    await refused(() => createUserWithEmailAndPassword(auth, email, "secret12"), "email-already-in-use");
    await refused(() => createUserWithEmailAndPassword(auth, address("weak"), "short"), "weak-password");
    await refused(() => createUserWithEmailAndPassword(auth, "no address", "secret12"), "invalid-email");
    await refused(() => signInWithEmailAndPassword(auth, email, "wrong"), "wrong-password");
    await refused(() => signInWithEmailAndPassword(auth, address("nobody"), "wrong"), "user-not-found");

    const { user } = await signInWithEmailAndPassword(auth, email, "secret12");
    assert.equal(user.isAnonymous, false);
    assert.deepEqual(user.providerData.map((p) => p.providerId), ["password"]);
    await updateProfile(user, { displayName: "Ann", photoURL: "http://localhost/a.png" });
    await reload(user);
    assert.equal(user.displayName, "Ann");
    const before = await user.getIdTokenResult();
    await user.getIdToken(true);
    const after = await user.getIdTokenResult();
    assert.equal(after.authTime, before.authTime);
    assert.equal(after.claims.name, "Ann");
    assert.equal(after.signInProvider, "password");
    await signOut(auth);
    assert.equal(auth.currentUser, null);
  },

  async "change the password, delete"() {
    const email = address("bea");
    const { user } = await createUserWithEmailAndPassword(auth, email, "secret12");
    await updatePassword(user, "secret13");
    await user.getIdToken(true);
    await refused(() => signInWithEmailAndPassword(auth, email, "secret12"), "wrong-password");
    await reauthenticateWithCredential(user, EmailAuthProvider.credential(email, "secret13"));
    await deleteUser(user);
    assert.equal(auth.currentUser, null);
    await refused(() => signInWithEmailAndPassword(auth, email, "secret13"), "user-not-found");
  },

  async "sign in with Google"() {
    const email = address("eve"), claims = { sub: `eve-${run}`, email, email_verified: true, name: "Eve" };
    const first = await signInWithCredential(auth, google(claims));
    assert.equal(first.user.displayName, "Eve");
    assert.equal(first.user.emailVerified, true);
    assert.equal(getAdditionalUserInfo(first).isNewUser, true);
    assert.equal(getAdditionalUserInfo(first).profile.email, email);
    assert.equal((await first.user.getIdTokenResult()).signInProvider, "google.com");
    const again = await signInWithCredential(auth, google(claims));
    assert.equal(again.user.uid, first.user.uid);
    assert.equal(getAdditionalUserInfo(again).isNewUser, false);
    assert.ok(GoogleAuthProvider.credentialFromResult(again).idToken);
    await refused(() => signInWithCredential(auth, google({ email })), "invalid-credential");

    // Somebody has signed up with the address that Google has not verified.
    const taken = address("fay");
    await createUserWithEmailAndPassword(auth, taken, "secret12");
    await refused(() => signInWithCredential(auth, google({ sub: `fay-${run}`, email: taken })), "account-exists-with-different-credential");
    await signInWithEmailAndPassword(auth, taken, "secret12");

    // With the address verified, Google's account takes over, and it can be taken away again.
    const { user } = await signInWithCredential(auth, google({ sub: `fay-${run}`, email: taken, email_verified: true }));
    assert.deepEqual(user.providerData.map((p) => p.providerId), ["google.com"]);
    await unlink(user, "google.com");
    assert.deepEqual(user.providerData, []);
  },

  async "disabled, revoked and deleted elsewhere"() {
    const owner = (op, body) => fetch(`${emulator}/identitytoolkit.googleapis.com/v1/projects/${projectId}/accounts:${op}`, {
      method: "POST", headers: { Authorization: "Bearer owner", "Content-Type": "application/json" }, body: JSON.stringify(body),
    });
    const email = address("jan");
    const { user } = await createUserWithEmailAndPassword(auth, email, "secret12");
    await owner("update", { localId: user.uid, disableUser: true });
    await refused(() => user.getIdToken(true), "user-disabled");
    await refused(() => signInWithEmailAndPassword(auth, email, "secret12"), "user-disabled");
    await owner("update", { localId: user.uid, disableUser: false });
    const again = (await signInWithEmailAndPassword(auth, email, "secret12")).user;
    await owner("update", { localId: again.uid, validSince: Math.floor(Date.now() / 1000) + 60 });
    await refused(() => reload(again), "user-token-expired");
    await owner("delete", { localId: again.uid });
    await refused(() => signInWithEmailAndPassword(auth, email, "secret12"), "user-not-found");
  },
};

for (const [name, story] of Object.entries(stories)) {
  try {
    await story();
    console.log(`ok ${name}`);
  } catch (err) {
    console.error(`not ok ${name}\n${err.stack}`);
    process.exitCode = 1;
  }
}
