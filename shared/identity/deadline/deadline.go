// Package deadline ends the wait for calls that ignore their context: some libraries hold a
// lock during a request, or fetch an access token without a context.
package deadline

import (
	"context"
	"time"
)

// Do returns what call returns, or the error of ctx when ctx ends or limit passes first.
// Then call may go on in the background, with a context that has ended, and its result is
// dropped. A panic of call is a panic of Do, unless Do has already returned.
func Do[T any](ctx context.Context, limit time.Duration, call func(context.Context) (T, error)) (T, error) {
	return Start(ctx, limit, call)()
}

// Start is Do in two steps: it starts call, and wait returns what Do returns. A caller that
// does not call wait must end ctx.
func Start[T any](ctx context.Context, limit time.Duration, call func(context.Context) (T, error)) (wait func() (T, error)) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	type result struct {
		value    T
		err      error
		panicked any
	}
	done := make(chan result, 1)
	go func() {
		var r result
		defer func() {
			r.panicked = recover()
			done <- r
		}()
		r.value, r.err = call(ctx)
	}()
	return func() (T, error) {
		defer cancel() // here and not after call, or the select could choose ctx.Done
		select {
		case r := <-done:
			if r.panicked != nil {
				panic(r.panicked)
			}
			return r.value, r.err
		case <-ctx.Done():
			var none T
			return none, ctx.Err()
		}
	}
}
