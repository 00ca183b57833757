package web_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"pantry.example/shared/emulator"
	"pantry.example/shared/web"
)

// get asks h once.
func get(h http.Handler) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, request(http.MethodGet, "/", ""))
	return w
}

func TestLazyOpensAtTheFirstRequest(t *testing.T) {
	t.Parallel()
	opened := 0
	l := web.NewLazy(web.NewLogger(new(emulator.Output), nil), noOrigins, func() (http.Handler, error) { opened++; return ok(), nil })
	if opened != 0 {
		t.Error("NewLazy() opened the function")
	}
	for range 3 {
		if w := get(l); w.Code != 200 {
			t.Errorf("status %d, want 200", w.Code)
		}
	}
	if opened != 1 {
		t.Errorf("opened %d times, want once", opened)
	}
}

func TestLazyThatCannotOpen(t *testing.T) {
	t.Parallel()
	var (
		log    emulator.Output
		next   error
		opened int
	)
	l := web.NewLazy(web.NewLogger(&log, nil), noOrigins, func() (http.Handler, error) { opened++; return ok(), next })
	for _, text := range []string{"REDIS_SERVER is not set", "REDIS_SERVER is not set", "SESSION_TTL is no duration", "REDIS_SERVER is not set"} {
		next = errors.New(text)
		w := get(l)
		e := wantProblem(t, w, 503, "not_configured")
		if strings.Contains(w.Body.String(), "REDIS") || e.Detail != "This function is not set up. Its log says what is missing." {
			t.Errorf("the client reads %s", w.Body)
		}
		if w.Header().Get("Retry-After") != "10" || w.Header().Get("Cache-Control") != "private, no-store" {
			t.Errorf("headers %v, want Retry-After 10 and no-store", w.Header())
		}
	}
	if opened != 4 {
		t.Errorf("opened %d times, want once a request", opened)
	}
	// The same error is logged once.
	want := []string{"REDIS_SERVER is not set", "SESSION_TTL is no duration", "REDIS_SERVER is not set"}
	var got []string
	for _, line := range (&service{t: t, log: &log}).lines() {
		if line["message"] != "open function" || line["severity"] != "ERROR" {
			t.Errorf("log line %v", line)
		}
		text, _ := line["error"].(string)
		got = append(got, text)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("logged (-want +got):\n%s", diff)
	}
	next = nil
	if w := get(l); w.Code != 200 {
		t.Errorf("status %d once it can be opened, want 200", w.Code)
	}
}

// TestLazyThatCannotOpenTellsThePage: only a page of an allowed origin can read the 503.
func TestLazyThatCannotOpenTellsThePage(t *testing.T) {
	t.Parallel()
	l := web.NewLazy(web.NewLogger(new(emulator.Output), nil), func() []string { return []string{friend} },
		func() (http.Handler, error) { return nil, errors.New("not set") })
	for origin, want := range map[string]string{friend: friend, "https://other.example": ""} {
		w := httptest.NewRecorder()
		l.ServeHTTP(w, request(http.MethodGet, "/", "", "Origin", origin))
		wantProblem(t, w, 503, "not_configured")
		if got := w.Header().Get("Access-Control-Allow-Origin"); got != want {
			t.Errorf("%s: Access-Control-Allow-Origin = %q, want %q", origin, got, want)
		}
	}
	w := httptest.NewRecorder()
	l.ServeHTTP(w, request(http.MethodOptions, "/", "", "Origin", friend, "Access-Control-Request-Method", "GET"))
	if w.Code != http.StatusNoContent || w.Header().Get("Access-Control-Allow-Origin") != friend {
		t.Errorf("preflight = %d %v, want 204 for %s", w.Code, w.Header(), friend)
	}
}

func noOrigins() []string { return nil }

func TestLazyThatPanics(t *testing.T) {
	t.Parallel()
	var log emulator.Output
	panics := true
	l := web.NewLazy(web.NewLogger(&log, nil), noOrigins, func() (http.Handler, error) {
		if panics {
			panic("secret detail")
		}
		return ok(), nil
	})
	wantProblem(t, get(l), 503, "not_configured")
	if strings.Contains(log.String(), "secret") || !strings.Contains(log.String(), "panic: string") || !strings.Contains(log.String(), "TestLazyThatPanics") {
		t.Errorf("log %s, want the type and the stack, not the value", log.String())
	}
	panics = false
	if w := get(l); w.Code != 200 {
		t.Errorf("status %d, want 200", w.Code)
	}
}

func TestLazyWithoutAHandler(t *testing.T) {
	t.Parallel()
	l := web.NewLazy(web.NewLogger(new(emulator.Output), nil), noOrigins, func() (http.Handler, error) { return nil, nil })
	wantProblem(t, get(l), 503, "not_configured")
}

func TestLazyOpensOnceForAll(t *testing.T) {
	t.Parallel()
	for _, failure := range []error{nil, errors.New("not set")} {
		synctest.Test(t, func(t *testing.T) {
			var opened atomic.Int64
			l := web.NewLazy(web.NewLogger(new(emulator.Output), nil), noOrigins, func() (http.Handler, error) {
				opened.Add(1)
				time.Sleep(5 * time.Second)
				return ok(), failure
			})
			want := 200
			if failure != nil {
				want = 503
			}
			start := time.Now()
			var wait sync.WaitGroup
			for range 50 {
				wait.Go(func() {
					if w := get(l); w.Code != want {
						t.Errorf("status %d, want %d", w.Code, want)
					}
				})
			}
			wait.Wait()
			if n := opened.Load(); n != 1 || time.Since(start) != 5*time.Second {
				t.Errorf("50 requests opened it %d times and took %v, want once and 5s", n, time.Since(start))
			}
		})
	}
}

// When the opening hangs, a request waits until its deadline.
func TestLazyThatHangs(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		l := web.NewLazy(web.NewLogger(new(emulator.Output), nil), noOrigins, func() (http.Handler, error) { <-release; return ok(), nil })
		start := time.Now()
		wantProblem(t, get(l), 503, "not_configured")
		if took := time.Since(start); took != web.RequestTimeout {
			t.Errorf("a request waited %v, want %v", took, web.RequestTimeout)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		start = time.Now()
		w := httptest.NewRecorder()
		l.ServeHTTP(w, request(http.MethodGet, "/", "").WithContext(ctx))
		if took := time.Since(start); w.Code != 503 || took != time.Second {
			t.Errorf("status %d after %v, want 503 after 1s", w.Code, took)
		}
		close(release)
		synctest.Wait()
		if w := get(l); w.Code != 200 {
			t.Errorf("status %d once it is open, want 200", w.Code)
		}
	})
}

// When two requests find the function closed, it is opened once.
func TestLazyOpensOnceInARace(t *testing.T) {
	t.Parallel()
	for range 500 {
		var opened atomic.Int64
		l := web.NewLazy(web.NewLogger(new(emulator.Output), nil), noOrigins, func() (http.Handler, error) { opened.Add(1); return ok(), nil })
		start := make(chan struct{})
		var wait sync.WaitGroup
		for range 8 {
			wait.Go(func() { <-start; get(l) })
		}
		close(start)
		wait.Wait()
		if n := opened.Load(); n != 1 {
			t.Fatalf("opened %d times, want once", n)
		}
	}
}
