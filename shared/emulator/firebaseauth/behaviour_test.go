package firebaseauth_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// Where the embedded emulator is stricter than the official one, as production is.

func signIn(t *testing.T, e firebaseAuth) response {
	t.Helper()
	return e.client(t, "accounts:signInWithPassword", object{"email": "ann@example.com", "password": "secret12"}).ok(t)
}

// revoke ends every session there is, without waiting for the clock to move on.
func revoke(t *testing.T, e firebaseAuth, uid string) {
	t.Helper()
	e.owner(t, "/accounts:update", object{"localId": uid, "validSince": time.Now().Add(time.Minute).Unix()}).ok(t)
}

func TestRefreshAfterRevocation(t *testing.T) {
	e := embedded(t, project, ann)
	first := signIn(t, e)
	e.refresh(t, first.get("refreshToken")).ok(t)
	revoke(t, e, "ann")
	e.refresh(t, first.get("refreshToken")).refused(t, 400, "TOKEN_EXPIRED")
	e.client(t, "accounts:lookup", object{"idToken": first.get("idToken")}).refused(t, 400, "TOKEN_EXPIRED")
	e.client(t, "accounts:update", object{"idToken": first.get("idToken"), "password": "mallory1"}).refused(t, 400, "TOKEN_EXPIRED")
	e.client(t, "accounts:delete", object{"idToken": first.get("idToken")}).refused(t, 400, "TOKEN_EXPIRED")
}

// The time of a session's own sign-in survives its refresh and another device's sign-in.
func TestAuthTimeSurvivesRefresh(t *testing.T) {
	e := embedded(t, project, ann)
	first := signIn(t, e)
	client, ctx := admin(t, e), deadline(t)
	old := time.Now().Add(-time.Hour).Unix()
	record := decode64(t, first.get("refreshToken"))
	record["authTime"] = old
	signIn(t, e) // on another device
	refreshed := e.refresh(t, encode64(t, record)).ok(t)
	token, err := client.VerifyIDToken(ctx, refreshed.get("id_token"))
	if err != nil {
		t.Fatal(err)
	}
	if token.AuthTime != old {
		t.Errorf("auth_time = %d, want that of the sign-in, %d", token.AuthTime, old)
	}
}

// A new password ends the other sessions, and not the one that set it.
func TestPasswordChangeKeepsOwnSession(t *testing.T) {
	e := embedded(t, project, ann)
	first := signIn(t, e)
	changed := e.client(t, "accounts:update", object{"idToken": first.get("idToken"), "password": "secret13"}).ok(t)
	if _, err := admin(t, e).VerifyIDTokenAndCheckRevoked(deadline(t), changed.get("idToken")); err != nil {
		t.Errorf("the session that changed the password: %v", err)
	}
	e.refresh(t, changed.get("refreshToken")).ok(t)
}

func TestIDTokensRefused(t *testing.T) {
	e := embedded(t, project, ann)
	now := time.Now().Unix()
	claims := func(change object) object {
		c := object{
			"iss": "https://securetoken.google.com/" + project, "aud": project, "sub": "ann", "user_id": "ann",
			"iat": now, "auth_time": now, "exp": now + 3600, "firebase": object{"sign_in_provider": "password"},
		}
		for k, v := range change {
			c[k] = v
		}
		return c
	}
	e.client(t, "accounts:lookup", object{"idToken": unsigned(t, claims(nil))}).ok(t)
	for name, tc := range map[string]struct {
		change object
		want   string
	}{
		"expired":         {object{"exp": now - 1}, "TOKEN_EXPIRED"},
		"no expiry":       {object{"exp": nil}, "TOKEN_EXPIRED"},
		"endless":         {object{"exp": "never"}, "TOKEN_EXPIRED"},
		"other project":   {object{"aud": "other"}, "INVALID_ID_TOKEN"},
		"other issuer":    {object{"iss": "https://accounts.google.com"}, "INVALID_ID_TOKEN"},
		"session cookie":  {object{"iss": "https://session.firebase.google.com/" + project}, "INVALID_ID_TOKEN"},
		"unknown account": {object{"sub": "nobody"}, "USER_NOT_FOUND"},
		"no account":      {object{"sub": nil}, "USER_NOT_FOUND"},
	} {
		t.Run(name, func(t *testing.T) {
			token := unsigned(t, claims(tc.change))
			e.client(t, "accounts:lookup", object{"idToken": token}).refused(t, 400, tc.want)
			e.owner(t, ":createSessionCookie", object{"idToken": token, "validDuration": 300}).refused(t, 400, tc.want)
		})
	}
}

