package session

import (
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"
)

// An instance may be frozen for minutes between requests. Meanwhile servers and NATs drop its
// connections. The next request would wait until each dead connection timed out. So a
// connection is not used again after a freeze.

const (
	heartbeat = 250 * time.Millisecond
	// frozenAfter is the gap between two heartbeats that counts as a freeze. On a busy
	// machine the gap may also be that long. That only costs new connections.
	frozenAfter = time.Second
)

// errFrozen wraps io.EOF, so that go-redis tries another connection.
var errFrozen = fmt.Errorf("the connection is from before a freeze of the process: %w", io.EOF)

// freezes counts the freezes of this process since its first connection.
var freezes struct {
	start  sync.Once
	origin time.Time
	last   atomic.Int64 // the last heartbeat, as time since origin
	count  atomic.Int64
}

// freezeCount returns how many freezes there were. It also counts one that has just ended,
// before the next heartbeat.
func freezeCount() int64 {
	freezes.start.Do(func() {
		freezes.origin = time.Now()
		go func() {
			for range time.Tick(heartbeat) {
				beat()
			}
		}()
	})
	return beat()
}

// beat is one heartbeat. It returns how many freezes there were.
func beat() int64 {
	now := int64(time.Since(freezes.origin))
	last := freezes.last.Swap(now)
	if now-last > int64(frozenAfter) {
		return freezes.count.Add(1)
	}
	return freezes.count.Load()
}
