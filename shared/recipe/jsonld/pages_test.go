package jsonld_test

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"pantry.example/shared/recipe"
	"pantry.example/shared/recipe/jsonld"
)

var update = flag.Bool("update", false, "write the golden files anew; look at the difference")

// golden is an Item as the golden files keep it.
type golden struct {
	Recipe  map[string]any   `json:"recipe,omitempty"`
	Dropped []jsonld.Dropped `json:"dropped,omitempty"`
	Err     string           `json:"error,omitempty"`
}

// TestPages reads every document of testdata/pages. They are made up, in the
// shapes that sites publish.
func TestPages(t *testing.T) {
	for file, body := range pages(t) {
		t.Run(file, func(t *testing.T) {
			items, err := parse(file, body)
			got := map[string]any{}
			if err != nil {
				got["error"] = err.Error()
			}
			var list []golden
			for i, it := range items {
				if it.Index != i {
					t.Errorf("item %d has index %d", i, it.Index)
				}
				checkItem(t, it)
				list = append(list, toGolden(t, it))
			}
			got["items"] = list
			compareGolden(t, filepath.Join("testdata/golden", file+".json"), got)
		})
	}
}

// pages returns the documents of testdata/pages by their file names.
func pages(t testing.TB) map[string][]byte {
	t.Helper()
	files, err := filepath.Glob("testdata/pages/*")
	if err != nil || len(files) < 60 {
		t.Fatalf("found %d documents, %v", len(files), err)
	}
	all := map[string][]byte{}
	for _, file := range files {
		if all[filepath.Base(file)], err = os.ReadFile(file); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

func parse(name string, body []byte) ([]jsonld.Item, error) {
	if strings.HasSuffix(name, ".html") {
		return jsonld.ParseHTML(context.Background(), body)
	}
	return jsonld.Parse(context.Background(), body)
}

// toGolden leaves out what is empty, so that the files can be read.
func toGolden(t *testing.T, it jsonld.Item) golden {
	t.Helper()
	g := golden{Dropped: it.Dropped}
	if it.Err != nil {
		g.Err = it.Err.Error()
		return g
	}
	data, err := json.Marshal(it.Recipe)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &g.Recipe); err != nil {
		t.Fatal(err)
	}
	for k, v := range g.Recipe {
		list, isList := v.([]any)
		if m, isMap := v.(map[string]any); v == nil || isMap && len(m) == 0 || v == "" || v == false || v == 0.0 || v == "active" || v == "0001-01-01T00:00:00Z" || isList && len(list) == 0 {
			delete(g.Recipe, k)
		}
	}
	return g
}

func compareGolden(t *testing.T, file string, got any) {
	t.Helper()
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	if err := enc.Encode(got); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.MkdirAll(filepath.Dir(file), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(b.String()), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), b.String()); diff != "" {
		t.Errorf("%s (-want +got):\n%s", file, diff)
	}
}

// checkItem checks what every Item promises.
func checkItem(t *testing.T, it jsonld.Item) {
	t.Helper()
	for _, d := range it.Dropped {
		if d.Reason == "" || d.Location != "" && d.Location[0] != '/' {
			t.Errorf("dropped %+v", d)
		}
	}
	if it.Err != nil {
		return
	}
	if err := it.Recipe.Validate(); err != nil {
		t.Errorf("invalid recipe: %v", err)
	}
	if diff := cmp.Diff(it.Recipe.Normalize(), it.Recipe); diff != "" {
		t.Errorf("not normalized (-want +got):\n%s", diff)
	}
	checkRoundTrip(t, it.Recipe)
}

// checkRoundTrip exports r and imports it again.
func checkRoundTrip(t *testing.T, r recipe.Recipe) {
	t.Helper()
	doc := export(t, r)
	items, err := jsonld.Parse(context.Background(), doc)
	if err != nil || len(items) != 1 || items[0].Err != nil {
		t.Fatalf("import of %s: %d items, %v", doc, len(items), err)
	}
	r.ID, r.ETag = "", ""
	if diff := cmp.Diff(r, items[0].Recipe); diff != "" {
		t.Fatalf("export and import (-want +got):\n%s", diff)
	}
	if len(items[0].Dropped) > 0 {
		t.Fatalf("import of an export dropped %v", items[0].Dropped)
	}
}

// export returns recipes as a document.
func export(t interface{ Fatal(...any) }, list ...recipe.Recipe) []byte {
	var b bytes.Buffer
	enc := jsonld.NewEncoder(&b)
	for _, r := range list {
		if err := enc.Encode(r); err != nil {
			t.Fatal(err)
		}
	}
	if err := enc.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
