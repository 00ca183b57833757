package web

import (
	"context"
	"log/slog"
	"net/http"
	"os"
	"os/signal"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// DrainTimeout is how long an instance that is told to end waits for its requests.
// Cloud Run kills it 10 s after SIGTERM (https://cloud.google.com/run/docs/container-contract).
const DrainTimeout = 9 * time.Second

// Lazy is the handler of a function that is opened by its first request, so that a
// cold start does no work before it must. A failed opening is answered 503, logged
// when its text is new, and tried again by the next request.
type Lazy struct {
	open func() (http.Handler, error)
	log  *slog.Logger

	mu      sync.Mutex
	handler atomic.Pointer[http.Handler]
	lastErr string
	flying  atomic.Int64
	signals sync.Once
}

// NewLazy returns a handler that opens itself with open. The first request also
// arranges for an orderly end on SIGTERM: running requests may finish within
// DrainTimeout. The Functions Framework would cut them.
func NewLazy(log *slog.Logger, open func() (http.Handler, error)) *Lazy {
	return &Lazy{open: open, log: log}
}

// ServeHTTP opens the function when that is still to do and serves the request.
func (l *Lazy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	l.flying.Add(1)
	defer l.flying.Add(-1)
	l.signals.Do(l.endOnSIGTERM)
	h, err := l.opened()
	if err != nil {
		Write(w, r, NewError(http.StatusServiceUnavailable, "not_configured",
			"This function is not set up. Its log says what is missing.").With(err).Retry(10*time.Second))
		return
	}
	h.ServeHTTP(w, r)
}

func (l *Lazy) opened() (http.Handler, error) {
	if h := l.handler.Load(); h != nil {
		return *h, nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if h := l.handler.Load(); h != nil {
		return *h, nil
	}
	h, err := l.open()
	if err != nil {
		if err.Error() != l.lastErr {
			l.lastErr = err.Error()
			l.log.Error("open function", slog.String("error", l.lastErr))
		}
		return nil, err
	}
	l.handler.Store(&h)
	return h, nil
}

func (l *Lazy) endOnSIGTERM() {
	told := make(chan os.Signal, 1)
	signal.Notify(told, syscall.SIGTERM)
	go func() {
		<-told
		ctx, cancel := context.WithTimeout(context.Background(), DrainTimeout)
		defer cancel()
		if l.drain(ctx) {
			os.Exit(0)
		}
		l.log.Warn("ended with requests running")
		os.Exit(1)
	}()
}

// drain waits until no request runs, and reports whether that came before ctx ended.
func (l *Lazy) drain(ctx context.Context) bool {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		if l.flying.Load() == 0 {
			return true
		}
		select {
		case <-ctx.Done():
			return false
		case <-tick.C:
		}
	}
}
