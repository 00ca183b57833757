package recipes_test

import (
	"encoding/json"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/danielgtaylor/huma/v2"

	"pantry.example/functions/recipes"
)

var document = sync.OnceValue(recipes.OpenAPI)

// operationOf returns what the document says of a method and path, nil if nothing.
func operationOf(method, path string) *huma.Operation {
	path, _, _ = strings.Cut(path, "?")
	for _, prefix := range []string{"/api/recipes", "/recipes"} {
		path = strings.TrimPrefix(path, prefix)
	}
	if path == "/" {
		path = ""
	}
	item := document().Paths["/recipes"+path]
	if id, verb, ok := strings.Cut(path, ":"); item == nil && ok && id != "/" {
		item = document().Paths["/recipes/{id}:"+verb]
	} else if item == nil && strings.Count(path, "/") == 1 {
		item = document().Paths["/recipes/{id}"]
	}
	if item == nil {
		return nil
	}
	switch method {
	case "", http.MethodGet, http.MethodHead:
		return item.Get
	case http.MethodPost:
		return item.Post
	case http.MethodPut:
		return item.Put
	case http.MethodPatch:
		return item.Patch
	case http.MethodDelete:
		return item.Delete
	}
	return nil
}

// checkAgainstDocument fails the test when an answer is not as the document says, or
// when a body was taken that the document forbids.
func checkAgainstDocument(t testing.TB, q request, r response) {
	t.Helper()
	op := operationOf(q.method, q.path)
	if op == nil {
		return
	}
	checkAnswer(t, op, r)
	body := op.RequestBody
	if body == nil || r.status >= 300 || strings.Contains(q.path, ":import") {
		return
	}
	mediaType := "application/json"
	if v := q.header["Content-Type"]; v != "" {
		mediaType = v
	}
	if body.Content[mediaType] == nil {
		t.Errorf("%s took a body of %s, which the document does not have", op.OperationID, mediaType)
		return
	}
	for _, fault := range faults(t, body.Content[mediaType].Schema, huma.ModeWriteToServer, q.body) {
		t.Errorf("%s took a body that the document forbids: %v", op.OperationID, fault)
	}
}

func checkAnswer(t testing.TB, op *huma.Operation, r response) {
	t.Helper()
	declared := op.Responses[strconv.Itoa(r.status)]
	if declared == nil {
		t.Errorf("%s: the document does not have the status %d: %s", op.OperationID, r.status, r.body)
		return
	}
	if declared.Ref != "" {
		declared = document().Components.Responses[strings.TrimPrefix(declared.Ref, "#/components/responses/")]
	}
	for _, name := range []string{"ETag", "Location", "Link", "Retry-After", "Accept-Patch"} {
		if r.header.Get(name) != "" && declared.Headers[name] == nil {
			t.Errorf("%s %d: the document does not have the header %s", op.OperationID, r.status, name)
		}
	}
	mediaType := r.header.Get("Content-Type")
	content := declared.Content[mediaType]
	switch {
	case r.body == "":
	case content == nil:
		t.Errorf("%s %d: the document does not have the media type %q", op.OperationID, r.status, mediaType)
	default:
		for _, fault := range faults(t, content.Schema, huma.ModeReadFromServer, r.body) {
			t.Errorf("%s %d is not as the document says: %v", op.OperationID, r.status, fault)
		}
	}
}

func faults(t testing.TB, schema *huma.Schema, mode huma.ValidateMode, text string) []error {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		return []error{err}
	}
	var found huma.ValidateResult
	huma.Validate(document().Components.Schemas, schema, huma.NewPathBuffer(nil, 0), mode, v, &found)
	return found.Errors
}

// The bodies that the document describes and the recipes that it answers have the same
// fields, but for those that belong to the service.
func TestInputsHaveTheFieldsOfARecipe(t *testing.T) {
	schemas := document().Components.Schemas.Map()
	for _, name := range []string{"RecipeInput", "RecipePatch"} {
		for field, want := range schemas["Recipe"].Properties {
			got := schemas[name].Properties[field]
			if got == nil || got.ReadOnly != want.ReadOnly || got.Type != want.Type || got.Format != want.Format ||
				!reflect.DeepEqual(got.MaxLength, want.MaxLength) || !reflect.DeepEqual(got.Maximum, want.Maximum) ||
				!reflect.DeepEqual(got.MaxItems, want.MaxItems) {
				t.Errorf("%s.%s: %+v, want as in Recipe: %+v", name, field, got, want)
			}
		}
		if got, want := len(schemas[name].Properties), len(schemas["Recipe"].Properties); got != want {
			t.Errorf("%s has %d fields, Recipe %d", name, got, want)
		}
	}
}
