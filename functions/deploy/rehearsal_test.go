package main_test

import (
	"bufio"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"pantry.example/functions"
	"pantry.example/shared/emulator"
)

// gcloudScript takes the place of gcloud. It writes its arguments to a file, checks the folder
// that gcloud would upload, and prints the URLs of the functions.
const gcloudScript = `#!/bin/bash
set -eu
printf '%s\n' "$*" >> "$REHEARSAL/gcloud"
case "$1 $2" in
"functions deploy")
  for arg in "$@"; do
    if [[ $arg == --source=* ]]; then ls "${arg#--source=}"/{go.mod,function.go,vendor/modules.txt} > /dev/null; fi
  done ;;
"functions describe") echo "$FUNCTIONS/$3" ;;
"run services") if [[ $3 == add-iam-policy-binding && -n ${POLICY-} ]]; then echo "FAILED_PRECONDITION: $POLICY" >&2; exit 1; fi ;;
*) echo "gcloud $* was not expected" >&2; exit 2 ;;
esac
`

// TestRehearsal runs the steps of cloudbuild.yaml in their order. Two things differ from a real
// build: gcloudScript takes the place of gcloud, and the test step runs one package. The
// functions that the doctor asks at the end run on this machine.
func TestRehearsal(t *testing.T) {
	f := read(t)
	r := newRehearsal(t, f)
	for _, s := range f.Steps {
		out, err := r.run(s)
		if err != nil {
			t.Fatalf("step %s: %v\n%s", s.ID, err, out)
		}
		if s.ID == "doctor" {
			for _, name := range functions.Names() {
				if !regexp.MustCompile(`(?m)^pass +url-` + name + ` `).MatchString(out) {
					t.Errorf("the doctor's answer has no pass for %s:\n%s", name, out)
				}
			}
		}
	}
	called, err := os.ReadFile(filepath.Join(r.home, "gcloud"))
	if err != nil {
		t.Fatal(err)
	}
	var got, want []string
	for line := range strings.Lines(string(called)) {
		words := strings.Fields(line)
		if words[0] == "run" {
			words = words[2:]
		}
		got = append(got, strings.Join(words[:3], " "))
	}
	for _, f := range functions.All() {
		want = append(want, "functions deploy "+f.Name, "functions describe "+f.Name, "add-iam-policy-binding "+f.Name+" --project=pantry-test")
	}
	slices.Sort(got)
	slices.Sort(want)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("what gcloud was asked for (-want +got):\n%s", diff)
	}
	for _, want := range []string{"REDIS_SERVER=redis-server:1,SESSION_KEYS=session-keys:1 ", "|IMPORT_FROM_URL=false|"} {
		if got := strings.Count(string(called), want); got != len(functions.All()) {
			t.Errorf("%d functions are deployed with %s, want all:\n%s", got, want, called)
		}
	}
	if strings.Contains(string(called), "${") || strings.Contains(string(called), "$_") {
		t.Errorf("a substitution was not filled in:\n%s", called)
	}
}

// TestRehearsalOfAPolicy: when the organization does not let everyone call a function, the build
// says what to do. Doing it works.
func TestRehearsalOfAPolicy(t *testing.T) {
	f := read(t)
	r := newRehearsal(t, f)
	r.env = append(r.env, "POLICY=iam.allowedPolicyMemberDomains")
	if err := os.MkdirAll(filepath.Join(r.home, "staged", "recipes"), 0o755); err != nil {
		t.Fatal(err)
	}
	urls := f.Steps[slices.IndexFunc(f.Steps, func(s step) bool { return s.ID == "urls" })]
	if out, err := r.run(urls); err == nil || !strings.Contains(out, "build again with _PUBLIC=no-invoker-iam-check") {
		t.Errorf("%v, want what to do in:\n%s", err, out)
	}
	r.substitutions["_PUBLIC"] = "no-invoker-iam-check"
	if out, err := r.run(urls); err != nil || !strings.HasPrefix(out, "recipes=http") {
		t.Errorf("%v\n%s", err, out)
	}
	called, err := os.ReadFile(filepath.Join(r.home, "gcloud"))
	if err != nil || !strings.Contains(string(called), "run services update recipes --project=pantry-test --region=europe-west1 --quiet --no-invoker-iam-check\n") {
		t.Errorf("gcloud was asked for:\n%s", called)
	}
}

