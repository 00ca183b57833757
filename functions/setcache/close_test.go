package setcache_test

import (
	"net/http"
	"strings"
	"testing"

	"pantry.example/shared/emulator/google"
)

func TestList(t *testing.T) {
	s := newService(t)
	phone := s.signIn("ann", func(r *http.Request) { r.Header.Set("User-Agent", "Mozilla/5.0 (iPhone) Safari/604.1") })
	laptop := s.signIn("ann")
	s.signIn("bob")
	a := s.call("GET", "/", "", with(laptop))
	a.want(t, http.StatusOK, "")
	sessions, _ := a.body["sessions"].([]any)
	if len(sessions) != 2 {
		t.Fatalf("got %d sessions, want ann's two", len(sessions))
	}
	current, devices := 0, map[any]bool{}
	for _, entry := range sessions {
		one, _ := entry.(map[string]any)
		devices[one["device"]] = true
		if one["current"] == true {
			current++
		}
	}
	if current != 1 || !devices["Safari on iPhone"] || !devices["Browser"] {
		t.Errorf("got %d current ones and the devices %v, want one and both devices", current, devices)
	}
	s.wantOpen(phone, true)
}

func TestListWithoutASession(t *testing.T) {
	s := newService(t)
	c := s.signIn("ann")
	s.call("GET", "/", "").want(t, 401, "no_session")
	s.call("GET", "/", "", header("Authorization", "Bearer made-up")).want(t, 401, "no_session")
	s.call("GET", "/", "", with(c), header("Authorization", "Bearer "+c.Value+"x")).want(t, 400, "ambiguous_session")
	s.redis.Close()
	s.call("GET", "/", "", with(c)).want(t, 503, "unavailable")
}

func TestSignOut(t *testing.T) {
	s := newService(t)
	c, other := s.signIn("ann"), s.signIn("ann")
	a := s.call("DELETE", "/", "", with(c))
	a.want(t, http.StatusNoContent, "")
	if !a.clears() {
		t.Error("the cookie was not cleared")
	}
	s.wantOpen(c, false)
	s.wantOpen(other, true)
	for _, edits := range [][]edit{{with(c)}, {}} { // again, and without a cookie
		a := s.call("DELETE", "/", "", edits...)
		a.want(t, http.StatusNoContent, "")
		if !a.clears() {
			t.Error("the cookie was not cleared")
		}
	}
}

// A mistyped query closes nothing.
func TestSignOutWithAnotherQuery(t *testing.T) {
	s := newService(t)
	c := s.signIn("ann")
	for _, query := range []string{"?all=1", "?all", "?all=true&x=1", "?everything", "?all=true&all=true"} {
		s.call("DELETE", "/"+query, "", with(c)).want(t, 400, "invalid_query")
	}
	s.wantOpen(c, true)
}

func TestSignOutEverywhere(t *testing.T) {
	s := newService(t)
	c, other, bob := s.signIn("ann"), s.signIn("ann"), s.signIn("bob")
	a := s.call("DELETE", "/?all=true", "", with(c))
	a.want(t, http.StatusNoContent, "")
	if !a.clears() || s.google.Asked(google.Update) != 1 {
		t.Errorf("the cookie was cleared: %v; Firebase was told %d times, want once", a.clears(), s.google.Asked(google.Update))
	}
	s.wantOpen(c, false)
	s.wantOpen(other, false)
	s.wantOpen(bob, true)
	s.call("DELETE", "/?all=true", "").want(t, 401, "no_session")
}

// The sessions are closed even when the revocation at Firebase fails.
func TestSignOutEverywhereWhileFirebaseFails(t *testing.T) {
	s := newService(t)
	c, other := s.signIn("ann"), s.signIn("ann")
	s.google.Set(google.Update, google.Answer(http.StatusForbidden, `{"error":{"message":"PERMISSION_DENIED"}}`))
	a := s.call("DELETE", "/?all=true", "", with(c))
	a.want(t, 503, "revocation_incomplete")
	if !a.clears() {
		t.Error("the cookie was not cleared")
	}
	s.wantOpen(c, false)
	s.wantOpen(other, false)
}

func TestCloseOneOfSeveral(t *testing.T) {
	s := newService(t)
	c, other, bob := s.signIn("ann"), s.signIn("ann"), s.signIn("bob")
	own, theirs, bobs := s.currentID(c), s.currentID(other), s.currentID(bob)
	s.call("DELETE", "/"+bobs, "", with(c)).want(t, 404, "not_found")
	for _, unknown := range []string{"/made-up", "/%2F", "/set-cache/%2F", "/api/set-cache/%2f"} {
		s.call("DELETE", unknown, "", with(c)).want(t, 404, "not_found")
	}
	s.wantOpen(c, true)
	s.call("DELETE", "/"+theirs, "").want(t, 401, "no_session")
	s.wantOpen(bob, true)

	a := s.call("DELETE", "/"+theirs, "", with(c))
	a.want(t, http.StatusNoContent, "")
	if a.clears() {
		t.Error("closing another device cleared this one's cookie")
	}
	s.wantOpen(other, false)
	if a := s.call("DELETE", "/"+own, "", with(c)); a.status != http.StatusNoContent || !a.clears() {
		t.Errorf("closing the caller's session is answered %d, cookie cleared: %v", a.status, a.clears())
	}
	s.wantOpen(c, false)
}

