package recipes_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"pantry.example/functions/recipes"
	"pantry.example/shared/recipe"
	"pantry.example/shared/recipe/store"
)

var ldJSON = map[string]string{"Content-Type": "application/ld+json"}

func (s *service) imported(q request) []recipes.ImportResult {
	s.t.Helper()
	q.method = "POST"
	if !strings.Contains(q.path, ":import") {
		q.path = "/recipes/:import" + q.path
	}
	if q.header == nil {
		q.header = ldJSON
	}
	return as[recipes.ImportResults](s.t, s.do(q), http.StatusOK).Results
}

func TestImport(t *testing.T) {
	s := start(t, nil)
	results := s.imported(request{body: `{"@context":"https://schema.org","@graph":[
		{"@type":"Recipe","name":"Soup","recipeIngredient":["1 onion"],"aggregateRating":{"ratingValue":4},"publisher":{"name":"x"}},
		{"@type":"WebPage"},
		{"@type":"Recipe","recipeIngredient":["no name"]},
		{"@type":["Recipe","NewsArticle"],"name":"Stew","prepTime":"PT15M"}]}`})
	if len(results) != 3 {
		t.Fatalf("%d results: %+v", len(results), results)
	}
	for i, want := range []string{"created", "failed", "created"} {
		r := results[i]
		if r.Index != i || r.Status != want || (r.Recipe == nil) != (want == "failed") || (r.Error == nil) != (want == "created") || r.Dropped == nil {
			t.Errorf("result %d: %+v", i, r)
		}
	}
	if e := results[1].Error; e.Status != http.StatusUnprocessableEntity || e.Detail == "" || e.Code != "invalid_recipe" {
		t.Errorf("error %+v", e)
	}
	stored := as[recipe.Recipe](t, s.do(request{path: "/" + results[0].Recipe.ID}), http.StatusOK)
	if diff := cmp.Diff(*results[0].Recipe, stored); diff != "" {
		t.Errorf("stored (-want +got):\n%s", diff)
	}
	page := s.imported(request{body: `<html><script type="application/ld+json">{"@type":"Recipe","name":"From a page"}</script>`, header: map[string]string{"Content-Type": "text/html; charset=utf-8"}})
	if len(page) != 1 || page[0].Recipe == nil || page[0].Recipe.Title != "From a page" {
		t.Errorf("from a page: %+v", page)
	}
}

func TestDryRunStoresNothing(t *testing.T) {
	s := start(t, nil)
	results := s.imported(request{path: "?dryRun=true", body: `[{"@type":"Recipe","name":"Soup"}]`})
	if len(results) != 1 || results[0].Status != "created" || results[0].Recipe.Title != "Soup" || results[0].Recipe.ID != "" ||
		results[0].Recipe.State != recipe.Active || results[0].Recipe.CreatedAt.IsZero() {
		t.Errorf("results %+v", results)
	}
	if list := as[recipes.RecipeList](t, s.do(request{path: "/"}), http.StatusOK); len(list.Recipes) != 0 {
		t.Errorf("stored: %v", titles(list))
	}
}

func TestRepeatedImportCreatesNothingTwice(t *testing.T) {
	s := start(t, nil)
	q := request{body: `[{"@type":"Recipe","name":"Soup"},{"@type":"Recipe","name":"Stew"}]`, header: map[string]string{"Content-Type": "application/ld+json", "Idempotency-Key": "k"}}
	first, second := s.imported(q), s.imported(q)
	if diff := cmp.Diff(first, second); diff != "" {
		t.Errorf("second import (-first +second):\n%s", diff)
	}
	if first[0].Recipe.ID == first[1].Recipe.ID {
		t.Error("two recipes of one document became one")
	}
	q.body = strings.Replace(q.body, "Stew", "Cake", 1)
	third := s.imported(q)
	if third[0].Status != "created" || third[1].Status != "failed" || third[1].Error.Code != "idempotency_key_reused" {
		t.Errorf("the key with another document: %+v", third)
	}
	s.do(request{method: "DELETE", path: "/" + first[0].Recipe.ID})
	if again := s.imported(q); again[0].Status != "failed" || again[0].Error.Code != "recipe_trashed" {
		t.Errorf("deleted meanwhile: %+v", again[0])
	}
}

