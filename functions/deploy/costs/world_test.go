package costs_test

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"pantry.example/functions/local/handlers"
	"pantry.example/functions/setcache"
	"pantry.example/shared/config"
	"pantry.example/shared/identity/firebase"
	"pantry.example/shared/recipe"
	"pantry.example/shared/session"
	"pantry.example/shared/web"
)

const project = "demo-pantry"

// ttl is a minute below the Firebase cookie's, so that a sign-in always finds the key's
// TTL shorter than it wants it: the dearest case, and the same at each run.
const cookieTTL, ttl = 7 * 24 * time.Hour, 7*24*time.Hour - time.Minute

// world is the three functions over back ends that count.
type world struct {
	t         *testing.T
	redis     *redisCounter
	firestore *firestoreCounter
	lookups   atomic.Int64 // requests for a user's state
	others    atomic.Int64 // createSessionCookie and update

	store    recipe.Store
	auth     string // the emulator itself
	handlers map[string]http.Handler
	stale    map[string]http.Handler // the same, for which Firebase's word is always old
}

func newWorld(t *testing.T, rc *redisCounter, authHost string, store recipe.Store, fc *firestoreCounter) *world {
	t.Helper()
	w := &world{t: t, redis: rc, firestore: fc, store: store, auth: authHost}
	// The Directory and the Admin SDK each get a door of their own: with an emulator the
	// SDK looks users up at each verification, which it does not do in production.
	directory := w.door(func(string) { w.lookups.Add(1) })
	sdk := w.door(func(path string) {
		if !strings.HasSuffix(path, "accounts:lookup") {
			w.others.Add(1)
		}
	})
	t.Setenv("FIREBASE_AUTH_EMULATOR_HOST", sdk)
	firebase, err := firebase.Open(t.Context(), project, directory)
	if err != nil {
		t.Fatal(err)
	}
	w.handlers = w.functions(firebase, time.Minute)
	w.stale = w.functions(firebase, time.Nanosecond)
	return w
}

// door is a proxy before the auth emulator.
func (w *world) door(seen func(path string)) (host string) {
	srv := httptest.NewServer(&httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		seen(r.In.URL.Path)
		r.SetURL(&url.URL{Scheme: "http", Host: w.auth})
	}})
	w.t.Cleanup(srv.Close)
	return strings.TrimPrefix(srv.URL, "http://")
}

func (w *world) functions(firebase *firebase.Firebase, maxAge time.Duration) map[string]http.Handler {
	w.t.Helper()
	sessions, err := session.New(w.redis.client, session.Options{
		Project: project, Keys: []config.Secret{{}}, TTL: ttl, Idle: 24 * time.Hour, MaxAge: maxAge, Lookup: firebase.Lookup, Verify: firebase.VerifySessionCookie,
	})
	if err != nil {
		w.t.Fatal(err)
	}
	outside := func(name string) web.Function {
		return web.Function{Name: name, Project: project, SessionCookie: session.CookieName, Log: web.NewLogger(io.Discard, slog.LevelError)}
	}
	made, err := handlers.New(handlers.Backends{Outside: outside, Sessions: sessions, Firebase: firebase, TTL: cookieTTL, Store: w.store})
	if err != nil {
		w.t.Fatal(err)
	}
	return made
}

// call is one request to a function.
type call struct {
	function, method, path, body string
	as                           string // a handle
	header                       map[string]string
	status                       int
}

func (w *world) do(handlers map[string]http.Handler, c call) *httptest.ResponseRecorder {
	w.t.Helper()
	r := httptest.NewRequest(c.method, c.path, strings.NewReader(c.body))
	if c.body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	if c.as != "" {
		r.Header.Set("Authorization", "Bearer "+c.as)
	}
	for name, value := range c.header {
		r.Header.Set(name, value)
	}
	out := httptest.NewRecorder()
	handlers[c.function].ServeHTTP(out, r)
	if out.Code != c.status {
		w.t.Fatalf("%s %s %s: status %d, want %d", c.function, c.method, c.path, out.Code, c.status)
	}
	return out
}

// person is a user of the emulator.
type person struct{ uid, email string }

const secret = "correct horse battery"

func (w *world) signUp() person {
	email := strings.ToLower(rand.Text()) + "@example.com"
	uid, _ := w.token("accounts:signUp", email)
	w.t.Cleanup(func() { w.redis.client.Del(context.Background(), "user:"+project+":"+uid) })
	return person{uid, email}
}

// token signs in at the emulator.
func (w *world) token(method, email string) (uid, idToken string) {
	w.t.Helper()
	body, _ := json.Marshal(map[string]any{"email": email, "password": secret, "returnSecureToken": true})
	resp, err := http.Post("http://"+w.auth+"/identitytoolkit.googleapis.com/v1/"+method+"?key=fake", "application/json", strings.NewReader(string(body)))
	if err != nil {
		w.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	var out struct{ LocalID, IDToken string }
	if err := json.NewDecoder(resp.Body).Decode(&out); err != nil || out.IDToken == "" {
		w.t.Fatalf("%s: %v, status %d", method, err, resp.StatusCode)
	}
	return out.LocalID, out.IDToken
}

// signIn is the call that opens a session of p; old is a handle that it brings along.
func (w *world) signIn(p person, old string) call {
	w.t.Helper()
	_, token := w.token("accounts:signInWithPassword", p.email)
	body, _ := json.Marshal(map[string]string{"UserID": p.uid, "AuthToken": token, "Transport": "bearer"})
	return call{function: setcache.Name, method: "POST", path: "/", body: string(body), as: old, status: 200}
}

// open opens a session and returns its handle.
func (w *world) open(p person) string {
	w.t.Helper()
	var out setcache.Opened
	if err := json.NewDecoder(w.do(w.handlers, w.signIn(p, "")).Body).Decode(&out); err != nil || out.Session == "" {
		w.t.Fatalf("no session: %v", err)
	}
	return out.Session
}

// otherSessions returns the ids of p's sessions that are not the caller's.
func (w *world) otherSessions(handle string) []string {
	w.t.Helper()
	var out setcache.Sessions
	body := w.do(w.handlers, call{function: setcache.Name, method: "GET", path: "/", as: handle, status: 200}).Body
	if err := json.NewDecoder(body).Decode(&out); err != nil {
		w.t.Fatal(err)
	}
	var ids []string
	for _, s := range out.Sessions {
		if !s.Current {
			ids = append(ids, s.ID)
		}
	}
	return ids
}

// unseen makes all sessions of p look unused for ten minutes.
func (w *world) unseen(p person) {
	w.t.Helper()
	ctx := w.t.Context()
	fields, err := w.redis.client.HKeys(ctx, "user:"+project+":"+p.uid).Result()
	if err != nil {
		w.t.Fatal(err)
	}
	for _, name := range fields {
		if strings.HasPrefix(name, "t:") {
			if err := w.redis.client.HSet(ctx, "user:"+project+":"+p.uid, name, time.Now().Add(-10*time.Minute).UnixMilli()).Err(); err != nil {
				w.t.Fatal(err)
			}
		}
	}
}

// connect makes the client that the functions use in production.
func connect(t *testing.T, server string) *redis.Client {
	t.Helper()
	parsed, err := config.ParseRedis(server)
	if err != nil {
		t.Fatal(err)
	}
	client, err := session.NewClient(parsed)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	return client
}
