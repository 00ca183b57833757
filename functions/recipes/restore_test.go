package recipes_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"pantry.example/functions/recipes"
	"pantry.example/shared/recipe"
	recipestore "pantry.example/shared/recipe/store"
)

// everything returns all recipes of a user by id.
func (s *service) everything(uid string) map[string]recipe.Recipe {
	s.t.Helper()
	found := map[string]recipe.Recipe{}
	for r, err := range s.store.All(s.t.Context(), uid) {
		if err != nil {
			s.t.Fatal(err)
		}
		found[r.ID] = r
	}
	return found
}

func (s *service) restore(who, export string) response {
	return s.do(request{as: who, method: "POST", path: "/:import?restore=true", body: export, header: ldJSON})
}

// A restore stores an export of more recipes than an import takes, in another account or after
// everything was deleted. A second restore changes nothing.
func TestExportComesBackWhole(t *testing.T) {
	s := start(t, nil)
	s.add(full)
	for i := range 120 {
		s.add(fmt.Sprintf(`{"title":"Soup %d","url":"https://example.com/soup"}`, i))
	}
	s.do(request{method: "DELETE", path: "/" + s.add(`{"title":"Trashed"}`).ID})
	export := s.do(request{path: "/:export"}).body
	want := s.everything("alice-uid")

	for _, who := range []string{"bob", "alice"} {
		if who == "alice" {
			s.do(request{method: "DELETE", path: "/?all=true", header: map[string]string{"X-Confirm-Delete": "all-recipes"}})
		}
		for _, status := range []string{"created", "exists"} {
			restored := as[recipes.ImportResults](t, s.restore(who, export), http.StatusOK)
			if len(restored.Results) != len(want) {
				t.Fatalf("%d results, want %d", len(restored.Results), len(want))
			}
			for i, r := range restored.Results {
				if r.Index != i || r.Status != status || r.ID == "" || r.Title != want[r.ID].Title || r.Error != nil {
					t.Errorf("result %d is %+v, want %s", i, r, status)
				}
			}
			if diff := cmp.Diff(want, s.everything(who+"-uid"), cmpopts.IgnoreFields(recipe.Recipe{}, "ETag")); diff != "" {
				t.Errorf("%s's recipes (-want +got):\n%s", who, diff)
			}
		}
	}
}

func TestExportsThatCannotBeRestored(t *testing.T) {
	s := start(t, nil)
	for range 3 {
		s.add(full)
	}
	export := s.do(request{path: "/:export"}).body
	for name, c := range map[string]struct {
		body   string
		status int
		code   string
	}{
		"another document": {`{"@type":"Recipe","name":"x"}`, http.StatusUnprocessableEntity, "not_an_export"},
		"cut":              {export[:len(export)-200], http.StatusBadRequest, "malformed_body"},
		"too large":        {export[:len(export)-5] + strings.Repeat(" ", 32<<20), http.StatusRequestEntityTooLarge, "body_too_large"},
	} {
		e := problem(t, s.restore("bob", c.body), c.status, c.code)
		if name == "cut" && !strings.Contains(e.Detail, "are stored") {
			t.Errorf("%s: detail %q does not say what is stored", name, e.Detail)
		}
	}
	for _, query := range []string{"restore=true&dryRun=true", "restore=true&duplicates=allow", "restore=perhaps", "duplicates=deny"} {
		r := s.do(request{method: "POST", path: "/:import?" + query, body: export, header: ldJSON})
		problem(t, r, http.StatusBadRequest, "invalid_parameter")
	}
	r := s.do(request{method: "POST", path: "/:import?restore=true", body: "x", header: map[string]string{"Content-Type": "text/html"}})
	problem(t, r, http.StatusUnsupportedMediaType, "unsupported_media_type")

	// One recipe that breaks a rule fails alone.
	broken := strings.Replace(export, `"Crème brûlée"`, `""`, 1)
	if broken == export {
		broken = strings.Replace(export, `"name":"`, `"name":"`+strings.Repeat("x", 201), 1)
	}
	restored := as[recipes.ImportResults](t, s.restore("bob", broken), http.StatusOK)
	failed := 0
	for _, r := range restored.Results {
		if r.Status == "failed" {
			failed++
			if r.Error == nil || r.Error.Code != "invalid_recipe" {
				t.Errorf("result %+v", r)
			}
		}
	}
	if failed != 1 {
		t.Errorf("%d of %d failed, want 1", failed, len(restored.Results))
	}
}

// sink accepts exported recipes and keeps none. It fails from the failAt-th one on, if failAt
// is not 0.
type sink struct {
	recipe.Store
	first   chan struct{}
	taken   atomic.Int64
	running atomic.Int64
	most    atomic.Int64
	failAt  int64
}

func (s *sink) CreateExported(_ context.Context, _ string, r recipe.Recipe) (recipe.Recipe, bool, error) {
	if now := s.running.Add(1); now > s.most.Load() {
		s.most.Store(now)
	}
	defer s.running.Add(-1)
	n := s.taken.Add(1)
	if n == 1 && s.first != nil {
		close(s.first)
	}
	if s.failAt > 0 && n >= s.failAt {
		return recipe.Recipe{}, false, fmt.Errorf("%w: secret-host", recipe.ErrUnavailable)
	}
	return r, true, nil
}

