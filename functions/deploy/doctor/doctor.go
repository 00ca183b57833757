// Package doctor checks a Pantry from outside. It reads the configuration of the functions
// and tries what they do with it. For each check it says what it saw and what to do. It
// writes one key to Redis, with a time to live, and removes it. It changes nothing else.
package doctor

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"pantry.example/shared/config"
)

// longest is the time that one run may take, without -wait and -project.
const longest = 30 * time.Second

const help = `go run ./functions/deploy doctor [flags]

Checks the configuration of this shell and what it names, and says what is wrong.

  -url URL          ask deployed functions too; repeat it or separate URLs with commas.
                    recipes=https://… names the function. https://HOST stands for all of
                    them under https://HOST/api/
  -origin ORIGIN    the origin of a page that must be allowed to call, or several with
                    commas, in place of ALLOWED_ORIGINS
  -wait DURATION    ask a URL again for so long while its answer is wrong
  -project PROJECT  check what is deployed in a project, in place of this shell's variables:
                    gcloud reads the functions' variables and URLs
  -secret           with -project: read the secret with the Redis address too. It is not shown
  -json             write one JSON object in place of lines
  -timeout 30s      how long the run may take, without -wait and -project; at most 30s

The exit code is 0 when no check failed, 1 when one did, 2 when the flags are wrong.
`

// command is what the command line asks for.
type command struct {
	json, secret  bool
	project       string
	urls          []string
	origins       string
	wait, timeout time.Duration
}

// Run checks everything and writes a report to out: one line for each check, or with -json
// one object {"ok", "checks": [{"check","status","seen","fix"}]}. It never writes a secret.
// It reads the configuration with getenv, which is os.Getenv in a program. Google's own
// libraries read their variables (FIREBASE_AUTH_EMULATOR_HOST,
// GOOGLE_APPLICATION_CREDENTIALS) from the process. A run takes at most 30 s and -wait, and
// with -project one minute more. The exit code is 0 when no check failed, 1 when one did,
// and 2 when the flags are wrong.
func Run(ctx context.Context, args []string, getenv func(string) string, out io.Writer) (exitCode int) {
	cmd, err := parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		_, _ = io.WriteString(out, help)
		return 0
	case err != nil && wantsJSON(args):
		var r report
		r.fail("arguments", err.Error(), "doctor -h lists the flags")
		_ = r.writeJSON(out)
		return 2
	case err != nil:
		_, _ = fmt.Fprintf(out, "doctor: %v; doctor -h lists the flags\n", err)
		return 2
	}
	r := &report{}
	if cmd.project != "" {
		getenv = r.production(ctx, &cmd, getenv)
	}
	until := time.Now().Add(cmd.wait)
	ctx, cancel := context.WithTimeout(ctx, cmd.timeout+cmd.wait)
	defer cancel()
	r.examine(ctx, cmd, getenv, until)
	if cmd.json {
		err = r.writeJSON(out)
	} else {
		err = r.writeText(out)
	}
	if err != nil || !r.ok() {
		return 1
	}
	return 0
}

// wantsJSON reports whether -json is among args. It also works when args are wrong.
func wantsJSON(args []string) bool {
	return slices.ContainsFunc(args, func(arg string) bool { return strings.TrimLeft(arg, "-") == "json" && arg != "json" })
}

// production returns the variables of the functions that are deployed in cmd's project. It
// adds their URLs to cmd if cmd has none.
func (r *report) production(ctx context.Context, cmd *command, getenv func(string) string) func(string) string {
	for _, name := range []string{"FIREBASE_AUTH_EMULATOR_HOST", "FIRESTORE_EMULATOR_HOST"} {
		if getenv(name) != "" { // Google's libraries read it from the process
			r.fail(checkDeployed, name+" is set, and -project is about Google itself", "Take it out of this shell and of .env")
		}
	}
	d := r.deployed(ctx, cmd.project, cmd.secret)
	if len(cmd.urls) == 0 {
		cmd.urls = d.urls
	}
	return func(name string) string { return d.env[name] }
}

