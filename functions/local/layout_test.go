package main_test

import (
	"os/exec"
	"slices"
	"strings"
	"testing"

	"pantry.example/functions"
)

const module = "pantry.example/"

// TestLayout holds every package, and its tests, to who may import whom. Tests may import
// the emulators besides.
func TestLayout(t *testing.T) {
	const line = `{{$from := .ImportPath}}{{range .Imports}}code {{$from}} {{.}}
{{end}}{{range .TestImports}}test {{$from}} {{.}}
{{end}}{{range .XTestImports}}test {{$from}} {{.}}
{{end}}`
	checked := 0
	for row := range strings.Lines(list(t, "-f", line, module+"...")) {
		fields := strings.Fields(row)
		if len(fields) != 3 || !strings.HasPrefix(fields[2], module) {
			continue
		}
		from, to := strings.TrimPrefix(fields[1], module), strings.TrimPrefix(fields[2], module)
		inTest := fields[0] == "test"
		checked++
		if !allowed(from, to) && !(inTest && within(to, "shared/emulator")) {
			t.Errorf("the %s of %s must not import %s", fields[0], from, to)
		}
	}
	if checked < 50 {
		t.Errorf("only %d imports were found", checked)
	}
}

// arrows are the rooms that a room may import, besides itself and shared/config.
var arrows = map[string][]string{
	"functions":                {},
	"functions/local":          {"functions", "shared"}, // it runs the functions
	"functions/deploy":         {"functions", "shared"}, // it ships them
	"shared/config":            {},
	"shared/web":               {},
	"shared/identity":          {},
	"shared/identity/firebase": {"shared/identity"},
	"shared/session":           {"shared/identity", "shared/web"},
	"shared/recipe":            {},
	"shared/recipe/store":      {"shared/recipe"},
	"shared/recipe/jsonld":     {"shared/recipe"},
	"shared/emulator":          {},
}

func init() {
	for _, f := range functions.All() {
		arrows[f.Package] = []string{"shared"} // a function never imports another
	}
}

func allowed(from, to string) bool {
	room := roomOf(from)
	if within(to, room) && roomOf(to) == room || to == "shared/config" {
		return true
	}
	if within(to, "shared/emulator") && room != "functions/local" {
		return false
	}
	return slices.ContainsFunc(arrows[room], func(parent string) bool { return within(to, parent) })
}

// roomOf returns the longest path of arrows that a package is in.
func roomOf(path string) string {
	room := ""
	for name := range arrows {
		if within(path, name) && len(name) > len(room) {
			room = name
		}
	}
	return room
}

func within(path, parent string) bool { return path == parent || strings.HasPrefix(path, parent+"/") }

// TestLinks: a package links only what it needs.
func TestLinks(t *testing.T) {
	local := []string{"miniredis", "functions/local", "functions/deploy", "shared/emulator", "godotenv", "tint", "swaggest", "goccy", "jsonschema", "huma", "chromedp", "testing"}
	grpc := []string{"google.golang.org/grpc", "cloud.google.com/go/firestore"}
	unwanted := map[string][]string{
		"functions/setcache":        {"shared/recipe"},
		"functions/checkexpiration": append([]string{"firebase.google.com/go", "shared/recipe"}, grpc...),
		"shared/identity":           append([]string{"firebase.google.com/go"}, grpc...),
	}
	for _, f := range functions.All() {
		unwanted[f.Package] = append(unwanted[f.Package], local...)
	}
	for from, parts := range unwanted {
		linked := strings.Fields(list(t, "-deps", module+from))
		for _, part := range parts {
			i := slices.IndexFunc(linked, func(path string) bool {
				return path == part || strings.HasPrefix(path, part+"/") || strings.Contains(path, "/"+part)
			})
			if i >= 0 {
				t.Errorf("%s links %s", from, linked[i])
			}
		}
	}
}

func list(t *testing.T, args ...string) string {
	t.Helper()
	out, err := exec.Command("go", append([]string{"list"}, args...)...).Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	return string(out)
}
