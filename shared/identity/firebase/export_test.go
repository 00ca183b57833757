package firebase

import "time"

// SetClock replaces the clock by which f judges when a token ends.
func (f *Firebase) SetClock(now func() time.Time) { f.now = now }
