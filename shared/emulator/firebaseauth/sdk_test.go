package firebaseauth_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// browserSDK returns a folder whose node_modules hold the packages of testdata/js.
func browserSDK(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("TEST_FIREBASE_JS")
	switch {
	case dir != "":
	case os.Getenv("CI") == "true":
		t.Fatal("TEST_FIREBASE_JS is not set; in CI it must name a folder with the browser SDK's packages")
	default:
		t.Skip("copy testdata/js to a folder, run npm ci --ignore-scripts there and set TEST_FIREBASE_JS to it to run this")
	}
	return dir
}

// The browser's SDK, in its Node build, sees the same stories with both emulators.
func TestBrowserSDK(t *testing.T) {
	packages := filepath.Join(browserSDK(t), "node_modules")
	dir := t.TempDir() // node looks for packages beside the script
	if err := os.CopyFS(dir, os.DirFS("testdata/js")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(packages, filepath.Join(dir, "node_modules")); err != nil {
		t.Fatal(err)
	}
	script, err := os.ReadFile(filepath.Join(dir, "sdk.mjs"))
	if err != nil {
		t.Fatal(err)
	}
	eachEmulator(t, func(t *testing.T, e firebaseAuth) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		cmd := exec.CommandContext(ctx, "node", "sdk.mjs", "http://"+e.host, project)
		cmd.Dir = dir
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("the browser's SDK: %v\n%s", err, out)
		}
		if got, want := strings.Count(string(out), "ok "), strings.Count(string(script), "\n  async \""); got != want {
			t.Errorf("%d stories were told, want %d:\n%s", got, want, out)
		}
	})
}
