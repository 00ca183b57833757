package firebaseauth_test

import (
	"errors"
	"strings"
	"testing"

	"pantry.example/shared/emulator/firebaseauth"
)

var ann = firebaseauth.User{UID: "ann", Email: "Ann@Example.com", Password: "secret12", DisplayName: "Ann", EmailVerified: true}

// A browser that was signed in to the demo account stays so when the local runner is started
// again.
func TestRefreshTokenOutlivesRestart(t *testing.T) {
	first := signIn(t, embedded(t, project, ann))
	again := embedded(t, project, ann)
	res := again.refresh(t, first.get("refreshToken")).ok(t)
	if got := res.get("user_id"); got != "ann" {
		t.Errorf("user_id = %q, want ann", got)
	}
	embedded(t, "demo-other", ann).refresh(t, first.get("refreshToken")).refused(t, 400, "INVALID_REFRESH_TOKEN")
	embedded(t, project).refresh(t, first.get("refreshToken")).refused(t, 400, "INVALID_REFRESH_TOKEN")
}

func TestAddUser(t *testing.T) {
	s := firebaseauth.New(project)
	for _, tc := range []struct {
		user firebaseauth.User
		want string
	}{
		{ann, ""},
		{firebaseauth.User{}, ""},
		{firebaseauth.User{UID: "ann"}, "DUPLICATE_LOCAL_ID"},
		{firebaseauth.User{Email: "ann@example.com"}, "EMAIL_EXISTS"},
		{firebaseauth.User{Email: "ann"}, "INVALID_EMAIL"},
		{firebaseauth.User{Password: "secret12"}, "MISSING_EMAIL"},
		{firebaseauth.User{Email: "b@example.com", Password: "12345"}, "WEAK_PASSWORD"},
		{firebaseauth.User{UID: strings.Repeat("x", 129)}, "INVALID_ARGUMENT"},
	} {
		err := s.AddUser(tc.user)
		if (err == nil) != (tc.want == "") || (err != nil && !strings.HasPrefix(err.Error(), tc.want)) {
			t.Errorf("AddUser(%+v) = %v, want %q", tc.user, err, tc.want)
		}
	}
}

// Accounts that are kept are there again in the next server, with their passwords.
func TestKeep(t *testing.T) {
	var saved []byte
	keep := func(t *testing.T, s *firebaseauth.Server) {
		t.Helper()
		if err := s.Keep(saved, func(accounts []byte) error { saved = accounts; return nil }); err != nil {
			t.Fatalf("Keep = %v", err)
		}
	}
	first := embedded(t, project)
	keep(t, first.server)
	made := first.client(t, "accounts:signUp", object{"email": "bo@example.com", "password": "secret12"}).ok(t)
	if len(saved) == 0 || strings.Contains(string(saved), "secret12") {
		t.Errorf("saved %q, want the account without its password", saved)
	}
	again := embedded(t, project)
	keep(t, again.server)
	in := again.client(t, "accounts:signInWithPassword", object{"email": "bo@example.com", "password": "secret12"}).ok(t)
	if in.get("localId") != made.get("localId") {
		t.Errorf("account = %q, want %q", in.get("localId"), made.get("localId"))
	}
	again.client(t, "accounts:delete", object{"idToken": in.get("idToken")}).ok(t)
	last := embedded(t, project)
	keep(t, last.server)
	last.client(t, "accounts:signInWithPassword", object{"email": "bo@example.com", "password": "secret12"}).refused(t, 400, "EMAIL_NOT_FOUND")
}

// What cannot be kept is not answered as done, and damaged accounts are refused.
func TestKeepFails(t *testing.T) {
	e := embedded(t, project)
	if err := e.server.Keep(nil, func([]byte) error { return errors.New("disk full") }); err != nil {
		t.Fatal(err)
	}
	e.client(t, "accounts:signUp", object{"email": "bo@example.com", "password": "secret12"}).refused(t, 500, "INTERNAL_ERROR")
	for _, damaged := range []string{"{", `{"ann":null}`, `{"ann":{"LocalID":"bo"}}`, "[]"} {
		if err := firebaseauth.New(project).Keep([]byte(damaged), nil); err == nil {
			t.Errorf("Keep(%s) = nil, want an error", damaged)
		}
	}
}
