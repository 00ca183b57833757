// Command deploy puts Pantry's functions into a Google Cloud project and checks that they
// work there.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/signal"
	"syscall"

	"github.com/joho/godotenv"

	"pantry.example/functions/deploy/doctor"
	"pantry.example/functions/deploy/scaffold"
	"pantry.example/functions/deploy/setup"
	"pantry.example/functions/deploy/stage"
	"pantry.example/functions/deploy/user"
)

const usage = `go run ./functions/deploy COMMAND

  setup -project P -region R      set a Google Cloud project up, once; -dry-run prints the commands
  stage -out DIR [function…]      write the source tree of each function, for gcloud to upload
  doctor [-project P -secret]     check the configuration, Redis, Firebase and Firestore
  new NAME                        write a new function that uses the session
  user UID [-close|-forget]       list a user's sessions and recipes, close or remove them

go run ./functions/deploy COMMAND -h explains a command.
`

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run returns the exit code: 0 for success, 1 for a failure, 2 when there is no such command.
// The doctor also returns 2 for wrong flags.
func run(ctx context.Context, args []string, out, errOut io.Writer) int {
	commands := map[string]func(context.Context, []string, io.Writer) error{
		"new":   scaffold.Run,
		"stage": stage.Run,
		"setup": func(ctx context.Context, args []string, out io.Writer) error {
			return setup.Run(ctx, args, setup.Real(os.Stdin, out))
		},
		"user": func(ctx context.Context, args []string, out io.Writer) error {
			return user.Run(ctx, args, os.Getenv, out)
		},
	}
	if len(args) > 0 && (args[0] == "doctor" || args[0] == "user") {
		// These two read .env as the local runner does.
		if err := godotenv.Load(); err != nil && !errors.Is(err, fs.ErrNotExist) {
			_, _ = fmt.Fprintf(errOut, "deploy %s: .env cannot be read: write one NAME=value a line, as in .env.example\n", args[0])
			return 1
		}
	}
	if len(args) > 0 && args[0] == "doctor" {
		return doctor.Run(ctx, args[1:], os.Getenv, out)
	}
	if len(args) == 0 || commands[args[0]] == nil {
		_, _ = io.WriteString(errOut, usage)
		return 2
	}
	err := commands[args[0]](ctx, args[1:], out)
	if err == nil {
		return 0
	}
	_, _ = fmt.Fprintf(errOut, "deploy %s: %v\n", args[0], err)
	return 1
}
