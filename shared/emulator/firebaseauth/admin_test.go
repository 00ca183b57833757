package firebaseauth_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"testing"
	"time"

	firebase "firebase.google.com/go/v4"
	"firebase.google.com/go/v4/auth"
)

// admin is the Admin SDK, pointed at an emulator in the only way it has: by the environment.
func admin(t *testing.T, e firebaseAuth) *auth.Client {
	t.Helper()
	t.Setenv("FIREBASE_AUTH_EMULATOR_HOST", e.host)
	app, err := firebase.NewApp(t.Context(), &firebase.Config{ProjectID: project})
	if err != nil {
		t.Fatal(err)
	}
	client, err := app.Auth(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return client
}

func deadline(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// unsigned makes a token as an emulator would.
func unsigned(t *testing.T, claims object) string {
	t.Helper()
	body, err := json.Marshal(claims)
	if err != nil {
		t.Fatal(err)
	}
	b64 := base64.RawURLEncoding
	return b64.EncodeToString([]byte(`{"alg":"none","typ":"JWT"}`)) + "." + b64.EncodeToString(body) + "."
}

// idToken is a token of a sign-in at that time.
func idToken(t *testing.T, uid string, signIn time.Time) string {
	t.Helper()
	return unsigned(t, object{
		"iss": "https://securetoken.google.com/" + project, "aud": project, "sub": uid, "user_id": uid,
		"iat": signIn.Unix(), "auth_time": signIn.Unix(), "exp": time.Now().Add(time.Hour).Unix(),
		"firebase": object{"sign_in_provider": "password", "identities": object{}},
	})
}

func TestAdminAccounts(t *testing.T) {
	eachEmulator(t, func(t *testing.T, e firebaseAuth) {
		client, ctx, run := admin(t, e), deadline(t), unique()
		email, uid := "ann-"+run+"@example.com", "ann-"+run
		made, err := client.CreateUser(ctx, (&auth.UserToCreate{}).UID(uid).Email(email).Password("secret12").
			DisplayName("Ann").PhotoURL("http://localhost/a.png").EmailVerified(true))
		if err != nil {
			t.Fatalf("CreateUser = %v", err)
		}
		if made.UID != uid || made.Email != email || made.DisplayName != "Ann" || !made.EmailVerified || made.ProviderID != "firebase" {
			t.Errorf("created %+v of %+v", made, made.UserInfo)
		}
		if len(made.ProviderUserInfo) != 1 || made.ProviderUserInfo[0].ProviderID != "password" {
			t.Errorf("providers = %+v, want the password", made.ProviderUserInfo)
		}
		if _, err := client.CreateUser(ctx, (&auth.UserToCreate{}).Email(email)); !auth.IsEmailAlreadyExists(err) {
			t.Errorf("CreateUser with a taken address = %v", err)
		}
		if _, err := client.CreateUser(ctx, (&auth.UserToCreate{}).UID(uid)); !auth.IsUIDAlreadyExists(err) {
			t.Errorf("CreateUser with a taken ID = %v", err)
		}
		updated, err := client.UpdateUser(ctx, uid, (&auth.UserToUpdate{}).DisplayName("Anna").PhotoURL(""))
		if err != nil {
			t.Fatalf("UpdateUser = %v", err)
		}
		if updated.DisplayName != "Anna" || updated.PhotoURL != "" {
			t.Errorf("updated %+v of %+v", updated, updated.UserInfo)
		}
		for name, get := range map[string]func() (*auth.UserRecord, error){
			"GetUser":        func() (*auth.UserRecord, error) { return client.GetUser(ctx, uid) },
			"GetUserByEmail": func() (*auth.UserRecord, error) { return client.GetUserByEmail(ctx, email) },
		} {
			if got, err := get(); err != nil || got.UID != uid {
				t.Errorf("%s = %v, %v", name, got, err)
			}
		}
		found, err := client.GetUsers(ctx, []auth.UserIdentifier{auth.UIDIdentifier{UID: uid}, auth.EmailIdentifier{Email: "nobody" + email}})
		if err != nil || len(found.Users) != 1 || len(found.NotFound) != 1 {
			t.Errorf("GetUsers = %+v, %v; want one found and one not", found, err)
		}
		if err := client.DeleteUser(ctx, uid); err != nil {
			t.Errorf("DeleteUser = %v", err)
		}
		if _, err := client.GetUser(ctx, uid); !auth.IsUserNotFound(err) {
			t.Errorf("GetUser after deletion = %v", err)
		}
		if err := client.DeleteUser(ctx, uid); !auth.IsUserNotFound(err) {
			t.Errorf("DeleteUser again = %v", err)
		}
	})
}

func TestAdminTokens(t *testing.T) {
	eachEmulator(t, func(t *testing.T, e firebaseAuth) {
		client, ctx, run := admin(t, e), deadline(t), unique()
		signedIn := e.client(t, "accounts:signUp", object{"email": "tom-" + run + "@example.com", "password": "secret12"}).ok(t)
		uid := signedIn.get("localId")
		token, err := client.VerifyIDTokenAndCheckRevoked(ctx, signedIn.get("idToken"))
		if err != nil {
			t.Fatalf("VerifyIDToken = %v", err)
		}
		if token.UID != uid || token.Firebase.SignInProvider != "password" {
			t.Errorf("token = %+v", token)
		}
		cookie, err := client.SessionCookie(ctx, signedIn.get("idToken"), 7*24*time.Hour)
		if err != nil {
			t.Fatalf("SessionCookie = %v", err)
		}
		session, err := client.VerifySessionCookieAndCheckRevoked(ctx, cookie)
		if err != nil {
			t.Fatalf("VerifySessionCookie = %v", err)
		}
		if session.UID != uid || session.AuthTime != token.AuthTime || session.Expires-session.IssuedAt != 7*24*60*60 {
			t.Errorf("session cookie = %+v", session)
		}
		if _, err := client.VerifySessionCookie(ctx, signedIn.get("idToken")); !auth.IsSessionCookieInvalid(err) {
			t.Errorf("an ID token as a session cookie: %v", err)
		}
		if _, err := client.VerifyIDToken(ctx, cookie); !auth.IsIDTokenInvalid(err) {
			t.Errorf("a session cookie as an ID token: %v", err)
		}
	})
}

func TestAdminRevokeDisableDelete(t *testing.T) {
	eachEmulator(t, func(t *testing.T, e firebaseAuth) {
		client, ctx, uid := admin(t, e), deadline(t), "rea-"+unique()
		if _, err := client.CreateUser(ctx, (&auth.UserToCreate{}).UID(uid)); err != nil {
			t.Fatal(err)
		}
		old := idToken(t, uid, time.Now().Add(-time.Minute))
		if _, err := client.VerifyIDTokenAndCheckRevoked(ctx, old); err != nil {
			t.Fatalf("before revocation: %v", err)
		}
		if err := client.RevokeRefreshTokens(ctx, uid); err != nil {
			t.Fatalf("RevokeRefreshTokens = %v", err)
		}
		if _, err := client.VerifyIDTokenAndCheckRevoked(ctx, old); !auth.IsIDTokenRevoked(err) {
			t.Errorf("after revocation: %v", err)
		}
		if _, err := client.SessionCookie(ctx, old, time.Hour); err == nil {
			t.Error("a revoked ID token was exchanged for a session cookie")
		}
		fresh := idToken(t, uid, time.Now().Add(time.Second))
		cookie, err := client.SessionCookie(ctx, fresh, time.Hour)
		if err != nil {
			t.Fatalf("SessionCookie after signing in again = %v", err)
		}
		if _, err := client.UpdateUser(ctx, uid, (&auth.UserToUpdate{}).Disabled(true)); err != nil {
			t.Fatal(err)
		}
		if _, err := client.VerifySessionCookieAndCheckRevoked(ctx, cookie); !auth.IsUserDisabled(err) {
			t.Errorf("the cookie of a disabled user: %v", err)
		}
		if err := client.DeleteUser(ctx, uid); err != nil {
			t.Fatal(err)
		}
		if _, err := client.VerifySessionCookieAndCheckRevoked(ctx, cookie); !auth.IsUserNotFound(err) {
			t.Errorf("the cookie of a deleted user: %v", err)
		}
	})
}
