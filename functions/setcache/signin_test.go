package setcache_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"pantry.example/functions/setcache"
	"pantry.example/shared/config"
	"pantry.example/shared/emulator"
	"pantry.example/shared/emulator/google"
	"pantry.example/shared/web"
)

func TestSignIn(t *testing.T) {
	s := newService(t)
	a := s.call("POST", "/", signInBody("ann", s.idToken("ann", time.Minute)))
	a.want(t, http.StatusOK, "")
	c := a.session()
	if c == nil || !c.HttpOnly || !c.Secure || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.MaxAge > 24*60*60 {
		t.Fatalf("the cookie is %+v, want HttpOnly, Secure, Lax, for a day", c)
	}
	if a.body["userID"] != "ann" || a.body["expiresAt"] == nil || a.body["session"] != nil {
		t.Errorf("the answer is %v, want userID and expiresAt alone", a.body)
	}
	if a.header.Get("Cache-Control") != "private, no-store" {
		t.Errorf("Cache-Control = %q", a.header.Get("Cache-Control"))
	}
	s.wantOpen(c, true)
	if out := s.log.String(); strings.Contains(out, c.Value) || strings.Contains(out, "eyJ") {
		t.Errorf("the log has the session or a token: %s", out)
	}
}

func TestSignInWithBearer(t *testing.T) {
	s := newService(t)
	a := s.call("POST", "/", signInBody("ann", s.idToken("ann", time.Minute), "Transport", "bearer"))
	a.want(t, http.StatusOK, "")
	handle, _ := a.body["session"].(string)
	if handle == "" || a.session() != nil {
		t.Fatalf("the answer has session %q and cookie %v, want the session in the body alone", handle, a.session())
	}
	s.call("GET", "/", "", header("Authorization", "Bearer "+handle)).want(t, http.StatusOK, "")
}

// A request with the cookie gets no bearer: a script could take it out of the browser.
func TestBearerFromACookie(t *testing.T) {
	s := newService(t)
	c := s.signIn("ann")
	a := s.call("POST", "/", signInBody("ann", s.idToken("ann", time.Minute), "Transport", "bearer"), with(c))
	a.want(t, 400, "bearer_with_cookie")
	if a.body["session"] != nil {
		t.Error("the answer hands out a session")
	}
	s.wantOpen(c, true)
}

// A bad request is refused before Google or Redis is asked.
func TestSignInThatCannotBeRead(t *testing.T) {
	s := newService(t)
	good := signInBody("ann", s.idToken("ann", time.Minute))
	for _, row := range []struct {
		name, body string
		edits      []edit
		status     int
		code       string
	}{
		{"no body", "", []edit{header("Content-Type", "application/json")}, 400, "malformed_body"},
		{"no JSON", "UserID=ann", nil, 400, "malformed_body"},
		{"a list", "[]", nil, 400, "malformed_body"},
		{"a field of another type", `{"UserID":7,"AuthToken":"x"}`, nil, 400, "malformed_body"},
		{"a field twice", `{"UserID":"ann","UserID":"bob","AuthToken":"x"}`, nil, 400, "malformed_body"},
		{"text after it", good + "{}", nil, 400, "malformed_body"},
		{"no UserID", signInBody("", "x"), nil, 400, "invalid_request"},
		{"a long UserID", signInBody(strings.Repeat("a", 129), "x"), nil, 400, "invalid_request"},
		{"no AuthToken", signInBody("ann", ""), nil, 400, "invalid_request"},
		{"a long AuthToken", signInBody("ann", strings.Repeat("a", 8193)), nil, 400, "invalid_request"},
		{"an unknown Transport", signInBody("ann", "x", "Transport", "url"), nil, 400, "invalid_request"},
		{"two cookies", good, []edit{header("Cookie", "__session=a; __session=b")}, 400, "ambiguous_session"},
		{"too large", `{"UserID":"` + strings.Repeat("a", 17<<10) + `"}`, nil, 413, "body_too_large"},
		{"a form", good, []edit{func(r *http.Request) { r.Header.Set("Content-Type", "application/x-www-form-urlencoded") }}, 415, "unsupported_media_type"},
		{"compressed", good, []edit{header("Content-Encoding", "gzip")}, 415, "unsupported_media_type"},
		{"of another site", good, []edit{func(r *http.Request) {
			r.Header.Set("Sec-Fetch-Site", "cross-site")
			r.Header.Set("Origin", "https://evil.example")
		}}, 403, "cross_origin"},
		{"with a cookie and of no page", good, []edit{func(r *http.Request) { r.Header.Del("Sec-Fetch-Site") }, header("Cookie", "__session=a")}, 403, "origin_missing"},
	} {
		t.Run(row.name, func(t *testing.T) {
			s.call("POST", "/", row.body, row.edits...).want(t, row.status, row.code)
		})
	}
	if n := s.google.Asked(google.IDTokenKeys) + s.google.Asked(google.Lookup) + s.google.Asked(google.MintCookie); n != 0 || s.redis.TotalConnectionCount() != 0 {
		t.Errorf("Google was asked %d times and Redis had %d connections, want none", n, s.redis.TotalConnectionCount())
	}
}