func TestImportRefusesDocuments(t *testing.T) {
	s := start(t, nil)
	many := "[" + strings.TrimSuffix(strings.Repeat(`{"@type":"Recipe","name":"x"},`, 101), ",") + "]"
	for _, c := range []struct {
		name, body string
		header     map[string]string
		status     int
		code       string
	}{
		{"too many", many, ldJSON, 413, "body_too_large"},
		{"too large", `{"@type":"Recipe","name":"` + long(4<<20) + `"}`, ldJSON, 413, "body_too_large"},
		{"no recipe", `{"@type":"WebPage"}`, ldJSON, 422, "no_recipe"},
		{"no JSON", `hello`, ldJSON, 400, "malformed_body"},
		{"more values than recipes need", "[" + strings.Repeat("0,", 250_000) + "0]", ldJSON, 422, "too_complex"},
		{"no page", `<p>hello`, map[string]string{"Content-Type": "text/html"}, 422, "no_recipe"},
		{"form", `a=b`, map[string]string{"Content-Type": "application/x-www-form-urlencoded"}, 415, "unsupported_media_type"},
		{"compressed", `{}`, map[string]string{"Content-Type": "application/ld+json", "Content-Encoding": "br"}, 415, "unsupported_media_type"},
		{"bad key", `{"@type":"Recipe","name":"x"}`, map[string]string{"Content-Type": "application/ld+json", "Idempotency-Key": "a b"}, 400, "invalid_parameter"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := s.do(request{method: "POST", path: "/:import", body: c.body, header: c.header})
			if e := problem(t, r, c.status, c.code); e.Detail == "" || strings.HasSuffix(e.Detail, "..") {
				t.Errorf("detail %q", e.Detail)
			}
		})
	}
	if r := s.do(request{method: "POST", path: "/:import?dryRun=perhaps", body: `{"@type":"Recipe","name":"x"}`, header: ldJSON}); r.status != http.StatusBadRequest {
		t.Errorf("dryRun=perhaps: %d", r.status)
	}
	if list := as[recipes.RecipeList](t, s.do(request{path: "/"}), http.StatusOK); len(list.Recipes) != 0 {
		t.Errorf("stored: %v", titles(list))
	}
}

// The import of an export has the same recipes, trashed ones too.
func TestExportImportsAgain(t *testing.T) {
	s := start(t, nil)
	s.add(full)
	s.add(`{"title":"<b>Plain</b> & \"simple\""}`)
	s.do(request{method: "DELETE", path: "/" + s.add(`{"title":"Trashed"}`).ID})
	r := s.do(request{path: "/recipes/:export"})
	if r.status != http.StatusOK || r.header.Get("Content-Type") != "application/ld+json" || !strings.Contains(r.header.Get("Content-Disposition"), "attachment") {
		t.Fatalf("%d %v", r.status, r.header)
	}
	for _, result := range s.imported(request{as: "bob", body: r.body}) {
		if result.Status != "created" || len(result.Dropped) > 0 {
			t.Errorf("import: %+v", result)
		}
	}
	all := func(uid string) map[string]recipe.Recipe {
		found := map[string]recipe.Recipe{}
		for r, err := range s.store.All(t.Context(), uid) {
			if err != nil {
				t.Fatal(err)
			}
			found[r.Title] = r
		}
		return found
	}
	if diff := cmp.Diff(all("alice-uid"), all("bob-uid"), cmpopts.IgnoreFields(recipe.Recipe{}, "ID", "ETag", "CreatedAt", "UpdatedAt")); diff != "" {
		t.Errorf("bob's copies (-alice +bob):\n%s", diff)
	}
	head := s.do(request{method: "HEAD", path: "/:export"})
	if head.status != http.StatusOK || head.body != "" || head.header.Get("Content-Type") != "application/ld+json" {
		t.Errorf("HEAD: %d %v %s", head.status, head.header, head.body)
	}
	if r := s.do(request{as: "carol", path: "/:export"}); r.status != http.StatusUnauthorized {
		t.Errorf("a stranger's export: %d", r.status)
	}
}

