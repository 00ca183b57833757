// Package deadline ends the wait for a call that does not end by itself.
package deadline

import (
	"context"
	"time"
)

// Do returns what call returns, or ctx's error once ctx ends or limit has passed. It is
// for libraries that hold a lock across a request or fetch a token without a context:
// the call itself may go on in the background, with a context that has ended. A panic of
// the call is the caller's, as if there were no goroutine in between; in one that nobody
// waits for any longer it is dropped with the result.
func Do[T any](ctx context.Context, limit time.Duration, call func(context.Context) (T, error)) (T, error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel() // here and not behind the call: a result and an ended context would race
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
