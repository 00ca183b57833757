package doctor_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// serve hands each connection to handle until the test ends.
func serve(t *testing.T, handle func(net.Conn)) (addr string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var open []net.Conn
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			mu.Lock()
			open = append(open, c)
			mu.Unlock()
			wg.Go(func() { handle(c); _ = c.Close() })
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		mu.Lock()
		for _, c := range open {
			_ = c.Close()
		}
		mu.Unlock()
		wg.Wait()
	})
	return l.Addr().String()
}

// scripted is a Redis that gives set answers: to the n-th call of a command under
// "NAME n", else under its name, else what a good server says.
func scripted(t *testing.T, answers map[string]string) (addr string) {
	t.Helper()
	good := map[string]string{
		"HELLO": "*2\r\n$5\r\nproto\r\n:2", "PING": "+PONG", "EVALSHA": ":1", "EXISTS": ":0", "INFO": facts()["INFO"],
		"CONFIG": "*2\r\n$16\r\nmaxmemory-policy\r\n$10\r\nnoeviction",
	}
	var mu sync.Mutex
	calls := map[string]int{}
	return serve(t, func(c net.Conn) {
		r := bufio.NewReader(c)
		for {
			name, err := readCommand(r)
			if err != nil {
				return
			}
			mu.Lock()
			calls[name]++
			n := calls[name]
			mu.Unlock()
			answer, ok := answers[name+" "+strconv.Itoa(n)]
			for _, from := range []map[string]string{answers, good} {
				if !ok {
					answer, ok = from[name]
				}
			}
			if !ok {
				answer = "+OK"
			}
			if _, err := io.WriteString(c, answer+"\r\n"); err != nil {
				return
			}
		}
	})
}

// readCommand reads one command in RESP and returns its name.
func readCommand(r *bufio.Reader) (string, error) {
	head, err := r.ReadString('\n')
	if err != nil {
		return "", err
	}
	n, err := strconv.Atoi(strings.TrimSpace(strings.TrimPrefix(head, "*")))
	if err != nil {
		return "", fmt.Errorf("not a command: %q", head)
	}
	name := ""
	for i := range n {
		size, err := r.ReadString('\n')
		if err != nil {
			return "", err
		}
		length, err := strconv.Atoi(strings.TrimSpace(strings.TrimPrefix(size, "$")))
		if err != nil {
			return "", err
		}
		b := make([]byte, length+2)
		if _, err := io.ReadFull(r, b); err != nil {
			return "", err
		}
		if i == 0 {
			name = strings.ToUpper(string(b[:length]))
		}
	}
	return name, nil
}
