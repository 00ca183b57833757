package web_test

import (
	"math"
	"runtime/debug"
	"testing"

	"pantry.example/shared/web"
)

func TestUseMemory(t *testing.T) {
	percent, limit := debug.SetGCPercent(100), debug.SetMemoryLimit(math.MaxInt64)
	t.Cleanup(func() { debug.SetGCPercent(percent); debug.SetMemoryLimit(limit) })
	web.UseMemory()
	if got := debug.SetMemoryLimit(-1); got != 160<<20 {
		t.Errorf("memory limit %d, want 160 MiB", got)
	}
	if got := debug.SetGCPercent(50); got != 800 {
		t.Errorf("GC percent %d, want 800", got)
	}
	// Values that were set before stay.
	debug.SetMemoryLimit(1 << 30)
	web.UseMemory()
	if got := debug.SetMemoryLimit(-1); got != 1<<30 {
		t.Errorf("memory limit %d, want the one that was set", got)
	}
	if got := debug.SetGCPercent(100); got != 50 {
		t.Errorf("GC percent %d, want the one that was set", got)
	}
}
