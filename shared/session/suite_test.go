package session_test

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"

	"pantry.example/shared/config"
	"pantry.example/shared/emulator"
	"pantry.example/shared/identity"
	"pantry.example/shared/session"
)

// onEach runs a test on the embedded Redis and on a real one with TLS and a password.
func onEach(t *testing.T, run func(t *testing.T, rdb *redis.Client)) {
	t.Helper()
	t.Run("embedded", func(t *testing.T) { run(t, connect(t, miniredis.RunT(t).Addr())) })
	t.Run("real", func(t *testing.T) { run(t, connect(t, emulator.Redis(t))) })
}

func connect(t *testing.T, server string) *redis.Client {
	t.Helper()
	parsed, err := config.ParseRedis(server)
	if err != nil {
		t.Fatal(err)
	}
	rdb, err := session.NewClient(parsed)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = rdb.Close() })
	return rdb
}

// world is a cache with a fake clock and a fake Firebase.
type world struct {
	*session.Cache
	rdb *redis.Client
	t   *testing.T
	uid string // of the test's user, when it sets one

	mu       sync.Mutex
	now      time.Time
	accounts map[string]identity.State
	tokens   map[string]identity.Token
	down     bool
	lookups  atomic.Int64
	hold     chan struct{} // when set, each look-up waits until it is closed
}

const (
	ttl    = 7 * 24 * time.Hour
	idle   = 24 * time.Hour
	maxAge = time.Minute

	project = "demo-pantry"
	key     = "a key of the deployment"
)

func newWorld(t *testing.T, rdb *redis.Client) *world {
	t.Helper()
	w := &world{
		rdb: rdb, t: t, now: time.Now().Truncate(time.Millisecond),
		accounts: map[string]identity.State{}, tokens: map[string]identity.Token{},
	}
	w.Cache = w.cache()
	return w
}

// cache returns another instance over the same Redis.
func (w *world) cache() *session.Cache {
	w.t.Helper()
	rdb, err := session.Share(w.rdb)
	if err != nil {
		w.t.Fatal(err)
	}
	return w.cacheOf(rdb, project, key)
}

// cacheOf returns an instance of a project over any Redis. The newest key comes first.
func (w *world) cacheOf(rdb session.Redis, project string, keys ...string) *session.Cache {
	w.t.Helper()
	c, err := session.New(rdb, session.Options{
		Project: project, Keys: keysOf(keys...), TTL: ttl, Idle: idle, MaxAge: maxAge, Lookup: w.lookup, Verify: w.verify,
	})
	if err != nil {
		w.t.Fatal(err)
	}
	c.SetClock(w.clock, w.pass)
	return c
}

func keysOf(keys ...string) (secrets []config.Secret) {
	for _, k := range keys {
		secrets = append(secrets, config.NewSecret(k))
	}
	return secrets
}

func (w *world) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *world) pass(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

func (w *world) say(uid string, s identity.State) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.accounts[uid] = s
}

func (w *world) setDown(down bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.down = down
}

func (w *world) lookup(_ context.Context, uid string) (identity.State, error) {
	w.lookups.Add(1)
	if w.hold != nil {
		<-w.hold
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.down {
		return identity.State{}, identity.ErrUnavailable
	}
	return w.accounts[uid], nil
}

var errForged = errors.New("forged")

func (w *world) verify(_ context.Context, cookie string) (identity.Token, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if t, ok := w.tokens[cookie]; ok {
		return t, nil
	}
	return identity.Token{}, errForged
}

// signed returns a sign-in of now, whose token verify accepts.
func (w *world) signed(uid string) session.SignIn {
	now := w.clock()
	cookie := "eyJ." + random() + ".sig"
	token := identity.Token{UID: uid, AuthTime: now.Truncate(time.Second), Expires: now.Add(ttl).Truncate(time.Second)}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.tokens[cookie] = token
	return session.SignIn{SignIn: identity.SignIn{Cookie: cookie, Token: token, Checked: now}, Device: "Firefox on Linux"}
}

func (w *world) signIn(uid string) session.Handle {
	w.t.Helper()
	return w.openSession(w.signed(uid))
}

func (w *world) openSession(in session.SignIn) session.Handle {
	w.t.Helper()
	h, _, err := w.Open(w.t.Context(), in)
	if err != nil {
		w.t.Fatalf("Open: %v", err)
	}
	return h
}

func (w *world) wantOpen(h session.Handle) session.Session {
	w.t.Helper()
	s, err := w.Authenticate(w.t.Context(), h)
	if err != nil {
		w.t.Fatalf("Authenticate: %v, want an open session", err)
	}
	return s
}

// wantClosed checks that no call accepts h.
func (w *world) wantClosed(h session.Handle) {
	w.t.Helper()
	if _, err := w.Authenticate(w.t.Context(), h); !errors.Is(err, session.ErrNoSession) {
		w.t.Fatalf("Authenticate: got %v, want ErrNoSession", err)
	}
	if _, err := w.Check(w.t.Context(), h); !errors.Is(err, session.ErrNoSession) {
		w.t.Fatalf("Check: got %v, want ErrNoSession", err)
	}
}

func (w *world) fields(uid string) map[string]string {
	w.t.Helper()
	m, err := w.rdb.HGetAll(w.t.Context(), "user:"+project+":"+uid).Result()
	if err != nil {
		w.t.Fatal(err)
	}
	return m
}

// user returns a new uid, because tests share the real Redis. It has characters that are
// special in a key or a pattern.
func user(w *world) string {
	uid := "ü{" + random() + "}:*"
	w.t.Cleanup(func() { w.rdb.Del(context.Background(), "user:"+project+":"+uid) })
	return uid
}

func random() string {
	var b [12]byte
	_, _ = rand.Read(b[:])
	return hex.EncodeToString(b[:])
}

func contains(m map[string]string, part string) bool {
	for k, v := range m {
		if strings.Contains(k, part) || strings.Contains(v, part) {
			return true
		}
	}
	return false
}

var encoding = base64.RawURLEncoding
