// Command local runs all of Pantry in one process on this machine: the three functions,
// an embedded Redis, an embedded Firebase Auth emulator, recipes in memory, and a page
// that uses them.
//
//	go run ./functions/local
//	go run ./functions/local bench    measures its speed
//	go run ./functions/local soak     puts a mixed load on it
//
// Each of REDIS_SERVER, FIREBASE_AUTH_EMULATOR_HOST and FIRESTORE_EMULATOR_HOST that is
// set is used in place of the embedded one; a file .env is read first. With
// FUNCTION_TARGET set to SetCache, CheckExpiration or Recipes, that one function is
// served at /. DATA_DIR keeps accounts and recipes. README.md in this folder explains more.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/signal"
	"syscall"

	"github.com/joho/godotenv"

	"pantry.example/functions"
	"pantry.example/functions/local/load"
	"pantry.example/shared/config"
	"pantry.example/shared/web"
)

const usage = `go run ./functions/local          runs all of Pantry on this machine
go run ./functions/local bench    measures its speed, in about a minute
go run ./functions/local soak     puts a mixed load on it for ten minutes

It is configured by the environment and a file .env, which .env.example explains. bench and
soak use neither: they start what they need. With -h they print their options.
`

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := command(ctx, os.Args[1:])
	stop()
	switch {
	case errors.Is(err, flag.ErrHelp):
	case errors.Is(err, errUsage):
		fmt.Fprint(os.Stderr, usage)
		os.Exit(2)
	case err != nil:
		fmt.Fprintf(os.Stderr, "pantry: %v\n", err)
		os.Exit(1)
	}
}

var errUsage = errors.New("there is no such command")

func command(ctx context.Context, arguments []string) error {
	if len(arguments) == 0 {
		return run(ctx, os.Stdout)
	}
	switch rest := arguments[1:]; arguments[0] {
	case "bench":
		return load.Bench(ctx, rest, os.Stdout)
	case "soak":
		return soak(ctx, rest, os.Stdout)
	case "--help", "-help", "-h":
		fmt.Print(usage)
		return nil
	}
	return errUsage
}

func run(ctx context.Context, out io.Writer) error {
	web.UseMemory()
	cfg, err := configuration()
	if err != nil {
		return err
	}
	b, err := open(ctx, cfg)
	if err != nil {
		return err
	}
	defer b.close()
	return b.serve(ctx, out)
}

func configuration() (config.Config, error) {
	// The error of a .env that cannot be parsed quotes it, secrets and all.
	if err := godotenv.Load(); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return config.Config{}, errors.New(".env cannot be read: write one NAME=value a line, as in .env.example")
	}
	cfg, err := config.Environment()
	if err != nil {
		return config.Config{}, err
	}
	if cfg.Deployed {
		return config.Config{}, errors.New("K_SERVICE is set: this is for a laptop, not for a deployed function")
	}
	if _, ok := functions.ByEntryPoint(cfg.FunctionTarget); !ok && cfg.FunctionTarget != "" {
		return config.Config{}, errors.New("FUNCTION_TARGET names no function: write " + functions.EntryPoints() + ", or leave it empty for all of them")
	}
	return cfg, nil
}
