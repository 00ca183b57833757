package session_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"

	"pantry.example/shared/config"
	"pantry.example/shared/identity"
	"pantry.example/shared/session"
)

// TestTwoProjectsShareARedis: the same uid in two projects is two users.
func TestTwoProjectsShareARedis(t *testing.T) {
	onEach(t, func(t *testing.T, rdb *redis.Client) {
		w := newWorld(t, rdb)
		uid := user(w)
		ours := w.signIn(uid)
		other := w.cacheOf(rdb, "demo-other", key)
		t.Cleanup(func() { rdb.Del(t.Context(), "user:demo-other:"+uid) })
		theirs, _, err := other.Open(t.Context(), w.signed(uid))
		if err != nil {
			t.Fatal(err)
		}
		for name, list := range map[string]func() ([]session.Session, error){
			"ours":   func() ([]session.Session, error) { return w.List(t.Context(), uid) },
			"theirs": func() ([]session.Session, error) { return other.List(t.Context(), uid) },
		} {
			if s, err := list(); err != nil || len(s) != 1 {
				t.Errorf("%s: %d sessions are listed, %v; want one", name, len(s), err)
			}
		}
		if _, issued := other.ParseHandle(ours.Reveal()); issued {
			t.Error("one project accepts the other's handle")
		}
		if err := w.CloseAll(t.Context(), uid); err != nil {
			t.Fatal(err)
		}
		if _, err := other.Authenticate(t.Context(), theirs); err != nil {
			t.Errorf("a session of the other project after sign-out everywhere: %v", err)
		}
	})
}

// TestForeignKey: a user's key of another type holds no session, and the next sign-in
// replaces it.
func TestForeignKey(t *testing.T) {
	onEach(t, func(t *testing.T, rdb *redis.Client) {
		w := newWorld(t, rdb)
		uid := user(w)
		h := w.signIn(uid)
		plant := func() {
			if err := rdb.Set(t.Context(), "user:"+project+":"+uid, "somebody else's", 0).Err(); err != nil {
				t.Fatal(err)
			}
		}
		plant()
		w.wantClosed(h)
		if err := w.Close(t.Context(), uid, h.SessionID()); err != nil {
			t.Errorf("Close: %v", err)
		}
		if s, err := w.List(t.Context(), uid); err != nil || len(s) != 0 {
			t.Errorf("List = %v, %v; want no session", s, err)
		}
		w.wantOpen(w.signIn(uid))
		plant()
		if err := w.CloseAll(t.Context(), uid); err != nil {
			t.Errorf("CloseAll: %v", err)
		}
		w.wantOpen(w.signIn(uid))
	})
}

// TestMadeUpHandle: no call with a made-up handle sends a Redis command.
func TestMadeUpHandle(t *testing.T) {
	server := miniredis.RunT(t)
	w := newWorld(t, connect(t, server.Addr()))
	h := w.signIn(user(w))
	stranger := w.cacheOf(w.rdb, project, "a key of somebody else")
	text := h.For(stranger, h.UID()).Reveal()
	r := request("Cookie", "__session="+text)
	before := server.CommandCount()
	for range 500 {
		if _, err := w.Request(r, "203.0.113.7"); !errors.Is(err, session.ErrNoSession) && !errors.Is(err, session.ErrTooManyAttempts) {
			t.Fatalf("Request = %v", err)
		}
		if _, err := w.Peek(r); !errors.Is(err, session.ErrNoSession) {
			t.Fatalf("Peek = %v, want ErrNoSession", err)
		}
		if err := w.SignOut(r); err != nil {
			t.Fatalf("SignOut = %v", err)
		}
	}
	if n := server.CommandCount() - before; n != 0 {
		t.Errorf("1500 calls with a made-up handle cost %d commands, want none", n)
	}
}