// endless yields ten thousand recipes, one at a time. It fails after fail of them, if fail is
// not 0. It counts the recipes that it yielded.
type endless struct {
	recipe.Store
	size, fail int
	yielded    *atomic.Int64
}

func (s endless) All(ctx context.Context, _ string) iter.Seq2[recipe.Recipe, error] {
	return func(yield func(recipe.Recipe, error) bool) {
		step := strings.Repeat("s", s.size)
		for i := range 10000 {
			s.yielded.Add(1)
			if s.fail == i+1 {
				yield(recipe.Recipe{}, fmt.Errorf("read all recipes: %w: secret-host", recipe.ErrUnavailable))
				return
			}
			if !yield(recipe.Recipe{ID: fmt.Sprint(i), Title: "Soup", Steps: []string{step}}, ctx.Err()) {
				return
			}
		}
	}
}

func (s *service) export(t *testing.T) io.ReadCloser {
	t.Helper()
	req, err := http.NewRequest(http.MethodGet, s.url+"/:export", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer alice")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	return resp.Body
}

func TestExportOfTenThousand(t *testing.T) {
	s := start(t, endless{store.NewMemory(), 1000, 0, new(atomic.Int64)})
	body := s.export(t)
	defer body.Close()
	lines := 0
	scan := bufio.NewScanner(body)
	for scan.Scan() {
		lines++
	}
	if lines != 10002 || scan.Err() != nil {
		t.Errorf("%d lines, want one a recipe, the first and the last", lines)
	}
}

// An export of a gigabyte reads from the store only as fast as the client reads, and stops
// when the client goes away.
func TestExportWaitsForItsReader(t *testing.T) {
	store := endless{store.NewMemory(), 100_000, 0, new(atomic.Int64)}
	s := start(t, store)
	body := s.export(t)
	if _, err := body.Read(make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	_ = body.Close() // the connection is cut: the rest was not read
	s.close()        // waits for the handler
	// The buffers of a connection on this machine have far less than half of the export.
	if n := store.yielded.Load(); n > 5000 {
		t.Errorf("%d recipes were read for a client that took a byte", n)
	}
	if log := s.log.String(); !strings.Contains(log, "write JSON-LD") {
		t.Errorf("log: %s", log)
	}

	store.yielded.Store(0)
	s = start(t, store)
	if r := s.do(request{method: "HEAD", path: "/:export"}); r.status != http.StatusOK || store.yielded.Load() != 1 {
		t.Errorf("HEAD: %d, %d recipes were read", r.status, store.yielded.Load())
	}
}

// When the store fails during an export, the client sees an incomplete answer, and the log
// has the reason.
func TestExportThatBreaksOff(t *testing.T) {
	s := start(t, endless{store.NewMemory(), 1000, 5000, new(atomic.Int64)})
	r, err := s.try(request{path: "/:export"})
	if err == nil {
		t.Errorf("the answer of %d bytes ended without an error", len(r.body))
	}
	if json.Valid([]byte(r.body)) {
		t.Error("what came is a whole document")
	}
	if !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("error %v", err)
	}
	s.close()
	if log := s.log.String(); !strings.Contains(log, `"code":"store_unavailable"`) {
		t.Errorf("log: %s", log)
	}
	s = start(t, endless{store.NewMemory(), 0, 1, new(atomic.Int64)})
	problem(t, s.do(request{path: "/:export"}), http.StatusServiceUnavailable, "store_unavailable")
}
