package web

import (
	"math"
	"runtime/debug"
)

const (
	// gcPercent lets the heap grow to five times what is in use. A function uses some
	// 10 MiB, and by Go's default of 100 a tenth of its CPU time collects garbage.
	gcPercent = 400
	// memoryLimit is where garbage is collected earlier, in bytes: well below the 256 MiB
	// of the smallest instance.
	memoryLimit = 160 << 20
	goDefault   = 100
)

// UseMemory trades memory for less garbage collection, unless GOGC or GOMEMLIMIT say
// otherwise. A program calls it once.
func UseMemory() {
	if before := debug.SetGCPercent(gcPercent); before != goDefault {
		debug.SetGCPercent(before)
	}
	if debug.SetMemoryLimit(-1) == math.MaxInt64 {
		debug.SetMemoryLimit(memoryLimit)
	}
}
