package session_test

import (
	"net"
	"sync"
	"testing"
)

// wire is a proxy between a client and a Redis that a test can cut or silence. It does not
// change the bytes, so TLS works through it.
type wire struct {
	l      net.Listener
	target string

	mu     sync.Mutex
	ends   []net.Conn
	dials  int
	silent bool
	mute   map[net.Conn]bool // bytes from these are dropped
	budget int               // bytes of replies until all connections are cut; -1 for no limit
}

func newWire(t *testing.T, target string) *wire {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := &wire{l: l, target: target, mute: map[net.Conn]bool{}, budget: -1}
	t.Cleanup(func() { _ = l.Close(); w.cut() })
	go func() {
		for {
			near, err := l.Accept()
			if err != nil {
				return
			}
			far, err := net.Dial("tcp", target)
			if err != nil {
				_ = near.Close()
				continue
			}
			w.mu.Lock()
			w.ends = append(w.ends, near, far)
			w.dials++
			w.mu.Unlock()
			go w.carry(near, far, true)
			go w.carry(far, near, false)
		}
	}()
	return w
}

func (w *wire) carry(to, from net.Conn, reply bool) {
	buf := make([]byte, 32<<10)
	for {
		n, err := from.Read(buf)
		if err != nil {
			_ = to.Close()
			return
		}
		w.mu.Lock()
		silent := w.silent || w.mute[from]
		cut := reply && w.budget >= 0 && n >= w.budget
		if cut {
			n, w.budget = w.budget, -1
		} else if reply && w.budget >= 0 {
			w.budget -= n
		}
		w.mu.Unlock()
		if silent {
			continue
		}
		if cut {
			_, _ = to.Write(buf[:n])
			w.cut()
			return
		}
		if _, err := to.Write(buf[:n]); err != nil {
			return
		}
	}
}

// cut closes every connection, as a server or a NAT does with idle ones.
func (w *wire) cut() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, c := range w.ends {
		_ = c.Close()
	}
	w.ends = nil
}

// cutAfter cuts every connection after the next n bytes of replies.
func (w *wire) cutAfter(n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.budget = n
}

// forget drops all bytes on the present connections and closes none, like a NAT that lost its
// table. Later connections work.
func (w *wire) forget() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, c := range w.ends {
		w.mute[c] = true
	}
}

func (w *wire) silence() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.silent = true
}

func (w *wire) connections() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.dials
}
