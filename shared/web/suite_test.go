package web_test

import (
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"pantry.example/shared/emulator"
	"pantry.example/shared/web"
)

const (
	here    = "https://api.example"  // this function
	friend  = "https://app.example"  // a page that may call it
	foreign = "https://evil.example" // a page that may not
	cookie  = "__session"
)

// service is a function and its log.
type service struct {
	http.Handler
	t   testing.TB
	log *emulator.Output
}

// serve wraps routes as a function does.
func serve(t testing.TB, routes http.Handler) *service {
	t.Helper()
	log := new(emulator.Output)
	f := web.Function{
		Name: "recipes", Project: "demo-pantry", Origins: []string{friend}, SessionCookie: cookie,
		Log: web.NewLogger(log, slog.LevelInfo),
	}
	return &service{f.Handler(routes), t, log}
}

// ok answers every request.
func ok() http.Handler {
	return web.Handler(func(w http.ResponseWriter, _ *http.Request) error {
		return web.WriteJSON(w, http.StatusOK, "ok")
	})
}

// do sends a request. headers are names and values in turn.
func (s *service) do(method, target string, headers ...string) *httptest.ResponseRecorder {
	s.t.Helper()
	w := httptest.NewRecorder()
	s.ServeHTTP(w, request(method, target, "", headers...))
	return w
}

func request(method, target, body string, headers ...string) *http.Request {
	if strings.HasPrefix(target, "/") {
		target = here + target
	}
	var content io.Reader
	if body != "" {
		content = strings.NewReader(body)
	}
	r := httptest.NewRequest(method, target, content)
	for pair := range slices.Chunk(headers, 2) {
		r.Header.Add(pair[0], pair[1])
	}
	return r
}

// lines returns each line of the log as a map.
func (s *service) lines() []map[string]any {
	s.t.Helper()
	var lines []map[string]any
	for line := range strings.Lines(s.log.String()) {
		var m map[string]any
		if err := json.Unmarshal([]byte(line), &m); err != nil {
			s.t.Fatalf("log line %q: %v", line, err)
		}
		lines = append(lines, m)
	}
	return lines
}

// line returns the only line of the log.
func (s *service) line() map[string]any {
	s.t.Helper()
	lines := s.lines()
	if len(lines) != 1 {
		s.t.Fatalf("%d log lines, want 1:\n%s", len(lines), s.log)
	}
	return lines[0]
}

// problem reads a problem document, and checks the fields that every one has.
func problem(t testing.TB, status int, header http.Header, body []byte) web.Error {
	t.Helper()
	var e web.Error
	if err := json.Unmarshal(body, &e); err != nil {
		t.Fatalf("body %q: %v", body, err)
	}
	if got := header.Get("Content-Type"); got != "application/problem+json" || e.Status != status || e.Title == "" || e.Type != "about:blank" {
		t.Errorf("status %d, Content-Type %q, body %s: want a problem document of that status", status, got, body)
	}
	return e
}

// wantProblem checks an answer's status and code.
func wantProblem(t testing.TB, w *httptest.ResponseRecorder, status int, code string) web.Error {
	t.Helper()
	e := problem(t, w.Code, w.Header(), w.Body.Bytes())
	if w.Code != status || e.Code != code {
		t.Errorf("status %d, code %q, want %d, %q: %s", w.Code, e.Code, status, code, w.Body)
	}
	return e
}
