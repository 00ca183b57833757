package session_test

import (
	"errors"
	"os"
	"strconv"
	"sync"
	"testing"
	"time"

	"pantry.example/shared/emulator"
	"pantry.example/shared/session"
)

// rounds is how often each race runs: RACE_ROUNDS, or 200.
func rounds(t *testing.T) int {
	t.Helper()
	text := os.Getenv("RACE_ROUNDS")
	if text == "" {
		return 200
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatalf("RACE_ROUNDS: %v", err)
	}
	return n
}

// together runs calls at the same time, each on its own instance.
func (w *world) together(calls ...func(*session.Cache)) {
	start := make(chan struct{})
	var wg sync.WaitGroup
	for _, call := range calls {
		instance := w.cache()
		wg.Go(func() { <-start; call(instance) })
	}
	close(start)
	wg.Wait()
}

// race runs a round many times on a real Redis. Each has a new user with one session, whose
// last use and standing must be written again.
func race(t *testing.T, round func(w *world, h session.Handle)) {
	t.Helper()
	rdb := connect(t, emulator.Redis(t))
	for range rounds(t) {
		w := newWorld(t, rdb)
		w.uid = user(w)
		h := w.signIn(w.uid)
		w.pass(6 * time.Minute)
		round(w, h)
		w.rdb.Del(t.Context(), "user:"+project+":"+w.uid)
	}
}

// wantSessions checks how many sessions are open, and that no closed one has left a t field.
func (w *world) wantSessions(least, most int) {
	w.t.Helper()
	open, err := w.List(w.t.Context(), w.uid)
	if err != nil || len(open) < least || len(open) > most {
		w.t.Fatalf("%d sessions are open, %v; want %d to %d", len(open), err, least, most)
	}
	seen := 0
	for name := range w.fields(w.uid) {
		if name[0] == 't' {
			seen++
		}
	}
	if seen > len(open) {
		w.t.Fatalf("%d t fields and %d open sessions", seen, len(open))
	}
}

// TestRaceUseAndSignOut: neither a use nor a look-up opens a closed session again.
func TestRaceUseAndSignOut(t *testing.T) {
	race(t, func(w *world, h session.Handle) {
		use := func(c *session.Cache) { _, _ = c.Authenticate(t.Context(), h) }
		ask := func(c *session.Cache) { _, _ = c.Check(t.Context(), h) }
		w.together(use, ask, use, func(c *session.Cache) { _ = c.Close(t.Context(), w.uid, h.SessionID()) }, use)
		w.wantClosed(h)
		w.wantSessions(0, 0)
	})
}

// TestRaceUseAndSignOutEverywhere: the same after CloseAll. An older sign-in opens nothing
// either.
func TestRaceUseAndSignOutEverywhere(t *testing.T) {
	race(t, func(w *world, h session.Handle) {
		before, second := w.signed(w.uid), w.signIn(w.uid)
		use := func(c *session.Cache) { _, _ = c.Authenticate(t.Context(), h) }
		w.together(use, func(c *session.Cache) { _ = c.CloseAll(t.Context(), w.uid) }, use,
			func(c *session.Cache) { _, _, _ = c.Open(t.Context(), before) },
			func(c *session.Cache) { _, _ = c.Check(t.Context(), second) })
		w.wantClosed(h)
		w.wantClosed(second)
		w.wantSessions(0, 0)
	})
}

// TestRaceVouchedSignIn: the voucher is closed, or one session replaces it. The two are never
// open together.
func TestRaceVouchedSignIn(t *testing.T) {
	race(t, func(w *world, h session.Handle) {
		other := w.signIn(w.uid)
		holder := w.wantOpen(other)
		in := w.vouched(h)
		var opened session.Handle
		var err error
		w.together(
			func(c *session.Cache) { opened, _, err = c.Open(t.Context(), in) },
			func(c *session.Cache) { _ = c.Close(t.Context(), w.uid, h.SessionID()) },
			func(c *session.Cache) { _ = c.CloseOthers(t.Context(), holder) })
		w.wantClosed(h)
		w.wantOpen(other)
		switch {
		case err == nil:
			w.wantSessions(1, 2) // CloseOthers came before or after it
		case errors.Is(err, session.ErrNotVouched):
			w.wantSessions(1, 1)
		default:
			t.Fatalf("Open = %v of %v", err, opened)
		}
	})
}

// TestRaceVouchedSignInAndSignOutEverywhere: no order leaves a session open.
func TestRaceVouchedSignInAndSignOutEverywhere(t *testing.T) {
	race(t, func(w *world, h session.Handle) {
		in := w.vouched(h)
		w.together(
			func(c *session.Cache) { _, _, _ = c.Open(t.Context(), in) },
			func(c *session.Cache) { _ = c.CloseAll(t.Context(), w.uid) })
		w.wantSessions(0, 0)
	})
}

// TestRaceSignInsAtTheCap: sign-ins at once open no more sessions than the limit.
func TestRaceSignInsAtTheCap(t *testing.T) {
	race(t, func(w *world, _ session.Handle) {
		var calls []func(*session.Cache)
		for range session.MaxSessions + 4 {
			in := w.signed(w.uid)
			calls = append(calls, func(c *session.Cache) {
				if _, _, err := c.Open(t.Context(), in); err != nil {
					t.Errorf("Open: %v", err)
				}
			})
		}
		w.together(calls...)
		w.wantSessions(session.MaxSessions, session.MaxSessions)
	})
}
