// Package scaffold writes a new function and its test: the smallest function that uses the
// session. It also adds the function to the files that run and deploy functions.
package scaffold

import (
	"bytes"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"text/template"

	"pantry.example/functions"
	"pantry.example/functions/deploy/stage"
)

const (
	table    = "functions/functions.go"
	handlers = "functions/local/handlers/handlers.go"
	build    = "cloudbuild.yaml"
	readme   = "functions/deploy/README.md"
)

var (
	//go:embed function.go.tmpl
	functionSource string
	//go:embed function_test.go.tmpl
	testSource string
)

// names is the form of a name. A service account's ID has at most 30 characters and begins
// with pantry- (https://cloud.google.com/iam/docs/service-accounts-create).
var names = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)

const maxName = 23

const help = `go run ./functions/deploy new NAME

Writes the smallest function that uses the session, and its test. Adds the function to the table of functions, to the
local runner, to cloudbuild.yaml and to the table in functions/deploy/README.md. NAME is a name such as shopping-list.
`

// Run is the command new NAME. It runs from anywhere inside the repository and says what it
// wrote.
func Run(_ context.Context, args []string, out io.Writer) error {
	if len(args) == 1 && slices.Contains([]string{"-h", "-help", "--help"}, args[0]) {
		_, err := io.WriteString(out, help)
		return err
	}
	if len(args) != 1 || strings.HasPrefix(args[0], "-") {
		return errors.New("write new NAME, as in: new shopping-list")
	}
	here, err := os.Getwd()
	if err != nil {
		return fmt.Errorf("find the repository: %w", err)
	}
	root, err := stage.Root(here)
	if err != nil {
		return err
	}
	f, err := Write(root, args[0])
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, `%[1]s is in %[2]s. It is also in %[3]s, %[4]s, %[5]s and %[6]s.

Edit it:    the method answer in %[2]s
Try it:     go run ./functions/local, then call /%[1]s with a session
Deploy it:  run go run ./functions/deploy setup again, which makes its service account, then build as before
`, f.Name, f.Package, table, handlers, build, readme)
	return err
}

// Write adds the function with this name to the repository at root. After an error it has
// written nothing, unless the disk failed.
func Write(root, name string) (functions.Function, error) {
	f, err := check(root, name)
	if err != nil {
		return f, err
	}
	folder := filepath.Base(f.Package)
	files := map[string]string{}
	for file, source := range map[string]string{folder + ".go": functionSource, folder + "_test.go": testSource} {
		var text bytes.Buffer
		err := template.Must(template.New(file).Parse(source)).Execute(&text, map[string]string{"Folder": folder, "Name": f.Name, "EntryPoint": f.EntryPoint})
		if err != nil {
			return f, err
		}
		files[f.Package+"/"+file] = text.String()
	}
	for file, add := range map[string]func(string, functions.Function) (string, error){
		table: addRow, handlers: addHandler, build: addStep, readme: addSubstitution,
	} {
		text, err := os.ReadFile(filepath.Join(root, file)) //nolint:gosec // a file of the repository
		if err == nil {
			files[file], err = add(string(text), f)
		}
		if err != nil {
			return f, fmt.Errorf("%s: %w", file, err)
		}
	}
	if err := os.Mkdir(filepath.Join(root, f.Package), 0o755); err != nil { //nolint:gosec // public source code
		return f, fmt.Errorf("make the function's folder: %w", err)
	}
	for file, text := range files {
		if err := os.WriteFile(filepath.Join(root, file), []byte(text), 0o644); err != nil { //nolint:gosec // as above
			return f, fmt.Errorf("write the function: %w", err)
		}
	}
	return f, nil
}

// check refuses a name that Google or Go would refuse, and a name that is in use.
func check(root, name string) (functions.Function, error) {
	if !names.MatchString(name) || len(name) > maxName {
		return functions.Function{}, fmt.Errorf("%q is no name for a function: write at most %d lower case letters and digits with single hyphens, a letter first", name, maxName)
	}
	f := functions.Function{Name: name, EntryPoint: camel(name), Package: "functions/" + strings.ReplaceAll(name, "-", "")}
	folder := filepath.Base(f.Package)
	parsed, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, handlers), nil, parser.SkipObjectResolution)
	if err != nil {
		return f, err
	}
	used := token.IsKeyword(folder)
	ast.Inspect(parsed, func(n ast.Node) bool { // the package is imported there, beside these names
		id, ok := n.(*ast.Ident)
		used = used || ok && id.Name == folder
		return true
	})
	if _, err := os.Stat(filepath.Join(root, f.Package)); err == nil || used {
		return f, fmt.Errorf("%s is taken: choose another name", name)
	}
	return f, nil
}

// camel turns shopping-list into ShoppingList.
func camel(name string) string {
	var s strings.Builder
	for word := range strings.SplitSeq(name, "-") {
		s.WriteString(strings.ToUpper(word[:1]) + word[1:])
	}
	return s.String()
}
