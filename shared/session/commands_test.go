package session_test

import (
	"maps"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"pantry.example/shared/emulator"
)

// commands returns how often the server ran each command, from the server's statistics. They
// also count the commands that a script runs.
func commands(t *testing.T, rdb *redis.Client) map[string]int {
	t.Helper()
	counts := calls(t, rdb)
	for _, free := range []string{"info", "hello", "auth", "ping", "client|setinfo"} {
		delete(counts, free)
	}
	return counts
}

// calls returns the same, with the commands of a handshake.
func calls(t *testing.T, rdb *redis.Client) map[string]int {
	t.Helper()
	info, err := rdb.Info(t.Context(), "commandstats").Result()
	if err != nil {
		t.Fatal(err)
	}
	counts := map[string]int{}
	for line := range strings.Lines(info) {
		name, stats, ok := strings.Cut(strings.TrimSpace(line), ":calls=")
		if !ok {
			continue
		}
		n, _, _ := strings.Cut(stats, ",")
		calls, err := strconv.Atoi(n)
		if err != nil {
			t.Fatal(err)
		}
		counts[strings.TrimPrefix(name, "cmdstat_")] = calls
	}
	return counts
}

// TestWarm: after Warm, the first sign-in finds a connection, and its script in Redis.
func TestWarm(t *testing.T) {
	rdb := connect(t, emulator.Redis(t))
	w := newWorld(t, rdb)
	if err := rdb.ScriptFlush(t.Context()).Err(); err != nil {
		t.Fatal(err)
	}
	before := calls(t, rdb)
	w.Warm()
	for end := time.Now().Add(10 * time.Second); calls(t, rdb)["script|load"] == before["script|load"]; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("Warm sent no script")
		}
	}
	before = calls(t, rdb)
	if _, _, err := w.Open(t.Context(), w.signed(user(w))); err != nil {
		t.Fatal(err)
	}
	after := calls(t, rdb)
	for name, want := range map[string]int{"evalsha": 1, "eval": 0, "script|load": 0} {
		if got := after[name] - before[name]; got != want {
			t.Errorf("the sign-in sent %d %s, want %d", got, name, want)
		}
	}
}

// TestCommandsARequest counts the commands of a request on the server. No other test may use
// the server meanwhile: the tests of this package do not run in parallel, and CI gives each
// package its own server.
func TestCommandsARequest(t *testing.T) {
	rdb := connect(t, emulator.Redis(t))
	w := newWorld(t, rdb)
	uid := user(w)
	h := w.signIn(uid)
	w.pass(6 * time.Minute)
	w.wantOpen(h) // now the server has all scripts
	for name, row := range map[string]struct {
		pass time.Duration
		call func() error
		want map[string]int
	}{
		"authenticate": {
			call: func() error { _, err := w.Authenticate(t.Context(), h); return err },
			want: map[string]int{"hmget": 1},
		},
		"authenticate, last use and standing are old": {
			pass: 6 * time.Minute,
			call: func() error { _, err := w.Authenticate(t.Context(), h); return err },
			want: map[string]int{"hmget": 2, "evalsha": 1, "hset": 1}, // one hmget and the hset are the script's
		},
		"check": {
			call: func() error { _, err := w.Check(t.Context(), h); return err },
			want: map[string]int{"hmget": 1},
		},
		"list": {
			call: func() error { _, err := w.List(t.Context(), uid); return err },
			want: map[string]int{"hgetall": 1},
		},
		"close an unknown one": {
			call: func() error { _ = w.Close(t.Context(), uid, "AAAAAAAAAAAAAAAAAAAAAA"); return nil },
			want: map[string]int{"hdel": 1},
		},
		"sign in": {
			call: func() error { _, _, err := w.Open(t.Context(), w.signed(uid)); return err },
			want: map[string]int{"evalsha": 1, "hgetall": 1, "hset": 1, "pttl": 1, "pexpire": 1},
		},
	} {
		t.Run(name, func(t *testing.T) {
			w.pass(row.pass)
			before := commands(t, rdb)
			if err := row.call(); err != nil {
				t.Fatal(err)
			}
			got := commands(t, rdb)
			maps.DeleteFunc(got, func(k string, n int) bool { return n == before[k] })
			for k := range got {
				got[k] -= before[k]
			}
			if !maps.Equal(got, row.want) {
				t.Errorf("commands = %v, want %v", got, row.want)
			}
		})
	}
}
