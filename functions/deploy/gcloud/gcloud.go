// Package gcloud runs the installed gcloud with the account that it is signed in with.
package gcloud

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"time"
)

// timeout bounds one command. The slowest one makes a database, in a minute or two.
const timeout = 10 * time.Minute

// Run gives stdin to gcloud and returns what it prints. The error holds what gcloud wrote
// to stderr. It holds only the first two words of argv, because the others may be secret.
func Run(ctx context.Context, stdin string, argv ...string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, "gcloud", argv...) //nolint:gosec // no shell reads argv
	cmd.WaitDelay = time.Second                        // gcloud is a script: when it is killed, its Python may keep the pipes open
	var stderr bytes.Buffer
	cmd.Stdin, cmd.Stderr = strings.NewReader(stdin), &stderr
	out, err := cmd.Output()
	if errors.Is(err, exec.ErrNotFound) {
		return "", errors.New("gcloud is not installed: see https://cloud.google.com/sdk/docs/install")
	}
	if err != nil {
		return "", fmt.Errorf("gcloud %s: %w: %s", strings.Join(argv[:min(2, len(argv))], " "), err, strings.TrimSpace(stderr.String()))
	}
	return string(out), nil
}
