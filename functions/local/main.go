// Command local runs all of Pantry in one process on this machine: the three functions,
// an embedded Redis, an embedded Firebase Auth emulator, recipes in memory, and a page
// that uses them.
//
//	go run ./functions/local
//
// Each of REDIS_SERVER, FIREBASE_AUTH_EMULATOR_HOST and FIRESTORE_EMULATOR_HOST that is
// set is used in place of the embedded one; a file .env is read first. With
// FUNCTION_TARGET set to SetCache, CheckExpiration or Recipes, that one function is
// served at / by the Functions Framework.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/joho/godotenv"

	"pantry.example/shared/config"
)

const usage = `go run ./functions/local runs all of Pantry on this machine. It takes no arguments:
it is configured by the environment and a file .env, which .env.example explains.
`

func main() {
	if len(os.Args) > 1 {
		fmt.Fprint(os.Stderr, usage)
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintf(os.Stderr, "pantry: %v\n", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out io.Writer) error {
	// The error of a .env that cannot be parsed quotes it, secrets and all.
	if err := godotenv.Load(); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return errors.New(".env cannot be read: write one NAME=value a line, as in .env.example")
	}
	cfg, err := config.Environment()
	if err := errors.Join(err, checkTarget(strings.TrimSpace(os.Getenv("FUNCTION_TARGET")))); err != nil {
		return err
	}
	if cfg.Deployed {
		return errors.New("K_SERVICE is set: this is for a laptop, not for a deployed function")
	}
	b, err := open(ctx, cfg)
	if err != nil {
		return err
	}
	defer b.close()
	if cfg.FunctionTarget != "" {
		return serveOne(ctx, b, out)
	}
	return serveAll(ctx, b, out)
}

func checkTarget(target string) error {
	switch target {
	case "", "SetCache", "CheckExpiration", "Recipes":
		return nil
	}
	return errors.New("FUNCTION_TARGET names no function: write SetCache, CheckExpiration or Recipes, or leave it empty for all three")
}
