package main_test

import (
	"errors"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"

	"pantry.example/functions"
	"pantry.example/functions/deploy/stage"
	"pantry.example/shared/emulator"
)

const cloudBuild = "../../cloudbuild.yaml"

// step is one step of cloudbuild.yaml
// (https://cloud.google.com/build/docs/build-config-file-schema).
type step struct {
	ID         string   `yaml:"id"`
	Name       string   `yaml:"name"` // the image
	WaitFor    []string `yaml:"waitFor"`
	Entrypoint string   `yaml:"entrypoint"`
	Args       []string `yaml:"args"`
	Env        []string `yaml:"env"`
	Volumes    []volume `yaml:"volumes"`
}

type volume struct{ Name, Path string }

// file is what these tests look at. gcloud itself reads the whole file where it is installed.
type file struct {
	Steps          []step            `yaml:"steps"`
	Substitutions  map[string]string `yaml:"substitutions"`
	ServiceAccount string            `yaml:"serviceAccount"`
	Options        struct {
		Logging string
		Env     []string
	} `yaml:"options"`
	text string // without comments
}

func read(t *testing.T) file {
	t.Helper()
	content, err := os.ReadFile(cloudBuild)
	if err != nil {
		t.Fatal(err)
	}
	f := file{text: regexp.MustCompile(`(?m)(^| )#.*$`).ReplaceAllString(string(content), "")}
	if err := yaml.Unmarshal(content, &f); err != nil {
		t.Fatalf("cloudbuild.yaml: %v", err)
	}
	return f
}

func TestStepsWaitForEachOther(t *testing.T) {
	got := map[string][]string{}
	for _, s := range read(t).Steps {
		got[s.ID] = s.WaitFor
	}
	want := map[string][]string{"test": {"-"}, "stage": {"test"}, "urls": nil, "doctor": {"urls"}} // urls waits for all before it
	for _, f := range functions.All() {
		want["deploy-"+f.Name] = []string{"stage"} // side by side
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("what each step waits for (-want +got):\n%s", diff)
	}
	for id, waitFor := range got {
		for _, other := range waitFor {
			if _, there := got[other]; !there && other != "-" {
				t.Errorf("step %s waits for %s, which is no step", id, other)
			}
		}
	}
}

func TestSubstitutions(t *testing.T) {
	f := read(t)
	used := map[string]bool{}
	for _, name := range regexp.MustCompile(`\$\{?(_[A-Z_]+)`).FindAllStringSubmatch(f.text, -1) {
		used[name[1]] = true
	}
	declared := slices.Sorted(maps.Keys(f.Substitutions))
	if diff := cmp.Diff(declared, slices.Sorted(maps.Keys(used))); diff != "" {
		t.Errorf("substitutions (-declared +used):\n%s", diff)
	}
	if len(declared) < 10 {
		t.Errorf("substitutions = %v, want every knob", declared)
	}
	if f.Substitutions["_REDIS_SECRET_VERSION"] == "latest" {
		t.Error("the secret's version is not pinned")
	}
}

