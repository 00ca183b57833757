// The browser's SDK in its Node build against an emulator: node sdk.mjs http://127.0.0.1:9099 PROJECT
// Ends with an assertion's message when the SDK does not see what it would see in production.
import assert from "node:assert/strict";
import { initializeApp } from "@firebase/app";
import {
  EmailAuthProvider, GoogleAuthProvider, applyActionCode, checkActionCode, confirmPasswordReset, connectAuthEmulator,
  createUserWithEmailAndPassword, deleteUser, fetchSignInMethodsForEmail, getAdditionalUserInfo, getAuth, linkWithCredential,
  reauthenticateWithCredential, reload, sendEmailVerification, sendPasswordResetEmail, sendSignInLinkToEmail, signInAnonymously,
  signInWithCredential, signInWithCustomToken, signInWithEmailAndPassword, signInWithEmailLink, signOut, unlink, updatePassword,
  updateProfile, verifyBeforeUpdateEmail,
} from "@firebase/auth";

const [emulator, projectId] = process.argv.slice(2);
const auth = getAuth(initializeApp({ apiKey: "fake-api-key", projectId }));
connectAuthEmulator(auth, emulator, { disableWarnings: true });

const run = Math.random().toString(36).slice(2);
const address = (name) => `${name}-${run}@example.com`;
const google = (claims) => GoogleAuthProvider.credential(JSON.stringify(claims));
const refused = (call, code) => assert.rejects(call, (err) => { assert.equal(err.code, `auth/${code}`); return true; });

// lastCode is the newest code that the emulator "sent" to an address.
async function lastCode(email) {
  const res = await fetch(`${emulator}/emulator/v1/projects/${projectId}/oobCodes`, { headers: { Authorization: "Bearer owner" } });
  const { oobCodes } = await res.json();
  return oobCodes.filter((code) => code.email === email).at(-1);
}

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
    assert.deepEqual(await fetchSignInMethodsForEmail(auth, email), ["password"]);

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

  async "change the password, verify, change the address, delete"() {
    const email = address("bea"), moved = address("bea2");
    const { user } = await createUserWithEmailAndPassword(auth, email, "secret12");
    await updatePassword(user, "secret13");
    await user.getIdToken(true);
    await refused(() => signInWithEmailAndPassword(auth, email, "secret12"), "wrong-password");
    await reauthenticateWithCredential(user, EmailAuthProvider.credential(email, "secret13"));
    await sendEmailVerification(user);
    await applyActionCode(auth, (await lastCode(email)).oobCode);
    await reload(user);
    assert.equal(user.emailVerified, true);
    await verifyBeforeUpdateEmail(user, moved);
    await applyActionCode(auth, (await lastCode(email)).oobCode);
    await signInWithEmailAndPassword(auth, moved, "secret13");
    await deleteUser(auth.currentUser);
    assert.equal(auth.currentUser, null);
    await refused(() => signInWithEmailAndPassword(auth, moved, "secret13"), "user-not-found");
  },

  async "reset the password"() {
    const email = address("cem");
    await createUserWithEmailAndPassword(auth, email, "secret12");
    await refused(() => sendPasswordResetEmail(auth, address("nobody")), "user-not-found");
    await sendPasswordResetEmail(auth, email);
    const { oobCode } = await lastCode(email);
    assert.equal((await checkActionCode(auth, oobCode)).operation, "PASSWORD_RESET");
    await confirmPasswordReset(auth, oobCode, "secret13");
    await refused(() => confirmPasswordReset(auth, oobCode, "secret14"), "invalid-action-code");
    await signInWithEmailAndPassword(auth, email, "secret13");
  },

  async "sign in with a link"() {
    const email = address("dan");
    await sendSignInLinkToEmail(auth, email, { url: "http://localhost/done", handleCodeInApp: true });
    const res = await signInWithEmailLink(auth, email, (await lastCode(email)).oobLink);
    assert.equal(res.user.emailVerified, true);
    assert.equal(getAdditionalUserInfo(res).isNewUser, true);
    assert.deepEqual(await fetchSignInMethodsForEmail(auth, email), ["emailLink"]);
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
    const { user } = await signInWithEmailAndPassword(auth, taken, "secret12");
    await linkWithCredential(user, google({ sub: `fay-${run}`, email: taken }));
    assert.deepEqual(user.providerData.map((p) => p.providerId).sort(), ["google.com", "password"]);
    await refused(() => linkWithCredential(user, google({ sub: `gil-${run}` })), "provider-already-linked");
    await unlink(user, "google.com");
    assert.deepEqual(user.providerData.map((p) => p.providerId), ["password"]);
    await refused(() => linkWithCredential(user, google(claims)), "credential-already-in-use");
  },

  async "anonymous, then with a password"() {
    const { user } = await signInAnonymously(auth);
    assert.equal(user.isAnonymous, true);
    const { uid } = user;
    await linkWithCredential(user, EmailAuthProvider.credential(address("hal"), "secret12"));
    assert.equal(user.isAnonymous, false);
    assert.equal((await signInWithEmailAndPassword(auth, address("hal"), "secret12")).user.uid, uid);
  },

  async "custom token"() {
    const token = JSON.stringify({ uid: `ida-${run}`, claims: { plan: "free" } });
    const { user } = await signInWithCustomToken(auth, token);
    assert.equal(user.uid, `ida-${run}`);
    await user.getIdToken(true);
    assert.equal((await user.getIdTokenResult()).claims.plan, "free");
    await refused(() => signInWithCustomToken(auth, "no token"), "invalid-custom-token");
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
