package web

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// timeLimit is a context that ends at its deadline, or earlier with the context in it. It
// starts a timer only when Done is called, because in most requests nobody calls Done.
type timeLimit struct {
	context.Context
	deadline time.Time
	start    sync.Once
	started  atomic.Pointer[startedLimit] // nil before Done was called
}

// startedLimit is what context.WithDeadline returns.
type startedLimit struct {
	context.Context
	cancel context.CancelFunc
}

// Deadline implements context.Context.
func (l *timeLimit) Deadline() (time.Time, bool) { return l.deadline, true }

// Done implements context.Context.
func (l *timeLimit) Done() <-chan struct{} {
	l.start.Do(func() {
		ctx, cancel := context.WithDeadline(l.Context, l.deadline)
		l.started.Store(&startedLimit{ctx, cancel})
	})
	return l.started.Load().Done()
}

// Err implements context.Context.
func (l *timeLimit) Err() error {
	if s := l.started.Load(); s != nil {
		return s.Err()
	}
	err := l.Context.Err()
	if err == nil && !time.Now().Before(l.deadline) {
		return context.DeadlineExceeded
	}
	return err
}

// Value implements context.Context. With the started context, package context finds out how to
// end the contexts derived from l without a goroutine for each.
func (l *timeLimit) Value(key any) any {
	if s := l.started.Load(); s != nil {
		return s.Value(key)
	}
	return l.Context.Value(key)
}

// end releases the timer.
func (l *timeLimit) end() {
	if s := l.started.Load(); s != nil {
		s.cancel()
	}
}
