package deadline_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"pantry.example/shared/identity/deadline"
)

func TestDoReturnsWhatTheCallReturns(t *testing.T) {
	t.Parallel()
	failure := errors.New("failure")
	got, err := deadline.Do(t.Context(), time.Minute, func(context.Context) (string, error) { return "value", failure })
	if got != "value" || !errors.Is(err, failure) {
		t.Errorf("Do() = %q, %v, want the call's own value and error", got, err)
	}
}

// When call has returned, Do returns its result and not the error of the context.
func TestDoNeverLosesAResult(t *testing.T) {
	t.Parallel()
	for range 20_000 {
		if got, err := deadline.Do(t.Context(), time.Minute, func(context.Context) (int, error) { return 7, nil }); got != 7 || err != nil {
			t.Fatalf("Do() = %d, %v, want 7", got, err)
		}
	}
}

// Do returns at the limit, though call ignores its context.
func TestDoEndsTheWaitAtTheLimit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		defer close(release)
		start := time.Now()
		got, err := deadline.Do(t.Context(), 5*time.Second, func(context.Context) (string, error) {
			<-release
			return "late", nil
		})
		if got != "" || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Do() = %q, %v, want nothing and DeadlineExceeded", got, err)
		}
		if took := time.Since(start); took != 5*time.Second {
			t.Errorf("Do() took %v, want 5s", took)
		}
	})
}

func TestDoEndsTheWaitWithItsContext(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name string
		end  func(context.Context) (context.Context, context.CancelFunc)
		want error
	}{
		{"canceled", func(ctx context.Context) (context.Context, context.CancelFunc) {
			ctx, cancel := context.WithCancel(ctx)
			time.AfterFunc(time.Second, cancel)
			return ctx, cancel
		}, context.Canceled},
		{"out of time", func(ctx context.Context) (context.Context, context.CancelFunc) {
			return context.WithTimeout(ctx, time.Second)
		}, context.DeadlineExceeded},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := row.end(t.Context())
				defer cancel()
				release := make(chan struct{})
				defer close(release)
				start := time.Now()
				_, err := deadline.Do(ctx, time.Minute, func(context.Context) (int, error) { <-release; return 0, nil })
				if !errors.Is(err, row.want) || time.Since(start) != time.Second {
					t.Errorf("Do() = %v after %v, want %v after 1s", err, time.Since(start), row.want)
				}
			})
		})
	}
}

func TestDoGivesTheCallAContextThatEndsAtTheLimit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		ended := make(chan time.Duration, 1)
		_, err := deadline.Do(t.Context(), time.Second, func(ctx context.Context) (int, error) {
			<-ctx.Done()
			ended <- time.Since(start)
			return 0, ctx.Err()
		})
		if got := <-ended; got != time.Second || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("the call's context ended after %v and Do() = %v, want 1s and DeadlineExceeded", got, err)
		}
	})
}

// A panic in another goroutine would end the process.
func TestDoPanicsWhereItWasCalled(t *testing.T) {
	t.Parallel()
	defer func() {
		if got := recover(); got != "value" {
			t.Errorf("recovered %v, want the call's own panic", got)
		}
	}()
	_, err := deadline.Do(t.Context(), time.Minute, func(context.Context) (int, error) { panic("value") })
	t.Errorf("Do() = %v, want a panic", err)
}

func TestDoDropsAPanicThatNobodyWaitsFor(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		_, err := deadline.Do(t.Context(), time.Second, func(context.Context) (int, error) { <-release; panic("value") })
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Do() = %v, want DeadlineExceeded", err)
		}
		close(release)
		synctest.Wait() // the process would have ended
	})
}
