package openapi_test

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"pantry.example/functions/local/openapi"
)

// The document has every error code that the functions make, with its statuses, and no
// other one.
func TestErrorCodesAreComplete(t *testing.T) {
	want := map[string][]int{}
	for _, root := range []string{"../../../shared", "../../setcache", "../../checkexpiration", "../../recipes"} {
		collectCodes(t, root, want)
	}
	text, err := openapi.Document()
	if err != nil {
		t.Fatal(err)
	}
	var d struct {
		Codes []struct {
			Code          string
			Status        []int
			Meaning, Page string
		} `json:"x-error-codes"`
	}
	if err := json.Unmarshal(text, &d); err != nil {
		t.Fatal(err)
	}
	got := map[string][]int{}
	for _, c := range d.Codes {
		got[c.Code] = c.Status
		if c.Meaning == "" || c.Page == "" {
			t.Errorf("%s is not explained", c.Code)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("codes.yaml is not what the code makes (-code +codes.yaml):\n%s", diff)
	}
}

// collectCodes finds each status and code that stand side by side in the arguments of
// NewError or in the results of a return.
func collectCodes(t *testing.T, root string, found map[string][]int) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "emulator" || d.Name() == "testdata") {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CallExpr:
				addCode(found, n.Args)
			case *ast.ReturnStmt:
				addCode(found, n.Results)
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func addCode(found map[string][]int, list []ast.Expr) {
	if len(list) < 2 {
		return
	}
	selector, ok := list[0].(*ast.SelectorExpr)
	literal, isLiteral := list[1].(*ast.BasicLit)
	if !ok || !isLiteral {
		return
	}
	status := statusOf(selector.Sel.Name)
	code, err := strconv.Unquote(literal.Value)
	if err != nil || status == 0 || slices.Contains(found[code], status) {
		return
	}
	found[code] = append(found[code], status)
	slices.Sort(found[code])
}

// statusOf returns the number of a name such as StatusNotFound, 0 for any other name.
func statusOf(name string) int {
	for status := 400; status < 600; status++ {
		if text := http.StatusText(status); text != "" && name == "Status"+strings.ReplaceAll(text, " ", "") {
			return status
		}
	}
	return 0
}

// The README of the recipe API has the table of codes. After a change of codes.yaml:
//
//	go test ./functions/local/openapi -update
func TestReadmeHasTheCodes(t *testing.T) {
	const file = "../../recipes/README.md"
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	table, err := openapi.CodeTable()
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(text), "<!-- codes:")
	comment, rest, ok2 := strings.Cut(rest, "\n")
	_, after, ok3 := strings.Cut(rest, "<!-- end of codes -->")
	if !ok || !ok2 || !ok3 {
		t.Fatalf("%s has no place for the codes", file)
	}
	want := before + "<!-- codes:" + comment + "\n\n" + table + "\n<!-- end of codes -->" + after
	if *update {
		if err := os.WriteFile(file, []byte(want), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(want, string(text)); diff != "" {
		t.Errorf("%s (-codes.yaml +README):\n%s", file, diff)
	}
}
