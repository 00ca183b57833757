package gcloud_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pantry.example/functions/deploy/gcloud"
)

// TestRun: the secret goes to gcloud's stdin, and an error has gcloud's words.
func TestRun(t *testing.T) {
	bin := t.TempDir()
	const program = "#!/bin/sh\n[ \"$1\" = fail ] && { echo 'ERROR: it is broken' >&2; exit 1; }\nwc -c\n"
	if err := os.WriteFile(filepath.Join(bin, "gcloud"), []byte(program), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bin+":"+os.Getenv("PATH"))
	if out, err := gcloud.Run(t.Context(), "12345", "secrets"); err != nil || strings.TrimSpace(out) != "5" {
		t.Errorf("gcloud read %q, %v; want 5 bytes", out, err)
	}
	if _, err := gcloud.Run(t.Context(), "12345", "fail"); err == nil || !strings.Contains(err.Error(), "it is broken") || strings.Contains(err.Error(), "12345") {
		t.Errorf("err = %v", err)
	}
	t.Setenv("PATH", t.TempDir())
	if _, err := gcloud.Run(t.Context(), "", "x"); err == nil || !strings.Contains(err.Error(), "gcloud is not installed") {
		t.Errorf("err = %v", err)
	}
}
