package recipes_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"pantry.example/functions/recipes"
	"pantry.example/shared/recipe"
)

const full = `{"title":" Lemon  risotto ","url":"https://example.com/r","imageUrl":"https://example.com/r.jpg","rating":4.5,"made":true,
"lastMadeAt":"2026-05-01T20:30:00.1234567+02:00","favorite":true,"description":"Cafe\u0301","servings":4,"prepMinutes":15,"cookMinutes":30,
"ingredients":["320 g rice","","1 lemon"],"steps":["Stir.\r\nStir."],"tags":["Dinner","dinner"],"notes":"n"}`

func TestCreateGetAndReplace(t *testing.T) {
	s := start(t, nil)
	created := s.do(request{method: "POST", path: "/recipes", body: full})
	got := as[recipe.Recipe](t, created, http.StatusCreated)
	made := time.Date(2026, 5, 1, 18, 30, 0, 123456000, time.UTC)
	want := recipe.Recipe{
		Title: "Lemon  risotto", URL: "https://example.com/r", ImageURL: "https://example.com/r.jpg", Rating: 4.5, Made: true, LastMadeAt: &made,
		Favorite: true, Description: "Caf\u00e9", Servings: 4, PrepMinutes: 15, CookMinutes: 30, Ingredients: []string{"320 g rice", "1 lemon"},
		Steps: []string{"Stir.\nStir."}, Tags: []string{"Dinner"}, Notes: "n", State: recipe.Active,
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(recipe.Recipe{}, "ID", "ETag", "CreatedAt", "UpdatedAt")); diff != "" {
		t.Errorf("created (-want +got):\n%s", diff)
	}
	if loc := created.header.Get("Location"); loc != "/recipes/"+got.ID {
		t.Errorf("Location %q", loc)
	}
	if tag := created.header.Get("ETag"); tag != `"`+got.ETag+`"` || got.ETag == "" {
		t.Errorf("ETag %q, etag %q", tag, got.ETag)
	}

	read := s.do(request{path: created.header.Get("Location")})
	if read.body != created.body || read.header.Get("ETag") != created.header.Get("ETag") {
		t.Errorf("read %s, created %s", read.body, created.body)
	}
	// A client can send back what it read. The fields of the service are ignored.
	again := as[recipe.Recipe](t, s.do(request{method: "PUT", path: "/" + got.ID, body: read.body, header: map[string]string{"If-Match": read.header.Get("ETag")}}), http.StatusOK)
	if diff := cmp.Diff(got, again); diff != "" {
		t.Errorf("sent back, which changes nothing (-want +got):\n%s", diff)
	}
	// PUT replaces the recipe: fields that the body lacks become empty.
	bare := as[recipe.Recipe](t, s.do(request{method: "PUT", path: "/" + got.ID, body: `{"title":"Bare"}`}), http.StatusOK)
	if bare.ETag == got.ETag || !bare.UpdatedAt.After(got.UpdatedAt) {
		t.Error("the version did not change with the write")
	}
	want = recipe.Recipe{ID: got.ID, Title: "Bare", Ingredients: []string{}, Steps: []string{}, Tags: []string{}, State: recipe.Active, CreatedAt: got.CreatedAt}
	if diff := cmp.Diff(want, bare, cmpopts.IgnoreFields(recipe.Recipe{}, "ETag", "UpdatedAt")); diff != "" {
		t.Errorf("replaced (-want +got):\n%s", diff)
	}
}

func TestLocationFollowsTheNameThatTheCallerUsed(t *testing.T) {
	s := start(t, nil)
	for path, prefix := range map[string]string{"/": "/", "/recipes": "/recipes/", "/recipes/": "/recipes/", "/api/recipes": "/api/recipes/"} {
		r := s.do(request{method: "POST", path: path, body: `{"title":"Soup"}`})
		loc := r.header.Get("Location")
		if loc != prefix+as[recipe.Recipe](t, r, http.StatusCreated).ID {
			t.Errorf("POST %s: Location %q", path, loc)
		}
		if got := s.do(request{path: loc}); got.status != http.StatusOK {
			t.Errorf("GET %s: %d", loc, got.status)
		}
	}
}

