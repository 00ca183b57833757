package firebase_test

import (
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"pantry.example/shared/emulator"
	"pantry.example/shared/emulator/google"
	"pantry.example/shared/identity/firebase"
)

const project = google.Project

// open opens the project at a Firebase Auth emulator. The Admin SDK reads the emulator's
// address only from the environment.
func open(t *testing.T, host string) *firebase.Firebase {
	t.Helper()
	t.Setenv("FIREBASE_AUTH_EMULATOR_HOST", host)
	f, err := firebase.Open(t.Context(), project, host)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// openGoogle opens the project at the fake of Google that the test started.
func openGoogle(t *testing.T) *firebase.Firebase { t.Helper(); return open(t, "") }

// counted puts a proxy before an emulator that counts the requests.
func counted(t *testing.T, a emulator.Accounts) (host string, requests *atomic.Int64) {
	t.Helper()
	requests = new(atomic.Int64)
	srv := httptest.NewServer(&httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		requests.Add(1)
		r.SetURL(&url.URL{Scheme: "http", Host: a.Host})
	}})
	t.Cleanup(srv.Close)
	return strings.TrimPrefix(srv.URL, "http://"), requests
}
