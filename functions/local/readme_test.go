package main_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"pantry.example/shared/config"
)

func readme(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// section returns the text below a heading of the README, up to the next heading.
func section(t *testing.T, heading string) string {
	t.Helper()
	_, rest, found := strings.Cut(readme(t), "\n## "+heading+"\n")
	if !found {
		t.Fatalf("the README has no section %s", heading)
	}
	text, _, _ := strings.Cut(rest, "\n## ")
	return text
}

// TestReadmeDependencies: the README gives a reason for each direct dependency, and for no
// other module.
func TestReadmeDependencies(t *testing.T) {
	out, err := exec.Command("go", "mod", "edit", "-json", "../../go.mod").Output()
	if err != nil {
		t.Fatal(err)
	}
	var mod struct {
		Require []struct {
			Path     string
			Indirect bool
		}
	}
	if err := json.Unmarshal(out, &mod); err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, m := range mod.Require {
		if !m.Indirect {
			want = append(want, m.Path)
		}
	}
	var got []string
	for _, m := range regexp.MustCompile(`\(https://pkg\.go\.dev/([^)]+)\)`).FindAllStringSubmatch(section(t, "Dependencies"), -1) {
		got = append(got, m[1])
	}
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("dependencies (-go.mod +README):\n%s", diff)
	}
}

// TestReadmeConfiguration: the table has every variable that is read. Those that only turn
// a mistake into an error are in .env.example alone.
func TestReadmeConfiguration(t *testing.T) {
	text := section(t, "Configuration")
	read := map[string]bool{}
	if _, err := config.Load(func(name string) string { read[name] = true; return "" }); err != nil {
		t.Fatal(err)
	}
	delete(read, "K_SERVICE") // Cloud Run sets it
	for name := range read {
		if !strings.Contains(text, "`"+name+"`") {
			t.Errorf("the table lacks %s", name)
		}
	}
	for _, m := range regexp.MustCompile("`([A-Z]+_[A-Z_]+|PORT)`").FindAllStringSubmatch(text, -1) {
		if !read[m[1]] {
			t.Errorf("the table has %s, which nothing reads", m[1])
		}
	}
}
