package web_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/GoogleCloudPlatform/functions-framework-go/funcframework"

	"pantry.example/shared/emulator"
	"pantry.example/shared/web"
)

// serveVariable holds a port. When it is set, this test binary serves a function there, under
// the Functions Framework as in the cloud.
const serveVariable = "PANTRY_TEST_SERVE"

func TestMain(m *testing.M) {
	if port := os.Getenv(serveVariable); port != "" {
		if err := serveProcess(port); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(3)
		}
		return
	}
	// The first request starts a goroutine that waits for SIGTERM. It must not belong to a
	// synctest bubble, so it is started here.
	get(web.NewLazy(web.NewLogger(new(emulator.Output), nil), noOrigins, func() (http.Handler, error) { return ok(), nil }))
	os.Exit(m.Run())
}

func serveProcess(port string) error {
	log := web.NewLogger(os.Stderr, slog.LevelInfo)
	release := make(chan struct{})
	routes := http.NewServeMux()
	routes.HandleFunc("GET /ready", func(http.ResponseWriter, *http.Request) {})
	routes.HandleFunc("GET /slow", func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, "begun\n")
		_ = http.NewResponseController(w).Flush()
		select {
		case <-release:
			_, _ = io.WriteString(w, "whole\n")
		case <-r.Context().Done():
		}
	})
	routes.HandleFunc("POST /release", func(http.ResponseWriter, *http.Request) { close(release) })
	routes.HandleFunc("GET /abort", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "begun\n")
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	})
	f := web.Function{Name: "process", SessionCookie: cookie, Log: log}
	lazy := web.NewLazy(log, noOrigins, func() (http.Handler, error) { return f.Handler(routes), nil })
	// A second function of the same process, which has nothing to do when SIGTERM comes.
	idle := web.NewLazy(log, noOrigins, func() (http.Handler, error) { return f.Handler(routes), nil })
	for path, h := range map[string]http.Handler{"/": lazy, "/idle": idle} {
		if err := funcframework.RegisterHTTPFunctionContext(context.Background(), path, h.ServeHTTP); err != nil {
			return err
		}
	}
	told := make(chan os.Signal, 1)
	signal.Notify(told, syscall.SIGTERM)
	go func() { <-told; fmt.Println("told") }()
	return funcframework.StartHostPort("127.0.0.1", port)
}

// process is a running one.
type process struct {
	t      *testing.T
	cmd    *exec.Cmd
	url    string
	output *bufio.Reader
}

func startProcess(t *testing.T) process {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(l.Addr().String())
	_ = l.Close()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), serveVariable+"="+port, "FUNCTION_TARGET=")
	log := new(emulator.Output)
	cmd.Stderr = log
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the process wrote:\n%s", log)
		}
	})
	p := process{t, cmd, "http://127.0.0.1:" + port, bufio.NewReader(out)}
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		if res, err := http.Get(p.url + "/ready"); err == nil {
			_ = res.Body.Close()
			return p
		}
		if time.Now().After(end) {
			t.Fatal("the process did not serve within 20 s")
		}
	}
}

// begin starts a request, and returns when its first line has arrived.
func (p process) begin(path string) (*http.Response, *bufio.Reader) {
	p.t.Helper()
	res, err := http.Get(p.url + path)
	if err != nil {
		p.t.Fatal(err)
	}
	body := bufio.NewReader(res.Body)
	if line, err := body.ReadString('\n'); err != nil || line != "begun\n" {
		p.t.Fatalf("read %q, %v, want the answer's first line", line, err)
	}
	return res, body
}

// terminate sends SIGTERM, and returns when the process has got it.
func (p process) terminate() {
	p.t.Helper()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		p.t.Fatal(err)
	}
	for {
		line, err := p.output.ReadString('\n')
		if err != nil {
			p.t.Fatalf("the process ended at once: %v", err)
		}
		if strings.TrimSpace(line) == "told" { // the framework prints too
			return
		}
	}
}

// exit waits for the end and returns the exit code.
func (p process) exit() int {
	_, _ = io.Copy(io.Discard, p.output)
	_ = p.cmd.Wait()
	return p.cmd.ProcessState.ExitCode()
}

func TestSIGTERMLetsARequestFinish(t *testing.T) {
	t.Parallel()
	p := startProcess(t)
	if res, err := http.Get(p.url + "/idle"); err != nil {
		t.Fatal(err)
	} else {
		_ = res.Body.Close()
	}
	res, body := p.begin("/slow")
	defer func() { _ = res.Body.Close() }()
	p.terminate()
	released, err := http.Post(p.url+"/release", "", nil)
	if err != nil {
		t.Fatalf("the process takes no request while it ends: %v", err)
	}
	_ = released.Body.Close()
	rest, err := io.ReadAll(body)
	if err != nil || string(rest) != "whole\n" {
		t.Errorf("read %q, %v, want the rest of the answer", rest, err)
	}
	if code := p.exit(); code != 0 {
		t.Errorf("exit code %d, want 0", code)
	}
}

func TestSIGTERMEndsAnIdleProcess(t *testing.T) {
	t.Parallel()
	p := startProcess(t)
	start := time.Now()
	p.terminate()
	if code := p.exit(); code != 0 || time.Since(start) > 5*time.Second {
		t.Errorf("exit code %d after %v, want 0 at once", code, time.Since(start))
	}
}

// Cloud Run kills the process a second later.
func TestSIGTERMDoesNotWaitForEver(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("takes as long as DrainTimeout")
	}
	p := startProcess(t)
	res, body := p.begin("/slow")
	defer func() { _ = res.Body.Close() }()
	start := time.Now()
	p.terminate()
	if code := p.exit(); code != 1 || time.Since(start) < web.DrainTimeout-time.Second {
		t.Errorf("exit code %d after %v, want 1 after %v", code, time.Since(start), web.DrainTimeout)
	}
	if _, err := io.ReadAll(body); err == nil {
		t.Error("the client took the answer for whole")
	}
}

// The framework recovers from every panic, and would end the answer as if it were complete.
func TestAbortUnderTheFramework(t *testing.T) {
	t.Parallel()
	p := startProcess(t)
	res, body := p.begin("/abort")
	defer func() { _ = res.Body.Close() }()
	if rest, err := io.ReadAll(body); !errors.Is(err, io.ErrUnexpectedEOF) || len(rest) > 0 {
		t.Errorf("read %q, %v, want an answer that breaks off", rest, err)
	}
	p.terminate()
	p.exit()
}
