package firebase_test

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"pantry.example/shared/emulator"
	"pantry.example/shared/emulator/authemulator"
	"pantry.example/shared/identity/firebase"
)

// project is the one that the official emulator takes for calls with an API key.
const project = "demo-pantry"

// onEach runs a test on the embedded auth emulator and on the official one.
func onEach(t *testing.T, run func(t *testing.T, e *firebaseAuth)) {
	t.Helper()
	t.Run("embedded", func(t *testing.T) {
		srv := httptest.NewServer(authemulator.New(project))
		t.Cleanup(srv.Close)
		run(t, before(t, strings.TrimPrefix(srv.URL, "http://")))
	})
	t.Run("official", func(t *testing.T) { run(t, before(t, emulator.Auth(t))) })
}

// emulator is one with a proxy before it that counts what this process asks.
type firebaseAuth struct {
	t        *testing.T
	host     string
	requests atomic.Int64
}

func before(t *testing.T, target string) *firebaseAuth {
	t.Helper()
	e := &firebaseAuth{t: t}
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		e.requests.Add(1)
		r.SetURL(&url.URL{Scheme: "http", Host: target})
	}}
	srv := httptest.NewServer(proxy)
	t.Cleanup(srv.Close)
	e.host = strings.TrimPrefix(srv.URL, "http://")
	return e
}

// firebase opens the project at the emulator, which the Admin SDK finds in the process's
// environment alone.
func (e *firebaseAuth) firebase() *firebase.Firebase {
	e.t.Helper()
	e.t.Setenv("FIREBASE_AUTH_EMULATOR_HOST", e.host)
	f, err := firebase.Open(e.t.Context(), project, e.host)
	if err != nil {
		e.t.Fatal(err)
	}
	return f
}

// signUp makes an account and returns its uid and ID token.
func (e *firebaseAuth) signUp() (uid, idToken string) {
	e.t.Helper()
	answer := e.call("accounts:signUp?key=fake", "", map[string]any{
		"email": strings.ToLower(rand.Text()) + "@example.com", "password": "correct horse", "returnSecureToken": true,
	})
	uid, _ = answer["localId"].(string)
	idToken, _ = answer["idToken"].(string)
	if uid == "" || idToken == "" {
		e.t.Fatal("signUp answered no localId or no idToken")
	}
	return uid, idToken
}

// admin calls as the project's owner.
func (e *firebaseAuth) admin(method string, body map[string]any) {
	e.t.Helper()
	e.call("projects/"+project+"/"+method, "Bearer owner", body)
}

func (e *firebaseAuth) call(path, authorization string, body map[string]any) map[string]any {
	e.t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		e.t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(e.t.Context(), http.MethodPost,
		"http://"+e.host+"/identitytoolkit.googleapis.com/v1/"+path, bytes.NewReader(text))
	if err != nil {
		e.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	if authorization != "" {
		req.Header.Set("Authorization", authorization)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		e.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	answer, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		e.t.Fatalf("%s: status %d, %v: %s", path, res.StatusCode, err, answer)
	}
	var out map[string]any
	if err := json.Unmarshal(answer, &out); err != nil {
		e.t.Fatal(err)
	}
	return out
}

// claimsOf reads a token's claims, whoever signed it.
func claimsOf(t *testing.T, token string) map[string]any {
	t.Helper()
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		t.Fatalf("a token of %d parts", len(parts))
	}
	text, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		t.Fatal(err)
	}
	var claims map[string]any
	if err := json.Unmarshal(text, &claims); err != nil {
		t.Fatal(err)
	}
	return claims
}

// unsigned is a token as the emulators make them.
func unsigned(t *testing.T, claims map[string]any) string {
	t.Helper()
	return segment(t, map[string]any{"alg": "none", "typ": "JWT"}) + "." + segment(t, claims) + "."
}

func segment(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return base64.RawURLEncoding.EncodeToString(text)
}
