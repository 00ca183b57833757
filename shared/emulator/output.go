package emulator

import (
	"bytes"
	"sync"
)

// Output keeps what a program writes. It is safe for concurrent use. The zero value is ready
// for use.
type Output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// Write appends p. It never fails.
func (o *Output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(p)
}

// String returns all that was written so far.
func (o *Output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}
