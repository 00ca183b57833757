package load

import (
	"io"
	"net"
	"sync"
	"time"
)

// line is a TCP proxy in front of a server. It can delay the answers, and it can cut the
// connections.
type line struct {
	listener net.Listener
	server   string
	delay    time.Duration

	mu    sync.Mutex
	conns map[net.Conn]bool // from clients
	isCut bool
}

func newLine(server string, delay time.Duration) (*line, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	l := &line{listener: listener, server: server, delay: delay, conns: map[net.Conn]bool{}}
	go func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			go l.serve(client)
		}
	}()
	return l, nil
}

func (l *line) address() string { return l.listener.Addr().String() }

func (l *line) close() {
	_ = l.listener.Close()
	l.cut()
}

func (l *line) serve(client net.Conn) {
	defer func() { _ = client.Close() }()
	if !l.add(client) {
		return
	}
	defer l.remove(client)
	server, err := net.Dial("tcp", l.server)
	if err != nil {
		return
	}
	go func() {
		_, _ = io.Copy(server, client)
		_ = server.Close()
	}()
	if l.delay == 0 {
		_, _ = io.Copy(client, server)
		return
	}
	copyLate(client, server, l.delay)
}

// copyLate copies what it reads, and writes each piece with a delay.
func copyLate(to io.Writer, from io.Reader, delay time.Duration) {
	type piece struct {
		due     time.Time
		content []byte
	}
	pieces := make(chan piece, 1<<12)
	go func() {
		defer close(pieces)
		for {
			content := make([]byte, 4<<10)
			n, err := from.Read(content)
			if err != nil {
				return
			}
			pieces <- piece{time.Now().Add(delay), content[:n]}
		}
	}()
	for p := range pieces {
		time.Sleep(time.Until(p.due))
		_, _ = to.Write(p.content) // an error means that the connection is closed; then reading ends too
	}
}

func (l *line) add(client net.Conn) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.isCut {
		l.conns[client] = true
	}
	return !l.isCut
}

func (l *line) remove(client net.Conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.conns, client)
}

// cut closes every connection. Until restore is called, it also closes each new one at once.
func (l *line) cut() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.isCut = true
	for c := range l.conns {
		_ = c.Close()
	}
}

func (l *line) restore() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.isCut = false
}

// open returns the number of open connections.
func (l *line) open() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.conns)
}
