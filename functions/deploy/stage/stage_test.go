package stage_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"pantry.example/functions"
	"pantry.example/functions/deploy/stage"
	"pantry.example/shared/emulator"
)

// repository returns the root of this one.
func repository(t *testing.T) string {
	t.Helper()
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	root, err := stage.Root(here)
	if err != nil {
		t.Fatal(err)
	}
	return root
}

func find(t *testing.T, name string) functions.Function {
	t.Helper()
	i := slices.IndexFunc(functions.All(), func(f functions.Function) bool { return f.Name == name })
	if i < 0 {
		t.Fatalf("the table has no %s", name)
	}
	return functions.All()[i]
}

// write stages a function and returns its tree.
func write(t *testing.T, out, name string) string {
	t.Helper()
	dir, err := stage.Write(t.Context(), repository(t), out, find(t, name))
	if err != nil {
		t.Fatalf("Write(%s) = %v", name, err)
	}
	return dir
}

// snapshot describes every file below dir: name, mode, time and content.
func snapshot(t *testing.T, dir string) []string {
	t.Helper()
	var all []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		var content []byte
		if !d.IsDir() {
			if content, err = os.ReadFile(path); err != nil {
				return err
			}
		}
		rel, err := filepath.Rel(dir, path)
		all = append(all, fmt.Sprintf("%s %v %v %x", rel, info.Mode(), info.ModTime().UTC(), sha256.Sum256(content)))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// TestEveryFunctionIsListed reads the sources for what registers an entry point.
func TestEveryFunctionIsListed(t *testing.T) {
	root := repository(t)
	files, err := filepath.Glob(filepath.Join(root, "functions", "*", "*.go"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no sources: %v", err)
	}
	var got []functions.Function
	for _, file := range files {
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		if entry := registered(parsed); entry != "" && !strings.HasSuffix(file, "_test.go") {
			folder := "functions/" + filepath.Base(filepath.Dir(file))
			got = append(got, functions.Function{Name: nameOf(t, filepath.Dir(file)), EntryPoint: entry, Package: folder})
		}
	}
	want := functions.All()
	order := func(a, b functions.Function) int { return strings.Compare(a.Name, b.Name) }
	slices.SortFunc(got, order)
	slices.SortFunc(want, order)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the table and what registers itself below functions/ differ (-listed +registered):\n%s", diff)
	}
}

// registered returns the entry point that a file gives to functions.HTTP.
func registered(file *ast.File) string {
	entry := ""
	ast.Inspect(file, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || len(call.Args) == 0 {
			return true
		}
		selector, ok := call.Fun.(*ast.SelectorExpr)
		if !ok || selector.Sel.Name != "HTTP" && selector.Sel.Name != "CloudEvent" {
			return true
		}
		pkg, ok := selector.X.(*ast.Ident)
		name, isText := call.Args[0].(*ast.BasicLit)
		if ok && isText && pkg.Name == "functions" {
			entry = strings.Trim(name.Value, `"`)
		}
		return true
	})
	return entry
}

// nameOf returns the constant Name of the package in dir.
func nameOf(t *testing.T, dir string) string {
	t.Helper()
	files, _ := filepath.Glob(filepath.Join(dir, "*.go"))
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if _, rest, ok := strings.Cut(string(content), "\nconst Name = \""); ok {
			name, _, _ := strings.Cut(rest, `"`)
			return name
		}
	}
	t.Fatalf("%s has no constant Name", dir)
	return ""
}

func TestStagedTree(t *testing.T) {
	root := repository(t)
	before := snapshot(t, filepath.Join(root, "shared", "session"))
	goMod, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	first := write(t, t.TempDir(), "check-expiration")
	got := snapshot(t, first)

	t.Run("is the same each time", func(t *testing.T) {
		out := t.TempDir()
		for range 2 { // the second replaces the first
			if diff := cmp.Diff(got, snapshot(t, write(t, out, "check-expiration"))); diff != "" {
				t.Errorf("the trees differ (-first +again):\n%s", diff)
			}
		}
		if left, _ := os.ReadDir(out); len(left) != 1 {
			t.Errorf("-out holds %v after staging, want the tree alone", left)
		}
	})
	t.Run("holds what the function needs and nothing else", func(t *testing.T) {
		for _, want := range []string{
			"go.mod", "go.sum", "function.go", "functions/checkexpiration/checkexpiration.go",
			"shared/session/note.lua", "vendor/modules.txt",
			"vendor/github.com/GoogleCloudPlatform/functions-framework-go/funcframework",
		} {
			if _, err := os.Stat(filepath.Join(first, want)); err != nil {
				t.Errorf("%s is missing: %v", want, err)
			}
		}
		for _, foreign := range []string{
			".gitignore", ".gcloudignore", "functions/recipes", "functions/local", "functions/deploy", "shared/recipe",
			"vendor/google.golang.org/grpc", "vendor/cloud.google.com/go/firestore", "vendor/firebase.google.com",
			"vendor/github.com/alicebob",
		} {
			if _, err := os.Stat(filepath.Join(first, foreign)); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("%s is there", foreign)
			}
		}
		for _, file := range got {
			if strings.Contains(file, "_test.go") || strings.Contains(file, ".gitignore") || strings.HasPrefix(file, "shared/") && strings.Contains(file, "testdata") {
				t.Errorf("%s is there", file)
			}
		}
	})
	t.Run("is uploaded whole", func(t *testing.T) { uploadedWhole(t, first) })
	t.Run("keeps the versions that start fast", func(t *testing.T) {
		staged, err := os.ReadFile(filepath.Join(first, "go.mod"))
		if err != nil {
			t.Fatal(err)
		}
		for _, pin := range []string{"github.com/modern-go/reflect2 v1.0.2", "github.com/json-iterator/go v1.1.12"} {
			if !bytes.Contains(goMod, []byte(pin)) || !bytes.Contains(staged, []byte(pin)) {
				t.Errorf("go.mod of the repository and of the tree must both hold %s", pin)
			}
		}
	})
	t.Run("left the repository alone", func(t *testing.T) {
		if diff := cmp.Diff(before, snapshot(t, filepath.Join(root, "shared", "session"))); diff != "" {
			t.Error(diff)
		}
		now, err := os.ReadFile(filepath.Join(root, "go.mod"))
		if err != nil || !bytes.Equal(goMod, now) {
			t.Errorf("go.mod changed, or %v", err)
		}
	})
}

