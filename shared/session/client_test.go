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

// through returns the address of a wire that leads to a TLS Redis.
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

// busy uses rdb from many goroutines at once, over the shared connection and over the pool.
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

// TestOneConnection: any number of concurrent requests share one connection.
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

// TestDeadConnections: after a freeze all connections may be dead. No caller gets an error.
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

// TestFrozenConnectionIsNotWaitedFor: after a freeze nothing is written to an old
// connection, so nobody waits for its read timeout.
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

// TestHalfOpenConnection: the read timeout finds a connection whose peer has vanished. Its
// commands are sent again.
func TestHalfOpenConnection(t *testing.T) {
	target, w := through(t, emulator.Redis(t))
	rdb := client(t, target)
	busy(t, rdb)
	w.forget()
	busy(t, rdb)
}

// TestCutReplies cuts the connection after each byte of the replies. Every reply must belong
// to the command of the caller that gets it.
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

// TestCancelledCaller: when a caller's context ends, the others on the same connection get
// their replies.
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

// silentWait bounds the wait for a call that must have its own deadline.
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
			t.Errorf("%s: the error %q shows the handle or the server", name, err)
		}
	}
}

// TestHandshake: a new connection sends one command before the first of the caller.
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
		t.Error("NewClient accepted a Redis that names no server")
	}
}
