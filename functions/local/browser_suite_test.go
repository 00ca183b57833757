package main_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"pantry.example/shared/emulator"
)

// patience is how long a browser test waits for one thing to happen.
const patience = 20 * time.Second

// browserSuite is one runner, as its own process, and one Chromium that visits it.
type browserSuite struct {
	url     string          // of the runner
	hosts   map[string]bool // that the page may send requests to
	browser context.Context
}

func newBrowserSuite(t *testing.T) *browserSuite {
	t.Helper()
	chromium := emulator.Chromium(t)
	s := &browserSuite{url: startRunner(t)}
	s.hosts = map[string]bool{hostOf(s.url): true, hostOf(authURL(t, s.url)): true}

	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(chromium), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.UserDataDir(t.TempDir()),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true))
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(stop)
	browser, _ := chromedp.NewContext(allocator) // ended by Cancel below, which waits
	if err := chromedp.Do(browser); err != nil {
		t.Fatalf("start %s: %v", chromium, err)
	}
	t.Cleanup(func() {
		if err := chromedp.Cancel(browser); err != nil {
			t.Logf("end Chromium: %v", err)
		}
	})
	s.browser = browser
	return s
}

// startRunner builds the local runner, starts it on free ports with more variables and
// returns the URL in its ready line.
func startRunner(t *testing.T, variables ...string) string {
	t.Helper()
	runner := exec.Command(buildRunner(t))
	runner.Dir = t.TempDir() // without a .env
	runner.Env = append([]string{"PORT=0", "AUTH_PORT=0", "HOME=" + runner.Dir, "PATH=" + os.Getenv("PATH")}, variables...)
	var log strings.Builder
	runner.Stderr = &log
	out, err := runner.StdoutPipe()
	if err != nil {
		t.Fatalf("read the runner's output: %v", err)
	}
	if err := runner.Start(); err != nil {
		t.Fatalf("start the runner: %v", err)
	}
	t.Cleanup(func() {
		_ = runner.Process.Signal(os.Interrupt)
		if err := runner.Wait(); err != nil {
			t.Errorf("the runner did not end cleanly: %v", err)
		}
		for line := range strings.Lines(log.String()) {
			if t.Failed() && !strings.Contains(line, `"severity":"INFO"`) {
				t.Logf("the runner's log: %s", line)
			}
		}
	})
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if address, ok := strings.CutPrefix(lines.Text(), "ready "); ok {
			return address
		}
	}
	t.Fatal("the runner ended without a ready line")
	return ""
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

func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Host
}

func authURL(t *testing.T, runner string) string {
	t.Helper()
	answer, err := http.Get(runner + "/page/config.json") //nolint:noctx // a test's own server
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
