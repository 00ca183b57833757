package gcloud_test

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"pantry.example/functions/deploy/gcloud"
	"pantry.example/shared/emulator"
)

// TestRun: the secret goes to gcloud's stdin, and an error has gcloud's words.
func TestRun(t *testing.T) {
	bin := t.TempDir()
	const program = "#!/bin/sh\n[ \"$1\" = fail ] && { echo 'ERROR: it is broken' >&2; exit 1; }\nread -r text; echo ${#text}\n"
	if err := os.WriteFile(filepath.Join(bin, "gcloud"), []byte(program), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bin+":"+os.Getenv("PATH"))
	if out, err := gcloud.Run(t.Context(), "12345\n", "secrets"); err != nil || strings.TrimSpace(out) != "5" {
		t.Errorf("gcloud read %q, %v; want 5 characters", out, err)
	}
	if _, err := gcloud.Run(t.Context(), "12345\n", "fail"); err == nil || !strings.Contains(err.Error(), "it is broken") || strings.Contains(err.Error(), "12345") {
		t.Errorf("err = %v", err)
	}
	t.Setenv("PATH", t.TempDir())
	if _, err := gcloud.Run(t.Context(), "", "x"); err == nil || !strings.Contains(err.Error(), "gcloud is not installed") {
		t.Errorf("err = %v", err)
	}
}

// TestStopped: Run returns when its context ends, though a child of gcloud goes on.
func TestStopped(t *testing.T) {
	for _, tool := range []string{"sleep", "mv"} {
		emulator.Program(t, tool)
	}
	bin := t.TempDir()
	child := filepath.Join(bin, "child")
	const program = "#!/bin/sh\nsleep 1000 & echo $! > \"$1.new\"; mv \"$1.new\" \"$1\"; wait\n"
	if err := os.WriteFile(filepath.Join(bin, "gcloud"), []byte(program), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bin+":"+os.Getenv("PATH"))
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() {
		_, err := gcloud.Run(ctx, "", child)
		ended <- err
	}()
	pid, err := os.ReadFile(child)
	for ; err != nil; pid, err = os.ReadFile(child) {
		time.Sleep(time.Millisecond)
	}
	cancel()
	if err := <-ended; err == nil {
		t.Error("a command that was stopped is no failure")
	}
	number, err := strconv.Atoi(strings.TrimSpace(string(pid)))
	if err != nil {
		t.Fatal(err)
	}
	process, err := os.FindProcess(number)
	if err != nil || process.Kill() != nil {
		t.Errorf("the child does not go on: %v", err)
	}
}
