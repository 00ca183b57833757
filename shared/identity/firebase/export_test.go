package firebase

import "time"

// SetLimit replaces the limit of one call.
func (f *Firebase) SetLimit(limit time.Duration) { f.limit = limit }

// SetClock replaces the clock that tells when a token expires.
func (f *Firebase) SetClock(now func() time.Time) { f.now = now }
