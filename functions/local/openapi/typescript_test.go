package openapi_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"pantry.example/functions/local/openapi"
)

// A TypeScript client is generated from the document, type-checked, and run against the
// local runner: sign in, list pages, create with an idempotency key, edit with If-Match,
// handle the 412, sign out (testdata/ts/client.ts).
func TestTypeScriptClient(t *testing.T) {
	dir := workFolder(t, "TEST_TYPESCRIPT", "testdata/ts")
	node(t, dir, nil, "node_modules/openapi-typescript/bin/cli.js", "openapi.json", "--output", "schema.d.ts")
	node(t, dir, nil, "node_modules/typescript/bin/tsc", "--project", ".")
	pantry, auth := runLocal(t)
	out := node(t, dir, []string{"PANTRY_URL=" + pantry, "AUTH_URL=" + auth}, "client.js")
	if want := "the client's story ends well"; strings.TrimSpace(out) != want {
		t.Errorf("the client said %q, want %q", out, want)
	}
}

// workFolder returns a copy of a folder of testdata, with the document and the packages
// of its lock file, which a variable names.
func workFolder(t *testing.T, variable, source string) string {
	t.Helper()
	packages := os.Getenv(variable)
	what := "a folder with the node_modules of functions/local/openapi/" + source + " (npm ci --ignore-scripts)"
	switch {
	case packages == "" && os.Getenv("CI") == "true":
		t.Fatalf("%s is not set; in CI it must name %s", variable, what)
	case packages == "":
		t.Skipf("set %s to %s to run this", variable, what)
	}
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(source)); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join(packages, "node_modules"), filepath.Join(dir, "node_modules")); err != nil {
		t.Fatal(err)
	}
	text, err := openapi.Document()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "openapi.json"), text, 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

// node runs a script and returns what it printed.
func node(t *testing.T, dir string, env []string, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "node", args...)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), env...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("node %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

var authLine = regexp.MustCompile(`Firebase Auth\s+(127\.0\.0\.1:\d+)`)

// runLocal starts the local runner with everything embedded, on free ports, and returns
// where it and its auth emulator are.
func runLocal(t *testing.T) (pantry, auth string) {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "local")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", binary, "pantry.example/functions/local").CombinedOutput(); err != nil {
		t.Fatalf("build the local runner: %v\n%s", err, out)
	}
	cmd := exec.Command(binary)
	cmd.Dir = t.TempDir() // no .env
	cmd.Env = []string{"PORT=0", "AUTH_PORT=0", "HOME=" + cmd.Dir, "PATH=" + os.Getenv("PATH")}
	var log strings.Builder
	cmd.Stderr = &log
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_, _ = io.Copy(io.Discard, stdout)
		if err := cmd.Wait(); err != nil && !errors.Is(err, os.ErrProcessDone) {
			t.Errorf("the local runner ended with %v\n%s", err, log.String())
		}
	})
	// A runner that never gets ready must not hold the test.
	stop := time.AfterFunc(30*time.Second, func() { _ = cmd.Process.Kill() })
	defer stop.Stop()
	for lines := bufio.NewScanner(stdout); lines.Scan(); {
		if m := authLine.FindStringSubmatch(lines.Text()); m != nil {
			auth = "http://" + m[1]
		}
		if url, ok := strings.CutPrefix(lines.Text(), "ready "); ok {
			pantry = url
			break
		}
	}
	if pantry == "" || auth == "" {
		t.Fatalf("the local runner is not ready: %q, %q\n%s", pantry, auth, log.String())
	}
	return pantry, auth
}
