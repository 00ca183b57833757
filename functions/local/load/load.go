// Package load puts load on Pantry. Bench compares its speed with that of other servers. Soak
// looks for what a long mixed load with a fault in it breaks.
package load

import (
	"context"
	"slices"
	"sync"
	"time"
)

// result is what a load came to.
type result struct {
	took    []time.Duration // of each request that was answered as it should be, sorted
	elapsed time.Duration
	errs    []error
}

// run lets each of some clients call do again and again for the time d, at least once. A
// client that has had ten errors ends.
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

// percentile returns the time within which a share of the requests was answered. At least one
// must have been.
func (r result) percentile(share float64) time.Duration {
	return r.took[min(int(share*float64(len(r.took))), len(r.took)-1)]
}
