package session

import (
	"net"
	"runtime"
	"sync"
	"syscall"
)

// conn is a connection to Redis. A write after a freeze fails. Writes at the same moment
// become one, so that they cost one system call and one TLS record.
//
// Write returns before the bytes are sent. When sending them fails, the connection is closed.
// Then reads fail too, so that a caller who waits for a reply gets the error.
type conn struct {
	net.Conn
	socket syscall.Conn // its file descriptor, which a *tls.Conn does not give
	opened int64        // freezeCount when it was opened

	wake    chan struct{} // tells send that there is something in pending
	closed  chan struct{}
	close   sync.Once
	mu      sync.Mutex
	pending []byte // bounded, because the commands without a reply are (FullDuplexWindow)
	failed  error  // why the connection cannot send
}

// newConn returns c as a conn. socket is the connection below TLS.
func newConn(c, socket net.Conn) net.Conn {
	raw, ok := socket.(syscall.Conn)
	if !ok {
		return c
	}
	shared := &conn{
		Conn: c, socket: raw, opened: freezeCount(),
		wake: make(chan struct{}, 1), closed: make(chan struct{}),
	}
	go shared.send()
	return shared
}

// Write takes a copy of b, to be sent at once. It fails after a freeze.
func (c *conn) Write(b []byte) (int, error) {
	if freezeCount() != c.opened {
		return 0, errFrozen
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.failed != nil {
		return 0, c.failed
	}
	c.pending = append(c.pending, b...)
	select {
	case c.wake <- struct{}{}:
	default: // send has not taken the earlier signal yet
	}
	return len(b), nil
}

// send writes what Write has taken. First it lets other goroutines run, because they may be
// requests that write too.
func (c *conn) send() {
	var sending []byte
	for {
		select {
		case <-c.wake:
		case <-c.closed:
			return
		}
		runtime.Gosched()
		c.mu.Lock()
		sending, c.pending = c.pending, sending[:0]
		c.mu.Unlock()
		if len(sending) == 0 {
			continue // the last write has sent it already
		}
		if _, err := c.Conn.Write(sending); err != nil {
			c.fail(err)
			_ = c.Close() // callers get err, so an error of Close adds nothing
			return
		}
	}
}

// fail makes later writes fail with err, or with an earlier error.
func (c *conn) fail(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.failed == nil {
		c.failed = err
	}
}

// Close closes the connection. What was not sent yet is dropped.
func (c *conn) Close() error {
	c.fail(net.ErrClosed)
	c.close.Do(func() { close(c.closed) })
	return c.Conn.Close()
}

// SyscallConn is what the health check of go-redis's pool calls.
func (c *conn) SyscallConn() (syscall.RawConn, error) {
	if freezeCount() != c.opened {
		return nil, errFrozen
	}
	return c.socket.SyscallConn()
}
