package setup_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"pantry.example/functions/deploy/setup"
)

// address stands for the secret: nothing but gcloud's stdin may hold it.
const address = "rediss://default:Zq7XvK2pWm4TsB9c@eu1-pantry.upstash.io:6379"

// world is the set-up's view of the cloud.
func (c *cloud) world(out io.Writer) setup.World {
	return setup.World{
		Out: out, Gcloud: c.gcloud, HTTP: &http.Client{Transport: c},
		Secret:     func(string, io.Writer) (string, error) { return address + "\n", nil },
		CheckRedis: func(_ context.Context, given, _ string, _ io.Writer) bool { return given == address },
		Wait: func(_ context.Context, d time.Duration) error {
			c.now += d
			return nil
		},
	}
}

// setUp runs the set-up and returns what it printed.
func (c *cloud) setUp(args ...string) (string, error) {
	var out bytes.Buffer
	err := setup.Run(c.t.Context(), append([]string{"-project", project, "-region", "europe-west1"}, args...), c.world(&out))
	said := out.String()
	if err != nil {
		said += err.Error()
	}
	for _, argv := range c.argvs {
		said += strings.Join(argv, " ")
	}
	if strings.Contains(said, "Zq7XvK2pWm4TsB9c") {
		c.t.Errorf("the password is shown:\n%s", said)
	}
	return out.String(), err
}

// done is a cloud that is set up.
func done(t *testing.T) *cloud {
	t.Helper()
	c := newCloud(t)
	if out, err := c.setUp(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return c
}

func TestSetUp(t *testing.T) {
	c := newCloud(t)
	out, err := c.setUp()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	const accounts = "@" + project + ".iam.gserviceaccount.com"
	want := []string{
		"projects/pantry-test/roles/pantrySessions\tserviceAccount:pantry-set-cache" + accounts,
		"projects/pantry-test/roles/pantryLookup\tserviceAccount:pantry-check-expiration" + accounts,
		"projects/pantry-test/roles/pantryLookup\tserviceAccount:pantry-recipes" + accounts,
		"roles/datastore.user\tserviceAccount:pantry-recipes" + accounts,
		"roles/cloudbuild.builds.builder\tserviceAccount:pantry-build" + accounts,
		"roles/cloudfunctions.developer\tserviceAccount:pantry-build" + accounts,
		"roles/run.admin\tserviceAccount:pantry-build" + accounts,
	}
	got := slices.DeleteFunc(slices.Clone(c.bindings[project]), func(line string) bool { // a function of your own may only look users up
		_, member, _ := strings.Cut(line, "\t")
		return !strings.Contains(strings.Join(want, "\n")+"\n", member+"\n") && strings.HasPrefix(line, "projects/"+project+"/roles/pantryLookup")
	})
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("roles in the project (-want +got):\n%s", diff)
	}
	rules, err := os.ReadFile("../../../shared/recipe/store/firestore.rules")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"api cloudresourcemanager.googleapis.com", "firebase project", "database (default)", "ttls purgeAt", "index recipes\tterms;rating;__name__"} {
		if !strings.Contains(c.state(), want) {
			t.Errorf("there is no %s in\n%s", want, c.state())
		}
	}
	if first, _, _ := strings.Cut(string(rules), "\n"); !strings.Contains(c.rules[c.released], first) {
		t.Errorf("rules = %s", c.rules[c.released])
	}
	if diff := cmp.Diff([]string{address}, c.secret); diff != "" {
		t.Errorf("the secret (-want +got):\n%s", diff)
	}
	if want := "gcloud beta builds submit --config=cloudbuild.yaml --project=pantry-test --region=europe-west1 '--substitutions=^;^_REGION=europe-west1;_REDIS_SECRET_VERSION=1'\n"; !strings.HasSuffix(out, want) {
		t.Errorf("the end is %q, want %q", out[max(0, len(out)-300):], want)
	}
	told, ran := strings.Index(out, "Make a service account"), strings.Index(out, "$ gcloud iam service-accounts create pantry-set-cache")
	if told < 0 || ran < told {
		t.Error("a step is not told before its command")
	}
}

func TestSetUpAgain(t *testing.T) {
	c := done(t)
	before := c.state()
	c.calls = nil
	out, err := c.setUp()
	if err != nil || strings.Contains(out, "    done") || c.state() != before {
		t.Errorf("the second run changed something: %v\n%s", err, out)
	}
	for _, call := range c.calls {
		if !slices.ContainsFunc([]string{" list ", "get-iam-policy", "org-policies describe", "print-access-token", "GET "}, func(read string) bool { return strings.Contains(call+" ", read) }) {
			t.Errorf("the second run called %s", call)
		}
	}
}