func TestCloseWhileRedisIsDown(t *testing.T) {
	s := newService(t)
	c := s.signIn("ann")
	s.redis.Close()
	for target, clears := range map[string]bool{"/": true, "/?all=true": false, "/?others=true": false, "/AAAAAAAAAAAAAAAAAAAAAA": false} {
		a := s.call("DELETE", target, "", with(c))
		a.want(t, 503, "unavailable")
		// Only sign-out clears the cookie then. The other calls must be sent again.
		if a.clears() != clears {
			t.Errorf("DELETE %s: the cookie was cleared: %v, want %v", target, a.clears(), clears)
		}
	}
}

func TestOtherPathsAndMethods(t *testing.T) {
	s := newService(t)
	for _, row := range []struct {
		method, target string
		status         int
		code, allow    string
	}{
		{"PUT", "/", 405, "method_not_allowed", "GET, POST, DELETE"},
		{"GET", "/abc", 405, "method_not_allowed", "DELETE"},
		{"GET", "/a/b", 404, "not_found", ""},
		{"GET", "/%2F", 404, "not_found", ""},
		{"OPTIONS", "/", 204, "", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"},
	} {
		a := s.call(row.method, row.target, "")
		a.want(t, row.status, row.code)
		if got := a.header.Get("Allow"); got != row.allow {
			t.Errorf("%s %s: Allow = %q, want %q", row.method, row.target, got, row.allow)
		}
	}
}

func TestCloseOthers(t *testing.T) {
	s := newService(t)
	c, other, bob := s.signIn("ann"), s.signIn("ann"), s.signIn("bob")
	a := s.call("DELETE", "/?others=true", "", with(c))
	a.want(t, http.StatusNoContent, "")
	if a.clears() {
		t.Error("the cookie of the session that stays was cleared")
	}
	s.wantOpen(c, true)
	s.wantOpen(other, false)
	s.wantOpen(bob, true)
	s.call("DELETE", "/?others=true", "").want(t, 401, "no_session")
}

// Sessions can be closed while Firebase is down.
func TestCloseWhileFirebaseIsDown(t *testing.T) {
	s := newService(t)
	c, other, third := s.signIn("ann"), s.signIn("ann"), s.signIn("ann")
	id := s.currentID(other)
	s.google.Set(google.Lookup, google.Answer(http.StatusInternalServerError, ""))
	asked := s.google.Asked(google.Lookup)
	s.call("DELETE", "/"+id, "", with(c)).want(t, http.StatusNoContent, "")
	s.call("DELETE", "/?others=true", "", with(c)).want(t, http.StatusNoContent, "")
	s.call("DELETE", "/", "", with(c)).want(t, http.StatusNoContent, "")
	if n := s.google.Asked(google.Lookup) - asked; n != 0 {
		t.Errorf("Firebase was asked %d times, want never", n)
	}
	for _, ended := range []*http.Cookie{c, other, third} {
		s.wantOpen(ended, false)
	}
}

// With two cookies, each call gets 400. Only sign-out works: it closes both sessions and
// clears the cookies.
func TestTwoCookies(t *testing.T) {
	s := newService(t)
	one, two := s.signIn("ann"), s.signIn("ann")
	s.call("GET", "/", "", with(one), with(two)).want(t, 400, "ambiguous_session")
	a := s.call("DELETE", "/", "", with(one), with(two))
	a.want(t, http.StatusNoContent, "")
	if !a.clears() || a.header.Get("Clear-Site-Data") != `"cookies"` {
		t.Errorf("the cookie was cleared: %v, Clear-Site-Data %q; want both", a.clears(), a.header.Get("Clear-Site-Data"))
	}
	s.wantOpen(one, false)
	s.wantOpen(two, false)
}

// After many guesses from an address, sign-out and ended sessions from there get no 429. A
// 401 clears the cookie.
func TestNobodyIsRefusedForAnothersGuesses(t *testing.T) {
	s := newService(t)
	ended, open := s.signIn("ann"), s.signIn("bob")
	s.call("DELETE", "/", "", with(ended)).want(t, http.StatusNoContent, "")
	var last answer
	for range 61 {
		last = s.call("GET", "/", "", header("Authorization", "Bearer "+open.Value+"A"))
	}
	last.want(t, 429, "too_many_attempts")
	a := s.call("GET", "/", "", with(ended))
	a.want(t, 401, "no_session")
	if !a.clears() {
		t.Error("a 401 left the cookie")
	}
	s.call("DELETE", "/", "", with(ended)).want(t, http.StatusNoContent, "")
	s.wantOpen(open, true)
}

// The log tells what happened to sessions, and holds no handle.
func TestEvents(t *testing.T) {
	s := newService(t)
	c, other := s.signIn("ann"), s.signIn("ann")
	s.call("DELETE", "/?others=true", "", with(c))
	s.call("GET", "/", "", with(other))
	s.call("DELETE", "/", "", with(c))
	c = s.signIn("ann")
	s.call("DELETE", "/?all=true", "", with(c))
	for range 61 {
		s.call("POST", "/", signInBody("ann", "a.b.c"))
	}
	out := s.log.String()
	for _, event := range []string{"opened", "closed_others", "refused", "closed", "revoked", "limited"} {
		line := ""
		for l := range strings.Lines(out) {
			if line == "" && strings.Contains(l, `"event":"session_`+event+`"`) {
				line = l
			}
		}
		if !strings.Contains(line, `"remoteIp":"192.0.2.1"`) || (event != "limited" && !strings.Contains(line, `"uid":"ann"`)) {
			t.Errorf("%s: the log line is %q, want one with the user and the address", event, line)
		}
	}
	if strings.Contains(out, c.Value) || strings.Contains(out, other.Value) {
		t.Error("the log holds a session")
	}
}
