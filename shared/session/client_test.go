package session_test

import (
	"context"
	"errors"
	"maps"
	"net"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"

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
	mute   map[net.Conn]bool // what comes from these is dropped
	budget int               // bytes of replies until every connection is cut; -1 for no limit
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

// cutAfter cuts every connection behind the next n bytes of replies.
func (w *wire) cutAfter(n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.budget = n
}

// forget drops what comes on the connections of now, without a word to either end, as a
// NAT does that has lost its table. Later connections work.
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

// client connects to target as a function does.
func client(t *testing.T, target config.Redis) *session.Client {
	t.Helper()
	pool, err := session.NewClient(target)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = pool.Close() })
	rdb, err := session.Share(pool)
	if err != nil {
		t.Fatal(err)
	}
	return rdb
}

// busy uses rdb from many goroutines at once, on the shared connection and on the pool's.
func busy(t *testing.T, rdb *session.Client) {
	t.Helper()
	var wg sync.WaitGroup
	for range 80 {
		wg.Go(func() {
			for range 5 {
				if err := rdb.HMGet(t.Context(), "busy", "field").Err(); err != nil {
					t.Errorf("HMGET: %v", err)
				}
			}
		})
	}
	for range 3 {
		wg.Go(func() {
			if err := rdb.Ping(t.Context()).Err(); err != nil {
				t.Errorf("PING: %v", err)
			}
		})
	}
	wg.Wait()
}

// TestOneConnection: concurrent requests share one connection, however many they are.
func TestOneConnection(t *testing.T) {
	target, w := through(t, emulator.Redis(t))
	rdb := client(t, target)
	var wg sync.WaitGroup
	for range 80 {
		wg.Go(func() {
			for range 50 {
				if err := rdb.HMGet(t.Context(), "user:1", "field").Err(); err != nil {
					t.Errorf("HMGET: %v", err)
				}
			}
		})
	}
	wg.Wait()
	if n := w.connections(); n != 1 {
		t.Errorf("%d connections for 4,000 requests of 80 callers, want 1", n)
	}
}

// TestDeadConnections: after a freeze every connection may be dead. No caller may notice.
func TestDeadConnections(t *testing.T) {
	for name, die := range map[string]func(*wire){
		"closed by the server":        (*wire).cut,
		"closed, frozen meanwhile":    func(w *wire) { w.cut(); session.Freeze() },
		"gone silent, frozen as well": func(w *wire) { w.forget(); session.Freeze() },
	} {
		t.Run(name, func(t *testing.T) {
			target, w := through(t, emulator.Redis(t))
			rdb := client(t, target)
			for range 3 {
				busy(t, rdb)
				die(w)
			}
			busy(t, rdb)
		})
	}
}

// TestFrozenConnectionIsNotWaitedFor: a connection from before a freeze is given up
// before anything is written to it, so that nobody waits for its read timeout.
func TestFrozenConnectionIsNotWaitedFor(t *testing.T) {
	target, w := through(t, emulator.Redis(t))
	rdb := client(t, target)
	busy(t, rdb)
	w.forget()
	session.Freeze()
	ctx, cancel := context.WithTimeout(t.Context(), session.ReadTimeout)
	defer cancel()
	if err := rdb.HMGet(ctx, "user:1", "field").Err(); err != nil {
		t.Errorf("after a freeze: %v", err)
	}
}

// TestHalfOpenConnection: a connection whose peer is gone without a word is found by the
// read timeout, and what was asked on it is asked again.
func TestHalfOpenConnection(t *testing.T) {
	target, w := through(t, emulator.Redis(t))
	rdb := client(t, target)
	busy(t, rdb)
	w.forget()
	busy(t, rdb)
}

