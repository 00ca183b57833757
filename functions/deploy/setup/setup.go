// Package setup prepares a Google Cloud project once, before the first deployment. It skips
// the steps that are done already. So a person can run it again after a failure.
package setup

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"

	"pantry.example/functions/deploy/stage"
)

const help = `go run ./functions/deploy setup -project PROJECT -region REGION [flags]

Sets a Google Cloud project up, with the account that gcloud is signed in with.
Run it again after a failure: it goes on where it stopped.

  -project PROJECT   the ID of a project with billing
  -region REGION     where the functions, their builds and Firestore run. Some projects may
                     use Cloud Build only in asia-east1, australia-southeast1, europe-west1,
                     southamerica-east1, us-central1 and us-west2
  -redis-file FILE   read the Redis address from a file. Without it the set-up asks for the
                     address on the terminal, or reads it from stdin when that is no terminal
  -only STEP         do one step alone. -only redis stores a new address. Only the step
                     database needs -region
  -dry-run           change nothing, and print a script for bash and zsh that does the same

The steps, each with its name for -only:

`

// options are what the command line asks for.
type options struct {
	plan
	redisFile, only string
	dryRun          bool
}

func (o options) wants(s step) bool { return o.only == "" || o.only == s.name }

func parse(args []string) (options, error) {
	var o options
	flags := flag.NewFlagSet("setup", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.StringVar(&o.project, "project", "", "")
	flags.StringVar(&o.region, "region", "", "")
	flags.StringVar(&o.redisFile, "redis-file", "", "")
	flags.StringVar(&o.only, "only", "", "")
	flags.BoolVar(&o.dryRun, "dry-run", false, "")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	switch {
	case flags.NArg() > 0:
		// The argument is not shown: it may be the Redis address.
		return o, errors.New("it takes flags only; the Redis address is asked for, or read from -redis-file or stdin")
	case !isProject.MatchString(o.project):
		return o, errors.New("-project needs a project's ID, as gcloud projects list shows it in its first column")
	case !isRegion.MatchString(o.region) && (o.region != "" || o.only == "" || o.only == "database"):
		return o, errors.New("-region needs a region, such as europe-west1")
	}
	return o, nil
}

var (
	isProject = regexp.MustCompile(`^[a-z][a-z0-9-]{4,28}[a-z0-9]$`)
	isRegion  = regexp.MustCompile(`^[a-z]+-[a-z]+[0-9]{1,2}$`)
)

// Run is the command. It runs from anywhere inside the clone.
func Run(ctx context.Context, args []string, w World) error {
	o, wrong := parse(args)
	here, err := os.Getwd()
	if err != nil {
		return fmt.Errorf("find the repository: %w", err)
	}
	if o.root, err = stage.Root(here); err != nil {
		return err
	}
	steps, err := o.steps()
	if err != nil {
		return err
	}
	switch {
	case errors.Is(wrong, flag.ErrHelp):
		_, err = io.WriteString(w.Out, help+strings.NewReplacer("`", "", "**", "").Replace(list(steps)))
		return err
	case wrong != nil:
		return fmt.Errorf("%w; setup -h lists the flags", wrong)
	case !slices.ContainsFunc(steps, o.wants):
		return fmt.Errorf("there is no step %q; setup -h lists them", o.only)
	case o.dryRun:
		_, err = io.WriteString(w.Out, script(o, steps))
		return err
	}
	r := &runner{World: w, options: o, public: "allow-unauthenticated", version: "1"}
	if err := r.all(ctx, steps); err != nil {
		return err
	}
	if o.only == "" {
		_, err = io.WriteString(w.Out, r.next())
	}
	return err
}

// list returns the steps in Markdown, one on each line.
func list(steps []step) string {
	var s strings.Builder
	for i, step := range steps {
		fmt.Fprintf(&s, "%d. `%s`: **%s.** %s\n", i+1, step.name, step.title, step.why)
	}
	return s.String()
}

// next returns a text that says what to do after the set-up.
func (r *runner) next() string {
	substitutions := "^;^_REGION=" + r.region + ";_REDIS_SECRET_VERSION=" + r.version
	if r.public != "allow-unauthenticated" {
		substitutions += ";_PUBLIC=" + r.public
	}
	build := []string{"gcloud", "beta", "builds", "submit", "--config=cloudbuild.yaml", "--project=" + r.project, "--region=" + r.region, "--substitutions=" + substitutions}
	return "\nThe project is set up. Two things are left:\n\n" +
		"1. Switch on the ways to sign in: https://console.firebase.google.com/project/" + r.project + "/authentication\n" +
		"2. Deploy from the root of the clone. A page on another host needs ;_ALLOWED_ORIGINS=https://app.example.com at the end:\n\n" +
		quoted(build) + "\n"
}
