package session_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"pantry.example/shared/identity"
	"pantry.example/shared/session"
)

func TestRevocation(t *testing.T) {
	onEach(t, func(t *testing.T, rdb *redis.Client) {
		for name, gone := range map[string]func(w *world) identity.State{
			"disabled or deleted": func(*world) identity.State { return identity.State{Disabled: true} },
			"revoked":             func(w *world) identity.State { return identity.State{ValidAfter: w.clock()} },
		} {
			t.Run(name, func(t *testing.T) {
				w := newWorld(t, rdb)
				uid := user(w)
				h := w.signIn(uid)
				w.pass(2 * time.Second)
				w.say(uid, gone(w))
				w.pass(maxAge - 3*time.Second)
				w.wantOpen(h) // Firebase's answer is not too old yet
				w.pass(time.Second)
				w.wantClosed(h)
				if n := w.lookups.Load(); n != 1 {
					t.Errorf("%d look-ups, want 1", n)
				}
				if s, err := w.List(t.Context(), uid); err != nil || len(s) != 0 {
					t.Errorf("List = %v, %v; want none", s, err)
				}
				if _, _, err := w.Open(t.Context(), w.signedBefore(uid)); !errors.Is(err, session.ErrStaleSignIn) {
					t.Errorf("Open with a sign-in from before: got %v, want ErrStaleSignIn", err)
				}
			})
		}
	})
}

// signedBefore is a sign-in of a minute ago that was looked up half a minute ago.
func (w *world) signedBefore(uid string) session.SignIn {
	in := w.signed(uid)
	in.Token.AuthTime = in.Token.AuthTime.Add(-maxAge)
	in.Checked = in.Checked.Add(-maxAge / 2)
	return in
}

func TestOneLookupABurst(t *testing.T) {
	onEach(t, func(t *testing.T, rdb *redis.Client) {
		w := newWorld(t, rdb)
		h := w.signIn(user(w))
		w.pass(maxAge)
		start := make(chan struct{})
		var wg sync.WaitGroup
		errs := make(chan error, 50)
		for range cap(errs) {
			wg.Go(func() {
				<-start
				_, err := w.Authenticate(t.Context(), h)
				errs <- err
			})
		}
		close(start)
		wg.Wait()
		close(errs)
		for err := range errs {
			if err != nil {
				t.Fatal(err)
			}
		}
		if n := w.lookups.Load(); n != 1 {
			t.Errorf("%d look-ups for a burst, want one", n)
		}
		before := w.lookups.Load()
		w.pass(maxAge - time.Millisecond)
		w.wantOpen(h)
		if n := w.lookups.Load(); n != before {
			t.Errorf("%d look-ups within the bound, want none", n-before)
		}
	})
}

func TestFirebaseOutage(t *testing.T) {
	onEach(t, func(t *testing.T, rdb *redis.Client) {
		w := newWorld(t, rdb)
		uid := user(w)
		h := w.signIn(uid)
		w.setDown(true)
		w.pass(5*time.Minute - time.Millisecond)
		w.wantOpen(h)
		w.pass(time.Millisecond)
		for name, ask := range map[string]func() error{
			"Authenticate": func() error { _, err := w.Authenticate(t.Context(), h); return err },
			"Check":        func() error { _, err := w.Check(t.Context(), h); return err },
		} {
			if err := ask(); !errors.Is(err, session.ErrUnavailable) {
				t.Errorf("%s after five minutes: got %v, want ErrUnavailable", name, err)
			}
		}
		asked := w.lookups.Load()
		for range 5 {
			_, _ = w.Check(t.Context(), h)
		}
		if n := w.lookups.Load(); n != asked {
			t.Errorf("%d look-ups right after one that failed, want none", n-asked)
		}
		w.setDown(false)
		w.pass(10 * time.Second)
		w.wantOpen(h)
		// A writer to Redis sets a check time in the future. It counts as never checked.
		w.pass(maxAge)
		rdb.HSet(t.Context(), "user:"+project+":"+uid, "v", "99999999999999:0:0")
		w.say(uid, identity.State{Disabled: true})
		w.wantClosed(h)
	})
}

func TestStandingMakesNoKey(t *testing.T) {
	onEach(t, func(t *testing.T, rdb *redis.Client) {
		w := newWorld(t, rdb)
		uid := user(w)
		h := w.signIn(uid)
		if err := rdb.Del(t.Context(), "user:"+project+":"+uid).Err(); err != nil {
			t.Fatal(err)
		}
		w.pass(2 * maxAge)
		w.wantClosed(h)
		if n := rdb.Exists(t.Context(), "user:"+project+":"+uid).Val(); n != 0 {
			t.Error("Authenticate of a session that is gone made a key")
		}
	})
}
