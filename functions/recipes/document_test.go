package recipes_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"pantry.example/shared/recipe"
)

const documentFile = "../local/openapi/openapi.json"

// apiDocument is the committed OpenAPI document.
type apiDocument struct {
	Paths      map[string]map[string]operation
	Components struct {
		Responses map[string]answer
		Schemas   map[string]objectSchema
	}
}

type operation struct {
	OperationID string
	RequestBody struct{ Content map[string]content }
	Responses   map[string]answer
	Parameters  []parameter
}

type parameter struct{ Name, In string }

type answer struct {
	Ref     string `json:"$ref"`
	Headers map[string]any
	Content map[string]content
}

type content struct{ Schema json.RawMessage }

type objectSchema struct{ Properties map[string]fieldSchema }

type fieldSchema struct {
	Type                         any
	Format                       string
	ReadOnly                     bool
	MaxLength, MaxItems, Maximum *int
	Items                        *fieldSchema
}

// is reports whether a value of the field may be of a JSON type.
func (s fieldSchema) is(kind string) bool { return strings.Contains(fmt.Sprint(s.Type), kind) }

var document = sync.OnceValue(func() apiDocument {
	text, err := os.ReadFile(documentFile)
	if err != nil {
		panic(err)
	}
	var d apiDocument
	if err := json.Unmarshal(text, &d); err != nil {
		panic(err)
	}
	return d
})

// operationOf returns the operation of a method and path in the document, nil if there is none.
func operationOf(method, path string) *operation {
	path, _, _ = strings.Cut(path, "?")
	for _, prefix := range []string{"/api/recipes", "/recipes"} {
		path = strings.TrimPrefix(path, prefix)
	}
	if path == "/" {
		path = ""
	}
	paths := document().Paths
	item := paths["/recipes"+path]
	if id, verb, ok := strings.Cut(path, ":"); item == nil && ok && id != "/" {
		item = paths["/recipes/{id}:"+verb]
	} else if item == nil && strings.Count(path, "/") == 1 {
		item = paths["/recipes/{id}"]
	}
	if method == "" || method == http.MethodHead {
		method = http.MethodGet
	}
	if op, ok := item[strings.ToLower(method)]; ok {
		return &op
	}
	return nil
}

// checkAgainstDocument fails the test when an answer does not match the document, or when the
// function accepted a body that the document forbids.
func checkAgainstDocument(t testing.TB, q request, r response) {
	t.Helper()
	op := operationOf(q.method, q.path)
	if op == nil {
		return
	}
	checkAnswer(t, op, r)
	if op.RequestBody.Content == nil || r.status >= 300 || strings.Contains(q.path, ":import") {
		return
	}
	mediaType := "application/json"
	if v := q.header["Content-Type"]; v != "" {
		mediaType = v
	}
	body, ok := op.RequestBody.Content[mediaType]
	if !ok {
		t.Errorf("%s took a body of %s, which the document does not have", op.OperationID, mediaType)
		return
	}
	if err := validate(body.Schema, q.body); err != nil {
		t.Errorf("%s took a body that the document forbids: %v", op.OperationID, err)
	}
}

func checkAnswer(t testing.TB, op *operation, r response) {
	t.Helper()
	declared, ok := op.Responses[strconv.Itoa(r.status)]
	if !ok {
		t.Errorf("%s: the document does not have the status %d: %s", op.OperationID, r.status, r.body)
		return
	}
	if declared.Ref != "" {
		declared = document().Components.Responses[strings.TrimPrefix(declared.Ref, "#/components/responses/")]
	}
	for _, name := range []string{"ETag", "Location", "Link", "Retry-After", "Accept-Patch", "Content-Disposition"} {
		if r.header.Get(name) != "" && declared.Headers[name] == nil {
			t.Errorf("%s %d: the document does not have the header %s", op.OperationID, r.status, name)
		}
	}
	mediaType := r.header.Get("Content-Type")
	content, ok := declared.Content[mediaType]
	switch {
	case r.body == "":
	case !ok:
		t.Errorf("%s %d: the document does not have the media type %q", op.OperationID, r.status, mediaType)
	default:
		if err := validate(content.Schema, r.body); err != nil {
			t.Errorf("%s %d is not as the document says: %v", op.OperationID, r.status, err)
		}
	}
}