// When a step of a sign-in fails, no session is stored.
func TestSignInThatIsRefused(t *testing.T) {
	fails := func(place string, status int, body string) func(*service) {
		return func(s *service) { s.google.Set(place, google.Answer(status, body)) }
	}
	says := func(code string) string { return `{"error":{"message":"` + code + `"}}` }
	claim := func(name string, value any) func(*service) string {
		return func(s *service) string {
			claims := google.IDClaims("ann")
			claims[name] = value
			return google.Keys().IDToken.Token(s.t, claims)
		}
	}
	fresh := func(s *service) string { return s.idToken("ann", time.Minute) }
	for _, row := range []struct {
		name   string
		token  func(*service) string
		fault  func(*service)
		status int
		code   string
	}{
		{"no token", func(*service) string { return "a.b.c" }, nil, 401, "invalid_token"},
		{"a forged one", func(s *service) string { return google.Keys().Foreign.Token(s.t, google.IDClaims("ann")) }, nil, 401, "invalid_token"},
		{"an expired one", claim("exp", time.Now().Add(-time.Second).Unix()), nil, 401, "invalid_token"},
		{"one of another project", claim("aud", "other"), nil, 401, "invalid_token"},
		{"a session cookie", func(s *service) string { return google.Keys().Cookie.Token(s.t, google.CookieClaims("ann")) }, nil, 401, "invalid_token"},
		{"one of another user", func(s *service) string { return s.idToken("bob", time.Minute) }, nil, 403, "wrong_user"},
		{"an old sign-in", func(s *service) string { return s.idToken("ann", 6*time.Minute) }, nil, 401, "recent_login_required"},
		{"no keys", fresh, fails(google.IDTokenKeys, 503, ""), 503, "unavailable"},
		{"no access token", fresh, fails(google.TokenServer, 500, ""), 503, "unavailable"},
		{"the look-up fails", fresh, fails(google.Lookup, 500, ""), 503, "unavailable"},
		{"the look-up is not permitted", fresh, fails(google.Lookup, 403, ""), 503, "unavailable"},
		{"a deleted user", fresh, fails(google.Lookup, 200, `{}`), 401, "invalid_token"},
		{"a disabled user", fresh, fails(google.Lookup, 200, `{"users":[{"localId":"ann","disabled":true}]}`), 401, "invalid_token"},
		{"a revoked sign-in", fresh, fails(google.Lookup, 200, `{"users":[{"localId":"ann","validSince":"99999999999"}]}`), 401, "invalid_token"},
		{"minting refuses the token", fresh, fails(google.MintCookie, 400, says("INVALID_ID_TOKEN")), 401, "invalid_token"},
		{"minting is not permitted", fresh, fails(google.MintCookie, 403, says("PERMISSION_DENIED")), 503, "unavailable"},
		{"minting over the quota", fresh, fails(google.MintCookie, 429, says("QUOTA_EXCEEDED")), 503, "unavailable"},
		{"minting fails", fresh, fails(google.MintCookie, 500, ""), 503, "unavailable"},
		{"a forged cookie comes back", fresh, fails(google.MintCookie, 200, `{"sessionCookie":"a.b.c"}`), 401, "invalid_token"},
		{"no keys for the cookie", fresh, fails(google.CookieKeys, 503, ""), 503, "unavailable"},
		{"Redis is down", fresh, func(s *service) { s.redis.Close() }, 503, "unavailable"},
		{"Redis is full", fresh, func(s *service) { s.redis.SetError("OOM command not allowed when used memory > 'maxmemory'.") }, 503, "unavailable"},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := newService(t)
			token := row.token(s)
			if row.fault != nil {
				row.fault(s)
			}
			a := s.call("POST", "/", signInBody("ann", token))
			a.want(t, row.status, row.code)
			if a.session() != nil || a.body["session"] != nil {
				t.Error("the answer hands out a session")
			}
			if keys := s.redis.Keys(); len(keys) != 0 {
				t.Errorf("Redis has %v, want nothing", keys)
			}
			if out := s.log.String(); strings.Contains(out, token) {
				t.Errorf("the log has the token: %s", out)
			}
		})
	}
}

