package firebaseauth_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"pantry.example/shared/emulator"
	"pantry.example/shared/emulator/firebaseauth"
)

// project is the one that the official emulator, as .ci/services starts it, takes for calls
// with an API key.
const project = "demo-pantry"

// firebaseAuth is a running emulator, the embedded or the official one.
type firebaseAuth struct {
	host     string
	official bool
	server   *firebaseauth.Server // the embedded one
}

// embedded serves a new emulator of the project for the length of the test.
func embedded(t *testing.T, project string, users ...firebaseauth.User) firebaseAuth {
	t.Helper()
	s := firebaseauth.New(project)
	for _, u := range users {
		if err := s.AddUser(u); err != nil {
			t.Fatalf("AddUser(%s) = %v", u.UID, err)
		}
	}
	srv := httptest.NewServer(s)
	t.Cleanup(srv.Close)
	return firebaseAuth{host: strings.TrimPrefix(srv.URL, "http://"), server: s}
}

// eachEmulator runs a test over the embedded emulator and over the official one.
func eachEmulator(t *testing.T, test func(t *testing.T, e firebaseAuth)) {
	t.Run("embedded", func(t *testing.T) { test(t, embedded(t, project)) })
	t.Run("official", func(t *testing.T) { test(t, firebaseAuth{host: emulator.Auth(t), official: true}) })
}

// request is one HTTP call; a body that is no string is sent as JSON.
type request struct {
	method, path string
	header       map[string]string
	body         any
}

type response struct {
	status int
	header http.Header
	text   string
	json   map[string]any
}

func (e firebaseAuth) do(t *testing.T, in request) response {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	header := http.Header{}
	var body io.Reader
	switch b := in.body.(type) {
	case nil:
	case string:
		body = strings.NewReader(b)
	default:
		encoded, err := json.Marshal(b)
		if err != nil {
			t.Fatal(err)
		}
		body = bytes.NewReader(encoded)
		header.Set("Content-Type", "application/json")
	}
	req, err := http.NewRequestWithContext(ctx, in.method, "http://"+e.host+in.path, body)
	if err != nil {
		t.Fatal(err)
	}
	req.Header = header
	for name, value := range in.header {
		req.Header.Set(name, value)
		if name == "Host" {
			req.Host = value
		}
	}
	noRedirect := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := noRedirect.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	out := response{status: res.StatusCode, header: res.Header, text: string(text)}
	_ = json.Unmarshal(text, &out.json) // pages and plain errors are not JSON
	return out
}

type object = map[string]any

// client calls as a browser does, with an API key.
func (e firebaseAuth) client(t *testing.T, op string, body object) response {
	t.Helper()
	return e.do(t, request{method: "POST", path: "/identitytoolkit.googleapis.com/v1/" + op + "?key=fake-api-key", body: body})
}

// owner calls as the Admin SDK does: "/accounts:lookup", ":createSessionCookie".
func (e firebaseAuth) owner(t *testing.T, op string, body object) response {
	t.Helper()
	return e.do(t, request{
		method: "POST", path: "/identitytoolkit.googleapis.com/v1/projects/" + project + op,
		header: map[string]string{"Authorization": "Bearer owner"}, body: body,
	})
}

func (e firebaseAuth) refresh(t *testing.T, token string) response {
	t.Helper()
	return e.do(t, request{
		method: "POST", path: "/securetoken.googleapis.com/v1/token?key=fake-api-key",
		body: object{"grant_type": "refresh_token", "refresh_token": token},
	})
}

// ok fails the test unless the call was answered 200.
func (r response) ok(t *testing.T) response {
	t.Helper()
	if r.status != http.StatusOK {
		t.Fatalf("status = %d, want 200: %s", r.status, r.text)
	}
	return r
}

// refused fails the test unless the call was answered with that error name.
func (r response) refused(t *testing.T, status int, name string) {
	t.Helper()
	fields, _ := r.json["error"].(object)
	message, _ := fields["message"].(string)
	got, _, _ := strings.Cut(message, " : ")
	if r.status != status || got != name {
		t.Errorf("answer = %d %q, want %d %q", r.status, got, status, name)
	}
}

func (r response) get(name string) string {
	s, _ := r.json[name].(string)
	return s
}

// unique keeps tests apart that share the official emulator.
func unique() string { return strings.ToLower(rand.Text()[:12]) }
