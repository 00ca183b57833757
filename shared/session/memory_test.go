package session_test

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"pantry.example/shared/config"
	"pantry.example/shared/emulator"
	"pantry.example/shared/identity"
	"pantry.example/shared/session"
)

// TestMemoryOfManyUsers: what an instance remembers of its users has a bound.
func TestMemoryOfManyUsers(t *testing.T) {
	w := newWorld(t, connect(t, "localhost:1"))
	s := session.Session{Created: w.now, Expires: w.now.Add(ttl), AuthTime: w.now, Device: "Firefox on Linux"}
	token := strings.Repeat("x", 1000)
	before := heap()
	for i := range 100_000 {
		if err := w.Remember(fmt.Sprintf("user%024d", i), s, token); err != nil {
			t.Fatal(err)
		}
	}
	if grown := heap() - before; grown > 16<<20 {
		t.Errorf("100,000 users take %d bytes, want at most 16 MiB", grown)
	} else {
		t.Logf("100,000 users take %d KiB", grown>>10)
	}
	runtime.KeepAlive(w)
}

// heap returns the bytes of all objects that are in use.
func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc) //nolint:gosec // far below 2^63
}

// BenchmarkSignIns opens sessions of many users, from 64 goroutines, in a real Redis.
func BenchmarkSignIns(b *testing.B) {
	parsed, err := config.ParseRedis(emulator.Redis(b))
	if err != nil {
		b.Fatal(err)
	}
	cache, err := session.FromConfig(config.Config{
		Redis: parsed, ProjectID: project, SessionTTL: ttl, SessionIdle: idle, RevocationMaxAge: maxAge,
	}, func(context.Context, string) (identity.State, error) { return identity.State{}, nil }, nil)
	if err != nil {
		b.Fatal(err)
	}
	now := time.Now()
	var mu sync.Mutex
	users := 0
	b.SetParallelism(64)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			mu.Lock()
			users++
			uid := fmt.Sprintf("user%024d", users)
			mu.Unlock()
			in := session.SignIn{Device: "Firefox on Linux"}
			in.Cookie = strings.Repeat("x", 1000)
			in.Token = identity.Token{UID: uid, AuthTime: now.Add(-time.Minute).Truncate(time.Second), Expires: now.Add(ttl)}
			in.Checked = now
			if _, _, err := cache.Open(b.Context(), in); err != nil {
				b.Error(err)
				return
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "sign-ins/s")
}
