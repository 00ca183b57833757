package session_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"pantry.example/shared/identity"
	"pantry.example/shared/session"
)

func TestOpenAndAuthenticate(t *testing.T) {
	onEach(t, func(t *testing.T, rdb *redis.Client) {
		w := newWorld(t, rdb)
		uid := user(w)
		in := w.signed(uid)
		h, opened, err := w.Open(t.Context(), in)
		if err != nil {
			t.Fatal(err)
		}
		got := w.wantOpen(h)
		if got != opened {
			t.Errorf("Authenticate = %+v, want what Open returned: %+v", got, opened)
		}
		if got.UID != uid || got.Device != "Firefox on Linux" || !got.Expires.Equal(in.Token.Expires) {
			t.Errorf("session = %+v, want uid %q until %v", got, uid, in.Token.Expires)
		}
	})
}

func TestRedisHoldsNothingUsable(t *testing.T) {
	onEach(t, func(t *testing.T, rdb *redis.Client) {
		w := newWorld(t, rdb)
		uid := user(w)
		in := w.signed(uid)
		h := w.openSession(in)
		dump := w.fields(uid)
		if len(dump) != 4 {
			t.Errorf("the hash has %d fields, want s, t, v and o", len(dump))
		}
		secret := strings.Split(h.Reveal(), ".")[1]
		for what, part := range map[string]string{"token": in.Cookie, "token's middle": in.Cookie[4:28], "handle": h.Reveal(), "secret": secret} {
			if contains(dump, part) {
				t.Errorf("Redis holds the %s", what)
			}
		}
	})
}

func TestTimeouts(t *testing.T) {
	onEach(t, func(t *testing.T, rdb *redis.Client) {
		t.Run("idle", func(t *testing.T) {
			w := newWorld(t, rdb)
			h := w.signIn(user(w))
			w.pass(idle - time.Millisecond)
			w.wantOpen(h) // this is a use
			w.pass(idle - time.Millisecond)
			w.wantOpen(h)
			w.pass(idle)
			w.wantClosed(h)
		})
		t.Run("absolute", func(t *testing.T) {
			w := newWorld(t, rdb)
			h := w.signIn(user(w))
			for range 13 {
				w.pass(ttl / 14)
				w.wantOpen(h)
			}
			w.pass(ttl / 14)
			w.wantClosed(h)
		})
		t.Run("Check is no use", func(t *testing.T) {
			w := newWorld(t, rdb)
			h := w.signIn(user(w))
			for range 3 {
				w.pass(idle / 4)
				if _, err := w.Check(t.Context(), h); err != nil {
					t.Fatal(err)
				}
			}
			w.pass(idle / 4)
			w.wantClosed(h)
		})
		t.Run("key lives as long as the session", func(t *testing.T) {
			w := newWorld(t, rdb)
			uid := user(w)
			w.signIn(uid)
			left := rdb.PTTL(t.Context(), "user:"+project+":"+uid).Val()
			if left > ttl || left < ttl-time.Minute {
				t.Errorf("the key lives for %v, want about %v", left, ttl)
			}
		})
	})
}

func TestTouchIsRare(t *testing.T) {
	onEach(t, func(t *testing.T, rdb *redis.Client) {
		w := newWorld(t, rdb)
		uid := user(w)
		h := w.signIn(uid)
		seen := func() string { return w.fields(uid)["t:"+h.SessionID()] }
		before := seen()
		w.pass(5*time.Minute - time.Millisecond)
		w.wantOpen(h)
		if got := seen(); got != before {
			t.Errorf("the last use was written after less than five minutes: %s, want %s", got, before)
		}
		w.pass(time.Millisecond)
		w.wantOpen(h)
		if got := seen(); got == before {
			t.Error("the last use was not written after five minutes")
		}
	})
}

// TestLateTouch: a write of the last use that arrives after a later one changes nothing.
// Otherwise the session would seem idle.
func TestLateTouch(t *testing.T) {
	onEach(t, func(t *testing.T, rdb *redis.Client) {
		w := newWorld(t, rdb)
		uid := user(w)
		h := w.signIn(uid)
		w.pass(6 * time.Minute)
		held := &heldNote{Client: rdb}
		if _, err := w.cacheOf(held, project, key).Authenticate(t.Context(), h); err != nil {
			t.Fatal(err)
		}
		w.pass(20 * time.Hour) // the instance was frozen
		w.wantOpen(h)
		if held.late == nil {
			t.Fatal("the last use was not written")
		}
		if err := rdb.Do(t.Context(), held.late...).Err(); err != nil {
			t.Fatal(err)
		}
		w.pass(20 * time.Hour)
		w.wantOpen(h)
	})
}

// heldNote is a Redis client that keeps scripts and does not send them.
type heldNote struct {
	*redis.Client
	late []any
}

func (r *heldNote) EvalSha(ctx context.Context, sha1 string, keys []string, args ...any) *redis.Cmd {
	cmd := redis.NewCmd(ctx, append([]any{"evalsha", sha1, len(keys), keys[0]}, args...)...)
	r.late = cmd.Args()
	cmd.SetErr(context.DeadlineExceeded)
	return cmd
}

