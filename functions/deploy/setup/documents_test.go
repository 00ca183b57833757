package setup_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"pantry.example/functions/deploy/setup"
	"pantry.example/shared/emulator"
)

// TestReadme: the README has the steps as setup -h lists them, with Markdown added.
func TestReadme(t *testing.T) {
	var help bytes.Buffer
	if err := setup.Run(t.Context(), []string{"-h"}, newCloud(t).world(&help)); err != nil {
		t.Fatal(err)
	}
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, steps, _ := strings.Cut(help.String(), "\n1. ")
	plain := strings.NewReplacer("`", "", "**", "").Replace(string(readme))
	if steps == "" || !strings.Contains(plain, "\n\n1. "+steps+"\n") {
		t.Errorf("functions/deploy/README.md has other steps than these:\n\n1. %s", steps)
	}
}

// TestScript pastes the script into bash and zsh. Both must run the commands that the
// set-up itself runs. Each program here writes its arguments down.
func TestScript(t *testing.T) {
	c := newCloud(t)
	script, err := c.setUp("-dry-run")
	if err != nil || len(c.calls) > 0 {
		t.Fatalf("%v, after %d calls", err, len(c.calls))
	}
	if strings.Contains(script, "#") {
		t.Error("the script has a comment")
	}
	one, err := c.setUp("-dry-run", "-only", "act-as")
	if err != nil || one == script || !strings.HasPrefix(one, "echo 'Let the build run") || strings.Count(one, "echo ") != 1 || !strings.Contains(script, one) {
		t.Errorf("%v; with -only act-as the script is\n%s", err, one)
	}
	bin := t.TempDir()
	const program = "#!/bin/sh\n{ printf %s \"${0##*/}\"; for a; do printf '|%s' \"$a\"; done; echo; } >> \"$WRITTEN\"\n"
	for _, name := range []string{"gcloud", "go", "sleep"} {
		if err := os.WriteFile(filepath.Join(bin, name), []byte(program), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for shell, args := range map[string][]string{"bash": {"--norc", "-i"}, "zsh": {"-f", "-i"}} {
		t.Run(shell, func(t *testing.T) {
			emulator.Program(t, shell)
			written := filepath.Join(t.TempDir(), "written")
			cmd := exec.CommandContext(t.Context(), shell, args...)
			cmd.Env = append(os.Environ(), "PATH="+bin+":"+os.Getenv("PATH"), "WRITTEN="+written, "HOME="+bin, "TERM=dumb")
			cmd.Stdin = strings.NewReader(script)
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			got, err := os.ReadFile(written)
			if err != nil {
				t.Fatal(err)
			}
			var ran []string
			own := 0
			for line := range strings.Lines(string(got)) {
				line = strings.TrimSuffix(line, "\n")
				if argv, ok := strings.CutPrefix(line, "gcloud|"); ok {
					ran = append(ran, argv)
				} else if strings.HasPrefix(line, "go|run|./functions/deploy|setup|") {
					own++
				}
			}
			if diff := cmp.Diff(changes(done(t)), ran); diff != "" || own != 4 {
				t.Errorf("%d steps by setup itself, want 4; gcloud commands (-set-up +script):\n%s", own, diff)
			}
		})
	}
}

// changes are the gcloud commands that change something, but for the secret's value.
func changes(c *cloud) []string {
	var all []string
	tried := map[string]bool{}
	for _, argv := range c.argvs {
		line := strings.Join(argv, "|")
		read := strings.Contains(line, "|list|") || strings.Contains(line, "get-iam-policy") || strings.Contains(line, "describe") || argv[0] == "auth"
		if !read && !strings.Contains(line, "versions|add") && !tried[line] {
			all = append(all, line)
		}
		tried[line] = true // a command is tried again until what it needs is known
	}
	return all
}

// TestGcloudUnderstands runs each kind of command with the real gcloud and no account. It
// exits with 2 when it does not understand a flag, and with 1 without credentials.
func TestGcloudUnderstands(t *testing.T) {
	emulator.Program(t, "gcloud")
	kinds := map[string][]string{}
	for _, argv := range done(t).argvs {
		kind := strings.Join(argv[:min(3, len(argv))], " ")
		for _, arg := range argv {
			if name, _, _ := strings.Cut(arg, "="); strings.HasPrefix(arg, "--") {
				kind += name
			}
		}
		kinds[kind] = argv
	}
	for kind, argv := range kinds {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			cmd := exec.CommandContext(t.Context(), "gcloud", argv...)
			cmd.Env = append(os.Environ(), "CLOUDSDK_CONFIG="+t.TempDir(), "CLOUDSDK_CORE_DISABLE_USAGE_REPORTING=1", "GOOGLE_APPLICATION_CREDENTIALS=")
			out, _ := cmd.CombinedOutput()
			if code := cmd.ProcessState.ExitCode(); code != 1 || !strings.Contains(string(out), "active account") {
				t.Errorf("exit code %d, want it to miss nothing but an account:\n%s", code, out)
			}
		})
	}
}
