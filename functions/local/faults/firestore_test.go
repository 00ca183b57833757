package faults_test

import (
	"sync/atomic"
	"testing"
	"time"

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
		start, end func(*network)
	}
	toxic := func(name, kind string, attributes map[string]int) row {
		start := func(n *network) { n.poison(kind, "downstream", attributes) }
		return row{name: name, start: start, end: (*network).heal}
	}
	faults := []row{
		{name: "Unavailable", code: codes.Unavailable},
		{name: "Aborted", code: codes.Aborted},
		{name: "DeadlineExceeded", code: codes.DeadlineExceeded},
		{name: "ResourceExhausted", code: codes.ResourceExhausted},
		{name: "PermissionDenied", code: codes.PermissionDenied},
		toxic("slow, 100 ms", "latency", map[string]int{"latency": 100}),
		toxic("half-open", "timeout", map[string]int{"timeout": 0}),
		toxic("reset", "reset_peer", map[string]int{"timeout": 0}),
		{name: "down", start: (*network).down, end: (*network).up},
	}
	rows, all := make([][]string, len(faults)), make([]string, len(faults))
	t.Run("all", func(t *testing.T) {
		for i, f := range faults {
			t.Run(f.name, func(t *testing.T) {
				t.Parallel()
				w := newWorld(t, g, false)
				var failing atomic.Bool
				net := w.useFirestore(address, func() error {
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
					one.start = func(*world) { f.start(net) }
					one.end = func(*world) { f.end(net) }
				}
				rows[i], all[i] = one.try(w, calls), f.name
			})
		}
	})
	section(t, "Firestore", calls, all, rows)
}