// A token of an account that is gone does not open a new one with the same ID.
func TestDeletedAccountStaysClosed(t *testing.T) {
	e := embedded(t, project)
	e.owner(t, "/accounts", object{"localId": "bo"}).ok(t)
	e.owner(t, "/accounts:delete", object{"localId": "bo"}).ok(t)
	old := idToken(t, "bo", time.Now().Add(-time.Minute))
	e.client(t, "accounts:lookup", object{"idToken": old}).refused(t, 400, "USER_NOT_FOUND")
	e.owner(t, "/accounts", object{"localId": "bo"}).ok(t)
	e.client(t, "accounts:lookup", object{"idToken": old}).refused(t, 400, "TOKEN_EXPIRED")
}

// Nobody gets a password back, in whatever form.
func TestNoAnswerHoldsAPassword(t *testing.T) {
	e := embedded(t, project, ann)
	const secret = "correct-horse-battery"
	up := e.client(t, "accounts:signUp", object{"email": "p@example.com", "password": secret}).ok(t)
	answers := []response{
		up,
		e.client(t, "accounts:lookup", object{"idToken": up.get("idToken")}).ok(t),
		e.client(t, "accounts:update", object{"idToken": up.get("idToken"), "displayName": "P"}).ok(t),
		e.owner(t, "/accounts:lookup", object{"localId": []string{up.get("localId")}}).ok(t),
		e.client(t, "accounts:signInWithPassword", object{"email": secret, "password": secret}),
	}
	for _, r := range answers {
		if strings.Contains(r.text, secret) {
			t.Errorf("an answer holds the password: %s", r.text)
		}
	}
}

// Somebody who registers another person's address loses the account when that person signs in
// with a verified identity.
func TestVerifiedIdentityEndsOtherSessions(t *testing.T) {
	e := embedded(t, project)
	squatter := e.client(t, "accounts:signUp", object{"email": "ann@example.com", "password": "squatted"}).ok(t)
	owner := e.client(t, "accounts:signInWithIdp", object{"requestUri": "http://localhost", "postBody": url.Values{
		"providerId": {"google.com"}, "id_token": {`{"sub":"g","email":"ann@example.com","email_verified":true}`},
	}.Encode()}).ok(t)
	if owner.get("localId") != squatter.get("localId") {
		t.Errorf("account = %q, want the one with the address, %q", owner.get("localId"), squatter.get("localId"))
	}
	e.client(t, "accounts:signInWithPassword", object{"email": "ann@example.com", "password": "squatted"}).refused(t, 400, "INVALID_PASSWORD")
	found, err := admin(t, e).GetUser(deadline(t), owner.get("localId"))
	if err != nil || len(found.ProviderUserInfo) != 1 || found.ProviderUserInfo[0].ProviderID != "google.com" || !found.EmailVerified {
		t.Errorf("account = %+v, %v; want Google alone, and the address verified", found, err)
	}
}

func TestOtherProjectIsRefused(t *testing.T) {
	e := embedded(t, "demo-mine")
	e.owner(t, "/accounts", object{"localId": "x"}).refused(t, 400, "INVALID_PROJECT_ID")
}

// What Identity Toolkit has and this emulator has not is a 501 that says what to use.
func TestNotImplemented(t *testing.T) {
	e := embedded(t, project)
	for _, op := range []string{
		"accounts:signInWithPhoneNumber", "accounts:sendOobCode", "accounts:signInWithEmailLink", "accounts:signInWithCustomToken",
		"accounts:createAuthUri", "accounts:signUp",
	} {
		got := e.client(t, op, object{})
		if got.status != http.StatusNotImplemented || !strings.Contains(got.text, "FIREBASE_AUTH_EMULATOR_HOST") {
			t.Errorf("%s = %d %s, want 501 and what to use", op, got.status, got.text)
		}
	}
}

func TestConcurrentUse(t *testing.T) {
	e := embedded(t, project, ann)
	t.Run("clients", func(t *testing.T) {
		for i := range 8 {
			email := fmt.Sprintf("u%d@example.com", i)
			t.Run(email, func(t *testing.T) {
				t.Parallel()
				up := e.client(t, "accounts:signUp", object{"email": email, "password": "secret12"}).ok(t)
				e.client(t, "accounts:update", object{"idToken": up.get("idToken"), "displayName": email}).ok(t)
				e.owner(t, "/accounts:lookup", object{"email": []string{email, "ann@example.com"}}).ok(t)
				e.refresh(t, up.get("refreshToken")).ok(t)
				e.client(t, "accounts:delete", object{"idToken": up.get("idToken")}).ok(t)
			})
		}
	})
	emails := []string{"ann@example.com"}
	for i := range 8 {
		emails = append(emails, fmt.Sprintf("u%d@example.com", i))
	}
	if users, _ := e.owner(t, "/accounts:lookup", object{"email": emails}).ok(t).json["users"].([]any); len(users) != 1 {
		t.Errorf("%d accounts are left, want the one to begin with", len(users))
	}
}