// A restore stores recipes, a few at a time, before the rest of the export has arrived.
func TestRestoreReadsAsItStores(t *testing.T) {
	export := start(t, nil, func(d *recipes.Deps) {
		d.Store = endless{recipestore.NewMemory(), 1000, 0, new(atomic.Int64)}
	}).do(request{path: "/:export"}).body
	store := &sink{Store: recipestore.NewMemory(), first: make(chan struct{})}
	s := start(t, store)
	reader, writer := io.Pipe()
	go func() {
		half := len(export) / 2
		_, _ = io.WriteString(writer, export[:half])
		<-store.first
		_, _ = io.WriteString(writer, export[half:])
		_ = writer.Close()
	}()
	req, err := http.NewRequest(http.MethodPost, s.url+"/:import?restore=true", reader)
	if err != nil {
		t.Fatal(err)
	}
	req.Header = http.Header{"Authorization": {"Bearer alice"}, "Content-Type": {"application/ld+json"}}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK || store.taken.Load() != 10000 {
		t.Errorf("status %d, %d recipes", resp.StatusCode, store.taken.Load())
	}
	if store.most.Load() > 8 {
		t.Errorf("%d recipes were stored at a time", store.most.Load())
	}
}

// When the store fails, the restore ends, and its answer says how many recipes are stored.
func TestRestoreIntoAStoreThatFails(t *testing.T) {
	s := start(t, nil)
	for i := range 50 {
		s.add(fmt.Sprintf(`{"title":"Soup %d"}`, i))
	}
	export := s.do(request{path: "/:export"}).body
	store := &sink{Store: recipestore.NewMemory(), failAt: 20}
	s = start(t, store)
	r := s.restore("", export)
	e := problem(t, r, http.StatusServiceUnavailable, "store_unavailable")
	if !strings.Contains(e.Detail, "can be repeated") || strings.Contains(r.body, "secret-host") || r.header.Get("Retry-After") == "" {
		t.Errorf("%v %s", r.header, r.body)
	}
	if n := store.taken.Load(); n > 40 {
		t.Errorf("%d recipes were sent to a store that fails", n)
	}
}

// A recipe from a page that the user has already is not stored again, unless duplicates=allow.
func TestDuplicates(t *testing.T) {
	s := start(t, nil)
	id := s.add(`{"title":"My soup","url":"https://example.com/soup"}`).ID
	const page = `[{"@type":"Recipe","name":"Soup","url":"http://www.example.com/soup/"},{"@type":"Recipe","name":"Stew","url":"https://example.com/stew"},{"@type":"Recipe","name":"Broth","url":"https://example.com/stew"}]`
	for _, query := range []string{"?dryRun=true", ""} {
		results := s.imported(request{path: query, body: page})
		if r := results[0]; r.Status != "duplicate" || r.DuplicateOf != id || r.Recipe == nil || r.Recipe.ID != "" {
			t.Errorf("%s: %+v", query, r)
		}
		for _, r := range results[1:] { // two recipes of one page
			if r.Status != "created" || r.DuplicateOf != "" {
				t.Errorf("%s: %+v", query, r)
			}
		}
	}
	if n := len(s.everything("alice-uid")); n != 3 {
		t.Errorf("%d recipes, want 3", n)
	}
	results := s.imported(request{path: "?duplicates=allow", body: page})
	if r := results[0]; r.Status != "created" || r.DuplicateOf != id || r.Recipe.ID == "" || r.Recipe.ID == id {
		t.Errorf("allowed: %+v", r)
	}
	// A repeated request has the same answer.
	keyed := request{as: "bob", body: page, header: map[string]string{"Idempotency-Key": "k", "Content-Type": "application/ld+json"}}
	first, again := s.imported(keyed), s.imported(keyed)
	for i := range first {
		if again[i].Status != "created" || again[i].Recipe.ID != first[i].Recipe.ID {
			t.Errorf("again: %+v, want %+v", again[i], first[i])
		}
	}
}

// The answer to ten thousand recipes with a hundred faults each must not be many times as
// large as the export.
func TestRestoreTellsTheFirstFaults(t *testing.T) {
	s := start(t, nil)
	broken := `{"@type":"Recipe","pantry:format":"1","pantry:id":"x","name":"Soup","recipeIngredient":[` +
		strings.TrimSuffix(strings.Repeat(`"\u0001a",`, 100), ",") + `]}`
	out := as[recipes.ImportResults](t, s.do(request{
		method: "POST", path: "/:import?restore=true", header: ldJSON,
		body: `{"@context":[],"@graph":[` + broken + `]}`,
	}), http.StatusOK)
	if n := len(out.Results[0].Error.Errors); n != 3 {
		t.Errorf("the answer names %d faults of one recipe, want 3", n)
	}
}
