package recipes_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"pantry.example/functions/recipes"
	"pantry.example/functions/recipes/fetch"
)

// fetching returns a change of Deps that fetches every page as told.
func fetching(page string, err error) func(*recipes.Deps) {
	return func(d *recipes.Deps) {
		d.Fetch = func(_ context.Context, address string) (fetch.Page, error) {
			return fetch.Page{URL: address + "#final", Text: []byte(page)}, err
		}
	}
}

const soupPage = `<script type="application/ld+json">{"@type":"Recipe","name":"Soup","recipeIngredient":["1 leek"]}</script>`

func TestImportOfAnAddress(t *testing.T) {
	s := start(t, nil, fetching(soupPage, nil))
	results := s.imported(request{body: `{"url":"https://example.com/soup"}`, header: map[string]string{"Content-Type": "application/json"}})
	if len(results) != 1 || results[0].Status != "created" || results[0].Recipe.Title != "Soup" || results[0].Recipe.URL != "https://example.com/soup#final" {
		t.Errorf("results %+v", results)
	}
	// A document with more in it than an address is JSON-LD, as before.
	r := s.do(request{method: "POST", path: "/:import", body: `{"url":"https://example.com/soup","name":"x"}`})
	problem(t, r, http.StatusUnprocessableEntity, "no_recipe")
	r = s.do(request{method: "POST", path: "/:import", body: `{"url":"https://example.com/soup"}`, header: ldJSON})
	problem(t, r, http.StatusUnprocessableEntity, "no_recipe")
}

func TestAddressesThatCannotBeImported(t *testing.T) {
	body := request{method: "POST", path: "/:import?dryRun=true", body: `{"url":"http://169.254.169.254/computeMetadata/v1/"}`}
	for code, c := range map[string]struct {
		change func(*recipes.Deps)
		status int
	}{
		"url_import_off":   {func(*recipes.Deps) {}, http.StatusForbidden},
		"url_not_allowed":  {func(d *recipes.Deps) { d.Fetch = fetch.New().Page }, http.StatusUnprocessableEntity},
		"page_unreachable": {fetching("", fmt.Errorf("%w: its server answered 404", fetch.ErrUnreachable)), http.StatusUnprocessableEntity},
		"page_too_large":   {fetching("", fetch.ErrTooLarge), http.StatusUnprocessableEntity},
		"no_recipe":        {fetching("<p>no recipe", nil), http.StatusUnprocessableEntity},
	} {
		e := problem(t, start(t, nil, c.change).do(body), c.status, code)
		if strings.Contains(e.Detail, "169.254") {
			t.Errorf("%s repeats the address: %s", code, e.Detail)
		}
	}
}

// Fetching pages is limited for each user, so that nobody uses the server to load sites.
func TestFetchedPagesAreLimited(t *testing.T) {
	s := start(t, nil, fetching(soupPage, nil))
	ask := request{method: "POST", path: "/:import?dryRun=true", body: `{"url":"https://example.com/soup"}`}
	for i := range 20 {
		if r := s.do(ask); r.status != http.StatusOK {
			t.Fatalf("page %d: %d %s", i, r.status, r.body)
		}
	}
	r := s.do(ask)
	problem(t, r, http.StatusTooManyRequests, "too_many_requests")
	if after := r.header.Get("Retry-After"); after == "" || len(after) > 2 {
		t.Errorf("Retry-After %q, want at most 30 s", after)
	}
	ask.as = "bob"
	if r := s.do(ask); r.status != http.StatusOK {
		t.Errorf("another user: %d", r.status)
	}
}
