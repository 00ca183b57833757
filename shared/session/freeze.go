package session

import (
	"fmt"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// Between requests an instance may be frozen for minutes. Meanwhile servers and NATs drop
// its connections, and the first request afterwards would wait for each dead one to time
// out. So connections from before a freeze are not used again.

const (
	heartbeat = 250 * time.Millisecond
	// frozenAfter is the gap between two heartbeats that counts as a freeze. A machine
	// that is merely busy may pass it too: then a connection is opened anew.
	frozenAfter = time.Second
)

// errFrozen is an io.EOF to go-redis, which then tries another connection.
var errFrozen = fmt.Errorf("the connection is from before a freeze of the process: %w", io.EOF)

// freezes counts the freezes of this process from its first connection on.
var freezes struct {
	start  sync.Once
	origin time.Time
	last   atomic.Int64 // the last heartbeat, as time since origin
	count  atomic.Int64
}

// freezeCount returns how many freezes there were. It sees one that has just ended, also
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

func beat() int64 {
	now := int64(time.Since(freezes.origin))
	last := freezes.last.Swap(now)
	if now-last > int64(frozenAfter) {
		return freezes.count.Add(1)
	}
	return freezes.count.Load()
}

// watched is a connection that fails when it is used after a freeze. It shows its socket,
// so that go-redis also sees that the peer has closed it; go-redis finds none under a
// *tls.Conn.
type watched struct {
	net.Conn
	socket syscall.Conn
	opened int64 // the count of freezes when it was opened
}

func watch(conn, socket net.Conn, err error) (net.Conn, error) {
	if err != nil {
		return nil, err
	}
	shown, ok := socket.(syscall.Conn)
	if !ok {
		return conn, nil
	}
	return watched{conn, shown, freezeCount()}, nil
}

// Write sends a command.
func (c watched) Write(b []byte) (int, error) {
	if freezeCount() != c.opened {
		return 0, errFrozen
	}
	return c.Conn.Write(b)
}

// SyscallConn is what the pool's health check asks for.
func (c watched) SyscallConn() (syscall.RawConn, error) {
	if freezeCount() != c.opened {
		return nil, errFrozen
	}
	return c.socket.SyscallConn()
}
