package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"os/signal"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sync/singleflight"
)

// DrainTimeout is how long an instance that is told to end waits for its requests.
// Cloud Run kills it 10 s after SIGTERM (https://cloud.google.com/run/docs/container-contract).
const DrainTimeout = 9 * time.Second

// quiet is how long no request may have run before the process ends: net/http sends
// the rest of an answer only after its handler has returned.
const quiet = 100 * time.Millisecond

// Lazy is the handler of a function that is opened by its first request, so that a
// cold start does no work before it must. Requests that come meanwhile wait for that
// one opening. When it fails they are all answered 503, its text is logged when it is
// new, and the next request tries again.
type Lazy struct {
	open    func() (http.Handler, error)
	origins func() []string
	log     *slog.Logger

	handler atomic.Pointer[http.Handler]
	flight  singleflight.Group
	lastErr string // only the flight touches it
}

// NewLazy returns a handler that opens itself with open. The first request also
// arranges for an orderly end on SIGTERM: running requests may finish within
// DrainTimeout. The Functions Framework would cut them. Pages of the given origins may
// read the answer of a function that cannot be opened.
func NewLazy(log *slog.Logger, origins func() []string, open func() (http.Handler, error)) *Lazy {
	return &Lazy{open: open, origins: origins, log: log}
}

// process is about all functions of the process, because SIGTERM is.
var process struct {
	running atomic.Int64 // requests
	first   sync.Once
}

// ServeHTTP opens the function when that is still to do and serves the request.
func (l *Lazy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	process.running.Add(1)
	defer process.running.Add(-1)
	process.first.Do(func() { UseMemory(); endOnSIGTERM(l.log) })
	h, err := l.opened(r.Context())
	if err != nil {
		f := Function{Origins: l.origins()}
		h = private(f.cors(Handler(notConfigured)))
	}
	h.ServeHTTP(w, r)
}

func notConfigured(w http.ResponseWriter, _ *http.Request) error {
	setReadDeadline(w, leftoverTimeout)
	return NewError(http.StatusServiceUnavailable, "not_configured",
		"This function is not set up. Its log says what is missing.").Retry(10 * time.Second)
}

func (l *Lazy) opened(ctx context.Context) (http.Handler, error) {
	if h := l.handler.Load(); h != nil {
		return *h, nil
	}
	ctx, cancel := context.WithTimeout(ctx, RequestTimeout)
	defer cancel()
	done := l.flight.DoChan("", func() (any, error) { return nil, l.tryOpen() })
	select {
	case result := <-done:
		if result.Err != nil {
			return nil, result.Err
		}
		return *l.handler.Load(), nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// tryOpen runs once at a time.
func (l *Lazy) tryOpen() (err error) {
	if l.handler.Load() != nil {
		return nil // by a flight that ended just before this one
	}
	defer func() {
		if cause := recover(); cause != nil {
			err = panicked(cause)
			l.log.Error("panic", slog.String("error", err.Error()), slog.String("stack_trace", string(debug.Stack())))
		}
		if err != nil && err.Error() != l.lastErr {
			l.lastErr = err.Error()
			l.log.Error("open function", slog.String("error", l.lastErr))
		}
	}()
	h, err := l.open()
	if err == nil && h == nil {
		err = errors.New("open function: no handler and no error")
	}
	if err == nil {
		l.handler.Store(&h)
	}
	return err
}

// panicked describes a panic. Its value may quote a request; its type and the stack
// tell what happened.
func panicked(cause any) error {
	if e, ok := cause.(interface{ RuntimeError() }); ok {
		return fmt.Errorf("panic: %v", e)
	}
	return fmt.Errorf("panic: %T", cause)
}

func endOnSIGTERM(log *slog.Logger) {
	told := make(chan os.Signal, 1)
	signal.Notify(told, syscall.SIGTERM)
	go func() {
		<-told
		ctx, cancel := context.WithTimeout(context.Background(), DrainTimeout)
		defer cancel()
		if drain(ctx) {
			os.Exit(0)
		}
		log.Warn("ended with requests running")
		os.Exit(1)
	}()
}

// drain waits until no request has run for a moment, and reports whether that came
// before ctx ended.
func drain(ctx context.Context) bool {
	tick := time.NewTicker(quiet / 10)
	defer tick.Stop()
	busy := time.Now()
	for {
		if process.running.Load() > 0 {
			busy = time.Now()
		} else if time.Since(busy) >= quiet {
			return true
		}
		select {
		case <-ctx.Done():
			return false
		case <-tick.C:
		}
	}
}
