// Package deadline bounds calls that do not end by themselves: calls of libraries that
// hold a lock across a request, or that fetch an access token without a context.
package deadline

import (
	"context"
	"time"
)

// Do returns what call returns, or ctx's error when ctx ends or limit passes first. The
// call itself may go on in the background, with a context that has ended; its result is
// then dropped. A panic of the call is a panic of Do, unless Do has returned already.
func Do[T any](ctx context.Context, limit time.Duration, call func(context.Context) (T, error)) (T, error) {
	return Start(ctx, limit, call)()
}

// Start is Do in two steps: it starts the call, and wait returns what Do would. A caller
// that does not wait ends ctx instead.
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
		defer cancel() // not after the call: a result and the end of ctx would race
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