// uploadedWhole asks gcloud, where it is installed, which files it would upload.
func uploadedWhole(t *testing.T, tree string) {
	emulator.Program(t, "gcloud")
	cmd := exec.CommandContext(t.Context(), "gcloud", "meta", "list-files-for-upload", tree)
	cmd.Env = append(os.Environ(), "CLOUDSDK_CONFIG="+t.TempDir(), "CLOUDSDK_CORE_DISABLE_USAGE_REPORTING=1")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("gcloud: %v", err)
	}
	var want []string
	err = filepath.WalkDir(tree, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			path, err = filepath.Rel(tree, path)
			want = append(want, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	got := strings.Fields(string(out))
	slices.Sort(got)
	slices.Sort(want)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("files (-staged +uploaded):\n%s", diff)
	}
}

func TestRefusedFolders(t *testing.T) {
	root := repository(t)
	foreign := t.TempDir()
	if err := os.WriteFile(filepath.Join(foreign, "thesis.txt"), []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	lookalike := t.TempDir() // named as a function, but with somebody's own work in it
	if err := os.MkdirAll(filepath.Join(lookalike, "recipes"), 0o755); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(filepath.Join(root, "shared"), link); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ name, out, want string }{
		{"the repository", root, "is the repository itself"},
		{"a package", filepath.Join(root, "functions", "staged"), "repository's own functions"},
		{"git's", filepath.Join(root, ".git", "staged"), "repository's own .git"},
		{"behind a link", filepath.Join(link, "staged"), "repository's own shared"},
		{"a file", filepath.Join(root, "go.mod"), "is a file of the repository"},
		{"somebody's folder", foreign, "thesis.txt, which was not staged"},
		{"somebody's folder named as ours", lookalike, "recipes, which was not staged"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := stage.Write(t.Context(), root, test.out, find(t, "check-expiration"))
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("Write = %v, want an error with %q", err, test.want)
			}
		})
	}
	if content, err := os.ReadFile(filepath.Join(foreign, "thesis.txt")); err != nil || string(content) != "mine" {
		t.Errorf("thesis.txt = %q, %v", content, err)
	}
}

func TestFailureKeepsTheLastTree(t *testing.T) {
	out := t.TempDir()
	last := filepath.Join(out, "check-expiration")
	if err := os.MkdirAll(last, 0o755); err != nil {
		t.Fatal(err)
	}
	mark := "// Code generated by functions/deploy stage. DO NOT EDIT.\n"
	if err := os.WriteFile(filepath.Join(last, "function.go"), []byte(mark), 0o600); err != nil {
		t.Fatal(err)
	}
	before := snapshot(t, out)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := stage.Write(ctx, repository(t), out, find(t, "check-expiration")); err == nil {
		t.Fatal("Write of a cancelled command succeeded")
	}
	if diff := cmp.Diff(names(before), names(snapshot(t, out))); diff != "" {
		t.Errorf("the folder changed:\n%s", diff)
	}
}

// names leaves out what changes when an entry comes and goes: the folder's own time.
func names(snapshot []string) []string { return snapshot[1:] }

func TestRunExplains(t *testing.T) {
	for _, test := range []struct {
		name string
		args []string
		want string
	}{
		{"no folder", nil, "say where to write to"},
		{"unknown function", []string{"-out", t.TempDir(), "recepies"}, `no function "recepies"; there are set-cache, check-expiration, recipes`},
		{"unknown flag", []string{"-dir", "x"}, "stage -out DIR [function…]"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var out bytes.Buffer
			err := stage.Run(t.Context(), test.args, &out)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("Run(%q) = %v, want an error with %q", test.args, err, test.want)
			}
		})
	}
	var out bytes.Buffer
	if err := stage.Run(t.Context(), []string{"-h"}, &out); err != nil || !strings.Contains(out.String(), "check-expiration") {
		t.Errorf("Run(-h) = %v and %q", err, out.String())
	}
	if _, err := stage.Root(t.TempDir()); err == nil || !strings.Contains(err.Error(), "run this from a clone") {
		t.Errorf("Root outside of the repository = %v", err)
	}
}