func TestIdempotentCreate(t *testing.T) {
	s := start(t, nil)
	key := map[string]string{"Idempotency-Key": "0d9d3f9c-!~"}
	create := func(as, body string) response {
		return s.do(request{as: as, method: "POST", path: "/", header: key, body: body})
	}
	first := create("alice", `{"title":"Soup","tags":["a"]}`)
	second := create("alice", `{"tags":["a"],"title":" Soup "}`)
	if first.status != http.StatusCreated || second.status != http.StatusCreated || first.body != second.body ||
		first.header.Get("Location") != second.header.Get("Location") || first.header.Get("ETag") != second.header.Get("ETag") {
		t.Errorf("first %+v, second %+v", first, second)
	}
	e := problem(t, create("alice", `{"title":"Stew"}`), http.StatusUnprocessableEntity, "idempotency_key_reused")
	if len(e.Errors) != 1 || e.Errors[0].Location != "header.Idempotency-Key" {
		t.Errorf("errors %+v", e.Errors)
	}
	if bobs := create("bob", `{"title":"Stew"}`); bobs.status != http.StatusCreated {
		t.Errorf("bob's equal key: %d %s", bobs.status, bobs.body)
	}
	s.do(request{method: "DELETE", path: first.header.Get("Location")})
	problem(t, create("alice", `{"title":"Soup","tags":["a"]}`), http.StatusConflict, "recipe_trashed")
	for _, bad := range []string{"", strings.Repeat("k", 256), "two words", "ключ", "a\tb"} {
		r := s.do(request{method: "POST", path: "/", header: map[string]string{"Idempotency-Key": bad}, body: `{"title":"Soup"}`})
		e := problem(t, r, http.StatusBadRequest, "invalid_parameter")
		if len(e.Errors) != 1 || e.Errors[0].Location != "header.Idempotency-Key" {
			t.Errorf("key %q: errors %+v", bad, e.Errors)
		}
	}
	if ok := s.do(request{method: "POST", path: "/", header: map[string]string{"Idempotency-Key": strings.Repeat("k", 255)}, body: `{"title":"Soup"}`}); ok.status != http.StatusCreated {
		t.Errorf("a key of 255: %d", ok.status)
	}
}

func TestPutCreates(t *testing.T) {
	s := start(t, nil)
	put := func(header map[string]string) response {
		return s.do(request{method: "PUT", path: "/recipes/my-soup", header: header, body: `{"title":"Soup"}`})
	}
	problem(t, put(map[string]string{"If-Match": "*"}), http.StatusPreconditionFailed, "precondition_failed")
	problem(t, put(map[string]string{"If-Match": `"x"`}), http.StatusPreconditionFailed, "precondition_failed")
	r := put(map[string]string{"If-None-Match": "*"})
	if got := as[recipe.Recipe](t, r, http.StatusCreated); got.ID != "my-soup" || r.header.Get("Location") != "/recipes/my-soup" {
		t.Errorf("id %q, Location %q", got.ID, r.header.Get("Location"))
	}
	failed := put(map[string]string{"If-None-Match": "*"})
	problem(t, failed, http.StatusPreconditionFailed, "precondition_failed")
	if failed.header.Get("ETag") != r.header.Get("ETag") {
		t.Errorf("412 with ETag %q, want the present %q", failed.header.Get("ETag"), r.header.Get("ETag"))
	}
	if r := put(map[string]string{"If-Match": "*"}); r.status != http.StatusOK || r.header.Get("Location") != "" {
		t.Errorf("replace: %d, Location %q", r.status, r.header.Get("Location"))
	}
	for _, id := range []string{"api", "recipes", "__x", "a.b", "ä", strings.Repeat("a", 65), "a%20b", "a%00b"} {
		e := problem(t, s.do(request{method: "PUT", path: "/recipes/" + id, body: `{"title":""}`}), http.StatusBadRequest, "invalid_parameter")
		var at []string
		for _, f := range e.Errors {
			at = append(at, f.Location)
		}
		if diff := cmp.Diff([]string{"path.id", "/title"}, at); diff != "" {
			t.Errorf("PUT %s (-want +got):\n%s", id, diff)
		}
	}
}

