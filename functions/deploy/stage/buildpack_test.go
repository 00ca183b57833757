package stage_test

import (
	"fmt"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"pantry.example/functions/deploy/stage"
)

// build does to a staged tree what Google's buildpack does to it
// (GoogleCloudPlatform/buildpacks, cmd/go/functions_framework/lib, createMainGoModVendored
// and the declarative template), without a network, and returns the program.
func build(t *testing.T, tree string) string {
	t.Helper()
	addMain(t, tree)
	binary := filepath.Join(t.TempDir(), "main")
	// The buildpack has no -trimpath; here it lets a package that was compiled in another
	// folder be used again.
	goRun(t, tree, "build", "-trimpath", "-tags="+stage.Tags, "-ldflags=-s -w", "-o", binary, "./functions.local/app")
	return binary
}

// resolves is build as far as it takes no compiler: every import is found.
func resolves(t *testing.T, tree string) {
	t.Helper()
	addMain(t, tree)
	deps := goRun(t, tree, "list", "-deps", "-tags="+stage.Tags, "./functions.local/app")
	if !strings.Contains(deps, "funcframework") {
		t.Errorf("the program has no Functions Framework: %s", deps)
	}
}

// addMain adds the main package that the buildpack generates.
func addMain(t *testing.T, tree string) {
	t.Helper()
	checkRootPackage(t, tree)
	app := filepath.Join(tree, "functions.local", "app")
	if err := os.MkdirAll(app, 0o755); err != nil {
		t.Fatal(err)
	}
	module := goRun(t, tree, "list", "-m")
	if err := os.WriteFile(filepath.Join(app, "main.go"), fmt.Appendf(nil, mainTemplate, module), 0o600); err != nil {
		t.Fatal(err)
	}
}

// mainTemplate is the buildpack's, but that it listens on loopback alone.
const mainTemplate = `// Binary main file implements an HTTP server that loads and runs user's code
// on incoming HTTP requests.
package main

import (
	"log"
	"net/http"
	"os"

	_ "%s"

	"github.com/GoogleCloudPlatform/functions-framework-go/funcframework"
)

func main() {
	http.HandleFunc("/robots.txt", http.NotFound)
	http.HandleFunc("/favicon.ico", http.NotFound)

	port := os.Getenv("PORT")
	if port == "" {
		port = "8080"
	}
	if err := funcframework.StartHostPort("127.0.0.1", port); err != nil {
		log.Fatalf("Function failed to start: %%v\n", err)
	}
}
`

// checkRootPackage parses the root as the buildpack does: exactly one package, tests
// counted, and not main. Its import of functions chooses the template above.
func checkRootPackage(t *testing.T, tree string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(tree, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	packages, imports := map[string]bool{}, map[string]bool{}
	for _, file := range files {
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		packages[parsed.Name.Name] = true
		for _, i := range parsed.Imports {
			imports[strings.Trim(i.Path.Value, `"`)] = true
		}
	}
	if len(packages) != 1 || packages["main"] {
		t.Fatalf("packages at the root = %v, want one that is not main", packages)
	}
	if !imports["github.com/GoogleCloudPlatform/functions-framework-go/functions"] {
		t.Fatalf("imports of the root package = %v, want the framework's functions", imports)
	}
	// A folder of the package's name would be taken for the package.
	for name := range packages {
		if _, err := os.Stat(filepath.Join(tree, name)); err == nil {
			t.Fatalf("there is a folder %s", name)
		}
	}
}

// goRun runs the go command with nothing but what was vendored.
func goRun(t *testing.T, dir string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOFLAGS=-mod=vendor", "GOPROXY=off", "GOWORK=off", "CGO_ENABLED=0", "PWD="+dir)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, stderr.String())
	}
	return strings.TrimSpace(string(out))
}
