package web_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pantry.example/shared/web"
)

// These tests run a real http.Server over connections in memory, with the fake time of
// testing/synctest.

// wire is one connection to a server.
type wire struct {
	net.Conn
	t     *testing.T
	read  *bufio.Reader
	ended chan struct{} // closed at the end of the test
}

// dial serves h in a bubble and connects to it.
func dial(t *testing.T, h http.Handler) wire {
	t.Helper()
	client, server := net.Pipe()
	l := &once{conn: server, closed: make(chan struct{})}
	srv := &http.Server{Handler: h, ReadHeaderTimeout: time.Hour}
	go func() { _ = srv.Serve(l) }()
	ended := make(chan struct{})
	t.Cleanup(func() { close(ended); _ = client.Close(); _ = srv.Close() })
	return wire{client, t, bufio.NewReader(client), ended}
}

// once is a listener for one connection.
type once struct {
	mu     sync.Mutex
	conn   net.Conn
	ended  sync.Once
	closed chan struct{}
}

func (l *once) Accept() (net.Conn, error) {
	l.mu.Lock()
	conn := l.conn
	l.conn = nil
	l.mu.Unlock()
	if conn != nil {
		return conn, nil
	}
	<-l.closed
	return nil, net.ErrClosed
}

func (l *once) Close() error   { l.ended.Do(func() { close(l.closed) }); return nil }
func (l *once) Addr() net.Addr { return &net.TCPAddr{} }

func (c wire) send(text string) {
	c.t.Helper()
	if _, err := io.WriteString(c, text); err != nil {
		c.t.Fatalf("send: %v", err)
	}
}

// trickle sends a byte a second until the connection ends.
func (c wire) trickle() {
	go func() {
		for {
			select {
			case <-c.ended:
				return
			case <-time.After(time.Second):
			}
			if _, err := c.Write([]byte(" ")); err != nil {
				return
			}
		}
	}()
}

// answer reads one answer, and returns how long it took since start.
func (c wire) answer(start time.Time) (status int, body string, after time.Duration) {
	c.t.Helper()
	res, err := http.ReadResponse(c.read, nil)
	if err != nil {
		c.t.Fatalf("read answer: %v after %v", err, time.Since(start))
	}
	after = time.Since(start)
	text, err := io.ReadAll(res.Body)
	if err != nil {
		c.t.Fatalf("read answer: %v", err)
	}
	return res.StatusCode, string(text), after
}

// wantClosed checks that the server has ended the connection.
func (c wire) wantClosed() {
	c.t.Helper()
	if _, err := c.read.ReadByte(); !errors.Is(err, io.EOF) {
		c.t.Errorf("the connection is still open: %v", err)
	}
}

const post1000 = "POST /%s HTTP/1.1\r\nHost: api.example\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n"

func TestSlowBody(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name, head string
		feed       func(wire)
	}{
		{"one that never comes", fmt.Sprintf(post1000, ""), func(wire) {}},
		{"one that trickles", fmt.Sprintf(post1000, ""), wire.trickle},
		{"one that trickles in chunks", "POST / HTTP/1.1\r\nHost: api.example\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n3e8\r\n", wire.trickle},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := serve(t, decoding())
				c := dial(t, s)
				start := time.Now()
				c.send(row.head)
				row.feed(c)
				status, body, after := c.answer(start)
				if status != 408 || !strings.Contains(body, "body_timeout") {
					t.Errorf("status %d, %s, want 408", status, body)
				}
				if after < web.BodyReadTimeout || after > web.BodyReadTimeout+2*time.Second {
					t.Errorf("the answer took %v, want %v", after, web.BodyReadTimeout)
				}
				c.wantClosed()
			})
		})
	}
}

// A body must arrive before the request's deadline.
func TestBodyThatBeginsLate(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := dial(t, serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			time.Sleep(web.RequestTimeout - time.Second)
			decoding().ServeHTTP(w, r)
		})))
		start := time.Now()
		c.send(fmt.Sprintf(post1000, ""))
		status, _, after := c.answer(start)
		if status != 408 || after > web.RequestTimeout+2*time.Second {
			t.Errorf("status %d after %v, want 408 after %v", status, after, web.RequestTimeout)
		}
	})
}

