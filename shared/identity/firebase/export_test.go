package firebase

import "time"

// SetLimit replaces the limit of one call.
func (f *Firebase) SetLimit(limit time.Duration) { f.limit = limit }

// SetClock replaces the clock by which f judges when a token ends.
func (f *Firebase) SetClock(now func() time.Time) { f.now = now }
