package session_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"

	"pantry.example/shared/identity"
	"pantry.example/shared/session"
)

// refusing is a Redis that answers reads, and refuses the script that writes last use and
// standing.
type refusing struct {
	*redis.Client
	err   error
	tries int
	off   bool // do not refuse
}

func (r *refusing) EvalSha(ctx context.Context, sha string, keys []string, args ...any) *redis.Cmd {
	if r.off {
		return r.Client.EvalSha(ctx, sha, keys, args...)
	}
	r.tries++
	cmd := redis.NewCmd(ctx)
	if r.err == nil { // silent
		<-ctx.Done()
		cmd.SetErr(ctx.Err())
		return cmd
	}
	cmd.SetErr(r.err)
	return cmd
}

// TestRedisThatTakesNoWrites: 40 requests of a user whose standing is old make one look-up.
// They try one write in ten seconds.
func TestRedisThatTakesNoWrites(t *testing.T) {
	for name, err := range map[string]error{
		"out of memory": errors.New("OOM command not allowed"),
		"read-only":     errors.New("READONLY replica"),
		"silent":        nil,
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, connect(t, miniredis.RunT(t).Addr()))
			h := w.signIn(user(w))
			rdb := &refusing{Client: w.rdb, err: err}
			c := w.cacheOf(rdb, project, key)
			ask := func(times, lookups, tries int) {
				t.Helper()
				beforeLookups, beforeTries := w.lookups.Load(), rdb.tries
				for range times {
					if _, err := c.Authenticate(t.Context(), h); err != nil {
						t.Fatal(err)
					}
				}
				if n, m := int(w.lookups.Load()-beforeLookups), rdb.tries-beforeTries; n != lookups || m != tries {
					t.Errorf("%d requests made %d look-ups and tried %d writes, want %d and %d", times, n, m, lookups, tries)
				}
			}
			w.pass(6 * time.Minute) // last use and standing are old
			ask(40, 1, 1)
			w.pass(9 * time.Second)
			ask(10, 0, 0)
			w.pass(time.Second)
			ask(10, 0, 1)
			w.pass(maxAge)
			ask(40, 1, 1)
			w.say(h.UID(), identity.State{Disabled: true})
			w.pass(maxAge)
			if _, err := c.Authenticate(t.Context(), h); !errors.Is(err, session.ErrNoSession) {
				t.Errorf("a disabled user: got %v, want ErrNoSession", err)
			}
		})
	}
}

// TestClosingAsksFirebaseNothing: closing sessions makes no look-up. The last answer still
// counts.
func TestClosingAsksFirebaseNothing(t *testing.T) {
	onEach(t, func(t *testing.T, rdb *redis.Client) {
		w := newWorld(t, rdb)
		uid := user(w)
		holder, other, third := w.signIn(uid), w.signIn(uid), w.signIn(uid)
		w.pass(time.Hour)
		w.setDown(true)
		s, err := w.Recognize(t.Context(), holder)
		if err != nil || !s.Verified {
			t.Fatalf("Recognize = %+v, %v; want a session that is verified", s, err)
		}
		if _, there, err := w.CloseOne(t.Context(), holder, other.SessionID()); err != nil || !there {
			t.Errorf("CloseOne = %v, %v; want that it was there", there, err)
		}
		if err := w.CloseOthers(t.Context(), s); err != nil {
			t.Errorf("CloseOthers: %v", err)
		}
		if n := w.lookups.Load(); n != 0 {
			t.Errorf("%d look-ups, want none", n)
		}
		w.setDown(false)
		w.wantOpen(holder)
		w.wantClosed(other)
		w.wantClosed(third)

		w.say(uid, identity.State{Disabled: true})
		w.pass(maxAge)
		w.wantClosed(holder)
		if _, err := w.Recognize(t.Context(), holder); !errors.Is(err, session.ErrNoSession) {
			t.Errorf("Recognize of a disabled user = %v, want ErrNoSession", err)
		}
	})
}

// TestCloseOthersAfterItsOwnEnd: a closed session closes no others.
func TestCloseOthersAfterItsOwnEnd(t *testing.T) {
	onEach(t, func(t *testing.T, rdb *redis.Client) {
		w := newWorld(t, rdb)
		uid := user(w)
		holder, other := w.signIn(uid), w.signIn(uid)
		s := w.wantOpen(holder)
		if err := w.Close(t.Context(), uid, s.ID); err != nil {
			t.Fatal(err)
		}
		if err := w.CloseOthers(t.Context(), s); !errors.Is(err, session.ErrNoSession) {
			t.Errorf("CloseOthers = %v, want ErrNoSession", err)
		}
		w.wantOpen(other)
	})
}

// TestKeysUnreachable: without Google's keys, sessions can be closed and none is admitted.
func TestKeysUnreachable(t *testing.T) {
	w := newWorld(t, connect(t, miniredis.RunT(t).Addr()))
	h := w.signIn(user(w))
	c, err := session.New(w.rdb, session.Options{
		Project: project, Keys: keysOf(key), TTL: ttl, Idle: idle, MaxAge: maxAge, Lookup: w.lookup,
		Verify: func(ctx context.Context, _ string) (identity.Token, error) {
			<-ctx.Done()
			return identity.Token{}, identity.ErrUnavailable
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	c.SetClock(w.clock, w.pass)
	s, err := c.Recognize(t.Context(), h)
	if err != nil || s.Verified {
		t.Errorf("Recognize = %+v, %v; want a session that is not verified", s, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.Authenticate(ctx, h); !errors.Is(err, session.ErrUnavailable) {
		t.Errorf("Authenticate = %v, want ErrUnavailable", err)
	}
}