// TestFailsAtEachCallOnce: whatever call fails, before its effect or after it, the same
// command again ends in the same state. Nothing is made twice.
func TestFailsAtEachCallOnce(t *testing.T) {
	whole := done(t)
	for at := 1; at <= len(whole.calls); at++ {
		for _, after := range []bool{false, true} {
			c := newCloud(t)
			c.failAt, c.afterEffect = at, after
			_, err := c.setUp()
			if !errors.Is(err, errBroken) && !strings.Contains(whole.calls[at-1], "org-policies") {
				t.Errorf("call %d (%s) failed and the set-up says %v", at, whole.calls[at-1], err)
			}
			if _, err := c.setUp(); err != nil {
				t.Errorf("after call %d (%s) failed: %v", at, whole.calls[at-1], err)
			}
			if diff := cmp.Diff(whole.state(), c.state()); diff != "" {
				t.Errorf("after call %d (%s) failed (-want +got):\n%s", at, whole.calls[at-1], diff)
			}
		}
	}
}

// TestStops: what never becomes known ends with an error, and an interrupt ends the waiting.
func TestStops(t *testing.T) {
	never := newCloud(t)
	w := never.world(io.Discard)
	waits := 0
	w.Wait = func(context.Context, time.Duration) error { waits++; return nil }
	args := []string{"-project", project, "-region", "europe-west1"}
	if err := setup.Run(t.Context(), args, w); err == nil || !strings.Contains(err.Error(), "step 2 of 12 (firebase)") || waits < 10 {
		t.Errorf("err = %v after %d waits", err, waits)
	}
	w = newCloud(t).world(io.Discard)
	w.Wait = func(context.Context, time.Duration) error { return context.Canceled }
	if err := setup.Run(t.Context(), args, w); !errors.Is(err, context.Canceled) {
		t.Errorf("err = %v, want it to be canceled", err)
	}
}

func TestSharing(t *testing.T) {
	for policy, want := range map[string]string{"C01abc": ";_PUBLIC=no-invoker-iam-check'\n", "unreadable": "may not read the policy", "": "it does\n"} {
		c := newCloud(t)
		c.policy = policy
		if out, err := c.setUp(); err != nil || !strings.Contains(out, want) {
			t.Errorf("with the policy %q: %v, want %q in\n%s", policy, err, want, out)
		}
	}
}

func TestRedis(t *testing.T) {
	t.Run("another address", func(t *testing.T) {
		c := done(t)
		out, err := c.setUp("-only", "redis")
		if err != nil || len(c.secret) != 2 || !strings.Contains(out, "_REDIS_SECRET_VERSION=2") {
			t.Errorf("%d versions, %v\n%s", len(c.secret), err, out)
		}
	})
	t.Run("without a region", func(t *testing.T) { // as the doctor advises
		c := done(t)
		if err := setup.Run(t.Context(), []string{"-project", project, "-only", "indexes"}, c.world(io.Discard)); err != nil {
			t.Error(err)
		}
	})
	for given, want := range map[string]string{"rediss://:Zq7XvK2pWm4TsB9c@elsewhere:1": "was not stored", " \n": "there is no Redis address"} {
		c := newCloud(t)
		w := c.world(io.Discard)
		w.Secret = func(string, io.Writer) (string, error) { return given, nil }
		err := setup.Run(t.Context(), []string{"-project", project, "-region", "europe-west1"}, w)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "Zq7X") || len(c.secret) != 0 {
			t.Errorf("%q: %v, %d versions; want %q and none", given, err, len(c.secret), want)
		}
	}
}

// TestAdvice: what a person must do is said.
func TestAdvice(t *testing.T) {
	for said, want := range map[string]string{
		"You do not currently have an active account selected":           "gcloud auth login",
		"FAILED_PRECONDITION: Billing account for project '1' not found": "linkedaccount?project=pantry-test",
		"PERMISSION_DENIED: Permission denied to enable service":         "Owner of the project pantry-test",
	} {
		w := newCloud(t).world(io.Discard)
		w.Gcloud = func(context.Context, string, ...string) (string, error) { return "", errors.New(said) }
		err := setup.Run(t.Context(), []string{"-project", project, "-region", "europe-west1"}, w)
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "run the same command again") {
			t.Errorf("%s: %v, want %q", said, err, want)
		}
	}
}

func TestArguments(t *testing.T) {
	good := []string{"-project", project, "-region", "europe-west1"}
	for want, args := range map[string][]string{
		"-project needs":     {"-region", "europe-west1"},
		"-region needs":      {"-project", project, "-region", "Europe"},
		"flags only":         append(good[:4:4], address),
		`no step "nothing"`:  append(good[:4:4], "-only", "nothing"),
		"not defined: -what": append(good[:4:4], "-what"),
	} {
		c := newCloud(t)
		err := setup.Run(t.Context(), args, c.world(io.Discard))
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), address) || len(c.calls) > 0 {
			t.Errorf("setup %q = %v after %d calls, want %q", args, err, len(c.calls), want)
		}
	}
}
