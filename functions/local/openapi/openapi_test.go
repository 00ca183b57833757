package openapi_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"pantry.example/functions/local/openapi"
)

var update = flag.Bool("update", false, "write openapi.json")

// The committed document is what the code describes. After a change of the API:
//
//	go test ./functions/local/openapi -update
func TestCommittedDocument(t *testing.T) {
	got, err := openapi.Document()
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile("openapi.json", got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile("openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(string(got), "\n")); diff != "" {
		t.Errorf("openapi.json is not what the code describes; run go test ./functions/local/openapi -update (-committed +code):\n%s", diff)
	}
}

type document struct {
	OpenAPI string
	Paths   map[string]map[string]struct {
		OperationID string
		Summary     string
		Description string
		Tags        []string
		Responses   map[string]json.RawMessage
		Parameters  []struct {
			Name, In, Description string
			Ref                   string `json:"$ref"`
		}
	}
	Components map[string]map[string]json.RawMessage
}

func read(t *testing.T) (document, []byte) {
	t.Helper()
	text, err := openapi.Document()
	if err != nil {
		t.Fatal(err)
	}
	var d document
	if err := json.Unmarshal(text, &d); err != nil {
		t.Fatal(err)
	}
	return d, text
}

// The document has the operations of the contract, and no others.
func TestOperations(t *testing.T) {
	d, _ := read(t)
	got := map[string]string{}
	for path, item := range d.Paths {
		for method, op := range item {
			got[strings.ToUpper(method)+" "+path] = op.OperationID
			if op.Summary == "" || op.Description == "" || len(op.Tags) != 1 {
				t.Errorf("%s %s is not described: %+v", method, path, op)
			}
			for _, p := range op.Parameters {
				if p.Description == "" && p.Ref == "" {
					t.Errorf("%s %s: the parameter %s is not described", method, path, p.Name)
				}
			}
		}
	}
	want := map[string]string{
		"POST /set-cache": "openSession", "GET /set-cache": "listSessions", "DELETE /set-cache": "closeSession", "DELETE /set-cache/{id}": "closeSessionById",
		"GET /check-expiration": "checkExpiration",
		"GET /recipes":          "listRecipes", "POST /recipes": "createRecipe", "DELETE /recipes": "deleteAllRecipes",
		"GET /recipes/{id}": "getRecipe", "PUT /recipes/{id}": "putRecipe", "PATCH /recipes/{id}": "patchRecipe", "DELETE /recipes/{id}": "trashRecipe",
		"POST /recipes/{id}:restore": "restoreRecipe", "POST /recipes/:import": "importRecipes", "GET /recipes/:export": "exportRecipes",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("operations (-want +got):\n%s", diff)
	}
	if d.OpenAPI != "3.1.0" {
		t.Errorf("openapi %q", d.OpenAPI)
	}
}

func TestEveryReferenceLeadsSomewhere(t *testing.T) {
	d, text := read(t)
	refs := regexp.MustCompile(`"\$ref": "([^"]*)"`).FindAllSubmatch(text, -1)
	if len(refs) == 0 {
		t.Fatal("no references")
	}
	for _, ref := range refs {
		parts := strings.Split(string(ref[1]), "/")
		if len(parts) != 4 || parts[0] != "#" || parts[1] != "components" || d.Components[parts[2]][parts[3]] == nil {
			t.Errorf("%s leads nowhere", ref[1])
		}
	}
}

// Every error has the one schema of problem documents.
func TestErrorsAreProblems(t *testing.T) {
	d, _ := read(t)
	for path, item := range d.Paths {
		for method, op := range item {
			for status, r := range op.Responses {
				if status >= "400" && !bytes.Contains(r, []byte(`"#/components/responses/`)) {
					t.Errorf("%s %s %s: %s", method, path, status, r)
				}
			}
		}
	}
	for name, r := range d.Components["responses"] {
		if name == "Recipe" || name == "CreatedRecipe" || name == "Closed" {
			continue
		}
		if !bytes.Contains(r, []byte(`"application/problem+json"`)) || !bytes.Contains(r, []byte(`"#/components/schemas/Error"`)) {
			t.Errorf("response %s is no problem document: %s", name, r)
		}
	}
}

func TestHandler(t *testing.T) {
	_, text := read(t)
	get := func(path string) *httptest.ResponseRecorder {
		rec := httptest.NewRecorder()
		openapi.Handler().ServeHTTP(rec, httptest.NewRequest(http.MethodGet, path, nil))
		return rec
	}
	if rec := get("/openapi.json"); rec.Code != http.StatusOK || rec.Header().Get("Content-Type") != "application/json" || !bytes.Equal(rec.Body.Bytes(), text) {
		t.Errorf("/openapi.json: %d %v", rec.Code, rec.Header())
	}
}
