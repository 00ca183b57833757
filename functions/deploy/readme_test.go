package main_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestReadmeSubstitutions: the table in README.md has each substitution of cloudbuild.yaml
// with its default.
func TestReadmeSubstitutions(t *testing.T) {
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	code := regexp.MustCompile("`([^`]+)`")
	got := map[string]string{}
	for line := range strings.Lines(string(text)) {
		cells := strings.Split(line, "|")
		if len(cells) < 4 || !strings.HasPrefix(cells[1], " `_") {
			continue
		}
		defaults := code.FindAllStringSubmatch(cells[2], -1)
		for i, name := range code.FindAllStringSubmatch(cells[1], -1) {
			got[name[1]] = ""
			if i < len(defaults) {
				got[name[1]] = defaults[i][1]
			}
		}
	}
	if diff := cmp.Diff(read(t).Substitutions, got); diff != "" {
		t.Errorf("substitutions (-cloudbuild.yaml +README.md):\n%s", diff)
	}
}
