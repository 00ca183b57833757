// Package google is a fake of Google for tests, on loopback: the public keys of Firebase's
// tokens, Identity Toolkit and the token server. The Admin SDK checks signatures against it
// as it does in production.
package google

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// Project is the project of every token and account here.
const Project = "demo-pantry"

// The places that are served. A test puts another handler at one to make it fail.
const (
	IDTokenKeys = "www.googleapis.com/robot/v1/metadata/x509/securetoken@system.gserviceaccount.com"
	CookieKeys  = "www.googleapis.com/identitytoolkit/v3/relyingparty/publicKeys"
	MintCookie  = "identitytoolkit.googleapis.com/v1/projects/" + Project + ":createSessionCookie"
	Update      = "identitytoolkit.googleapis.com/v1/projects/" + Project + "/accounts:update"
	Lookup      = "identitytoolkit.googleapis.com/v1/projects/" + Project + "/accounts:lookup"
	Front       = "identitytoolkit.googleapis.com/"
	TokenServer = "oauth2.googleapis.com/token" //nolint:gosec // an address
)

// AccessToken is what the token server gives out.
const AccessToken = "ya29.made-up-access-token" //nolint:gosec // opens nothing

// Google is a fake. It is safe for concurrent use.
type Google struct {
	t        testing.TB
	number   string // in each URL, so that late calls of an earlier test are recognized
	mu       sync.Mutex
	handlers map[string]http.HandlerFunc
	asked    map[string]int
}

var started atomic.Int64

// address is the server that gets this process's HTTPS connections to Google.
var address atomic.Pointer[string]

// The dialer is set once, before any connection. A test must not replace it, because calls
// of an earlier test may still run in the background.
func init() {
	http.DefaultTransport.(*http.Transport).DialTLSContext = func(ctx context.Context, network, host string) (net.Conn, error) {
		if !strings.HasSuffix(host, ".googleapis.com:443") {
			return new(tls.Dialer).DialContext(ctx, network, host)
		}
		addr := address.Load()
		if addr == nil {
			return nil, errors.New("no fake of Google runs in this test")
		}
		return new(net.Dialer).DialContext(ctx, "tcp", *addr)
	}
}

// New starts a fake in which every call succeeds and every user exists. Like Serve, it answers
// until the test ends.
func New(t testing.TB) *Google {
	t.Helper()
	g := &Google{t: t, number: fmt.Sprint(started.Add(1)), asked: map[string]int{}}
	g.handlers = map[string]http.HandlerFunc{
		IDTokenKeys: ServeKeys(3600, Keys().IDToken),
		CookieKeys:  ServeKeys(3600, Keys().Cookie),
		MintCookie:  g.Mint,
		Update:      Answer(http.StatusOK, `{"localId":"ann"}`),
		Lookup:      g.exists,
		Front:       Answer(http.StatusNotFound, ""),
		TokenServer: Answer(http.StatusOK, `{"access_token":"`+AccessToken+`","token_type":"Bearer","expires_in":3600}`),
	}
	t.Setenv("FIREBASE_AUTH_EMULATOR_HOST", "")
	t.Setenv("GOOGLE_APPLICATION_CREDENTIALS", ServiceAccount(t, Project, "https://"+TokenServer+"?fake="+g.number))
	Serve(t, g)
	return g
}

// Serve makes h answer all HTTPS requests of this process to googleapis.com until the test
// ends. There can be only one such handler at a time.
func Serve(t testing.TB, h http.Handler) {
	t.Helper()
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	addr := srv.Listener.Addr().String()
	address.Store(&addr)
	http.DefaultTransport.(*http.Transport).CloseIdleConnections() // they lead to another server
	t.Cleanup(func() {
		address.Store(nil)
		http.DefaultTransport.(*http.Transport).CloseIdleConnections()
	})
}

// ServeHTTP answers the clients of Google.
func (g *Google) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if n := r.URL.Query().Get("fake"); n != "" && n != g.number {
		http.NotFound(w, r) // from a call that an earlier test gave up on
		return
	}
	place := r.Host + r.URL.Path
	g.mu.Lock()
	h, ok := g.handlers[place]
	g.asked[place]++
	g.mu.Unlock()
	if !ok {
		g.t.Errorf("a request to %s, where nothing should be asked", place)
		http.NotFound(w, r)
		return
	}
	h(w, r)
}

// Set replaces the handler of a place and returns the earlier one.
func (g *Google) Set(place string, h http.HandlerFunc) (old http.HandlerFunc) {
	g.mu.Lock()
	defer g.mu.Unlock()
	old = g.handlers[place]
	g.handlers[place] = h
	return old
}

// Asked returns how many requests a place has had.
func (g *Google) Asked(place string) int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.asked[place]
}

// Hang makes a place accept requests and answer none of them. asked reports each request.
// recovered makes the place answer new requests again.
func (g *Google) Hang(place string) (asked <-chan struct{}, recovered func()) {
	told, release := make(chan struct{}, 64), make(chan struct{})
	old := g.Set(place, func(_ http.ResponseWriter, r *http.Request) {
		told <- struct{}{}
		select {
		case <-release:
		case <-r.Context().Done():
		}
		panic(http.ErrAbortHandler)
	})
	g.t.Cleanup(func() { close(release) })
	return told, func() { g.Set(place, old) }
}

// Mint exchanges an ID token for a session cookie, as Identity Toolkit does.
func (g *Google) Mint(w http.ResponseWriter, r *http.Request) {
	var in struct {
		IDToken       string `json:"idToken"`
		ValidDuration int64  `json:"validDuration"`
	}
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil || r.Header.Get("Authorization") != "Bearer "+AccessToken {
		g.t.Errorf("createSessionCookie: %v, or without the access token", err)
	}
	claims := Claims(g.t, in.IDToken)
	claims["iss"] = cookieIssuer
	claims["iat"] = time.Now().Unix()
	claims["exp"] = time.Now().Unix() + in.ValidDuration
	writeJSON(w, map[string]string{"sessionCookie": Keys().Cookie.Token(g.t, claims)})
}

// exists answers a look-up: the user exists, and no session was ever revoked.
func (g *Google) exists(w http.ResponseWriter, r *http.Request) {
	var in struct {
		LocalID []string `json:"localId"`
	}
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil || len(in.LocalID) != 1 {
		g.t.Errorf("accounts:lookup asked for %q, %v", in.LocalID, err)
		return
	}
	writeJSON(w, map[string]any{"users": []map[string]string{{"localId": in.LocalID[0]}}})
}

// Answer returns a handler that always answers with the status and the body, as JSON.
func Answer(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

func writeJSON(w http.ResponseWriter, v any) {
	_ = json.NewEncoder(w).Encode(v) // the client is gone when this fails
}

// ServiceAccount writes credentials of a made-up service account and returns the path of
// their file. tokens is the URL that gives out access tokens for them.
func ServiceAccount(t testing.TB, project, tokens string) string {
	t.Helper()
	text, err := json.Marshal(map[string]string{
		"type": "service_account", "project_id": project, "private_key_id": "1",
		"client_email": "pantry@" + project + ".iam.gserviceaccount.com", "client_id": "1",
		"private_key": Keys().Account.privatePEM(t),
		"token_uri":   tokens,
	})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "account.json")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}