var compiled sync.Map // of *jsonschema.Schema by its text

// validate checks a JSON text against a schema of the document.
func validate(schema json.RawMessage, text string) error {
	v, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		return err
	}
	s, ok := compiled.Load(string(schema))
	if !ok {
		c := jsonschema.NewCompiler()
		c.DefaultDraft(jsonschema.Draft2020)
		c.AssertFormat()
		whole, err := os.ReadFile(documentFile)
		if err != nil {
			return err
		}
		var doc map[string]any
		if err := json.Unmarshal(whole, &doc); err != nil {
			return err
		}
		var asked any
		if err := json.Unmarshal(schema, &asked); err != nil {
			return err
		}
		// The asked schema stands in the document itself, so that its references lead there.
		if err := c.AddResource("document.json", map[string]any{"components": doc["components"], "asked": asked}); err != nil {
			return err
		}
		if s, err = c.Compile("document.json#/asked"); err != nil {
			return err
		}
		compiled.Store(string(schema), s)
	}
	return s.(*jsonschema.Schema).Validate(v)
}

func fieldNames() []string {
	var names []string
	for f := range reflect.TypeFor[recipe.Recipe]().Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		names = append(names, name)
	}
	return names
}

// The recipe in README.md has every field, and can be sent as it is.
func TestReadmeHasTheFieldsOfARecipe(t *testing.T) {
	page, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, shown, _ := strings.Cut(string(page), "## A recipe\n\n```json\n")
	shown, _, _ = strings.Cut(shown, "```")
	r := start(t, nil).do(request{method: "POST", path: "/recipes", body: shown})
	if r.status != http.StatusCreated {
		t.Fatalf("%d %s", r.status, r.body)
	}
	want := slices.Sorted(slices.Values(fieldNames()))
	for what, text := range map[string]string{"README.md": shown, "the answer": r.body} {
		var fields map[string]any
		if err := json.Unmarshal([]byte(text), &fields); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, slices.Sorted(maps.Keys(fields))); diff != "" {
			t.Errorf("fields of %s (-want +got):\n%s", what, diff)
		}
	}
}

// The bodies that the document describes and the recipes that it answers have the same
// fields as a recipe of the store.
func TestDocumentHasTheFieldsOfARecipe(t *testing.T) {
	want := fieldNames()
	for _, name := range []string{"Recipe", "RecipeInput", "RecipePatch"} {
		for _, field := range want {
			if _, ok := document().Components.Schemas[name].Properties[field]; !ok {
				t.Errorf("%s lacks %s", name, field)
			}
		}
		if got := len(document().Components.Schemas[name].Properties); got != len(want) {
			t.Errorf("%s has %d fields, a recipe has %d", name, got, len(want))
		}
	}
}

// The function has the paths, methods and parameters of the document, and no others.
func TestDocumentHasTheRoutes(t *testing.T) {
	s := start(t, nil)
	for path, item := range document().Paths {
		below, ok := strings.CutPrefix(path, "/recipes")
		if !ok {
			continue
		}
		target := "/recipes" + strings.ReplaceAll(below, "{id}", "unknown-id")
		unknown := func(method, query string) bool {
			r, err := s.try(request{method: method, path: target + query})
			if err != nil {
				t.Fatal(err)
			}
			return strings.Contains(r.body, "is not a parameter of this call")
		}
		for _, method := range []string{"GET", "POST", "PUT", "PATCH", "DELETE"} {
			op, described := item[strings.ToLower(method)]
			r, err := s.try(request{method: method, path: target})
			if err != nil {
				t.Fatal(err)
			}
			if answered := r.status != http.StatusMethodNotAllowed; answered != described {
				t.Errorf("%s %s: answered %t, described %t", method, path, answered, described)
			}
			if !described {
				continue
			}
			for _, p := range op.Parameters {
				if p.In == "query" && unknown(method, "?"+p.Name+"=") {
					t.Errorf("%s %s does not take %s, which the document has", method, path, p.Name)
				}
			}
			if !unknown(method, "?frob=1") {
				t.Errorf("%s %s takes a parameter that the document does not have", method, path)
			}
		}
	}
}
