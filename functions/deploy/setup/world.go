package setup

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"

	"golang.org/x/term"

	"pantry.example/functions/deploy/doctor"
	"pantry.example/functions/deploy/gcloud"
)

// World is what the set-up reaches outside of itself.
type World struct {
	Out io.Writer
	// Gcloud runs gcloud and returns what it prints. Its error holds what gcloud wrote to
	// stderr.
	Gcloud func(ctx context.Context, stdin string, argv ...string) (string, error)
	// HTTP asks Firebase, for which gcloud has no commands.
	HTTP *http.Client
	// Secret reads the Redis address from the file, or from the terminal if file is empty.
	Secret func(file string, prompt io.Writer) (string, error)
	// CheckRedis tries an address and writes what it saw. It returns whether a function can
	// use it.
	CheckRedis func(ctx context.Context, address, project string, out io.Writer) bool
	Wait       func(context.Context, time.Duration) error
}

// Real is the world of a person at a terminal.
func Real(in *os.File, out io.Writer) World {
	return World{
		Out: out, Gcloud: gcloud.Run, HTTP: &http.Client{Timeout: 30 * time.Second}, CheckRedis: doctor.CheckRedis,
		Secret: func(file string, prompt io.Writer) (string, error) { return readSecret(in, file, prompt) },
		Wait: func(ctx context.Context, d time.Duration) error {
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(d):
				return nil
			}
		},
	}
}

// addressLimit is more bytes than any Redis address has.
const addressLimit = 4 << 10

// readSecret reads from the file, or from in if file is empty. A terminal does not show
// what is typed.
func readSecret(in *os.File, file string, prompt io.Writer) (string, error) {
	fd := int(in.Fd())
	if file == "" && term.IsTerminal(fd) {
		_, _ = io.WriteString(prompt, "    The Redis address (it is not shown): ")
		text, err := term.ReadPassword(fd)
		_, _ = io.WriteString(prompt, "\n")
		if err != nil {
			return "", fmt.Errorf("read the Redis address from the terminal: %w", err)
		}
		return string(text), nil
	}
	if file != "" {
		opened, err := os.Open(file) //nolint:gosec // the caller's own file
		if err != nil {
			return "", fmt.Errorf("read the Redis address: %w", err)
		}
		defer func() { _ = opened.Close() }()
		in = opened
	}
	text, err := io.ReadAll(io.LimitReader(in, addressLimit))
	if err != nil {
		return "", fmt.Errorf("read the Redis address: %w", err)
	}
	return string(text), nil
}