// TestCutReplies ends the connection behind each byte of the replies, over and over, and
// holds what every caller got against what it asked for.
func TestCutReplies(t *testing.T) {
	server := miniredis.RunT(t)
	const callers, rounds = 8, 300
	for i := range callers {
		server.HSet(name(i), "field", strings.Repeat(name(i)+" ", 3))
	}
	parsed, err := config.ParseRedis(server.Addr())
	if err != nil {
		t.Fatal(err)
	}
	w := newWire(t, parsed.Addr())
	addr, _ := w.l.Addr().(*net.TCPAddr)
	parsed.Port = addr.Port
	rdb := client(t, parsed)
	var wg sync.WaitGroup
	var answered atomic.Int64
	for i := range callers {
		wg.Go(func() {
			for round := range rounds {
				if i == 0 {
					w.cutAfter(round)
				}
				got, err := rdb.HMGet(t.Context(), name(i), "field").Result()
				if err != nil {
					continue // three tries in a row were cut
				}
				answered.Add(1)
				if want := strings.Repeat(name(i)+" ", 3); got[0] != want {
					t.Errorf("caller %d got %q, want %q", i, got[0], want)
				}
			}
		})
	}
	wg.Wait()
	if n := answered.Load(); n < callers*rounds/2 {
		t.Errorf("%d of %d were answered, want at least half", n, callers*rounds)
	}
	if w.connections() < rounds/4 {
		t.Errorf("%d connections, want one a cut", w.connections())
	}
}

func name(i int) string { return "user:" + strconv.Itoa(i) }

// TestCancelledCaller: a caller who gives up neither fails nor delays the others, whose
// commands travel on the same connection.
func TestCancelledCaller(t *testing.T) {
	rdb, err := session.Share(connect(t, miniredis.RunT(t).Addr()))
	if err != nil {
		t.Fatal(err)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	var wg sync.WaitGroup
	for i := range 400 {
		wg.Go(func() {
			if i%2 == 0 {
				if err := rdb.HMGet(gone, "user:1", "field").Err(); !errors.Is(err, context.Canceled) && err != nil {
					t.Errorf("the caller who left got %v", err)
				}
				return
			}
			if err := rdb.HMGet(t.Context(), "user:1", "field").Err(); err != nil {
				t.Errorf("the caller who stayed got %v", err)
			}
		})
	}
	wg.Wait()
}

// silentWait bounds how long a test waits for a call with a deadline of its own.
const silentWait = time.Minute

func TestSilentServer(t *testing.T) {
	target, w := through(t, emulator.Redis(t))
	world := newWorld(t, client(t, target).Client)
	h := world.signIn(user(world))
	w.silence()
	t.Cleanup(func() { w.cut() })
	for name, limit := range map[string]time.Duration{"own deadline": silentWait, "request's deadline": 200 * time.Millisecond} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), limit)
			defer cancel()
			if _, err := world.Authenticate(ctx, h); !errors.Is(err, session.ErrUnavailable) {
				t.Errorf("got %v, want ErrUnavailable", err)
			}
			if limit == silentWait && ctx.Err() != nil {
				t.Error("the call has no deadline of its own")
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

// TestHandshake: a connection costs the server one command before the first.
func TestHandshake(t *testing.T) {
	rdb := connect(t, emulator.Redis(t))
	before := calls(t, rdb)
	other := connect(t, emulator.Redis(t))
	if err := other.HMGet(t.Context(), "user:1", "field").Err(); err != nil {
		t.Fatal(err)
	}
	got := calls(t, rdb)
	for name, n := range before {
		if got[name] -= n; got[name] == 0 {
			delete(got, name)
		}
	}
	delete(got, "info") // this test's own
	if want := map[string]int{"hello": 1, "hmget": 1}; !maps.Equal(got, want) {
		t.Errorf("commands = %v, want %v", got, want)
	}
}

func TestEmbeddedIsNoServer(t *testing.T) {
	if _, err := session.NewClient(config.Redis{Embedded: true}); err == nil {
		t.Error("NewClient took a Redis that names no server")
	}
}