func TestPatch(t *testing.T) {
	s := start(t, nil)
	before := s.add(full)
	patch := func(body string) response {
		return s.do(request{method: "PATCH", path: "/" + before.ID, body: body, header: map[string]string{"Content-Type": "application/merge-patch+json"}})
	}
	got := as[recipe.Recipe](t, patch(`{"rating":3,"notes":null,"tags":["x"],"lastMadeAt":null,"servings":2.0,"id":"other","state":"trashed","etag":"1","createdAt":null}`), http.StatusOK)
	want := before
	want.Rating, want.Notes, want.Tags, want.LastMadeAt, want.Servings = 3, "", []string{"x"}, nil, 2
	if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(recipe.Recipe{}, "ETag", "UpdatedAt")); diff != "" {
		t.Errorf("patched (-want +got):\n%s", diff)
	}
	got = as[recipe.Recipe](t, patch(`{"url":null,"imageUrl":null,"rating":null,"made":null,"favorite":null,"description":null,"servings":null,"prepMinutes":null,"cookMinutes":null,"ingredients":null,"steps":null,"tags":null}`), http.StatusOK)
	want = recipe.Recipe{ID: before.ID, Title: before.Title, Ingredients: []string{}, Steps: []string{}, Tags: []string{}, State: recipe.Active, CreatedAt: before.CreatedAt}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(recipe.Recipe{}, "ETag", "UpdatedAt")); diff != "" {
		t.Errorf("emptied (-want +got):\n%s", diff)
	}
	problem(t, patch(`{"title":null}`), http.StatusUnprocessableEntity, "invalid_recipe")
	problem(t, patch(`{"frob":null}`), http.StatusUnprocessableEntity, "invalid_recipe")
	problem(t, patch(`["title"]`), http.StatusBadRequest, "malformed_body")
	problem(t, patch(`null`), http.StatusBadRequest, "malformed_body")
	r := s.do(request{method: "PATCH", path: "/" + before.ID, body: `{"rating":1}`, header: map[string]string{"Content-Type": "text/plain"}})
	problem(t, r, http.StatusUnsupportedMediaType, "unsupported_media_type")
	if r.header.Get("Accept-Patch") != "application/merge-patch+json, application/json" {
		t.Errorf("Accept-Patch %q", r.header.Get("Accept-Patch"))
	}
	if after := as[recipe.Recipe](t, s.do(request{path: "/" + before.ID}), http.StatusOK); after.ETag != got.ETag {
		t.Error("a refused patch changed the recipe")
	}
	r = s.do(request{method: "PATCH", path: "/" + before.ID, body: `{"rating":1}`, header: map[string]string{"Content-Type": "application/json"}})
	if after := as[recipe.Recipe](t, r, http.StatusOK); after.Rating != 1 || after.Title != before.Title {
		t.Errorf("patched with application/json: %+v", after)
	}
}

// A patch merges nutrition, because it is an object (RFC 7396).
func TestPatchMergesNutrition(t *testing.T) {
	s := start(t, nil)
	id := s.add(`{"title":"Oats"}`).ID
	for _, step := range []struct {
		patch string
		want  map[string]string
	}{
		{`{"nutrition":{"calories":"210 kcal","fatContent":null}}`, map[string]string{"calories": "210 kcal"}},
		{`{"nutrition":{"fatContent":"4 g"}}`, map[string]string{"calories": "210 kcal", "fatContent": "4 g"}},
		{`{"rating":3,"nutrition":{}}`, map[string]string{"calories": "210 kcal", "fatContent": "4 g"}},
		{`{"nutrition":{"calories":null,"sugarContent":"1 g"}}`, map[string]string{"fatContent": "4 g", "sugarContent": "1 g"}},
		{`{"nutrition":{"sugarContent":"","fatContent":" "}}`, nil},
		{`{"nutrition":{"calories":"1 kcal"}}`, map[string]string{"calories": "1 kcal"}},
		{`{"nutrition":null}`, nil},
	} {
		r := s.do(request{method: "PATCH", path: "/" + id, body: step.patch, header: map[string]string{"Content-Type": "application/merge-patch+json"}})
		if diff := cmp.Diff(step.want, as[recipe.Recipe](t, r, http.StatusOK).Nutrition); diff != "" {
			t.Errorf("%s (-want +got):\n%s", step.patch, diff)
		}
	}
	problem(t, s.do(request{method: "PUT", path: "/" + id, body: `{"title":"Oats","nutrition":{"calories":null}}`}), http.StatusBadRequest, "malformed_body")
}