func parse(args []string) (command, error) {
	cmd := command{timeout: longest}
	flags := flag.NewFlagSet("doctor", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.BoolVar(&cmd.json, "json", false, "")
	flags.BoolVar(&cmd.secret, "secret", false, "")
	flags.StringVar(&cmd.project, "project", "", "")
	flags.StringVar(&cmd.origins, "origin", "", "")
	flags.DurationVar(&cmd.wait, "wait", 0, "")
	flags.DurationVar(&cmd.timeout, "timeout", longest, "")
	flags.Func("url", "", func(s string) error {
		urls := strings.FieldsFunc(s, func(c rune) bool { return c == ',' || c == ' ' || c == '\n' })
		if len(urls) == 0 { // or nothing would be asked, and all would seem well
			return errors.New("it is empty")
		}
		cmd.urls = append(cmd.urls, urls...)
		return nil
	})
	err := flags.Parse(args)
	switch {
	case err != nil:
		return cmd, err
	case flags.NArg() > 0:
		return cmd, errors.New("it takes flags only")
	case cmd.secret && cmd.project == "":
		return cmd, errors.New("-secret needs -project, whose secret it reads")
	case cmd.timeout <= 0 || cmd.timeout > longest:
		return cmd, errors.New("-timeout must be more than 0s and at most 30s")
	case cmd.wait < 0 || cmd.wait > time.Hour:
		return cmd, errors.New("-wait must be from 0s to 1h")
	}
	return cmd, nil
}

// examine runs the independent checks at the same time and reports them in a fixed order.
func (r *report) examine(ctx context.Context, cmd command, getenv func(string) string, until time.Time) {
	if cmd.origins != "" {
		environment := getenv
		getenv = func(name string) string {
			if name == "ALLOWED_ORIGINS" {
				return cmd.origins
			}
			return environment(name)
		}
	}
	cfg, bad := r.configuration(getenv)
	given := strings.TrimSpace(getenv("ALLOWED_ORIGINS")) != ""
	deployed := cfg.Deployed || elsewhere(cmd.urls)
	if bad["ALLOWED_ORIGINS"] {
		r.skip("the variable cannot be read", "allowed-origins")
	} else {
		r.origins(cfg.AllowedOrigins, given, deployed)
	}
	if !given && deployed {
		cfg.AllowedOrigins = nil // the defaults are for a local run
	}
	r.sideBySide(
		func(r *report) { r.redis(ctx, cfg.Redis, bad.redis()) },
		func(r *report) { r.firebase(ctx, cfg, bad["GOOGLE_CLOUD_PROJECT"]) },
		func(r *report) { r.firestore(ctx, cfg, bad["GOOGLE_CLOUD_PROJECT"]) },
		func(r *report) { r.urls(ctx, cmd.urls, cfg.AllowedOrigins, until) },
	)
}

// badVariables are the variables that the configuration refuses.
type badVariables map[string]bool

func (b badVariables) redis() bool {
	return b["REDIS_SERVER"] || b["REDIS_URL"] || b["UPSTASH_REDIS_URL"]
}

// configuration reports each problem of the configuration. It returns the configuration
// without the wrong variables, so that the other checks can run.
func (r *report) configuration(getenv func(string) string) (config.Config, badVariables) {
	bad := badVariables{}
	cfg, err := config.Load(getenv)
	if err == nil {
		r.pass("config", "every variable can be used; the project is "+cfg.ProjectID)
		return cfg, bad
	}
	var problems config.Problems
	errors.As(err, &problems)
	for _, p := range problems {
		r.fail("config", p.Variable+" "+p.Reason, p.Fix)
		for name := range strings.SplitSeq(p.Variable, " and ") {
			bad[name] = true
		}
	}
	cfg, err = config.Load(func(name string) string {
		if bad[name] || name == "K_SERVICE" { // with K_SERVICE, a missing variable is an error
			return ""
		}
		return getenv(name)
	})
	if err != nil {
		bad["REDIS_SERVER"], bad["GOOGLE_CLOUD_PROJECT"] = true, true
	}
	return cfg, bad
}