func TestDevices(t *testing.T) {
	onEach(t, func(t *testing.T, rdb *redis.Client) {
		w := newWorld(t, rdb)
		uid, other := user(w), user(w)
		stranger := w.signIn(other)
		var handles []session.Handle
		for range session.MaxSessions {
			handles = append(handles, w.signIn(uid))
			w.pass(6 * time.Minute)
		}
		w.wantOpen(handles[0]) // now the second is the least recently used
		w.pass(time.Second)
		newest := w.signIn(uid)
		w.wantClosed(handles[1])
		w.wantOpen(handles[0])

		listed, err := w.List(t.Context(), uid)
		if err != nil {
			t.Fatal(err)
		}
		if len(listed) != session.MaxSessions {
			t.Errorf("%d sessions are listed, want %d", len(listed), session.MaxSessions)
		}
		for i := 1; i < len(listed); i++ {
			if listed[i-1].LastSeen.Before(listed[i].LastSeen) {
				t.Errorf("session %d was seen after session %d", i, i-1)
			}
		}
		if err := w.Close(t.Context(), uid, handles[2].SessionID()); err != nil {
			t.Fatal(err)
		}
		w.wantClosed(handles[2])
		for what, id := range map[string]string{
			"closed": handles[2].SessionID(), "another user's": stranger.SessionID(), "malformed": "v", "empty": "",
		} {
			if _, there, err := w.CloseOne(t.Context(), newest, id); err != nil || there {
				t.Errorf("CloseOne of a session that is %s = %v, %v; want that it is not there", what, there, err)
			}
		}
		if holder, there, err := w.CloseOne(t.Context(), newest, handles[3].SessionID()); err != nil || !there || holder.ID != newest.SessionID() {
			t.Errorf("CloseOne = %v, %v, %v; want the holder and that the other was there", holder, there, err)
		}
		w.wantClosed(handles[3])
		if err := w.CloseAll(t.Context(), uid); err != nil {
			t.Fatal(err)
		}
		w.wantClosed(newest)
		w.wantClosed(handles[0])
		w.wantOpen(stranger)
		if listed, err := w.List(t.Context(), uid); err != nil || len(listed) != 0 {
			t.Errorf("List after CloseAll = %v, %v; want none", listed, err)
		}
	})
}

func TestRotation(t *testing.T) {
	onEach(t, func(t *testing.T, rdb *redis.Client) {
		w := newWorld(t, rdb)
		uid, other := user(w), user(w)
		old, second := w.signIn(uid), w.signIn(uid)
		in := w.signed(uid)
		in.Replaces = &old
		renewed := w.openSession(in)
		w.wantClosed(old)
		w.wantOpen(second)
		w.wantOpen(renewed)

		planted := w.signIn(other)
		in = w.signed(uid)
		in.Replaces = &planted
		fresh := w.openSession(in)
		if fresh.Reveal() == planted.Reveal() {
			t.Error("a planted handle was adopted")
		}
		w.wantClosed(planted)

		// A handle with a right secret and a wrong user replaces nothing.
		forged := fresh.For(w.Cache, other)
		in = w.signed(other)
		in.Replaces = &forged
		w.openSession(in)
		w.wantOpen(fresh)
	})
}

func TestSignInAfterSignOutEverywhere(t *testing.T) {
	onEach(t, func(t *testing.T, rdb *redis.Client) {
		w := newWorld(t, rdb)
		uid := user(w)
		w.signIn(uid)
		before := w.signed(uid)
		if err := w.CloseAll(t.Context(), uid); err != nil {
			t.Fatal(err)
		}
		if _, _, err := w.Open(t.Context(), before); !errors.Is(err, session.ErrStaleSignIn) {
			t.Errorf("Open with a sign-in from before: got %v, want ErrStaleSignIn", err)
		}
		// An older ValidAfter from Firebase must not replace the later one.
		w.pass(2 * maxAge)
		w.say(uid, identity.State{ValidAfter: time.Unix(1, 0)})
		w.wantOpen(w.signIn(uid))
		if _, _, err := w.Open(t.Context(), before); !errors.Is(err, session.ErrStaleSignIn) {
			t.Errorf("Open after a look-up: got %v, want ErrStaleSignIn", err)
		}
	})
}

// TestCloseAllWaitsOutItsSecond: a sign-in right after CloseAll counts as later.
func TestCloseAllWaitsOutItsSecond(t *testing.T) {
	onEach(t, func(t *testing.T, rdb *redis.Client) {
		w := newWorld(t, rdb)
		w.pass(time.Duration(1e9-w.clock().Nanosecond()) + 400*time.Millisecond)
		uid := user(w)
		h := w.signIn(uid)
		before := w.clock()
		if err := w.CloseAll(t.Context(), uid); err != nil {
			t.Fatal(err)
		}
		if got := w.clock().Sub(before); got != 600*time.Millisecond {
			t.Errorf("CloseAll waited for %v, want the rest of the second", got)
		}
		w.wantClosed(h)
		w.wantOpen(w.signIn(uid))
	})
}
