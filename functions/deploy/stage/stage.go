// Package stage writes the source tree of one function, which Google's Go buildpack
// builds. The tree has the packages that the function links, all vendored, and no others.
//
// The buildpack expects the function in the root package of the uploaded tree
// (GoogleCloudPlatform/buildpacks, cmd/go/functions_framework). Here the functions are
// packages below the root. So each tree gets a root package that imports its function.
// The function registers itself.
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

Writes the source tree of each named function into DIR/<function>. Without names it
writes all of them: %s.
gcloud functions deploy takes such a tree with --source=DIR/<function>.
DIR is made if it does not exist. Trees that were staged there before are replaced.
`

// Run is the command stage -out DIR [function…]. Without names it stages all functions.
// It runs from anywhere inside the repository and writes the folder of each tree to out.
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

func names() string { return strings.Join(functions.Names(), ", ") }

// choose returns the functions with these names, each once. Without names it returns all.
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
