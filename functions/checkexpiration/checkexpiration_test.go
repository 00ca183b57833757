package checkexpiration_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"

	"pantry.example/functions/checkexpiration"
	"pantry.example/shared/config"
	"pantry.example/shared/emulator"
	"pantry.example/shared/emulator/google"
	"pantry.example/shared/identity"
	"pantry.example/shared/session"
	"pantry.example/shared/web"
)

// service is check-expiration with a fake Google and a Redis in this process.
type service struct {
	t        *testing.T
	google   *google.Google
	redis    *miniredis.Miniredis
	sessions *session.Cache
	handler  http.Handler
	log      *emulator.Output
}

func newService(t *testing.T, maxAge time.Duration) *service {
	t.Helper()
	s := &service{t: t, google: google.New(t), redis: miniredis.RunT(t), log: new(emulator.Output)}
	parsed, err := config.ParseRedis(s.redis.Addr())
	if err != nil {
		t.Fatal(err)
	}
	cfg := config.Config{
		Redis: parsed, ProjectID: google.Project,
		SessionTTL: 24 * time.Hour, SessionIdle: time.Hour, RevocationMaxAge: maxAge,
	}
	accounts, err := identity.NewDirectory(t.Context(), google.Project, "")
	if err != nil {
		t.Fatal(err)
	}
	if s.sessions, err = session.FromConfig(cfg, accounts.Lookup, nil); err != nil {
		t.Fatal(err)
	}
	s.handler, err = checkexpiration.New(checkexpiration.Deps{
		Function: web.Function{
			Name: checkexpiration.Name, Project: google.Project, SessionCookie: session.CookieName, Log: web.NewLogger(s.log, nil),
		},
		Sessions: s.sessions,
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// signIn opens a session, as set-cache does, and returns its handle.
func (s *service) signIn(uid string) (string, session.Session) {
	s.t.Helper()
	now := time.Now()
	in := session.SignIn{Device: "Browser"}
	in.Cookie = google.Keys().Cookie.Token(s.t, google.CookieClaims(uid))
	in.Token = identity.Token{UID: uid, AuthTime: now.Add(-time.Minute).Truncate(time.Second), Expires: now.Add(24 * time.Hour)}
	in.Checked = now
	handle, opened, err := s.sessions.Open(s.t.Context(), in)
	if err != nil {
		s.t.Fatal(err)
	}
	return handle.Reveal(), opened
}

// get sends the handle as a bearer. An empty handle is not sent.
func (s *service) get(target, handle string) *httptest.ResponseRecorder {
	s.t.Helper()
	headers := http.Header{}
	if handle != "" {
		headers.Set("Authorization", "Bearer "+handle)
	}
	return send(s.t, s.handler, http.MethodGet, target, headers)
}

func send(t *testing.T, h http.Handler, method, target string, headers http.Header) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, target, nil)
	r.Header = headers
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// wantExpired checks the bare JSON answer.
func wantExpired(t *testing.T, w *httptest.ResponseRecorder, want string) {
	t.Helper()
	if got := strings.TrimSpace(w.Body.String()); w.Code != http.StatusOK || got != want {
		t.Errorf("got %d %s, want 200 %s", w.Code, got, want)
	}
}

// wantProblem checks a status and a problem's code.
func wantProblem(t *testing.T, w *httptest.ResponseRecorder, status int, code string) {
	t.Helper()
	var problem struct{ Code string }
	if err := json.Unmarshal(w.Body.Bytes(), &problem); err != nil || w.Code != status || problem.Code != code {
		t.Errorf("got %d %s (%v), want %d %s", w.Code, w.Body, err, status, code)
	}
	if retry := w.Header().Get("Retry-After") != ""; retry != (status == http.StatusServiceUnavailable) {
		t.Errorf("Retry-After = %q with status %d", w.Header().Get("Retry-After"), status)
	}
}

func TestExpired(t *testing.T) {
	s := newService(t, time.Minute)
	ann, _ := s.signIn("ann")
	closed, session := s.signIn("ann")
	if err := s.sessions.Close(t.Context(), "ann", session.ID); err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct{ name, target, handle, want string }{
		{"an open session", "/", ann, "false"},
		{"the caller's own", "/?userID=ann", ann, "false"},
		{"under the function's name", "/check-expiration?userID=ann", ann, "false"},
		{"behind Hosting", "/api/check-expiration/?userID=ann", ann, "false"},
		{"another user's", "/?userID=bob", ann, "true"},
		{"an empty user's", "/?userID=", ann, "true"},
		{"a closed session", "/?userID=ann", closed, "true"},
		{"a made-up handle", "/?userID=ann", "made-up", "true"},
		{"no handle", "/?userID=ann", "", "true"},
	} {
		t.Run(row.name, func(t *testing.T) { wantExpired(t, s.get(row.target, row.handle), row.want) })
	}
	if out := s.log.String(); strings.Contains(out, ann) || strings.Contains(out, closed) {
		t.Errorf("the log has a session: %s", out)
	}
	if n := s.google.Asked(google.Lookup); n != 0 {
		t.Errorf("Firebase was asked %d times about a user it has just spoken of, want never", n)
	}
}

// The session of a user whom Firebase does not admit any more has expired.
func TestExpiredWhenFirebaseDoesNotAdmit(t *testing.T) {
	for name, users := range map[string]string{
		"disabled": `{"users":[{"localId":"ann","disabled":true}]}`,
		"deleted":  `{}`,
		"revoked":  `{"users":[{"localId":"ann","validSince":"99999999999"}]}`,
	} {
		t.Run(name, func(t *testing.T) {
			s := newService(t, time.Nanosecond)
			ann, _ := s.signIn("ann")
			wantExpired(t, s.get("/", ann), "false")
			s.google.Set(google.Lookup, google.Answer(http.StatusOK, users))
			wantExpired(t, s.get("/", ann), "true")
		})
	}
}

// While Firebase does not answer, its last answer counts.
func TestFirebaseIsDown(t *testing.T) {
	s := newService(t, time.Nanosecond)
	ann, _ := s.signIn("ann")
	s.google.Set(google.Lookup, google.Answer(http.StatusInternalServerError, ""))
	wantExpired(t, s.get("/", ann), "false")
}

func TestRedisIsDown(t *testing.T) {
	s := newService(t, time.Minute)
	ann, _ := s.signIn("ann")
	s.redis.Close()
	wantProblem(t, s.get("/", ann), http.StatusServiceUnavailable, "unavailable")
	wantExpired(t, s.get("/", ""), "true") // without a handle, Redis is not asked
}

func TestRequestThatCannotBeAnswered(t *testing.T) {
	s := newService(t, time.Minute)
	ann, _ := s.signIn("ann")
	both := http.Header{"Authorization": {"Bearer " + ann}, "Cookie": {"__session=other"}}
	wantProblem(t, send(t, s.handler, http.MethodGet, "/", both), http.StatusBadRequest, "ambiguous_session")
	for _, query := range []string{"?userID=ann%", "?userID=ann;x", "?userID=ann&userID=bob", "?userID=ann&x=%zz"} {
		wantProblem(t, s.get("/"+query, ann), http.StatusBadRequest, "invalid_query")
	}
	wantProblem(t, send(t, s.handler, http.MethodPost, "/", http.Header{}), http.StatusMethodNotAllowed, "method_not_allowed")
	wantProblem(t, s.get("/abc", ann), http.StatusNotFound, "not_found")
	if w := send(t, s.handler, http.MethodOptions, "/", http.Header{}); w.Code != http.StatusNoContent {
		t.Errorf("OPTIONS is answered %d, want 204", w.Code)
	}
}

// Made-up handles never lead to a 429.
func TestGuessesLimitNobody(t *testing.T) {
	s := newService(t, time.Minute)
	ann, opened := s.signIn("ann")
	before := s.redis.CommandCount()
	for range 100 {
		wantExpired(t, s.get("/", ann[:len(ann)-4]+"AAAA"), "true")
	}
	if n := s.redis.CommandCount() - before; n != 0 {
		t.Errorf("made-up handles cost %d Redis commands, want none", n)
	}
	wantExpired(t, s.get("/", ann), "false")
	if err := s.sessions.Close(t.Context(), "ann", opened.ID); err != nil {
		t.Fatal(err)
	}
	wantExpired(t, s.get("/", ann), "true")
}

// With its variables set, the function works. With a wrong one it answers 503, and its log
// names the variable.
func TestOpen(t *testing.T) {
	s := newService(t, time.Minute)
	t.Setenv("GOOGLE_CLOUD_PROJECT", google.Project)
	t.Setenv("REDIS_SERVER", s.redis.Addr())
	h := web.NewLazy(web.NewLogger(s.log, nil), config.EnvironmentOrigins, checkexpiration.Open)
	wantExpired(t, send(t, h, http.MethodGet, "/", http.Header{}), "true")

	t.Setenv("REDIS_SERVER", "https://secret-name.upstash.io")
	h = web.NewLazy(web.NewLogger(s.log, nil), config.EnvironmentOrigins, checkexpiration.Open)
	wantProblem(t, send(t, h, http.MethodGet, "/", http.Header{}), http.StatusServiceUnavailable, "not_configured")
	if out := s.log.String(); !strings.Contains(out, "REDIS_SERVER") || strings.Contains(out, "secret-name") {
		t.Errorf("the log says %s, want the variable and not its value", out)
	}
	if _, err := checkexpiration.New(checkexpiration.Deps{}); err == nil {
		t.Error("New() with nothing = nil error, want one")
	}
}