func TestImagesArePinned(t *testing.T) {
	f := read(t)
	goMod, err := os.ReadFile("../../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	language := regexp.MustCompile(`(?m)^go (\d+\.\d+)`).FindStringSubmatch(string(goMod))[1]
	exact := regexp.MustCompile(`^(golang:` + regexp.QuoteMeta(language) + `\.\d+-[a-z]+|gcr\.io/google\.com/cloudsdktool/google-cloud-cli:\d+\.\d+\.\d+-slim)$`)
	for _, s := range f.Steps {
		if !exact.MatchString(s.Name) {
			t.Errorf("step %s runs %q, which is no exact version (or another Go than go.mod's %s)", s.ID, s.Name, language)
		}
	}
	if want := "go" + strings.ReplaceAll(language, ".", ""); f.Substitutions["_RUNTIME"] != want {
		t.Errorf("_RUNTIME = %s, want %s as go.mod has", f.Substitutions["_RUNTIME"], want)
	}
	if !strings.HasPrefix(f.ServiceAccount, "projects/${PROJECT_ID}/") || f.Options.Logging != "CLOUD_LOGGING_ONLY" {
		t.Errorf("it builds as %q and logs as %q, want an account of the project and CLOUD_LOGGING_ONLY", f.ServiceAccount, f.Options.Logging)
	}
}

// deploySteps returns the steps that deploy, by function.
func deploySteps(t *testing.T) map[string][]string {
	t.Helper()
	found := map[string][]string{}
	for _, s := range read(t).Steps {
		if len(s.Args) > 3 && slices.Equal(s.Args[:3], []string{"gcloud", "functions", "deploy"}) {
			found[s.Args[3]] = s.Args
		}
	}
	return found
}

func TestEveryFunctionIsDeployed(t *testing.T) {
	deployed := deploySteps(t)
	if len(deployed) != len(functions.All()) {
		t.Errorf("%d functions are deployed, want %d", len(deployed), len(functions.All()))
	}
	var common []string
	for _, f := range functions.All() {
		args := deployed[f.Name]
		account := "--service-account=${_" + strings.ToUpper(strings.ReplaceAll(f.Name, "-", "_")) + "_SERVICE_ACCOUNT}@${PROJECT_ID}.iam.gserviceaccount.com"
		own := []string{f.Name, "--source=/staged/" + f.Name, "--entry-point=" + f.EntryPoint, account}
		for _, want := range append(own, "--gen2",
			"--set-secrets=REDIS_SERVER=${_REDIS_SECRET}:${_REDIS_SECRET_VERSION}${_MORE_SECRETS}",
			"--set-build-env-vars=^|^GOFLAGS=-tags="+stage.Tags+"|GOOGLE_GOLDFLAGS=-s -w") {
			if !slices.Contains(args, want) {
				t.Errorf("%s is deployed without %s", f.Name, want)
			}
		}
		rest := slices.DeleteFunc(slices.Clone(args), func(arg string) bool { return slices.Contains(own, arg) })
		if common == nil {
			common = rest
		}
		if diff := cmp.Diff(common, rest); diff != "" {
			t.Errorf("%s is deployed otherwise than the first:\n%s", f.Name, diff)
		}
	}
}

// gcloud runs gcloud without an account: it checks flags and files before it misses one.
// It exits with 2 when it does not understand a flag, and with 1 without credentials.
func gcloud(t *testing.T, args ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "gcloud", args...)
	cmd.Env = append(os.Environ(), "CLOUDSDK_CONFIG="+t.TempDir(), "CLOUDSDK_CORE_DISABLE_PROMPTS=1",
		"CLOUDSDK_CORE_DISABLE_USAGE_REPORTING=1", "CLOUDSDK_AUTH_DISABLE_CREDENTIALS=0", "GOOGLE_APPLICATION_CREDENTIALS=")
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 1 || !strings.Contains(string(out), "active account") {
		t.Errorf("gcloud %s: %v, want it to miss nothing but an account:\n%s", strings.Join(args, " "), err, out)
	}
}

// TestGcloudUnderstands needs gcloud, and nothing of what it would reach.
func TestGcloudUnderstands(t *testing.T) {
	emulator.Program(t, "gcloud")
	f := read(t)
	t.Run("the file", func(t *testing.T) {
		t.Parallel()
		path, err := filepath.Abs(cloudBuild)
		if err != nil {
			t.Fatal(err)
		}
		gcloud(t, "beta", "builds", "submit", "--no-source", "--project=pantry-test", "--config="+path,
			"--substitutions=^;^_REDIS_SECRET_VERSION=1;_ALLOWED_ORIGINS=https://a.example,https://b.example;_MORE_SECRETS=,SESSION_KEYS=session-keys:1")
	})
	for _, command := range []string{ // of the step urls, and of the doctor
		"run services update recipes --region=europe-west1 --no-invoker-iam-check",
		"run services add-iam-policy-binding recipes --region=europe-west1 --member=allUsers --role=roles/run.invoker",
		"functions list --format=json",
		"secrets versions access 1 --secret=redis-server",
	} {
		t.Run(command, func(t *testing.T) {
			t.Parallel()
			gcloud(t, append(strings.Fields(command), "--project=pantry-test", "--quiet")...)
		})
	}
	for name, args := range deploySteps(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var filled []string
			for _, arg := range args[1:] {
				arg = strings.ReplaceAll(arg, "${PROJECT_ID}", "pantry-test")
				arg = strings.ReplaceAll(arg, "${_ALLOWED_ORIGINS}", "https://a.example,https://b.example")
				arg = strings.ReplaceAll(arg, "${_MORE_SECRETS}", ",SESSION_KEYS=session-keys:1")
				for variable, value := range f.Substitutions {
					arg = strings.ReplaceAll(arg, "${"+variable+"}", value)
				}
				filled = append(filled, strings.ReplaceAll(arg, "/staged/"+name, t.TempDir()))
			}
			gcloud(t, filled...)
		})
	}
}
