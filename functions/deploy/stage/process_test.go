package stage_test

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"pantry.example/shared/emulator"
)

// origin is the page that the functions of these tests allow to call.
const origin = "https://app.example.com"

// process is a running function.
type process struct {
	url  string
	log  *emulator.Output
	cmd  *exec.Cmd
	done chan error
}

// start runs a program as Cloud Run does, with this environment alone, until the test ends.
func start(t *testing.T, binary, entryPoint string, env ...string) *process {
	t.Helper()
	port := freePort(t)
	p := &process{url: "http://127.0.0.1:" + port, log: &emulator.Output{}, done: make(chan error, 1)}
	p.cmd = exec.Command(binary)
	p.cmd.Env = append(env, "FUNCTION_TARGET="+entryPoint, "PORT="+port)
	p.cmd.Stdout, p.cmd.Stderr = p.log, p.log
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		p.done <- p.cmd.Wait()
		close(ended)
	}()
	t.Cleanup(func() {
		_ = p.cmd.Process.Kill()
		<-ended
		if t.Failed() {
			t.Logf("%s wrote:\n%s", entryPoint, p.log)
		}
	})
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	for {
		c, err := new(net.Dialer).DialContext(ctx, "tcp", "127.0.0.1:"+port)
		if err == nil {
			_ = c.Close()
			return p
		}
		select {
		case <-ended:
			t.Fatalf("%s ended before it listened", entryPoint)
		case <-ctx.Done():
			t.Fatalf("%s does not listen: %v", entryPoint, err)
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// end tells the process to end, as Cloud Run does. Its log is whole then.
func (p *process) end(t *testing.T) {
	t.Helper()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	p.ended(t)
}

// ended waits for the end of a process that was told to.
func (p *process) ended(t *testing.T) {
	t.Helper()
	select {
	case err := <-p.done:
		if err != nil {
			t.Errorf("the process ended with %v, want exit code 0", err)
		}
	case <-time.After(15 * time.Second):
		t.Fatal("the process does not end")
	}
}

func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return strconv.Itoa(l.Addr().(*net.TCPAddr).Port)
}

// reply is an answer, read to its end.
type reply struct {
	status int
	header http.Header
	body   string
}

// field returns a top-level text of a JSON answer.
func (r reply) field(name string) string {
	var fields map[string]any
	_ = json.Unmarshal([]byte(r.body), &fields) // no JSON has no fields
	text, _ := fields[name].(string)
	return text
}

// call sends a request; headers are name and value in turn.
func call(ctx context.Context, method, url, body string, headers ...string) (reply, error) {
	r, err := http.NewRequestWithContext(ctx, method, url, strings.NewReader(body))
	if err != nil {
		return reply{}, err
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	client := http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Do(r)
	if err != nil {
		return reply{}, err
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	return reply{resp.StatusCode, resp.Header, strings.TrimSpace(string(text))}, err
}

func mustCall(t *testing.T, method, url, body string, headers ...string) reply {
	t.Helper()
	r, err := call(t.Context(), method, url, body, headers...)
	if err != nil {
		t.Fatalf("%s %s: %v", method, url, err)
	}
	return r
}

// gate is a way to a server that can hold back what the server answers.
type gate struct {
	addr    string
	waiting chan struct{} // gets a value for each answer that is held back

	mu   sync.Mutex
	open chan struct{} // closed: answers pass
}

func newGate(t *testing.T, server string) *gate {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	g := &gate{addr: l.Addr().String(), waiting: make(chan struct{}, 100), open: make(chan struct{})}
	close(g.open)
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			upstream, err := net.Dial("tcp", server)
			if err != nil {
				_ = client.Close()
				continue
			}
			go func() {
				_, _ = io.Copy(upstream, client)
				_ = upstream.Close()
			}()
			go func() {
				g.pass(client, upstream)
				_ = client.Close()
			}()
		}
	}()
	return g
}

func (g *gate) pass(client io.Writer, server io.Reader) {
	buffer := make([]byte, 4096)
	for {
		n, err := server.Read(buffer)
		if err != nil {
			return
		}
		g.mu.Lock()
		open := g.open
		g.mu.Unlock()
		select {
		case <-open:
		default:
			g.waiting <- struct{}{}
			<-open
		}
		if _, err := client.Write(buffer[:n]); err != nil {
			return
		}
	}
}

// shut holds answers back until the returned function is called.
func (g *gate) shut() (release func()) {
	open := make(chan struct{})
	g.mu.Lock()
	defer g.mu.Unlock()
	g.open = open
	return func() { close(open) }
}