// The changed recipe is validated, not only the patch: each of these patches is small enough.
func TestPatchedRecipeIsValidatedAsAWhole(t *testing.T) {
	s := start(t, nil)
	steps := `"` + strings.Repeat("ä", 4000) + `"` + strings.Repeat(`,"`+strings.Repeat("x", 3000)+`"`, 70)
	id := s.add(`{"title":"Long","steps":[` + steps + `]}`).ID
	r := s.do(request{
		method: "PATCH", path: "/" + id, header: map[string]string{"Content-Type": "application/merge-patch+json"},
		body: `{"ingredients":["` + strings.Repeat("y", 500) + `"` + strings.Repeat(`,"`+strings.Repeat("z", 500)+`"`, 199) + `]}`,
	})
	e := problem(t, r, http.StatusUnprocessableEntity, "invalid_recipe")
	if len(e.Errors) != 1 || e.Errors[0].Rule != "maxBytes" {
		t.Errorf("errors %+v", e.Errors)
	}
}

func TestTrashAndRestore(t *testing.T) {
	s := start(t, nil)
	before := s.add(`{"title":"Soup"}`)
	path := "/recipes/" + before.ID
	problem(t, s.do(request{method: "POST", path: path + ":restore"}), http.StatusConflict, "not_trashed")
	stale := s.do(request{method: "DELETE", path: path, header: map[string]string{"If-Match": `"stale"`}})
	problem(t, stale, http.StatusPreconditionFailed, "precondition_failed")
	if want := `"` + before.ETag + `"`; stale.header.Get("ETag") != want {
		t.Errorf("412 with ETag %q, want %q", stale.header.Get("ETag"), want)
	}
	r := s.do(request{method: "DELETE", path: path, header: map[string]string{"If-Match": `"` + before.ETag + `"`}})
	trashed := as[recipe.Recipe](t, r, http.StatusOK)
	if trashed.State != recipe.Trashed || trashed.ETag == before.ETag || r.header.Get("ETag") != `"`+trashed.ETag+`"` {
		t.Errorf("trashed %+v, ETag %q", trashed, r.header.Get("ETag"))
	}
	if got := as[recipe.Recipe](t, s.do(request{path: path}), http.StatusOK); got.State != recipe.Trashed {
		t.Errorf("read from the trash: %s", got.State)
	}
	problem(t, s.do(request{method: "DELETE", path: path}), http.StatusNotFound, "not_found")
	problem(t, s.do(request{method: "PUT", path: path, body: `{"title":"x"}`}), http.StatusConflict, "recipe_trashed")
	problem(t, s.do(request{method: "PATCH", path: path, body: `{}`, header: map[string]string{"Content-Type": "application/merge-patch+json"}}), http.StatusConflict, "recipe_trashed")
	restored := as[recipe.Recipe](t, s.do(request{method: "POST", path: path + ":restore"}), http.StatusOK)
	if restored.State != recipe.Active || restored.ETag == trashed.ETag {
		t.Errorf("restored %+v", restored)
	}
}