// A sign-in that may not open a session is refused before Google is asked.
func TestRefusedBeforeGoogleIsAsked(t *testing.T) {
	s := newService(t)
	s.call("POST", "/", signInBody("ann", s.idToken("bob", time.Minute))).want(t, 403, "wrong_user")
	s.call("POST", "/", signInBody("ann", s.idToken("ann", time.Hour))).want(t, 401, "recent_login_required")
	if n := s.google.Asked(google.Lookup) + s.google.Asked(google.MintCookie); n != 0 {
		t.Errorf("Google was asked %d times, want never", n)
	}
}

// An open session of the same user vouches for a sign-in that is not recent. The new
// session replaces it.
func TestSessionVouchesForAnOldSignIn(t *testing.T) {
	s := newService(t)
	old := s.signIn("ann")
	a := s.call("POST", "/", signInBody("ann", s.idToken("ann", time.Hour)), with(old))
	// The session's own sign-in is a minute old, and the new token's an hour.
	a.want(t, http.StatusOK, "")
	renewed := a.session()
	if renewed == nil || renewed.Value == old.Value {
		t.Fatal("no new session was handed out")
	}
	s.wantOpen(renewed, true)
	s.wantOpen(old, false)
}

func TestSessionThatCannotVouch(t *testing.T) {
	s := newService(t)
	bob, closed := s.signIn("bob"), s.signIn("ann")
	s.call("DELETE", "/", "", with(closed)).want(t, http.StatusNoContent, "")
	for name, brought := range map[string]edit{
		"another user's": with(bob), "a closed one": with(closed), "a made-up one": header("Cookie", "__session=made-up"),
	} {
		t.Run(name, func(t *testing.T) {
			a := s.call("POST", "/", signInBody("ann", s.idToken("ann", time.Hour)), brought)
			a.want(t, 401, "recent_login_required")
		})
	}
	s.wantOpen(bob, true)
	// A recent sign-in needs no voucher. It closes the session that the browser had.
	s.signIn("ann", with(bob))
	s.wantOpen(bob, false)
}

func TestSessionCannotVouchWhileRedisIsDown(t *testing.T) {
	s := newService(t)
	old := s.signIn("ann")
	s.redis.Close()
	s.call("POST", "/", signInBody("ann", s.idToken("ann", time.Hour)), with(old)).want(t, 503, "unavailable")
}

// After sign-out everywhere, an older token opens nothing, even when Firebase still accepts it.
func TestSignInFromBeforeASignOutEverywhere(t *testing.T) {
	s := newService(t)
	token := s.idToken("ann", time.Minute)
	c := s.signIn("ann")
	s.call("DELETE", "/?all=true", "", with(c)).want(t, http.StatusNoContent, "")
	s.call("POST", "/", signInBody("ann", token)).want(t, 401, "invalid_token")
}

// Invalid tokens are counted for each address. A valid one still signs in.
func TestTooManyAttempts(t *testing.T) {
	s := newService(t)
	var last answer
	for range 61 {
		last = s.call("POST", "/", signInBody("ann", "a.b.c"))
	}
	last.want(t, 429, "too_many_attempts")
	s.signIn("ann")
	s.call("POST", "/", signInBody("ann", "a.b.c"), func(r *http.Request) { r.RemoteAddr = "203.0.113.9:1" }).want(t, 401, "invalid_token")
}

// A valid token can be sent many times, so the sign-ins of a user are counted too.
func TestTooManySignIns(t *testing.T) {
	s := newService(t)
	body := signInBody("ann", s.idToken("ann", time.Minute))
	var last answer
	for range 61 {
		last = s.call("POST", "/", body)
	}
	last.want(t, 429, "too_many_attempts")
	s.signIn("bob")
}

// A function that cannot be opened answers 503, and its log names the variable.
func TestNotConfigured(t *testing.T) {
	google.New(t)
	t.Setenv("REDIS_SERVER", "https://secret-name.upstash.io")
	log := new(emulator.Output)
	h := web.NewLazy(web.NewLogger(log, nil), config.EnvironmentOrigins, setcache.Open)
	send(t, h, "POST", "/", "{}").want(t, 503, "not_configured")
	if out := log.String(); !strings.Contains(out, "REDIS_SERVER") || strings.Contains(out, "secret-name") {
		t.Errorf("the log says %s, want the variable and not its value", out)
	}
}

// With its variables set, the function works.
func TestConfigured(t *testing.T) {
	s := newService(t)
	t.Setenv("REDIS_SERVER", s.redis.Addr())
	t.Setenv("GOOGLE_CLOUD_PROJECT", google.Project)
	h := web.NewLazy(web.NewLogger(s.log, nil), config.EnvironmentOrigins, setcache.Open)
	send(t, h, "POST", "/set-cache", signInBody("ann", s.idToken("ann", time.Minute))).want(t, 200, "")
}

func TestDependencyIsMissing(t *testing.T) {
	if _, err := setcache.New(setcache.Deps{}); err == nil {
		t.Error("New() with nothing = nil error, want one")
	}
}
