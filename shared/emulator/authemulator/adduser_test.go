package authemulator_test

import (
	"strings"
	"testing"

	"pantry.example/shared/emulator/authemulator"
)

var ann = authemulator.User{UID: "ann", Email: "Ann@Example.com", Password: "secret12", DisplayName: "Ann", EmailVerified: true}

// A browser that was signed in to the demo account stays so when the local runner is started again.
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
	s := authemulator.New(project)
	for _, tc := range []struct {
		user authemulator.User
		want string
	}{
		{ann, ""},
		{authemulator.User{}, ""},
		{authemulator.User{UID: "ann"}, "DUPLICATE_LOCAL_ID"},
		{authemulator.User{Email: "ann@example.com"}, "EMAIL_EXISTS"},
		{authemulator.User{Email: "ann"}, "INVALID_EMAIL"},
		{authemulator.User{Password: "secret12"}, "MISSING_EMAIL"},
		{authemulator.User{Email: "b@example.com", Password: "12345"}, "WEAK_PASSWORD"},
		{authemulator.User{UID: strings.Repeat("x", 129)}, "INVALID_ARGUMENT"},
	} {
		err := s.AddUser(tc.user)
		if (err == nil) != (tc.want == "") || (err != nil && !strings.HasPrefix(err.Error(), tc.want)) {
			t.Errorf("AddUser(%+v) = %v, want %q", tc.user, err, tc.want)
		}
	}
}
