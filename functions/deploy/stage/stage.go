// Package stage writes what Google's Go buildpack builds: for one function a source tree
// of its own, with everything that it links vendored and nothing else.
//
// The buildpack takes the one package at the root of what is uploaded for the function
// (GoogleCloudPlatform/buildpacks, cmd/go/functions_framework). Here the functions are
// packages below the root, so each tree gets a root package that imports its function,
// which registers itself.
package stage

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"pantry.example/functions"
)

const help = `go run ./functions/deploy stage -out DIR [function…]

Writes DIR/<function> for each of %s, or for those that are named:
the source tree that gcloud functions deploy takes with --source=DIR/<function>.
DIR is made when it is not there; what was staged in it before is replaced.
`

// Run is the command: stage -out DIR [function…], all functions when none is named. It
// runs from anywhere inside the repository and writes one line for each function to out.
func Run(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("stage", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	dir := flags.String("out", "", "")
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		_, err = fmt.Fprintf(out, help, names())
		return err
	} else if err != nil {
		return fmt.Errorf("%w: write stage -out DIR [function…]", err)
	}
	if *dir == "" {
		return errors.New("say where to write to, as in: stage -out /tmp/staged")
	}
	chosen, err := choose(flags.Args())
	if err != nil {
		return err
	}
	here, err := os.Getwd()
	if err != nil {
		return fmt.Errorf("find the repository: %w", err)
	}
	root, err := Root(here)
	if err != nil {
		return err
	}
	for _, f := range chosen {
		staged, err := Write(ctx, root, *dir, f)
		if err != nil {
			return fmt.Errorf("%s: %w", f.Name, err)
		}
		_, _ = fmt.Fprintln(out, staged)
	}
	return nil
}

func names() string {
	var all []string
	for _, f := range functions.All() {
		all = append(all, f.Name)
	}
	return strings.Join(all, ", ")
}

// choose returns the functions of these names, each once, or all of them for no name.
func choose(wanted []string) ([]functions.Function, error) {
	if len(wanted) == 0 {
		return functions.All(), nil
	}
	var chosen []functions.Function
	for _, name := range wanted {
		i := slices.IndexFunc(functions.All(), func(f functions.Function) bool { return f.Name == name })
		if i < 0 {
			return nil, fmt.Errorf("there is no function %q; there are %s", name, names())
		}
		if f := functions.All()[i]; !slices.Contains(chosen, f) {
			chosen = append(chosen, f)
		}
	}
	return chosen, nil
}

// Module is the path of this repository's module.
const Module = "pantry.example"

// Root returns the root of the repository that dir is in.
func Root(dir string) (string, error) {
	for at := dir; ; at = filepath.Dir(at) {
		mod, err := os.ReadFile(filepath.Join(at, "go.mod")) //nolint:gosec // the caller's own folders
		if err == nil && strings.HasPrefix(string(mod), "module "+Module+"\n") {
			return filepath.EvalSymlinks(at)
		}
		if at == filepath.Dir(at) {
			return "", fmt.Errorf("%s is not inside the repository (module %s): run this from a clone of it", dir, Module)
		}
	}
}
