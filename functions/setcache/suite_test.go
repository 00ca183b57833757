package setcache_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"

	"pantry.example/functions/setcache"
	"pantry.example/shared/config"
	"pantry.example/shared/emulator"
	"pantry.example/shared/emulator/google"
	"pantry.example/shared/identity/firebase"
	"pantry.example/shared/session"
	"pantry.example/shared/web"
)

const page = "https://app.example.com"

// service is set-cache with a fake Google and a Redis in this process.
type service struct {
	t       *testing.T
	google  *google.Google
	redis   *miniredis.Miniredis
	handler http.Handler
	log     *emulator.Output
}

func newService(t *testing.T) *service {
	t.Helper()
	s := &service{t: t, google: google.New(t), redis: miniredis.RunT(t), log: new(emulator.Output)}
	parsed, err := config.ParseRedis(s.redis.Addr())
	if err != nil {
		t.Fatal(err)
	}
	cfg := config.Config{
		Redis: parsed, ProjectID: google.Project,
		SessionTTL: 24 * time.Hour, SessionIdle: time.Hour, RevocationMaxAge: time.Minute,
	}
	firebase, err := firebase.Open(t.Context(), google.Project, "")
	if err != nil {
		t.Fatal(err)
	}
	sessions, err := session.FromConfig(cfg, firebase.Lookup, firebase.VerifySessionCookie)
	if err != nil {
		t.Fatal(err)
	}
	s.handler, err = setcache.New(setcache.Deps{
		Function: web.Function{
			Name: setcache.Name, Project: google.Project, Origins: []string{page},
			SessionCookie: session.CookieName, Log: web.NewLogger(s.log, nil),
		},
		Sessions: sessions, Firebase: firebase, TTL: cfg.SessionTTL,
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// answer is the response to a call.
type answer struct {
	status  int
	code    string // of a problem document
	header  http.Header
	body    map[string]any
	cookies []*http.Cookie
}

// edit changes a request before it is sent.
type edit func(*http.Request)

func header(name, value string) edit {
	return func(r *http.Request) { r.Header.Add(name, value) }
}

// with adds the session's cookie, as the page's browser does.
func with(c *http.Cookie) edit { return func(r *http.Request) { r.AddCookie(c) } }

// call sends a request of the page, which is on the same host.
func (s *service) call(method, target, body string, edits ...edit) answer {
	s.t.Helper()
	return send(s.t, s.handler, method, target, body, edits...)
}

func send(t *testing.T, h http.Handler, method, target, body string, edits ...edit) answer {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, "https://app.example.com"+target, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	for _, e := range edits {
		e(r)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	a := answer{status: w.Code, header: w.Header(), cookies: w.Result().Cookies()}
	if w.Body.Len() > 0 {
		if err := json.Unmarshal(w.Body.Bytes(), &a.body); err != nil {
			t.Fatalf("%s %s: the answer %q is no JSON object", method, target, w.Body)
		}
	}
	a.code, _ = a.body["code"].(string)
	return a
}

// want checks a status and a problem's code, "" for none.
func (a answer) want(t *testing.T, status int, code string) {
	t.Helper()
	if a.status != status || a.code != code {
		t.Errorf("got %d %q, want %d %q: %v", a.status, a.code, status, code, a.body["detail"])
	}
	retry := a.header.Get("Retry-After") != ""
	if again := status == http.StatusServiceUnavailable || status == http.StatusTooManyRequests; again != retry {
		t.Errorf("Retry-After is %q with status %d", a.header.Get("Retry-After"), status)
	}
}

// session returns the cookie that an answer sets, nil when it sets none.
func (a answer) session() *http.Cookie {
	for _, c := range a.cookies {
		if c.Name == session.CookieName && c.MaxAge > 0 {
			return c
		}
	}
	return nil
}

// clears reports whether an answer clears the cookie.
func (a answer) clears() bool {
	for _, c := range a.cookies {
		if c.Name == session.CookieName && c.MaxAge < 0 {
			return true
		}
	}
	return false
}

// signInBody returns the body of a sign-in. more is names and values in turn.
func signInBody(uid, idToken string, more ...string) string {
	fields := map[string]string{"UserID": uid, "AuthToken": idToken}
	for i := 0; i+1 < len(more); i += 2 {
		fields[more[i]] = more[i+1]
	}
	text, _ := json.Marshal(fields)
	return string(text)
}

// idToken returns the ID token of a user who signed in that long ago.
func (s *service) idToken(uid string, ago time.Duration) string {
	claims := google.IDClaims(uid)
	claims["auth_time"] = time.Now().Add(-ago).Unix()
	return google.Keys().IDToken.Token(s.t, claims)
}

// signIn opens a session of a user and returns its cookie.
func (s *service) signIn(uid string, edits ...edit) *http.Cookie {
	s.t.Helper()
	a := s.call("POST", "/", signInBody(uid, s.idToken(uid, time.Minute)), edits...)
	if a.status != http.StatusOK || a.session() == nil {
		s.t.Fatalf("the sign-in of %s was answered %d %v", uid, a.status, a.body)
	}
	return a.session()
}

// currentID returns the id of a cookie's session.
func (s *service) currentID(c *http.Cookie) string {
	s.t.Helper()
	sessions, _ := s.call("GET", "/", "", with(c)).body["sessions"].([]any)
	for _, entry := range sessions {
		if one, _ := entry.(map[string]any); one["current"] == true {
			id, _ := one["id"].(string)
			return id
		}
	}
	s.t.Fatal("no current session is listed")
	return ""
}

// wantOpen checks whether a cookie opens a session.
func (s *service) wantOpen(c *http.Cookie, open bool) {
	s.t.Helper()
	status := s.call("GET", "/", "", with(c)).status
	if want := map[bool]int{true: http.StatusOK, false: http.StatusUnauthorized}[open]; status != want {
		s.t.Errorf("a request with the session is answered %d, want %d", status, want)
	}
}
