package setup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// runner runs the steps.
type runner struct {
	World
	options
	looked  map[string][]string // the lines that look returned in this step, by command
	public  string              // _PUBLIC of the build
	version string              // of the secret
}

const (
	// retryFor is how long a step is tried again while Google does not know a new resource.
	retryFor = 3 * time.Minute
	pause    = 5 * time.Second
)

func (r *runner) all(ctx context.Context, steps []step) error {
	for i, s := range steps {
		if !r.wants(s) {
			continue
		}
		r.tell("\n%d/%d %s\n    %s\n", i+1, len(steps), s.title, s.why)
		if err := r.step(ctx, s); err != nil {
			return fmt.Errorf("step %d of %d (%s): %w\nThen run the same command again: it goes on here", i+1, len(steps), s.name, err)
		}
	}
	return nil
}

func (r *runner) tell(format string, args ...any) { _, _ = fmt.Fprintf(r.Out, format, args...) }

func (r *runner) step(ctx context.Context, s step) error {
	r.looked = map[string][]string{}
	if s.do != nil {
		return r.again(ctx, s.retry, func() error { return s.do(ctx, r) })
	}
	for _, c := range s.commands {
		r.show(c.argv)
		err := r.again(ctx, s.retry, func() error { return r.command(ctx, c) })
		if err != nil {
			return err
		}
	}
	return nil
}

func (r *runner) show(argv []string) { r.tell("  $ %s\n", quoted(append([]string{"gcloud"}, argv...))) }

// command runs a command unless look shows that it is done already. "Already exists" is no
// failure, because someone else may run the set-up at the same time.
func (r *runner) command(ctx context.Context, c command) error {
	lines, err := r.look(ctx, c.look)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(c.want, func(want string) bool { return !slices.Contains(lines, want) }) {
		r.tell("    already so\n")
		return nil
	}
	if _, err := r.Gcloud(ctx, "", c.argv...); err != nil && !contains(err, []string{"ALREADY_EXISTS", "already exists"}) {
		return err
	}
	r.tell("    done\n")
	return nil
}

// look returns the lines that a command prints. In one step each such command runs once.
func (r *runner) look(ctx context.Context, argv []string) ([]string, error) {
	key := quoted(argv)
	if lines, ok := r.looked[key]; ok {
		return lines, nil
	}
	out, err := r.Gcloud(ctx, "", argv...)
	if err != nil {
		return nil, err
	}
	var lines []string
	for line := range strings.Lines(out) {
		lines = append(lines, strings.TrimRight(line, " \t\r\n"))
	}
	r.looked[key] = lines
	return lines, nil
}

// again calls try until it succeeds. It gives up after retryFor, or when the error contains
// none of the texts.
func (r *runner) again(ctx context.Context, texts []string, try func() error) error {
	for waited := time.Duration(0); ; waited += pause {
		err := try()
		if err == nil || !contains(err, texts) || waited >= retryFor {
			return explained(err, r.project)
		}
		if waited == 0 {
			r.tell("    Google does not know it everywhere yet; trying again for up to %s\n", retryFor)
		}
		if stopped := r.Wait(ctx, pause); stopped != nil {
			return errors.Join(err, stopped)
		}
	}
}

func contains(err error, texts []string) bool {
	return slices.ContainsFunc(texts, func(text string) bool { return strings.Contains(err.Error(), text) })
}

// explained adds what to do to an error that a person must solve.
func explained(err error, project string) error {
	if err == nil {
		return nil
	}
	for _, known := range []struct{ text, fix string }{
		{"active account", "Sign in: gcloud auth login"},
		{"reauthentication", "Sign in again: gcloud auth login"},
		{"billing", "Link a billing account: https://console.cloud.google.com/billing/linkedaccount?project=" + project},
		{":addfirebase: 403", "Open https://console.firebase.google.com once with this account, accept the terms, and see that it is Owner of the project " + project},
		{"permission_denied", "This account needs the role Owner of the project " + project},
	} {
		if strings.Contains(strings.ToLower(err.Error()), known.text) {
			return fmt.Errorf("%w\n%s", err, known.fix)
		}
	}
	return err
}

// askSharing looks whether the build may allow everyone to call the functions.
func askSharing(ctx context.Context, r *runner) error {
	argv := r.gcloud("resource-manager org-policies describe iam.allowedPolicyMemberDomains --effective --format=value(listPolicy.allowedValues)")
	r.show(argv)
	lines, err := r.look(ctx, argv)
	switch {
	case err != nil && ctx.Err() != nil:
		return err
	case err != nil:
		r.tell("    this account may not read the policy; where it forbids public functions, the build says so and what to do\n")
	case strings.TrimSpace(strings.Join(lines, "")) == "":
		r.tell("    it does\n")
	default:
		r.public = "no-invoker-iam-check"
		r.tell("    it does not: build with _PUBLIC=no-invoker-iam-check, which switches off Cloud Run's own check of callers\n")
	}
	return nil
}

// storeRedis adds a version to the secret. The address goes to gcloud's stdin.
func storeRedis(ctx context.Context, r *runner) error {
	versions := r.gcloud("secrets versions list", secret, "--filter=state=ENABLED", "--sort-by=~createTime", "--limit=1", "--format=value(name.basename())")
	lines, err := r.look(ctx, versions)
	if err != nil {
		return err
	}
	argv := r.gcloud("secrets versions add", secret, "--data-file=-", "--format=value(name.basename())")
	r.show(argv)
	if len(lines) > 0 && r.only == "" {
		r.version = lines[0]
		r.tell("    already so: version %s; add -only redis to store a new address\n", r.version)
		return nil
	}
	address, err := r.address(ctx)
	if err != nil {
		return err
	}
	out, err := r.Gcloud(ctx, address, argv...)
	if err != nil {
		return err
	}
	r.version = strings.TrimSpace(out)
	r.tell("    done: version %s; deploy with _REDIS_SECRET_VERSION=%s\n", r.version, r.version)
	return nil
}

// address reads the Redis address and tries it.
func (r *runner) address(ctx context.Context) (string, error) {
	text, err := r.Secret(r.redisFile, io.Writer(r.Out))
	if err != nil {
		return "", err
	}
	text = strings.TrimSpace(text)
	if text == "" {
		return "", errors.New("there is no Redis address: paste it when asked, or give -redis-file FILE")
	}
	if !r.CheckRedis(ctx, text, r.project, r.Out) {
		return "", errors.New("the address cannot be used, and was not stored: the lines above say why. Correct it, or run this in Cloud Shell when only this network cannot reach Redis")
	}
	return text, nil
}
