package session_test

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"

	"pantry.example/shared/config"
	"pantry.example/shared/emulator"
	"pantry.example/shared/session"
)

// wire is a cable between a client and a Redis that a test can cut or silence. TLS goes
// through it untouched.
type wire struct {
	l      net.Listener
	target string

	mu     sync.Mutex
	ends   []net.Conn
	dials  int
	silent bool
}

func newWire(t *testing.T, target string) *wire {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := &wire{l: l, target: target}
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
			go w.carry(near, far)
			go w.carry(far, near)
		}
	}()
	return w
}

func (w *wire) carry(to io.WriteCloser, from io.ReadCloser) {
	buf := make([]byte, 32<<10)
	for {
		n, err := from.Read(buf)
		if err != nil {
			_ = to.Close()
			return
		}
		w.mu.Lock()
		silent := w.silent
		w.mu.Unlock()
		if silent {
			continue
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

// through returns what leads to a TLS Redis by way of a wire.
func through(t *testing.T, server string) (config.Redis, *wire) {
	t.Helper()
	r, err := config.ParseRedis(server)
	if err != nil {
		t.Fatal(err)
	}
	w := newWire(t, r.Addr())
	addr, _ := w.l.Addr().(*net.TCPAddr)
	r.Port = addr.Port
	return r, w
}

// fill leaves as many idle connections as the pool keeps.
func fill(t *testing.T, rdb *redis.Client) {
	t.Helper()
	var wg sync.WaitGroup
	for range 10 {
		wg.Go(func() { rdb.Eval(t.Context(), "local n = 0; for i = 1, 2e6 do n = n + i end; return n", nil) })
	}
	wg.Wait()
	if n := rdb.PoolStats().IdleConns; n < 2 {
		t.Fatalf("%d idle connections, want at least 2", n)
	}
}

// TestDeadConnections: after a freeze every pooled TLS connection may be dead. The next
// command must not notice, and must not spend a retry on it.
func TestDeadConnections(t *testing.T) {
	target, w := through(t, emulator.Redis(t))
	t.Run("with retries", func(t *testing.T) {
		rdb := redis.NewClient(session.ClientOptions(target))
		t.Cleanup(func() { _ = rdb.Close() })
		fill(t, rdb)
		w.cut()
		if err := rdb.Ping(t.Context()).Err(); err != nil {
			t.Errorf("first command after a freeze: %v", err)
		}
	})
	t.Run("without a retry", func(t *testing.T) {
		o := session.ClientOptions(target)
		o.MaxRetries = -1
		o.MaxIdleConns = 10
		rdb := redis.NewClient(o)
		t.Cleanup(func() { _ = rdb.Close() })
		fill(t, rdb)
		idle := rdb.PoolStats().IdleConns
		w.cut()
		eventually(t, func() bool { return rdb.Ping(t.Context()).Err() == nil })
		if stale := rdb.PoolStats().StaleConns; stale == 0 {
			t.Errorf("of %d dead connections the pool saw none", idle)
		}
	})
	t.Run("go-redis by itself fails", func(t *testing.T) {
		o := session.ClientOptions(target)
		o.MaxRetries = -1
		o.Dialer = nil // its own TLS dialer hides the socket
		parsed, err := redis.ParseURL(emulator.Redis(t))
		if err != nil {
			t.Fatal(err)
		}
		o.TLSConfig = parsed.TLSConfig
		rdb := redis.NewClient(o)
		t.Cleanup(func() { _ = rdb.Close() })
		fill(t, rdb)
		w.cut()
		if err := rdb.Ping(t.Context()).Err(); err == nil {
			t.Skip("go-redis sees dead TLS connections now: visibleConn can go")
		}
	})
}

// eventually repeats a command that may meet a connection whose end is still on its way.
func eventually(t *testing.T, done func() bool) {
	t.Helper()
	for range 50 {
		if done() {
			return
		}
		time.Sleep(2 * time.Millisecond)
	}
	t.Fatal("it did not come about")
}

func TestSilentServer(t *testing.T) {
	target, w := through(t, emulator.Redis(t))
	rdb := redis.NewClient(session.ClientOptions(target))
	t.Cleanup(func() { _ = rdb.Close() })
	world := newWorld(t, rdb)
	h := world.signIn(user(world))
	w.silence()
	t.Cleanup(func() { w.cut() })
	for name, limit := range map[string]time.Duration{"own deadline": 2 * time.Second, "request's deadline": 200 * time.Millisecond} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), limit)
			defer cancel()
			if name == "own deadline" {
				ctx = t.Context()
			}
			start := time.Now()
			_, err := world.Authenticate(ctx, h)
			if !errors.Is(err, session.ErrUnavailable) {
				t.Errorf("got %v, want ErrUnavailable", err)
			}
			if took := time.Since(start); took > limit+300*time.Millisecond {
				t.Errorf("it took %v, want at most %v", took, limit)
			}
		})
	}
}

func TestUnreachableServer(t *testing.T) {
	server := miniredis.RunT(t)
	rdb := connect(t, server.Addr())
	w := newWorld(t, rdb)
	uid := user(w)
	h, addr := w.signIn(uid), server.Addr()
	server.Close()
	for name, call := range map[string]func() error{
		"Authenticate": func() error { _, err := w.Authenticate(t.Context(), h); return err },
		"Check":        func() error { _, err := w.Check(t.Context(), h); return err },
		"Open":         func() error { _, _, err := w.Open(t.Context(), w.signed(uid)); return err },
		"List":         func() error { _, err := w.List(t.Context(), uid); return err },
		"Close":        func() error { return w.Close(t.Context(), uid, h.SessionID()) },
		"CloseAll":     func() error { return w.CloseAll(t.Context(), uid) },
	} {
		err := call()
		if !errors.Is(err, session.ErrUnavailable) {
			t.Errorf("%s: got %v, want ErrUnavailable", name, err)
			continue
		}
		if strings.Contains(err.Error(), h.Reveal()) || strings.Contains(err.Error(), addr) {
			t.Errorf("%s: the error %q says too much", name, err)
		}
	}
}

// TestHandshake: one connection costs one command before the first.
func TestHandshake(t *testing.T) {
	target, w := through(t, emulator.Redis(t))
	rdb := redis.NewClient(session.ClientOptions(target))
	t.Cleanup(func() { _ = rdb.Close() })
	if err := rdb.Ping(t.Context()).Err(); err != nil {
		t.Fatal(err)
	}
	if n := w.connections(); n != 1 {
		t.Errorf("%d connections for one command, want 1", n)
	}
}

func TestEmbeddedIsNoServer(t *testing.T) {
	if _, err := session.NewClient(config.Redis{Embedded: true}); err == nil {
		t.Error("NewClient took a Redis that names no server")
	}
}
