package session_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/redis/go-redis/v9"

	"pantry.example/shared/identity"
	"pantry.example/shared/session"
)

func carrying(h session.Handle) *http.Request {
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.Header.Set("Authorization", "Bearer "+h.Reveal())
	return r
}

// TestBegin: a request may read before Firebase answers. It waits only before it answers.
func TestBegin(t *testing.T) {
	onEach(t, func(t *testing.T, rdb *redis.Client) {
		w := newWorld(t, rdb)
		uid := user(w)
		h := w.signIn(uid)
		s, admitted, err := w.Begin(carrying(h), "192.0.2.1")
		if err != nil || s.UID != uid || admitted != nil {
			t.Fatalf("with a fresh standing: %v, %v, want %s and nothing to wait for", s, err, uid)
		}

		w.pass(2 * maxAge)
		w.hold = make(chan struct{}) // no look-up ends
		s, admitted, err = w.Begin(carrying(h), "192.0.2.1")
		close(w.hold)
		if err != nil || s.UID != uid || admitted == nil {
			t.Fatalf("with a stale standing: %v, %v, want %s and something to wait for", s, err, uid)
		}
		if err := admitted(); err != nil {
			t.Errorf("admitted: %v", err)
		}

		w.pass(2 * maxAge)
		w.say(uid, identity.State{Disabled: true})
		_, admitted, err = w.Begin(carrying(h), "192.0.2.1")
		if err != nil || admitted == nil {
			t.Fatalf("a disabled user, before Redis has it: %v, want something to wait for", err)
		}
		for range 2 {
			if err := admitted(); !errors.Is(err, session.ErrNoSession) {
				t.Errorf("a disabled user: got %v, want ErrNoSession", err)
			}
		}
		if _, _, err := w.Begin(carrying(h), "192.0.2.1"); !errors.Is(err, session.ErrNoSession) {
			t.Errorf("a disabled user, when Redis has it: got %v, want ErrNoSession", err)
		}
	})
}
