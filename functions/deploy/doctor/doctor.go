// Package doctor looks at a Pantry from outside: it reads the configuration that the
// functions read, tries everything that they will do with it, and says of each thing
// what it saw and what to do. It changes nothing that stays: one key in Redis, with a
// time to live, which it removes itself.
package doctor

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"pantry.example/shared/config"
)

// longest is what one run may take.
const longest = 30 * time.Second

// command is what the command line asks for.
type command struct {
	json    bool
	urls    []string
	timeout time.Duration
}

// Run checks everything and writes a report to out: a line a check, or with -json one
// object {"ok", "checks": [{"check","status","seen","fix"}]}. getenv is where the
// configuration is read, os.Getenv in a program; Google's own libraries read their
// variables (FIREBASE_AUTH_EMULATOR_HOST, GOOGLE_APPLICATION_CREDENTIALS) from the
// process. It returns after 30 s at the latest, with 0 when no check failed, 1 when one
// did, 2 when args cannot be read. No secret is ever written.
func Run(ctx context.Context, args []string, getenv func(string) string, out io.Writer) (exitCode int) {
	cmd, err := parse(args, out)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		return 2
	}
	ctx, cancel := context.WithTimeout(ctx, cmd.timeout)
	defer cancel()
	r := examine(ctx, cmd, getenv)
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

func parse(args []string, out io.Writer) (command, error) {
	cmd := command{timeout: longest}
	flags := flag.NewFlagSet("doctor", flag.ContinueOnError)
	flags.SetOutput(out)
	flags.BoolVar(&cmd.json, "json", false, "write one JSON object in place of lines")
	flags.DurationVar(&cmd.timeout, "timeout", longest, "how long the whole run may take, at most 30s")
	flags.Func("url", "the URL of a deployed function, or of a host that has all three under /api/; repeat it or separate with commas", func(s string) error {
		for u := range strings.SplitSeq(s, ",") {
			if u = strings.TrimSpace(u); u != "" {
				cmd.urls = append(cmd.urls, u)
			}
		}
		return nil
	})
	if err := flags.Parse(args); err != nil {
		return command{}, err
	}
	if flags.NArg() > 0 {
		_, _ = fmt.Fprintln(out, "doctor takes flags only: -json, -timeout 30s, -url URL")
		return command{}, errors.New("arguments that are no flags")
	}
	if cmd.timeout <= 0 || cmd.timeout > longest {
		_, _ = fmt.Fprintln(out, "-timeout must be more than 0s and at most 30s")
		return command{}, errors.New("timeout out of range")
	}
	return cmd, nil
}

// examine runs what is independent side by side and returns it in a fixed order.
func examine(ctx context.Context, cmd command, getenv func(string) string) *report {
	r := &report{}
	cfg, bad := r.configuration(getenv)
	r.origins(cfg, bad, getenv, cmd.urls)
	parts := []func(context.Context, *report){
		func(ctx context.Context, r *report) { r.redis(ctx, cfg.Redis, bad.redis()) },
		func(ctx context.Context, r *report) { r.firebase(ctx, cfg, bad["GOOGLE_CLOUD_PROJECT"]) },
		func(ctx context.Context, r *report) { r.firestore(ctx, cfg, bad["GOOGLE_CLOUD_PROJECT"]) },
		func(ctx context.Context, r *report) { r.urls(ctx, cmd.urls, cfg.AllowedOrigins) },
	}
	reports := make([]report, len(parts))
	var wg sync.WaitGroup
	for i, part := range parts {
		wg.Go(func() { part(ctx, &reports[i]) })
	}
	wg.Wait()
	for i := range reports {
		r.results = append(r.results, reports[i].results...)
	}
	return r
}

// badVariables are the variables that the configuration refused.
type badVariables map[string]bool

func (b badVariables) redis() bool {
	return b["REDIS_SERVER"] || b["REDIS_URL"] || b["UPSTASH_REDIS_URL"]
}

// configuration reports each problem of the configuration, and returns what can be used
// in spite of them: one wrong variable must not hide what is wrong elsewhere.
func (r *report) configuration(getenv func(string) string) (config.Config, badVariables) {
	bad := badVariables{}
	cfg, err := config.Load(getenv)
	if err == nil {
		r.pass("config", "every variable can be used; the project is "+cfg.ProjectID)
		return cfg, bad
	}
	var problems config.Problems
	if !errors.As(err, &problems) {
		r.fail("config", "cannot be read", "Compare it with .env.example")
		return config.Config{}, badVariables{"REDIS_SERVER": true, "GOOGLE_CLOUD_PROJECT": true}
	}
	for _, p := range problems {
		r.fail("config", p.Variable+" "+p.Reason, p.Fix)
		for name := range strings.SplitSeq(p.Variable, " and ") {
			bad[name] = true
		}
	}
	cfg, err = config.Load(func(name string) string {
		if bad[name] || name == "K_SERVICE" { // which would miss what is left out here
			return ""
		}
		return getenv(name)
	})
	if err != nil {
		bad["REDIS_SERVER"], bad["GOOGLE_CLOUD_PROJECT"] = true, true
	}
	return cfg, bad
}
