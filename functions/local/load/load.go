// Package load puts load on Pantry. Bench compares its speed with other servers. Soak puts a
// long mixed load on it, takes Redis away for a while, and reports what breaks.
package load

import (
	"context"
	"slices"
	"sync"
	"time"
)

// result is the outcome of a load.
type result struct {
	took    []time.Duration // of each request with the right answer, sorted
	elapsed time.Duration
	errs    []error
}

// run starts some clients. Each calls do at least once, and again until the time d is over.
// A client ends after ten errors.
func run(ctx context.Context, clients int, d time.Duration, do func(client int) error) result {
	results := make([]result, clients)
	began := time.Now()
	var running sync.WaitGroup
	for i := range clients {
		running.Go(func() {
			r := &results[i]
			for before := began; before.Sub(began) < d && ctx.Err() == nil && len(r.errs) < 10; {
				err := do(i)
				now := time.Now()
				if err != nil {
					r.errs = append(r.errs, err)
				} else {
					r.took = append(r.took, now.Sub(before))
				}
				before = now
			}
		})
	}
	running.Wait()
	all := result{elapsed: time.Since(began)}
	for _, r := range results {
		all.took = append(all.took, r.took...)
		all.errs = append(all.errs, r.errs...)
	}
	slices.Sort(all.took)
	return all
}

// percentile returns the time within which this share of the requests was answered. There
// must be at least one.
func (r result) percentile(share float64) time.Duration {
	return r.took[min(int(share*float64(len(r.took))), len(r.took)-1)]
}
