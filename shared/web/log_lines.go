package web

import (
	"io"
	"runtime"
	"sync"
)

// maxPending bounds the lines that wait, in bytes.
const maxPending = 64 << 10

// lineWriter writes lines to out. Lines of the same moment become one write, because each
// write is a system call. It is safe for concurrent use.
type lineWriter struct {
	out     io.Writer
	writing sync.Mutex // held while out is written to
	mu      sync.Mutex // protects the fields below
	pending []byte
	claimed bool   // one of the callers is going to write pending
	spare   []byte // for the next pending
}

// Write takes one or more whole lines. The first caller of a moment lets other goroutines run,
// and then writes its lines with theirs. The others return at once. When out is slow, they
// wait too. Only a write of the caller itself can return an error of out.
func (l *lineWriter) Write(lines []byte) (int, error) {
	l.mu.Lock()
	l.pending = append(l.pending, lines...)
	if l.claimed && len(l.pending) <= maxPending {
		l.mu.Unlock()
		return len(lines), nil
	}
	l.claimed = true
	l.mu.Unlock()
	runtime.Gosched()
	if err := l.flush(); err != nil {
		return 0, err
	}
	return len(lines), nil
}

// flush writes what is pending.
func (l *lineWriter) flush() error {
	l.writing.Lock()
	defer l.writing.Unlock()
	l.mu.Lock()
	lines := l.pending
	l.pending, l.claimed = l.spare[:0], false
	l.mu.Unlock()
	l.spare = lines
	if len(lines) == 0 {
		return nil // another caller has written them
	}
	_, err := l.out.Write(lines)
	return err
}
