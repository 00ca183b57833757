package web_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"pantry.example/shared/web"
)

func TestTimeLimit(t *testing.T) {
	t.Parallel()
	poll := func(_ *testing.T, ctx context.Context) {
		for ctx.Err() == nil {
			time.Sleep(time.Second)
		}
	}
	wait := func(_ *testing.T, ctx context.Context) { <-ctx.Done() }
	for _, c := range []struct {
		name  string
		left  time.Duration // when the client leaves, 0: never
		look  func(t *testing.T, ctx context.Context)
		want  error
		after time.Duration
	}{
		{"nobody waits", 0, poll, context.DeadlineExceeded, web.RequestTimeout},
		{"nobody waits, and the client leaves", 2500 * time.Millisecond, poll, context.Canceled, 3 * time.Second},
		{"somebody waits", 0, wait, context.DeadlineExceeded, web.RequestTimeout},
		{"somebody waits, and the client leaves", 2500 * time.Millisecond, wait, context.Canceled, 2500 * time.Millisecond},
		{"somebody begins to wait after the limit", 0, func(_ *testing.T, ctx context.Context) {
			time.Sleep(web.RequestTimeout)
			<-ctx.Done()
		}, context.DeadlineExceeded, web.RequestTimeout},
		{"two contexts made from it", 0, func(t *testing.T, ctx context.Context) {
			early, cancel := context.WithCancel(ctx)
			cancel()
			late, cancel := context.WithTimeout(ctx, time.Hour)
			defer cancel()
			if early.Err() == nil || ctx.Err() != nil || late.Err() != nil {
				t.Errorf("errors %v, %v and %v, want that of the first context alone", early.Err(), ctx.Err(), late.Err())
			}
			<-late.Done()
			if !errors.Is(context.Cause(late), context.DeadlineExceeded) {
				t.Errorf("it ended because of %v, want the deadline", context.Cause(late))
			}
		}, context.DeadlineExceeded, web.RequestTimeout},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				called := false
				s := serve(t, web.Handler(func(w http.ResponseWriter, r *http.Request) error {
					ctx := r.Context()
					called = true
					if at, ok := ctx.Deadline(); !ok || at.Sub(start) != web.RequestTimeout {
						t.Errorf("the deadline is %v after the start, want %v", at.Sub(start), web.RequestTimeout)
					}
					c.look(t, ctx)
					if took := time.Since(start); !errors.Is(ctx.Err(), c.want) || took != c.after {
						t.Errorf("it ended with %v after %v, want %v after %v", ctx.Err(), took, c.want, c.after)
					}
					<-ctx.Done() // has to be closed when Err is not nil
					w.WriteHeader(http.StatusNoContent)
					return nil
				}))
				client, leave := context.WithCancel(t.Context())
				defer leave()
				if c.left != 0 {
					time.AfterFunc(c.left, leave)
				}
				s.ServeHTTP(httptest.NewRecorder(), request(http.MethodGet, "/", "").WithContext(client))
				if !called {
					t.Fatal("the handler was not called")
				}
			})
		})
	}
}

// The timer ends with the request.
func TestTimeLimitEndsWithTheRequest(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var kept context.Context
		s := serve(t, web.Handler(func(w http.ResponseWriter, r *http.Request) error {
			kept = r.Context()
			_ = kept.Done()
			w.WriteHeader(http.StatusNoContent)
			return nil
		}))
		s.ServeHTTP(httptest.NewRecorder(), request(http.MethodGet, "/", ""))
		if !errors.Is(kept.Err(), context.Canceled) {
			t.Errorf("after the request its context says %v, want %v", kept.Err(), context.Canceled)
		}
	})
}
