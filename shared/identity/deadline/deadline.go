// Package deadline ends the wait for a call that does not end by itself.
package deadline

import (
	"context"
	"time"
)

// Do returns what call returns, or ctx's error once ctx ends or limit has passed. It is
// for libraries that hold a lock across a request or fetch a token without a context:
// the call itself may go on in the background, with a context that has ended.
func Do[T any](ctx context.Context, limit time.Duration, call func(context.Context) (T, error)) (T, error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	type result struct {
		value T
		err   error
	}
	done := make(chan result, 1)
	go func() {
		defer cancel()
		v, err := call(ctx)
		done <- result{v, err}
	}()
	select {
	case r := <-done:
		return r.value, r.err
	case <-ctx.Done():
		var none T
		return none, ctx.Err()
	}
}