func TestDeleteAllNeedsConfirmation(t *testing.T) {
	s := start(t, nil)
	s.add(`{"title":"Soup"}`)
	bobs := as[recipe.Recipe](t, s.do(request{as: "bob", method: "POST", path: "/", body: `{"title":"Bob's"}`}), http.StatusCreated)
	confirm := map[string]string{"X-Confirm-Delete": "all-recipes"}
	for _, c := range []struct {
		path   string
		header map[string]string
		faults int
	}{
		{"/", nil, 2},
		{"/?all=false", nil, 2},
		{"/?all=true", nil, 1},
		{"/", confirm, 1},
		{"/?all=1x", confirm, 2},
		{"/?all=true", map[string]string{"X-Confirm-Delete": "yes"}, 1},
	} {
		e := problem(t, s.do(request{method: "DELETE", path: c.path, header: c.header}), http.StatusBadRequest, "invalid_parameter")
		if len(e.Errors) != c.faults {
			t.Errorf("DELETE %s %v: errors %+v", c.path, c.header, e.Errors)
		}
	}
	if list := as[recipes.RecipeList](t, s.do(request{path: "/"}), http.StatusOK); len(list.Recipes) != 1 {
		t.Fatalf("recipes without a confirmed delete: %d", len(list.Recipes))
	}
	s.auth.signedIn = 11 * time.Minute
	problem(t, s.do(request{method: "DELETE", path: "/?all=true", header: confirm}), http.StatusUnauthorized, "recent_login_required")
	s.auth.signedIn = 9 * time.Minute
	if r := s.do(request{method: "DELETE", path: "/?all=true", header: confirm}); r.status != http.StatusNoContent || r.body != "" {
		t.Errorf("delete all: %d %s", r.status, r.body)
	}
	if list := as[recipes.RecipeList](t, s.do(request{path: "/"}), http.StatusOK); len(list.Recipes) != 0 {
		t.Errorf("recipes afterwards: %d", len(list.Recipes))
	}
	if r := s.do(request{as: "bob", path: "/" + bobs.ID}); r.status != http.StatusOK {
		t.Errorf("bob's recipe: %d", r.status)
	}
}

// When several writers start from one version, exactly one succeeds. The others get the ETag
// of the stored version.
func TestConcurrentEditsOfOneVersion(t *testing.T) {
	s := start(t, nil)
	before := s.add(`{"title":"Soup"}`)
	const writers = 8
	answers := make([]response, writers)
	var wg sync.WaitGroup
	for i := range writers {
		wg.Go(func() {
			var err error
			answers[i], err = s.try(request{
				method: "PATCH", path: "/" + before.ID, body: fmt.Sprintf(`{"notes":"%d"}`, i),
				header: map[string]string{"Content-Type": "application/merge-patch+json", "If-Match": `"` + before.ETag + `"`},
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	won := 0
	for _, r := range answers {
		switch r.status {
		case http.StatusOK:
			won++
		case http.StatusPreconditionFailed:
			if r.header.Get("ETag") == "" {
				t.Error("412 without the present ETag")
			}
		default:
			t.Errorf("status %d: %s", r.status, r.body)
		}
	}
	if won != 1 {
		t.Errorf("%d of %d writers won", won, writers)
	}
}

// Concurrent patches of different fields, without a condition, are all stored.
func TestConcurrentPatchesLoseNothing(t *testing.T) {
	s := start(t, nil)
	id := s.add(`{"title":"Soup"}`).ID
	var wg sync.WaitGroup
	for _, body := range []string{`{"notes":"n"}`, `{"rating":5}`, `{"favorite":true}`, `{"servings":3}`} {
		wg.Go(func() {
			r, err := s.try(request{method: "PATCH", path: "/" + id, body: body, header: map[string]string{"Content-Type": "application/merge-patch+json"}})
			if err != nil || r.status != http.StatusOK {
				t.Errorf("%s: %d %v", body, r.status, err)
			}
		})
	}
	wg.Wait()
	got := as[recipe.Recipe](t, s.do(request{path: "/" + id}), http.StatusOK)
	if got.Notes != "n" || got.Rating != 5 || !got.Favorite || got.Servings != 3 {
		t.Errorf("got %+v", got)
	}
}