// rehearsal is a place where steps run.
type rehearsal struct {
	t             *testing.T
	home          string // what the steps share
	substitutions map[string]string
	env           []string
}

func newRehearsal(t *testing.T, f file) *rehearsal {
	t.Helper()
	emulator.Program(t, "bash")
	r := &rehearsal{t: t, home: t.TempDir(), substitutions: f.Substitutions}
	r.substitutions["_ALLOWED_ORIGINS"] = "https://app.example.com,https://www.example.com"
	r.substitutions["_MORE_SECRETS"] = ",SESSION_KEYS=session-keys:1"
	r.substitutions["_IMPORT_FROM_URL"] = "false"
	r.substitutions["PROJECT_ID"] = "pantry-test"
	for _, folder := range []string{"bin", "staged"} {
		if err := os.Mkdir(filepath.Join(r.home, folder), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(r.home, "bin", "gcloud"), []byte(gcloudScript), 0o755); err != nil {
		t.Fatal(err)
	}
	r.env = []string{
		"PATH=" + filepath.Join(r.home, "bin") + ":" + os.Getenv("PATH"), "HOME=" + r.home,
		"REHEARSAL=" + r.home, "FUNCTIONS=" + r.functions(),
	}
	for _, name := range []string{"GOCACHE", "GOMODCACHE", "GOPROXY", "GOSUMDB"} {
		value, err := exec.Command("go", "env", name).Output()
		if err != nil {
			t.Fatal(err)
		}
		r.env = append(r.env, name+"="+strings.TrimSpace(string(value)))
	}
	return r
}

// functions starts the local runner and returns its URL.
func (r *rehearsal) functions() string {
	r.t.Helper()
	binary := filepath.Join(r.home, "local")
	if out, err := exec.CommandContext(r.t.Context(), "go", "build", "-o", binary, "../local").CombinedOutput(); err != nil {
		r.t.Fatalf("build the local runner: %v\n%s", err, out)
	}
	cmd := exec.Command(binary)
	cmd.Dir = r.t.TempDir()
	cmd.Env = []string{"PORT=0", "AUTH_PORT=0", "HOME=" + cmd.Dir, "ALLOWED_ORIGINS=" + r.substitutions["_ALLOWED_ORIGINS"]}
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait()
	})
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if url, ready := strings.CutPrefix(lines.Text(), "ready "); ready {
			return url
		}
	}
	r.t.Fatal("the local runner ended")
	return ""
}

// run runs a step as Cloud Build does, in the root of the repository. A volume is a folder of
// the rehearsal.
func (r *rehearsal) run(s step) (string, error) {
	ctx, cancel := context.WithCancel(r.t.Context())
	defer cancel()
	command := s.Args
	if s.Entrypoint != "" {
		command = append([]string{s.Entrypoint}, s.Args...)
	}
	var words []string
	for _, arg := range command {
		words = append(words, r.fill(s, arg))
	}
	if s.ID == "test" {
		words[len(words)-1] = "./functions/deploy/scaffold" // in place of ./...
	}
	cmd := exec.CommandContext(ctx, words[0], words[1:]...)
	if words[0] == "gcloud" { // exec looks in this process's PATH
		cmd = exec.CommandContext(ctx, filepath.Join(r.home, "bin", "gcloud"), words[1:]...)
	}
	cmd.Dir = "../.."
	cmd.Env = slices.Clone(r.env)
	for _, variable := range s.Env {
		cmd.Env = append(cmd.Env, r.fill(s, variable))
	}
	out, err := cmd.CombinedOutput()
	return string(out), err
}

var variable = regexp.MustCompile(`\$\$|\$\{?[A-Z_][A-Z0-9_]*\}?`)

// fill replaces substitutions and, as an escape, $$ by $
// (https://cloud.google.com/build/docs/configuring-builds/substitute-variable-values). It puts the folder of the
// rehearsal in the place of a volume that the step has.
func (r *rehearsal) fill(s step, text string) string {
	text = variable.ReplaceAllStringFunc(text, func(name string) string {
		if name == "$$" {
			return "$"
		}
		value, there := r.substitutions[strings.Trim(name, "${}")]
		if !there {
			r.t.Errorf("step %s: there is no substitution %s", s.ID, name)
		}
		return value
	})
	for _, v := range s.Volumes {
		if v.Name == "staged" {
			text = strings.ReplaceAll(text, v.Path, filepath.Join(r.home, "staged"))
		}
	}
	return text
}
