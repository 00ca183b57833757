// Package smoke asks deployed functions from outside what a browser would, and says in
// plain words why an answer is not the function's own.
package smoke

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

const help = `go run ./functions/deploy smoke [-origin ORIGIN] [-wait DURATION] URL…

Asks the functions what a browser would: a preflight, whether a made-up session has
expired, and a call with that session, which must be refused. It changes nothing.

Each URL is written as set-cache=https://…, check-expiration=https://…, recipes=https://…
One URL without a name stands for all three below it: http://127.0.0.1:8080 for the local
runner, https://PROJECT.web.app/api for Firebase Hosting.

  -origin ORIGIN   a page's origin that must be allowed to call, such as https://app.example.com,
                   or several with commas between them, as in ALLOWED_ORIGINS
  -wait DURATION   ask again for so long while an answer is wrong; a new function can take a
                   minute until everyone may call it
`

// names are the functions, in the order in which they are asked.
var names = []string{"set-cache", "check-expiration", "recipes"}

// target is a function to ask.
type target struct{ name, url string }

// Run is the command; help tells its arguments. It writes a line a check to out and
// returns an error when one failed.
func Run(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("smoke", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	origin := flags.String("origin", "", "")
	wait := flags.Duration("wait", 0, "")
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		_, err = io.WriteString(out, help)
		return err
	} else if err != nil {
		return fmt.Errorf("%w: smoke -h tells the arguments", err)
	}
	targets, err := parseTargets(flags.Args())
	if err != nil {
		return err
	}
	origins := strings.FieldsFunc(*origin, func(r rune) bool { return r == ',' || r == ' ' })
	return visitor{newClient(), origins, madeUpHandle()}.ask(ctx, targets, *wait, out)
}

func parseTargets(args []string) ([]target, error) {
	var targets []target
	for _, arg := range args {
		name, raw, named := strings.Cut(arg, "=")
		if !named {
			raw = arg
		}
		u, err := url.Parse(raw)
		if err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
			return nil, fmt.Errorf("argument %d is no address of a function: write NAME=https://host/path, or https://host/path for all three below it", len(targets)+1)
		}
		base := strings.TrimSuffix(u.String(), "/")
		switch {
		case !named:
			for _, n := range names {
				targets = append(targets, target{n, base + "/" + n})
			}
		case name == names[0] || name == names[1] || name == names[2]:
			targets = append(targets, target{name, base})
		default:
			return nil, fmt.Errorf("there is no function %q; there are %s", name, strings.Join(names, ", "))
		}
	}
	if len(targets) == 0 {
		return nil, errors.New("give the URL of each function, as in: smoke set-cache=https://… recipes=https://…")
	}
	return targets, nil
}

// visitor is the browser with a session that nobody opened.
type visitor struct {
	client  *http.Client
	origins []string
	handle  string
}

// madeUpHandle has the form of a session's handle, so that the function must ask Redis.
func madeUpHandle() string {
	secret := make([]byte, 32)
	_, _ = rand.Read(secret) // never fails
	return base64.RawURLEncoding.EncodeToString([]byte("smoke-test")) + "." + base64.RawURLEncoding.EncodeToString(secret)
}

// pause is how long to wait before the same question is put again.
const pause = 2 * time.Second

func (v visitor) ask(ctx context.Context, targets []target, wait time.Duration, out io.Writer) error {
	until := time.Now().Add(wait)
	failed := 0
	for _, t := range targets {
		for _, c := range checksOf(t, v.origins) {
			err := v.try(ctx, t, c)
			for err != nil && time.Now().Before(until) && ctx.Err() == nil {
				select {
				case <-ctx.Done():
				case <-time.After(min(pause, time.Until(until))):
				}
				err = v.try(ctx, t, c)
			}
			if err != nil {
				failed++
				_, _ = fmt.Fprintf(out, "fail  %-16s  %s\n      %s\n", t.name, c.what, strings.ReplaceAll(err.Error(), "\n", "\n      "))
				continue
			}
			_, _ = fmt.Fprintf(out, "pass  %-16s  %s\n", t.name, c.what)
		}
	}
	if failed > 0 {
		return fmt.Errorf("%d of the checks failed", failed)
	}
	return nil
}

func newClient() *http.Client {
	return &http.Client{
		Timeout: 30 * time.Second, // a cold start and its first call of Redis and Firebase
		// An answer from elsewhere, such as a sign-in page, is not the function's.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}
