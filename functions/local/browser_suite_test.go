package main_test

import (
	"context"
	"net/url"
	"os"
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

func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Host
}

// packagesOf returns the folder that variable names, whose node_modules hold the packages
// of folder.
func packagesOf(t *testing.T, variable, folder string) string {
	t.Helper()
	dir := os.Getenv(variable)
	what := "a copy of " + folder + " in which npm ci --ignore-scripts ran"
	switch {
	case dir != "":
	case os.Getenv("CI") == "true":
		t.Fatalf("%s is not set; in CI it must name %s", variable, what)
	default:
		t.Skipf("set %s to %s to run this", variable, what)
	}
	return dir
}
