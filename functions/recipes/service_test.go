package recipes_test

import (
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"pantry.example/functions/recipes"
	"pantry.example/shared/emulator"
	"pantry.example/shared/recipe"
	"pantry.example/shared/recipe/store"
	"pantry.example/shared/session"
	"pantry.example/shared/web"
)

// service is the function over a store, and what it logged.
type service struct {
	t     testing.TB
	url   string
	h     http.Handler
	store recipe.Store
	log   *emulator.Output
	auth  *fakeAuth
	close func() // waits for the requests, so that their log lines are there
}

// start serves the function over a store, nil for an empty one in memory.
func start(t testing.TB, kept recipe.Store, changes ...func(*recipes.Deps)) *service {
	t.Helper()
	if kept == nil {
		kept = store.NewMemory()
	}
	s := &service{t: t, store: kept, log: new(emulator.Output), auth: &fakeAuth{}}
	d := recipes.Deps{
		Function: web.Function{
			Name: "recipes", Project: "demo-pantry", Origins: []string{"https://app.example"},
			SessionCookie: "__session", Log: web.NewLogger(s.log, slog.LevelInfo),
		},
		Authenticate: s.auth.authenticate,
		Store:        kept,
	}
	for _, change := range changes {
		change(&d)
	}
	h, err := recipes.New(d)
	if err != nil {
		t.Fatal(err)
	}
	s.h = h
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	s.url, s.close = srv.URL, srv.Close
	return s
}

// fakeAuth knows the bearers alice and bob, whose uids are alice-uid and bob-uid.
type fakeAuth struct {
	mu    sync.Mutex
	calls int
	err   error
	// signedIn is how long ago the users signed in.
	signedIn time.Duration
}

func (a *fakeAuth) authenticate(r *http.Request) (session.Session, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.calls++
	if a.err != nil {
		return session.Session{}, a.err
	}
	switch name, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); name {
	case "alice", "bob":
		return session.Session{UID: name + "-uid", AuthTime: time.Now().Add(-a.signedIn)}, nil
	case "nameless":
		return session.Session{}, nil // a fault that must open nothing
	}
	return session.Session{}, web.NewError(http.StatusUnauthorized, "no_session", "Sign in again.")
}

// request is one request; the zero value of a field means the usual.
type request struct {
	as     string // alice unless told; "nobody" sends no Authorization
	method string // GET unless told
	path   string
	header map[string]string
	body   string // JSON unless the header says otherwise
}

type response struct {
	status int
	header http.Header
	body   string
}

// do sends a request and holds the answer against the OpenAPI document.
func (s *service) do(q request) response {
	s.t.Helper()
	resp, err := s.try(q)
	if err != nil {
		s.t.Fatalf("%s %s: %v", q.method, q.path, err)
	}
	if !strings.Contains(q.path, "userID") {
		checkAgainstDocument(s.t, q, resp)
	}
	return resp
}

func (s *service) try(q request) (response, error) {
	if q.method == "" {
		q.method = http.MethodGet
	}
	var body io.Reader
	if q.body != "" {
		body = strings.NewReader(q.body)
	}
	req, err := http.NewRequest(q.method, s.url+q.path, body)
	if err != nil {
		return response{}, err
	}
	if q.body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	switch q.as {
	case "":
		req.Header.Set("Authorization", "Bearer alice")
	case "nobody":
	default:
		req.Header.Set("Authorization", "Bearer "+q.as)
	}
	for k, v := range q.header {
		if v == "(none)" {
			req.Header.Del(k)
			continue
		}
		req.Header.Set(k, v)
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(req)
	if err != nil {
		return response{}, err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	return response{resp.StatusCode, resp.Header, string(text)}, err
}

// as decodes a JSON answer, which must have the status.
func as[T any](t testing.TB, r response, status int) T {
	t.Helper()
	var v T
	if r.status != status {
		t.Fatalf("status %d, want %d; body: %s", r.status, status, r.body)
	}
	dec := json.NewDecoder(strings.NewReader(r.body))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&v); err != nil {
		t.Fatalf("decode %q: %v", r.body, err)
	}
	return v
}

// problem returns a problem document, which must have the status and code.
func problem(t testing.TB, r response, status int, code string) web.Error {
	t.Helper()
	e := as[web.Error](t, r, status)
	if e.Code != code || e.Status != status || e.Title == "" || e.Type != "about:blank" {
		t.Errorf("got problem %+v, want status %d and code %s", e, status, code)
	}
	if got := r.header.Get("Content-Type"); got != "application/problem+json" {
		t.Errorf("Content-Type %q of a problem", got)
	}
	if e.RequestID == "" || e.RequestID != r.header.Get("X-Request-Id") {
		t.Errorf("requestId %q, header %q", e.RequestID, r.header.Get("X-Request-Id"))
	}
	return e
}

// add creates a recipe.
func (s *service) add(body string) recipe.Recipe {
	s.t.Helper()
	return as[recipe.Recipe](s.t, s.do(request{method: "POST", path: "/", body: body}), http.StatusCreated)
}
