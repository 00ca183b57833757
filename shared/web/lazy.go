package web

import (
	"context"
	"errors"
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

// idleBeforeEnd is how long no request must run before the process ends. net/http sends the
// end of an answer after its handler has returned.
const idleBeforeEnd = 100 * time.Millisecond

// Lazy is the handler of a function that its first request opens. Other requests wait for
// that opening. When it fails, all of them are answered 503, and the next request tries
// again. An error is logged once until another one comes.
type Lazy struct {
	open    func() (http.Handler, error)
	origins func() []string
	log     *slog.Logger

	handler atomic.Pointer[http.Handler]
	flight  singleflight.Group
	lastErr string // used only in the flight
}

// NewLazy returns a handler that open opens. From the first request on, a SIGTERM lets the
// running requests finish within DrainTimeout; the Functions Framework alone would cut them.
// Pages of the origins can read the 503 of a function that cannot be opened.
func NewLazy(log *slog.Logger, origins func() []string, open func() (http.Handler, error)) *Lazy {
	return &Lazy{open: open, origins: origins, log: log}
}

// process counts the requests of all functions, because SIGTERM ends all of them.
var process struct {
	running atomic.Int64 // requests
	first   sync.Once
}

// ServeHTTP opens the function when it is not open, and serves the request.
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

// tryOpen opens the function. Only one call runs at a time.
func (l *Lazy) tryOpen() (err error) {
	if l.handler.Load() != nil {
		return nil // the call before has opened it
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

// endOnSIGTERM makes SIGTERM drain and then end the process.
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

// drain waits until no request has run for idleBeforeEnd. It returns false when ctx ends
// first.
func drain(ctx context.Context) bool {
	tick := time.NewTicker(idleBeforeEnd / 10)
	defer tick.Stop()
	busy := time.Now()
	for {
		if process.running.Load() > 0 {
			busy = time.Now()
		} else if time.Since(busy) >= idleBeforeEnd {
			return true
		}
		select {
		case <-ctx.Done():
			return false
		case <-tick.C:
		}
	}
}
