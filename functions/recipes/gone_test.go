package recipes_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"pantry.example/functions/recipes"
	"pantry.example/shared/recipe"
)

func TestDeleteForGood(t *testing.T) {
	s := start(t, nil)
	id := s.add(`{"title":"Soup"}`).ID
	forGood := request{method: "DELETE", path: "/" + id + "?permanent=true"}
	problem(t, s.do(forGood), http.StatusConflict, "not_trashed")
	trashed := as[recipe.Recipe](t, s.do(request{method: "DELETE", path: "/" + id + "?permanent=false"}), http.StatusOK)
	stale := forGood
	stale.header = map[string]string{"If-Match": `"other"`}
	r := s.do(stale)
	problem(t, r, http.StatusPreconditionFailed, "precondition_failed")
	if got, want := r.header.Get("ETag"), `"`+trashed.ETag+`"`; got != want {
		t.Errorf("ETag %s, want %s", got, want)
	}
	foreign := forGood
	foreign.as = "bob"
	problem(t, s.do(foreign), http.StatusNotFound, "not_found")
	problem(t, s.do(request{method: "DELETE", path: "/" + id + "?permanent=maybe"}), http.StatusBadRequest, "invalid_parameter")
	if r := s.do(forGood); r.status != http.StatusNoContent || r.body != "" {
		t.Errorf("%d %s", r.status, r.body)
	}
	problem(t, s.do(request{path: "/" + id}), http.StatusNotFound, "not_found")
	problem(t, s.do(request{method: "POST", path: "/" + id + ":restore"}), http.StatusNotFound, "not_found")
	problem(t, s.do(forGood), http.StatusNotFound, "not_found")
}

func TestEmptyTrash(t *testing.T) {
	s := start(t, nil)
	s.add(`{"title":"Soup"}`)
	for _, title := range []string{"Stew", "Cake"} {
		s.do(request{method: "DELETE", path: "/" + s.add(`{"title":"`+title+`"}`).ID})
	}
	for _, query := range []string{"?state=active", "?state=", "?state=trashed&all=true", "?state=trashed&x"} {
		problem(t, s.do(request{method: "DELETE", path: "/" + query}), http.StatusBadRequest, "invalid_parameter")
	}
	if r := s.do(request{method: "DELETE", path: "/?state=trashed"}); r.status != http.StatusNoContent {
		t.Errorf("%d %s", r.status, r.body)
	}
	for query, want := range map[string][]string{"?state=trashed": {}, "": {"Soup"}} {
		if diff := cmp.Diff(want, titles(as[recipes.RecipeList](t, s.do(request{path: "/" + query}), http.StatusOK))); diff != "" {
			t.Errorf("GET /%s (-want +got):\n%s", query, diff)
		}
	}
}

// A summary leaves out the long fields.
func TestSummary(t *testing.T) {
	s := start(t, nil)
	whole := s.add(strings.TrimSuffix(full, "}") + `,"nutrition":{"calories":"240 kcal"}}`)
	type shortList struct {
		Recipes       []map[string]any `json:"recipes"`
		NextPageToken string           `json:"nextPageToken"`
		TotalSize     int              `json:"totalSize"`
	}
	list := as[shortList](t, s.do(request{path: "/?view=summary&count=true"}), http.StatusOK)
	if len(list.Recipes) != 1 || list.TotalSize != 1 {
		t.Fatalf("%+v", list)
	}
	got := list.Recipes[0]
	for _, name := range []string{"ingredients", "steps", "notes", "nutrition"} {
		if _, ok := got[name]; ok {
			t.Errorf("the summary has %s", name)
		}
	}
	if got["id"] != whole.ID || got["etag"] != whole.ETag || got["title"] != whole.Title || got["description"] != whole.Description {
		t.Errorf("got %v, want that of %+v", got, whole)
	}
	if got := as[recipes.RecipeList](t, s.do(request{path: "/?view=full"}), http.StatusOK); len(got.Recipes[0].Steps) == 0 {
		t.Error("the full view has no steps")
	}
	problem(t, s.do(request{path: "/?view=short"}), http.StatusBadRequest, "invalid_parameter")
}