// net/http reads the rest of a body before it answers. A handler that reads no body must not
// wait for it.
func TestBodyThatNobodyReads(t *testing.T) {
	t.Parallel()
	routes := http.NewServeMux()
	routes.Handle("POST /decodes", decoding())
	routes.HandleFunc("POST /panics", func(http.ResponseWriter, *http.Request) { panic("x") })
	routes.HandleFunc("POST /empty", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	routes.HandleFunc("GET /long", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, strings.Repeat("x", 64<<10)) })
	routes.Handle("/", web.Handler(web.NotFound))
	chunked := "POST /decodes HTTP/1.1\r\nHost: api.example\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n" +
		"7d1\r\n" + strings.Repeat(" ", 2001) + "\r\n"
	for _, row := range []struct {
		name, head string
		status     int
		within     time.Duration
	}{
		{"no such path", fmt.Sprintf(post1000, "nothing"), 404, 2 * time.Second},
		{"a panic", fmt.Sprintf(post1000, "panics"), 500, 2 * time.Second},
		{"an answer without a body", fmt.Sprintf(post1000, "empty"), 204, 2 * time.Second},
		{"the wrong type", strings.Replace(fmt.Sprintf(post1000, "decodes"), "json", "xml", 1), 415, 2 * time.Second},
		{"too long", strings.Replace(fmt.Sprintf(post1000, "decodes"), "1000", "200000", 1), 413, 2 * time.Second},
		{"too long, in chunks", chunked, 413, 2 * time.Second},
		{"a forgery", strings.Replace(fmt.Sprintf(post1000, "decodes"), "\r\n\r\n", "\r\nCookie: __session=x\r\n\r\n", 1), 403, 2 * time.Second},
		{"a preflight", strings.Replace(fmt.Sprintf(post1000, ""), "POST", "OPTIONS", 1), 204, 2 * time.Second},
		{"a long answer, whose sending begins in the handler", strings.Replace(fmt.Sprintf(post1000, "long"), "POST", "GET", 1), 200, web.RequestTimeout + 2*time.Second},
	} {
		for _, feed := range []struct {
			name string
			feed func(wire)
		}{{"silent", func(wire) {}}, {"trickling", wire.trickle}} {
			t.Run(row.name+", "+feed.name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					c := dial(t, serve(t, routes))
					start := time.Now()
					c.send(row.head)
					feed.feed(c)
					status, _, after := c.answer(start)
					if status != row.status || after > row.within {
						t.Errorf("status %d after %v, want %d within %v", status, after, row.status, row.within)
					}
					c.wantClosed()
				})
			})
		}
	}
}

// A deadline of one body does not end the work after it, or the next request on the
// connection.
func TestDeadlinesEndWithTheBody(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := serve(t, web.Handler(func(w http.ResponseWriter, r *http.Request) error {
			var in input
			if err := web.DecodeJSON(w, r, limit, &in); err != nil {
				return err
			}
			select {
			case <-r.Context().Done():
				return fmt.Errorf("the request ended: %w", context.Cause(r.Context()))
			case <-time.After(15 * time.Second):
			}
			return web.WriteJSON(w, http.StatusOK, in.UserID)
		}))
		c := dial(t, s)
		for range 3 {
			c.send("POST / HTTP/1.1\r\nHost: api.example\r\nContent-Type: application/json\r\nContent-Length: 16\r\n\r\n")
			time.Sleep(web.BodyReadTimeout - time.Second)
			start := time.Now()
			c.send(`{"userID":"ann"}`)
			status, body, after := c.answer(start)
			if status != 200 || body != `"ann"`+"\n" || after != 15*time.Second {
				t.Errorf("status %d, %s after %v, want 200 after 15s of work", status, body, after)
			}
			time.Sleep(time.Hour)
		}
	})
}

func TestRequestTimeout(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := serve(t, web.Handler(func(_ http.ResponseWriter, r *http.Request) error {
			<-r.Context().Done()
			return fmt.Errorf("get recipe: %w", r.Context().Err())
		}))
		c := dial(t, s)
		start := time.Now()
		c.send("GET / HTTP/1.1\r\nHost: api.example\r\n\r\n")
		status, body, after := c.answer(start)
		if status != 503 || after != web.RequestTimeout || !strings.Contains(body, `"code":"timeout"`) {
			t.Errorf("status %d, %s after %v, want 503 after %v", status, body, after, web.RequestTimeout)
		}
		synctest.Wait()
		if got := s.line()["severity"]; got != "ERROR" {
			t.Errorf("severity %v, want ERROR", got)
		}
	})
}

func TestBodyThatBreaksOff(t *testing.T) {
	t.Parallel()
	r := request(http.MethodPost, "/", "", "Content-Type", "application/json")
	r.Body = io.NopCloser(io.MultiReader(strings.NewReader(`{"a`), broken{}))
	r.ContentLength = 100
	s := serve(t, decoding())
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	wantProblem(t, w, 400, "body_unreadable")
	if got := s.line()["error"]; got != io.ErrUnexpectedEOF.Error() {
		t.Errorf("the log says %v, want the cause", got)
	}
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }
