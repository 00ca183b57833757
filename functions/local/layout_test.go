package main_test

import (
	"os/exec"
	"strings"
	"testing"
)

// TestLayout holds the packages to who may import whom.
func TestLayout(t *testing.T) {
	out, err := exec.Command("go", "list", "-f", `{{.ImportPath}}: {{join .Imports " "}}`, "pantry.example/...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	const module = "pantry.example/"
	for line := range strings.Lines(string(out)) {
		from, imports, _ := strings.Cut(strings.TrimSpace(line), ": ")
		for _, to := range strings.Fields(imports) {
			if strings.HasPrefix(to, module) && !allowed(strings.TrimPrefix(from, module), strings.TrimPrefix(to, module)) {
				t.Errorf("%s must not import %s", from, to)
			}
		}
	}
}

func allowed(from, to string) bool {
	top := func(path string) string { return strings.Join(strings.SplitN(path, "/", 3)[:2], "/") }
	a, b := top(from), top(to)
	switch {
	case a == b:
		return true
	case a == "functions/local" || a == "functions/deploy":
		return true // they run and ship the functions
	case strings.HasPrefix(a, "functions/"):
		return strings.HasPrefix(b, "shared/")
	case b == "shared/config":
		return true
	}
	return a == "shared/session" && (b == "shared/identity" || b == "shared/web")
}

// TestLinks: a function links only what it needs.
func TestLinks(t *testing.T) {
	for function, unwanted := range map[string][]string{
		"checkexpiration": {"google.golang.org/grpc", "cloud.google.com/go/firestore", "firebase.google.com/go", "miniredis", "functions/local", "huma"},
		"setcache":        {"miniredis", "functions/local", "godotenv", "huma", "shared/recipe"},
		"recipes":         {"miniredis", "functions/local", "godotenv", "chromedp"},
	} {
		out, err := exec.Command("go", "list", "-deps", "pantry.example/functions/"+function).Output()
		if err != nil {
			t.Fatalf("go list: %v", err)
		}
		for _, part := range unwanted {
			if strings.Contains(string(out), part) {
				t.Errorf("%s links %s", function, part)
			}
		}
	}
}
