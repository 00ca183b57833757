package web

import (
	"math"
	"runtime/debug"
)

const (
	// gcPercent lets the heap grow to nine times its live size of about 5 MiB. With Go's
	// default of 100, garbage collection takes a tenth of the CPU time.
	gcPercent = 800
	// memoryLimit is the memory, in bytes, near which garbage is collected more often. The
	// smallest instance has 256 MiB.
	memoryLimit = 160 << 20
	goDefault   = 100
)

// UseMemory makes garbage collection rarer, at the price of memory. It does not change what
// GOGC or GOMEMLIMIT set. Call it once.
func UseMemory() {
	if before := debug.SetGCPercent(gcPercent); before != goDefault {
		debug.SetGCPercent(before)
	}
	if debug.SetMemoryLimit(-1) == math.MaxInt64 {
		debug.SetMemoryLimit(memoryLimit)
	}
}
