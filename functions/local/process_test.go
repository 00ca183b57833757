package main_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"pantry.example/shared/emulator"
)

// runner is the local runner as a process of its own.
type runner struct {
	*exec.Cmd
	url     string           // from its ready line
	printed string           // its standard output up to the ready line
	log     *emulator.Output // its standard error, nil when that goes elsewhere
}

// startRunner starts a runner and returns its URL.
func startRunner(t *testing.T, variables ...string) string {
	t.Helper()
	return runnerWith(t, variables...).url
}

// runnerWith starts the runner on free ports with more variables, in a folder without a
// .env, until the test ends.
func runnerWith(t *testing.T, variables ...string) *runner {
	t.Helper()
	return runnerInto(t, &emulator.Output{}, variables...)
}

// runnerInto starts a runner whose standard error goes to log.
func runnerInto(t *testing.T, log io.Writer, variables ...string) *runner {
	t.Helper()
	r := &runner{Cmd: exec.Command(buildRunner(t))}
	r.log, _ = log.(*emulator.Output)
	r.Dir = t.TempDir()
	r.Env = append([]string{"PORT=0", "AUTH_PORT=0", "HOME=" + r.Dir, "PATH=" + os.Getenv("PATH")}, variables...)
	r.Stderr = log
	out, err := r.StdoutPipe()
	if err != nil {
		t.Fatalf("read the runner's output: %v", err)
	}
	if err := r.Start(); err != nil {
		t.Fatalf("start the runner: %v", err)
	}
	t.Cleanup(func() { r.end(t) })
	for lines := bufio.NewScanner(out); lines.Scan(); {
		address, ready := strings.CutPrefix(lines.Text(), "ready ")
		if ready {
			r.url = address
			return r
		}
		r.printed += lines.Text() + "\n"
	}
	t.Fatalf("the runner ended without a ready line: %v", r.log)
	return nil
}

// crash ends the runner without a warning.
func (r *runner) crash(t *testing.T) {
	t.Helper()
	if err := r.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = r.Wait() // it was killed
}

// end ends the runner as Ctrl-C does, once.
func (r *runner) end(t *testing.T) {
	t.Helper()
	if r.ProcessState != nil {
		return
	}
	_ = r.Process.Signal(os.Interrupt)
	if err := r.Wait(); err != nil {
		t.Errorf("the runner did not end cleanly: %v", err)
	}
	if r.log == nil {
		return
	}
	for line := range strings.Lines(r.log.String()) {
		if t.Failed() && !strings.Contains(line, `"severity":"INFO"`) {
			t.Logf("the runner's log: %s", line)
		}
	}
}

// authURL returns the address of the runner's auth emulator.
func authURL(t *testing.T, runner string) string {
	t.Helper()
	answer, err := http.Get(runner + "/page/config.json")
	if err != nil {
		t.Fatalf("get the page's configuration: %v", err)
	}
	defer func() { _ = answer.Body.Close() }()
	var config struct{ AuthURL string }
	if err := json.NewDecoder(answer.Body).Decode(&config); err != nil {
		t.Fatalf("read the page's configuration: %v", err)
	}
	return config.AuthURL
}

var runnerDir string // holds the built runner, once it is

// builtRunner is built once for all tests of the package.
var builtRunner = sync.OnceValues(func() (string, error) {
	var err error
	if runnerDir, err = os.MkdirTemp("", "pantry-runner"); err != nil {
		return "", err
	}
	binary := filepath.Join(runnerDir, "pantry")
	if out, err := exec.Command("go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w\n%s", err, out)
	}
	return binary, nil
})

func buildRunner(t *testing.T) string {
	t.Helper()
	binary, err := builtRunner()
	if err != nil {
		t.Fatalf("build the runner: %v", err)
	}
	return binary
}

// TestMain removes what the tests built.
func TestMain(m *testing.M) {
	code := m.Run()
	if runnerDir != "" {
		_ = os.RemoveAll(runnerDir)
	}
	os.Exit(code)
}
