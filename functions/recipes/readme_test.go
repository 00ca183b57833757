package recipes_test

import (
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"pantry.example/functions/recipes"
	"pantry.example/functions/recipes/fetch"
)

var consoleBlock = regexp.MustCompile("(?s)```console\n(.*?)```")

// Every command of README.md is run, in order and in one shell, and answers what is
// written there. "…" stands for any text.
func TestReadme(t *testing.T) {
	for _, tool := range []string{"bash", "curl"} {
		if _, err := exec.LookPath(tool); err != nil {
			if os.Getenv("CI") == "true" {
				t.Fatalf("%s is not installed", tool)
			}
			t.Skipf("install %s to run this", tool)
		}
	}
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	var commands, wants []string
	for _, block := range consoleBlock.FindAllStringSubmatch(string(text), -1) {
		for line := range strings.Lines(block[1]) {
			if command, ok := strings.CutPrefix(line, "$ "); ok {
				commands, wants = append(commands, command), append(wants, "")
				continue
			}
			wants[len(wants)-1] += line
		}
	}
	if len(commands) < 10 {
		t.Fatalf("%d commands", len(commands))
	}
	const mark = "\x1e"
	s := start(t, nil, func(d *recipes.Deps) { d.Fetch = fetch.New().Page })
	shell := exec.CommandContext(t.Context(), "bash", "-c", "printf '"+mark+"'\n"+strings.Join(commands, "printf '"+mark+"'\n"))
	shell.Dir = t.TempDir()
	shell.Env = append(os.Environ(), "PANTRY="+s.url, "SESSION=alice", "no_proxy=*")
	out, err := shell.CombinedOutput()
	if err != nil {
		t.Errorf("bash: %v", err)
	}
	got := strings.Split(string(out), mark)[1:]
	if len(got) != len(commands) {
		t.Fatalf("%d answers to %d commands:\n%s", len(got), len(commands), out)
	}
	for i, want := range wants {
		pattern := strings.ReplaceAll(regexp.QuoteMeta(strings.TrimSpace(want)), "…", ".*")
		if !regexp.MustCompile("(?s)^" + pattern + "$").MatchString(strings.TrimSpace(got[i])) {
			t.Errorf("$ %sgot  %s\nwant %s", commands[i], got[i], want)
		}
	}
}
