package load

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"sync/atomic"
	"time"
)

// workers send the requests of a soak at the same time. Each has users of its own, so that
// it knows what their recipes must be.
const workers, usersEach = 8, 4

// Target is the Redis of a soak, behind a line that can be cut. Pantry runs in this process.
type Target struct {
	redis *redisServer
	line  *line
	gone  atomic.Int64 // how often Redis went and came back: odd while it is gone
}

// NewTarget starts a Redis with a line before it.
func NewTarget(ctx context.Context) (*Target, error) {
	redis, err := startRedis(ctx)
	if err != nil {
		return nil, err
	}
	line, err := newLine(redis.address, 0)
	if err != nil {
		redis.close()
		return nil, err
	}
	return &Target{redis: redis, line: line}, nil
}

// Close ends the Redis.
func (t *Target) Close() {
	t.line.close()
	t.redis.close()
}

// RedisServer is the value of REDIS_SERVER for the Pantry.
func (t *Target) RedisServer() string { return t.line.address() }

// breakRedis cuts every connection to Redis and takes no new one for the time d.
func (t *Target) breakRedis(d time.Duration) {
	t.gone.Add(1)
	t.line.cut()
	time.Sleep(d)
	t.line.restore()
	t.gone.Add(1)
}

// Soak puts a mixed load on the Pantry at url for the time d: sign-ins, reads, writes and
// sign-outs. Halfway Redis is gone for a while. Its error names each fault: an answer that
// is not the right one, except for a 503 while Redis is gone; an acknowledged write that
// cannot be read afterwards; goroutines, connections or memory that grew.
func (t *Target) Soak(ctx context.Context, url string, d time.Duration, out io.Writer) error {
	p, err := newPantry(ctx, url)
	if err != nil {
		return err
	}
	all := make([]*worker, workers)
	for i := range all {
		if all[i], err = newWorker(ctx, p, t); err != nil {
			return err
		}
	}
	steps, faults := 0, []error{}
	work := func(d time.Duration) {
		r := run(ctx, workers, d, func(client int) error { return all[client].step(ctx) })
		steps += len(r.took)
		faults = append(faults, r.errs...)
	}
	work(d / 5) // fills caches and pools
	before := t.measure(p)
	halfway := time.AfterFunc(d*2/5, func() { t.breakRedis(min(max(d/20, time.Second), 5*time.Second)) })
	defer halfway.Stop()
	work(d * 4 / 5)
	after := t.measure(p)

	refused := 0
	for _, w := range all {
		refused += w.refused
	}
	_, _ = fmt.Fprintf(out, "%d steps; %d requests answered 503 while Redis was gone\nbefore  %s\nafter   %s\n",
		steps, refused, before, after)
	if refused == 0 {
		faults = append(faults, errors.New("no request was answered 503: the fault did not happen"))
	}
	faults = append(faults, after.growth(before)...)
	for _, w := range all {
		faults = append(faults, w.check(ctx)...)
	}
	if n := len(faults); n > 10 {
		faults = append(faults[:10], fmt.Errorf("and %d more", n-10))
	}
	return errors.Join(append(faults, ctx.Err())...)
}

// state is what must not grow.
type state struct {
	goroutines, redisConnections int
	heapMiB                      float64
}

func (s state) String() string {
	return fmt.Sprintf("%d goroutines, %d connections to Redis, %.1f MiB of memory", s.goroutines, s.redisConnections, s.heapMiB)
}

// measure waits until nothing runs.
func (t *Target) measure(p *pantry) state {
	least := 1 << 30
	for range 20 { // goroutines of closed connections take a moment
		p.client.CloseIdleConnections()
		runtime.GC()
		time.Sleep(50 * time.Millisecond)
		least = min(least, runtime.NumGoroutine())
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return state{least, t.line.open(), float64(m.HeapAlloc) / (1 << 20)}
}

// growth returns what grew too much since before. Some growth is right: timers, the pool of
// connections to Redis with the goroutines of both ends, and caches, which have a limit.
func (s state) growth(before state) (faults []error) {
	const pool, goroutinesEach, caches = 10, 6, 16
	opened := max(0, s.redisConnections-before.redisConnections)
	if s.redisConnections > pool {
		faults = append(faults, fmt.Errorf("%d connections to Redis are open, at most %d may be", s.redisConnections, pool))
	}
	if s.goroutines > before.goroutines+10+opened*goroutinesEach {
		faults = append(faults, fmt.Errorf("%d goroutines became %d", before.goroutines, s.goroutines))
	}
	if s.heapMiB > before.heapMiB+caches {
		faults = append(faults, fmt.Errorf("%.1f MiB of memory became %.1f", before.heapMiB, s.heapMiB))
	}
	return faults
}
