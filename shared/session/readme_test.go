package session_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestReadmeNamesTests: each test that README.md names exists where it says.
func TestReadmeNamesTests(t *testing.T) {
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	named := regexp.MustCompile("`(Test[A-Za-z0-9]+)`(?: in ([a-z/]+))?").FindAllStringSubmatch(string(text), -1)
	if len(named) < 40 {
		t.Errorf("README.md names %d tests, want those of all properties", len(named))
	}
	for _, m := range named {
		folder := "."
		if m[2] != "" {
			folder = filepath.Join("..", "..", m[2])
		}
		if !hasTest(t, folder, m[1]) {
			t.Errorf("there is no %s in %s", m[1], folder)
		}
	}
	for _, row := range regexp.MustCompile(`(?m)^\| \d+ \|.*$`).FindAllString(string(text), -1) {
		if !strings.Contains(row, "`Test") {
			t.Errorf("a property has no test: %s", row)
		}
	}
}

func hasTest(t *testing.T, folder, name string) bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*_test.go"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no tests in %s: %v", folder, err)
	}
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(source), "\nfunc "+name+"(t *testing.T)") {
			return true
		}
	}
	return false
}
