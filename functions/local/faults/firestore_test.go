package faults_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	toxiproxy "github.com/Shopify/toxiproxy/v2"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"pantry.example/shared/emulator"
	"pantry.example/shared/emulator/google"
)

// testFirestore makes Firestore fail.
func testFirestore(t *testing.T, g *google.Google) {
	t.Helper()
	address := emulator.Firestore(t)
	calls := []call{callList, callCreate, callPut, callExport}
	type row struct {
		name       string
		code       codes.Code // what each call is answered, or
		start, end func(t *testing.T, proxy *toxiproxy.Proxy)
	}
	network := func(name, kind string, attributes map[string]int) row {
		return row{name: name, start: func(t *testing.T, proxy *toxiproxy.Proxy) {
			t.Helper()
			toxic(t, proxy, kind, "downstream", attributes)
		}, end: func(_ *testing.T, proxy *toxiproxy.Proxy) { proxy.Toxics.ResetToxics(context.Background()) }}
	}
	faults := []row{
		{name: "Unavailable", code: codes.Unavailable},
		{name: "Aborted", code: codes.Aborted},
		{name: "DeadlineExceeded", code: codes.DeadlineExceeded},
		{name: "ResourceExhausted", code: codes.ResourceExhausted},
		{name: "PermissionDenied", code: codes.PermissionDenied},
		network("slow, 100 ms", "latency", map[string]int{"latency": 100}),
		network("half-open", "timeout", map[string]int{"timeout": 0}),
		network("reset", "reset_peer", map[string]int{"timeout": 0}),
		{name: "down", start: func(_ *testing.T, proxy *toxiproxy.Proxy) { proxy.Stop() }, end: func(t *testing.T, proxy *toxiproxy.Proxy) {
			t.Helper()
			if err := proxy.Start(); err != nil {
				t.Error(err)
			}
		}},
	}
	rows, all := make([][]string, len(faults)), make([]string, len(faults))
	t.Run("all", func(t *testing.T) {
		for i, f := range faults {
			t.Run(f.name, func(t *testing.T) {
				t.Parallel()
				w := newWorld(t, g, false)
				var failing atomic.Bool
				proxy := w.useFirestore(address, func() error {
					if failing.Load() {
						return status.Error(f.code, "made to fail")
					}
					return nil
				})
				one := fault{
					name: f.name, limit: 10 * time.Second, quick: true,
					start: func(*world) { failing.Store(f.code != codes.OK) },
					end:   func(*world) { failing.Store(false) },
				}
				if f.start != nil {
					one.start = func(*world) { f.start(t, proxy) }
					one.end = func(*world) { f.end(t, proxy) }
				}
				rows[i], all[i] = one.try(w, calls), f.name
			})
		}
	})
	section(t, "Firestore", calls, all, rows)
}
