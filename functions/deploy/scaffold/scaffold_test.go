package scaffold_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pantry.example/functions/deploy/scaffold"
)

// smallCopy copies the files of this repository that a new function gets a row in.
func smallCopy(t *testing.T) string {
	t.Helper()
	root := t.TempDir()
	for _, file := range []string{"go.mod", "cloudbuild.yaml", "functions/deploy/README.md", "functions/functions.go", "functions/local/handlers/handlers.go"} {
		text, err := os.ReadFile(filepath.Join("../../..", file))
		if err == nil {
			err = os.MkdirAll(filepath.Dir(filepath.Join(root, file)), 0o755)
		}
		if err == nil {
			err = os.WriteFile(filepath.Join(root, file), text, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func TestRun(t *testing.T) {
	root := smallCopy(t)
	t.Chdir(filepath.Join(root, "functions"))
	var out bytes.Buffer
	if err := scaffold.Run(t.Context(), []string{"fourth-of-a-test"}, &out); err != nil || !strings.Contains(out.String(), "functions/fourthofatest") {
		t.Fatalf("Run() = %v: %s", err, &out)
	}
	for file, want := range map[string]string{
		"functions/deploy/README.md":                    "| `_FOURTH_OF_A_TEST_SERVICE_ACCOUNT` | `pantry-fourth-of-a-test` |",
		"functions/functions.go":                        `{Name: "fourth-of-a-test", EntryPoint: "FourthOfATest", Package: "functions/fourthofatest"}`,
		"functions/local/handlers/handlers.go":          "fourthofatest.New(fourthofatest.Deps{",
		"cloudbuild.yaml":                               "--service-account=${_FOURTH_OF_A_TEST_SERVICE_ACCOUNT}@",
		"functions/fourthofatest/fourthofatest.go":      "package fourthofatest\n",
		"functions/fourthofatest/fourthofatest_test.go": "package fourthofatest_test\n",
	} {
		text, err := os.ReadFile(filepath.Join(root, file))
		if err != nil || !strings.Contains(string(text), want) {
			t.Errorf("%s lacks %q (%v)", file, want, err)
		}
	}
	if err := scaffold.Run(t.Context(), []string{"fourth-of-a-test"}, &out); err == nil || !strings.Contains(err.Error(), "taken") {
		t.Errorf("the same name again = %v, want an error", err)
	}
}

// TestHelp: -h is no wrong name.
func TestHelp(t *testing.T) {
	var out bytes.Buffer
	if err := scaffold.Run(t.Context(), []string{"-h"}, &out); err != nil || !strings.Contains(out.String(), "new NAME") {
		t.Errorf("new -h = %v, want no error and how to use it:\n%s", err, out.String())
	}
}

// TestRefused: nothing is written for a name that cannot be.
func TestRefused(t *testing.T) {
	root := smallCopy(t)
	t.Chdir(root)
	for _, args := range [][]string{
		nil,
		{"a", "b"},
		{"-x"},
		{""},
		{"Menu"},
		{"1menu"},
		{"menu-"},
		{"a--b"},
		{"../x"},
		{strings.Repeat("a", 24)},
		{"func"},
		{"web"},
		{"session"},
		{"local"},
		{"set-cache"},
	} {
		if err := scaffold.Run(t.Context(), args, &bytes.Buffer{}); err == nil {
			t.Errorf("new %q = no error, want one", args)
		}
	}
	entries, err := os.ReadDir(filepath.Join(root, "functions"))
	if err != nil || len(entries) != 3 {
		t.Errorf("functions has %d entries (%v), want 3 as before", len(entries), err)
	}
	if err := os.WriteFile(filepath.Join(root, "cloudbuild.yaml"), []byte("steps: []\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := scaffold.Write(root, "fourth-of-a-test"); err == nil || !strings.Contains(err.Error(), "cloudbuild.yaml") {
		t.Errorf("with another cloudbuild.yaml = %v, want an error that names it", err)
	}
	if _, err := os.Stat(filepath.Join(root, "functions", "fourth-of-a-test")); err == nil {
		t.Error("a folder was made in spite of the error")
	}
}
