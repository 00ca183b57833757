package config_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/joho/godotenv"

	"pantry.example/shared/config"
)

func readExample(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../../.env.example")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func loadDotenv(t *testing.T, text string) config.Config {
	t.Helper()
	values, err := godotenv.Unmarshal(text)
	if err != nil {
		t.Fatal(err)
	}
	c, err := config.Load(func(name string) string { return values[name] })
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestExampleIsTheDefault: a copy of .env.example changes nothing, so it shows the defaults.
func TestExampleIsTheDefault(t *testing.T) {
	want, err := config.Load(env())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, loadDotenv(t, readExample(t))); diff != "" {
		t.Errorf(".env.example (-defaults +file):\n%s", diff)
	}
}

// TestExampleUncommented: each line has an effect when it is uncommented.
func TestExampleUncommented(t *testing.T) {
	got := loadDotenv(t, regexp.MustCompile(`(?m)^# ([A-Z_]+=)`).ReplaceAllString(readExample(t), "$1"))
	if got.Redis.Embedded || got.AuthEmulator == "" || got.FirestoreEmulator == "" || got.FunctionTarget == "" || got.DataDir == "" {
		t.Errorf("a line of .env.example has no effect when it is uncommented: %+v", got)
	}
	if said := append(got.Redis.Repairs, got.Redis.Warnings...); len(said) > 0 {
		t.Errorf("REDIS_SERVER in .env.example gets the remarks %q, want none", said)
	}
}

// TestExampleNamesEveryVariable compares .env.example with the variables that Load reads,
// locally and deployed.
func TestExampleNamesEveryVariable(t *testing.T) {
	read := map[string]bool{}
	for _, getenv := range []func(string) string{env(), deployed()} {
		if _, err := config.Load(func(name string) string { read[name] = true; return getenv(name) }); err != nil {
			t.Fatal(err)
		}
	}
	text := readExample(t)
	for name := range read {
		if !regexp.MustCompile(`\b` + name + `\b`).MatchString(text) {
			t.Errorf(".env.example does not name %s", name)
		}
	}
	for _, line := range strings.Split(text, "\n") {
		name, _, found := strings.Cut(strings.TrimPrefix(line, "# "), "=")
		if found && regexp.MustCompile(`^[A-Z_]+$`).MatchString(name) && !read[name] {
			t.Errorf(".env.example has %s, which nothing reads", name)
		}
	}
}
