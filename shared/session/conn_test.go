package session_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"testing"

	"pantry.example/shared/session"
)

// slowConn counts writes. Each of them waits until the test lets it through.
type slowConn struct {
	net.Conn
	writes  atomic.Int64
	started chan struct{}
	proceed chan struct{}
}

func (c *slowConn) Write(b []byte) (int, error) {
	c.writes.Add(1)
	c.started <- struct{}{}
	<-c.proceed
	return c.Conn.Write(b)
}

// pair returns both ends of a TCP connection.
func pair(t *testing.T) (near, far net.Conn) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	if near, err = net.Dial("tcp", l.Addr().String()); err != nil {
		t.Fatal(err)
	}
	if far, err = l.Accept(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = near.Close(), far.Close() })
	return near, far
}

// TestWritesBecomeOne: all that is written while an earlier write goes on is sent in one
// further write, in order.
func TestWritesBecomeOne(t *testing.T) {
	near, far := pair(t)
	slow := &slowConn{Conn: near, started: make(chan struct{}, 10), proceed: make(chan struct{}, 10)}
	c := session.NewConn(slow, near)
	var want bytes.Buffer
	for i := range 1000 {
		text := fmt.Sprintf("command %d\r\n", i)
		want.WriteString(text)
		if _, err := io.WriteString(c, text); err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			<-slow.started
		}
	}
	slow.proceed <- struct{}{}
	slow.proceed <- struct{}{}
	got := make([]byte, want.Len())
	if _, err := io.ReadFull(far, got); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want.Bytes()) {
		t.Error("the other end did not get what was written")
	}
	if n := slow.writes.Load(); n != 2 {
		t.Errorf("%d writes, want 2", n)
	}
}

// TestWritersTogether: nothing of one writer is lost or split by another.
func TestWritersTogether(t *testing.T) {
	near, far := pair(t)
	c := session.NewConn(near, near)
	const writers, each = 20, 500
	var wg sync.WaitGroup
	for range writers {
		wg.Go(func() {
			for range each {
				if _, err := io.WriteString(c, "a whole line\n"); err != nil {
					t.Errorf("Write: %v", err)
				}
			}
		})
	}
	got := make([]byte, writers*each*len("a whole line\n"))
	if _, err := io.ReadFull(far, got); err != nil {
		t.Fatal(err)
	}
	wg.Wait()
	if n := bytes.Count(got, []byte("a whole line\n")); n != writers*each {
		t.Errorf("%d whole lines, want %d", n, writers*each)
	}
}

// TestFailedWrite: Write has returned, and then sending fails. This closes the connection, so
// that nobody waits for a reply. Later writes fail.
func TestFailedWrite(t *testing.T) {
	near, _ := pair(t)
	c := session.NewConn(brokenConn{near}, near)
	if _, err := io.WriteString(c, "lost"); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Read(make([]byte, 1)); !errors.Is(err, net.ErrClosed) {
		t.Errorf("a read after the failed write: %v, want %v", err, net.ErrClosed)
	}
	if _, err := io.WriteString(c, "more"); !errors.Is(err, errBroken) {
		t.Errorf("a write after the failed one: %v, want %v", err, errBroken)
	}
}

var errBroken = errors.New("broken")

type brokenConn struct{ net.Conn }

func (brokenConn) Write([]byte) (int, error) { return 0, errBroken }

// TestWriteAfterClose: a write after Close fails.
func TestWriteAfterClose(t *testing.T) {
	near, _ := pair(t)
	c := session.NewConn(near, near)
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(c, "late"); !errors.Is(err, net.ErrClosed) {
		t.Errorf("a write after Close: %v, want %v", err, net.ErrClosed)
	}
}
