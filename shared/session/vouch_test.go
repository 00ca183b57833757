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

// vouched returns a sign-in that the session of h vouches for.
func (w *world) vouched(h session.Handle) session.SignIn {
	w.t.Helper()
	in := w.signed(h.UID())
	voucher, err := w.Recognize(w.t.Context(), h)
	if err != nil {
		w.t.Fatalf("Recognize: %v", err)
	}
	in.Replaces, in.Voucher = &h, &voucher
	return in
}

// TestVoucherClosedMeanwhile: the script that opens the new session checks again that the
// voucher is open.
func TestVoucherClosedMeanwhile(t *testing.T) {
	onEach(t, func(t *testing.T, rdb *redis.Client) {
		for name, end := range map[string]func(w *world, h session.Handle) error{
			"closed":         func(w *world, h session.Handle) error { return w.Close(t.Context(), h.UID(), h.SessionID()) },
			"closed by all":  func(w *world, h session.Handle) error { return w.CloseAll(t.Context(), h.UID()) },
			"idle too long":  func(w *world, _ session.Handle) error { w.pass(idle); return nil },
			"over":           func(w *world, _ session.Handle) error { w.pass(ttl); return nil },
			"lost with data": func(_ *world, h session.Handle) error { return rdb.Del(t.Context(), "user:"+project+":"+h.UID()).Err() },
		} {
			t.Run(name, func(t *testing.T) {
				w := newWorld(t, rdb)
				h := w.signIn(user(w))
				in := w.vouched(h)
				if err := end(w, h); err != nil {
					t.Fatal(err)
				}
				in.Token.AuthTime = w.clock().Truncate(time.Second) // so that only the voucher is wrong
				if _, _, err := w.Open(t.Context(), in); !errors.Is(err, session.ErrNotVouched) {
					t.Errorf("Open = %v, want ErrNotVouched", err)
				}
				if s, err := w.List(t.Context(), h.UID()); err != nil || len(s) != 0 {
					t.Errorf("List = %v, %v; want no session", s, err)
				}
			})
		}
		t.Run("its user signed out everywhere after it", func(t *testing.T) {
			w := newWorld(t, rdb)
			h := w.signIn(user(w))
			in := w.vouched(h)
			w.pass(2 * time.Second)
			in.State = identity.State{ValidAfter: w.clock().Truncate(time.Second)}
			in.Token.AuthTime = in.State.ValidAfter
			if _, _, err := w.Open(t.Context(), in); !errors.Is(err, session.ErrNotVouched) {
				t.Errorf("Open = %v, want ErrNotVouched", err)
			}
		})
	})
}

// TestOneVouchesForOne: one session vouches for eight sign-ins at once, and one succeeds.
func TestOneVouchesForOne(t *testing.T) {
	onEach(t, func(t *testing.T, rdb *redis.Client) {
		w := newWorld(t, rdb)
		h := w.signIn(user(w))
		results := make(chan error, 8)
		var ins []session.SignIn
		for range cap(results) {
			ins = append(ins, w.vouched(h))
		}
		var wg sync.WaitGroup
		for _, in := range ins {
			instance := w.cache()
			wg.Go(func() { _, _, err := instance.Open(t.Context(), in); results <- err })
		}
		wg.Wait()
		close(results)
		won := 0
		for err := range results {
			switch {
			case err == nil:
				won++
			case !errors.Is(err, session.ErrNotVouched):
				t.Errorf("Open = %v, want ErrNotVouched", err)
			}
		}
		if s, err := w.List(t.Context(), h.UID()); won != 1 || err != nil || len(s) != 1 {
			t.Errorf("%d won and %d sessions are open, %v; want one of each", won, len(s), err)
		}
		w.wantClosed(h)
	})
}

// TestVouchedEndsWithItsVoucher: a chain of vouched sign-ins ends when the first session does.
func TestVouchedEndsWithItsVoucher(t *testing.T) {
	onEach(t, func(t *testing.T, rdb *redis.Client) {
		w := newWorld(t, rdb)
		h := w.signIn(user(w))
		ends := w.wantOpen(h).Expires
		for range 8 {
			w.pass(20 * time.Hour)
			h = w.openSession(w.vouched(h))
			if got := w.wantOpen(h).Expires; !got.Equal(ends) {
				t.Fatalf("the new session ends at %v, want %v as the first", got, ends)
			}
		}
		w.pass(8 * time.Hour)
		w.wantClosed(h)
	})
}

func TestSignInsAUser(t *testing.T) {
	onEach(t, func(t *testing.T, rdb *redis.Client) {
		w := newWorld(t, rdb)
		uid, other := user(w), user(w)
		for i := range 60 {
			if _, _, err := w.cache().Open(t.Context(), w.signed(uid)); err != nil {
				t.Fatalf("sign-in %d: %v", i, err)
			}
		}
		if _, _, err := w.cache().Open(t.Context(), w.signed(uid)); !errors.Is(err, session.ErrTooManyAttempts) {
			t.Errorf("sign-in 61 of a minute, on another instance: got %v, want ErrTooManyAttempts", err)
		}
		w.signIn(other)
		w.pass(time.Minute)
		w.signIn(uid)
	})
}