// TestKeysRotate: the new key comes first, and the old one stays after it while its sessions
// live. Nobody is signed out.
func TestKeysRotate(t *testing.T) {
	const older, newer = "the Redis password", "a key that is newer"
	w := newWorld(t, connect(t, miniredis.RunT(t).Addr()))
	uid := user(w)
	open := func(c *session.Cache) string {
		t.Helper()
		h, _, err := c.Open(t.Context(), w.signed(uid))
		if err != nil {
			t.Fatal(err)
		}
		return h.Reveal()
	}
	var (
		before, between, after = w.cacheOf(w.rdb, project, older), w.cacheOf(w.rdb, project, newer, older), w.cacheOf(w.rdb, project, newer)
		old, fresh             = open(before), open(between)
	)
	for _, row := range []struct {
		name   string
		cache  *session.Cache
		handle string
		want   error
	}{
		{"an old handle, both keys", between, old, nil},
		{"a new handle, both keys", between, fresh, nil},
		{"a new handle, the new key", after, fresh, nil},
		{"an old handle, the new key", after, old, session.ErrNoSession},
		{"a new handle, the old key", before, fresh, session.ErrNoSession},
	} {
		if _, err := row.cache.Request(request("Authorization", "Bearer "+row.handle), "203.0.113.7"); !errors.Is(err, row.want) {
			t.Errorf("%s: got %v, want %v", row.name, err, row.want)
		}
	}
}

// TestFromConfigKeys: the first of SESSION_KEYS signs. The Redis password is the last key, and
// the only one without SESSION_KEYS.
func TestFromConfigKeys(t *testing.T) {
	server := miniredis.RunT(t)
	server.RequireAuth("a password of Redis")
	parsed, err := config.ParseRedis("redis://:a%20password%20of%20Redis@" + server.Addr())
	if err != nil {
		t.Fatal(err)
	}
	w := newWorld(t, connect(t, "redis://:a%20password%20of%20Redis@"+server.Addr()))
	cache := func(keys ...string) *session.Cache {
		cfg := config.Config{
			Redis: parsed, ProjectID: project, SessionTTL: ttl, SessionIdle: idle, RevocationMaxAge: maxAge, SessionKeys: keysOf(keys...),
		}
		c, err := session.FromConfig(cfg, func(context.Context, string) (identity.State, error) { return identity.State{}, nil }, w.verify)
		if err != nil {
			t.Fatal(err)
		}
		c.SetClock(w.clock, func(time.Duration) {})
		return c
	}
	h, _, err := cache().Open(t.Context(), w.signed(user(w)))
	if err != nil {
		t.Fatal(err)
	}
	if _, issued := cache("a key that is newer").ParseHandle(h.Reveal()); !issued {
		t.Error("with SESSION_KEYS, a handle that the password signed is not accepted")
	}
	h, _, err = cache("a key that is newer").Open(t.Context(), w.signed(user(w)))
	if err != nil {
		t.Fatal(err)
	}
	if _, issued := cache().ParseHandle(h.Reveal()); issued {
		t.Error("the first of SESSION_KEYS does not sign")
	}
}

// TestEmptyPasswordIsNoKey: everybody knows an empty key. With SESSION_KEYS, a handle that it
// signed is not accepted.
func TestEmptyPasswordIsNoKey(t *testing.T) {
	server := miniredis.RunT(t)
	parsed, err := config.ParseRedis(server.Addr())
	if err != nil {
		t.Fatal(err)
	}
	w := newWorld(t, connect(t, server.Addr()))
	cfg := config.Config{
		Redis: parsed, ProjectID: project, SessionTTL: ttl, SessionIdle: idle, RevocationMaxAge: maxAge,
		SessionKeys: keysOf("a key of the deployment"),
	}
	c, err := session.FromConfig(cfg, w.lookup, w.verify)
	if err != nil {
		t.Fatal(err)
	}
	h := w.signIn(user(w)).For(w.cacheOf(w.rdb, project, ""), "ann")
	if _, issued := c.ParseHandle(h.Reveal()); issued {
		t.Error("a handle that an empty key signed is accepted")
	}
}
