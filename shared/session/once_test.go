package session_test

import (
	"bytes"
	"context"
	"errors"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"pantry.example/shared/session"
)

// breaker is a client whose connection breaks after a command: the server has run it, and
// the client has not read the answer. It counts the commands.
type breaker struct {
	*redis.Client
	mu   sync.Mutex
	verb string // the command after which it breaks
	sent map[string]int
}

func newBreaker(t *testing.T, rdb *redis.Client) *breaker {
	t.Helper()
	b := &breaker{sent: map[string]int{}}
	o := *rdb.Options()
	dial := o.Dialer
	o.Dialer = func(ctx context.Context, network, addr string) (net.Conn, error) {
		conn, err := dial(ctx, network, addr)
		return &breakable{Conn: conn, b: b}, err
	}
	b.Client = redis.NewClient(&o)
	t.Cleanup(func() { _ = b.Close() })
	return b
}

func (b *breaker) after(verb string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.verb = verb
	clear(b.sent)
}

func (b *breaker) count(verb string) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.sent[verb]
}

type breakable struct {
	net.Conn
	b *breaker
}

func (c *breakable) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	c.b.mu.Lock()
	defer c.b.mu.Unlock()
	for _, verb := range []string{"evalsha", "hdel"} {
		if !bytes.Contains(p, []byte("\r\n"+verb+"\r\n")) {
			continue
		}
		c.b.sent[verb]++
		if c.b.verb == verb {
			c.b.verb = ""
			_, _ = c.Read(make([]byte, 1)) // wait for the answer
			_ = c.Close()
		}
	}
	return n, err
}

// TestLateSignIn: a sign-in script that arrives twice or late opens nothing.
func TestLateSignIn(t *testing.T) {
	onEach(t, func(t *testing.T, rdb *redis.Client) {
		for name, between := range map[string]func(w *world){
			"at once":                   func(*world) {},
			"after a while":             func(w *world) { w.pass(5 * time.Minute) },
			"after another sign-in":     func(w *world) { w.pass(5 * time.Second); w.signIn(w.uid) },
			"after another, much later": func(w *world) { w.pass(5 * time.Minute); w.signIn(w.uid); w.pass(time.Hour) },
		} {
			t.Run(name, func(t *testing.T) {
				w := newWorld(t, rdb)
				w.uid = user(w)
				wire := &recorder{Client: rdb}
				h, _, err := w.cacheOf(wire, project, key).Open(t.Context(), w.signed(w.uid))
				if err != nil {
					t.Fatal(err)
				}
				if err := w.Close(t.Context(), w.uid, h.SessionID()); err != nil {
					t.Fatal(err)
				}
				between(w)
				wire.again(t)
				w.wantClosed(h)
			})
		}
		t.Run("not answered, and the user signed in again", func(t *testing.T) {
			w := newWorld(t, rdb)
			w.uid = user(w)
			wire := &recorder{Client: rdb, held: true}
			if _, _, err := w.cacheOf(wire, project, key).Open(t.Context(), w.signed(w.uid)); !errors.Is(err, session.ErrUnavailable) {
				t.Fatalf("Open = %v, want ErrUnavailable", err)
			}
			w.pass(11 * time.Second)
			h := w.signIn(w.uid)
			if err := w.Close(t.Context(), w.uid, h.SessionID()); err != nil {
				t.Fatal(err)
			}
			wire.again(t)
			if s, err := w.List(t.Context(), w.uid); err != nil || len(s) != 0 {
				t.Errorf("List = %v, %v; want no session", s, err)
			}
		})
	})
}

// recorder keeps the script call of the last sign-in, to send it again.
type recorder struct {
	*redis.Client
	held bool // keep it and do not send it
	last []any
}

func (r *recorder) Process(ctx context.Context, cmd redis.Cmder) error {
	r.last = cmd.Args()
	if r.held {
		cmd.SetErr(context.DeadlineExceeded)
		return cmd.Err()
	}
	return r.Client.Process(ctx, cmd)
}

func (r *recorder) again(t *testing.T) {
	t.Helper()
	got, err := r.Do(t.Context(), r.last...).Text()
	if err != nil || got != "too late" {
		t.Fatalf("the script that arrived late answers %q, %v; want too late", got, err)
	}
}

// TestSentOnce counts how often a command is sent when the connection breaks before the
// answer.
func TestSentOnce(t *testing.T) {
	onEach(t, func(t *testing.T, rdb *redis.Client) {
		w := newWorld(t, rdb)
		uid := user(w)
		w.signIn(uid) // the server keeps the script
		cut := newBreaker(t, rdb)
		c := w.cacheOf(cut, project, key)

		cut.after("evalsha")
		if _, _, err := c.Open(t.Context(), w.signed(uid)); !errors.Is(err, session.ErrUnavailable) {
			t.Errorf("Open = %v, want ErrUnavailable", err)
		}
		if got := cut.count("evalsha"); got != 1 {
			t.Errorf("the sign-in was sent %d times, want once", got)
		}

		h := w.signIn(uid)
		cut.after("hdel")
		if err := c.Close(t.Context(), uid, h.SessionID()); err != nil {
			t.Errorf("Close = %v, want none: the first try closed it", err)
		}
		if got := cut.count("hdel"); got != 2 {
			t.Errorf("the close was sent %d times, want twice", got)
		}
		w.wantClosed(h)

		holder, other := w.signIn(uid), w.signIn(uid)
		cut.after("hdel")
		if _, there, err := c.CloseOne(t.Context(), holder, other.SessionID()); err != nil || !there {
			t.Errorf("CloseOne = %v, %v; want that it was there", there, err)
		}
		w.wantClosed(other)
	})
}
