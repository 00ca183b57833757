package recipes_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"runtime"
	"strings"
	"testing"

	"pantry.example/functions/recipes"
	"pantry.example/shared/recipe"
	"pantry.example/shared/recipe/store"
)

// The answer for another user's recipe has the same bytes as for one that does not exist.
func TestAnotherUsersRecipeIsUnknown(t *testing.T) {
	s := start(t, nil)
	alices := s.add(`{"title":"Secret soup","url":"https://secret.example/"}`)
	s.do(request{method: "DELETE", path: "/" + s.add(`{"title":"Trashed"}`).ID})
	for _, q := range []request{
		{path: "/%s"},
		{method: "HEAD", path: "/%s"},
		{path: "/%s", header: map[string]string{"If-None-Match": "*"}},
		{path: "/%s", header: map[string]string{"If-Match": `"` + alices.ETag + `"`}},
		{method: "PATCH", path: "/%s", body: `{"title":"Mine"}`, header: map[string]string{"Content-Type": "application/merge-patch+json"}},
		{method: "PATCH", path: "/%s", body: `{}`, header: map[string]string{"Content-Type": "application/merge-patch+json", "If-Match": "*"}},
		{method: "PUT", path: "/%s", body: `{"title":"Mine"}`, header: map[string]string{"If-Match": `"` + alices.ETag + `"`}},
		{method: "DELETE", path: "/%s"},
		{method: "POST", path: "/%s:restore"},
		{method: "DELETE", path: "/%s?userID=bob-uid"},
		{method: "PATCH", path: "/?userID=bob-uid", body: `{"id":"%s","rating":1}`},
	} {
		q.as = "bob"
		ask := func(id string) response {
			q := q
			if strings.Contains(q.path, "%s") {
				q.path = fmt.Sprintf(q.path, id)
			} else {
				q.body = fmt.Sprintf(q.body, id)
			}
			header := map[string]string{"X-Request-Id": "the-same-id"}
			maps.Copy(header, q.header)
			q.header = header
			return s.do(q)
		}
		theirs, unknown := ask(alices.ID), ask(recipe.NewID())
		if theirs.status != unknown.status || theirs.body != unknown.body || fmt.Sprint(dateless(theirs.header)) != fmt.Sprint(dateless(unknown.header)) {
			t.Errorf("%s %s: %d %s %v\nunknown: %d %s %v", q.method, q.path, theirs.status, theirs.body, theirs.header, unknown.status, unknown.body, unknown.header)
		}
		if theirs.status < 400 {
			t.Errorf("%s %s: %d", q.method, q.path, theirs.status)
		}
	}
	// Under the same id bob can have a recipe of his own, and alice's is untouched.
	if r := s.do(request{as: "bob", method: "PUT", path: "/" + alices.ID, body: `{"title":"Bob's"}`}); r.status != http.StatusCreated {
		t.Errorf("bob's own: %d", r.status)
	}
	if r := s.do(request{as: "bob", method: "DELETE", path: "/?all=true", header: map[string]string{"X-Confirm-Delete": "all-recipes"}}); r.status != http.StatusNoContent {
		t.Errorf("bob deletes his: %d", r.status)
	}
	if got := as[recipe.Recipe](t, s.do(request{path: "/" + alices.ID}), http.StatusOK); got.ETag != alices.ETag {
		t.Errorf("alice's recipe became %+v", got)
	}
	for _, path := range []string{"/", "/?q=soup&count=true", "/?state=trashed", "/:export", "/?userID=bob-uid"} {
		if r := s.do(request{as: "bob", path: path}); strings.Contains(strings.ToLower(r.body), "soup") || strings.Contains(r.body, alices.ID) {
			t.Errorf("bob's GET %s has alice's recipe: %s", path, r.body)
		}
	}
}

func dateless(h http.Header) http.Header {
	h = h.Clone()
	h.Del("Date")
	return h
}

// Every route that reads a body refuses these bodies with the same answer.
func TestHostileBodies(t *testing.T) {
	s := start(t, nil)
	id := s.add(`{"title":"Soup"}`).ID
	routes := []request{
		{method: "POST", path: "/"},
		{method: "PUT", path: "/" + id},
		{method: "PATCH", path: "/" + id, header: map[string]string{"Content-Type": "application/merge-patch+json"}},
		{method: "POST", path: "/?userID=alice-uid"},
		{method: "PATCH", path: "/?userID=alice-uid"},
	}
	bodies := []struct {
		name, body string
		want       int
		header     map[string]string
	}{
		{"not JSON", `title=Soup`, 400, nil},
		{"cut", `{"title":"So`, 400, nil},
		{"trailing data", `{"title":"a"}{"title":"b"}`, 400, nil},
		{"duplicate keys", `{"title":"a","title":"b"}`, 400, nil},
		{"keys that differ in case", `{"title":"a","Title":"b"}`, 400, nil},
		{"duplicate keys below", `{"title":"a","x":{"y":1,"y":2}}`, 400, nil},
		{"deep nesting", `{"title":` + strings.Repeat("[", 10000) + strings.Repeat("]", 10000) + `}`, 400, nil},
		{"half a surrogate pair", `{"title":"\ud83c"}`, 400, nil},
		{"not UTF-8", "{\"title\":\"\xff\"}", 400, nil},
		{"an array", `[{"title":"a"}]`, 400, nil},
		{"a text", `"title"`, 400, nil},
		{"NUL", `{"title":"a\u0000b","id":"` + id + `"}`, 422, nil},
		{"line ends in a line", `{"title":"a\nSet-Cookie: x","id":"` + id + `"}`, 422, nil},
		{"oversize", `{"title":"` + long(256<<10) + `"}`, 413, nil},
		{"compressed", `{"title":"a"}`, 415, map[string]string{"Content-Encoding": "gzip"}},
		{"form", `title=a`, 415, map[string]string{"Content-Type": "application/x-www-form-urlencoded"}},
		{"text/plain", `{"title":"a"}`, 415, map[string]string{"Content-Type": "text/plain"}},
		{"another charset", `{"title":"a"}`, 415, map[string]string{"Content-Type": "application/json; charset=utf-16"}},
		{"no type", `{"title":"a"}`, 415, map[string]string{"Content-Type": "(none)"}},
	}
	for _, q := range routes {
		for _, b := range bodies {
			article := strings.Contains(q.path, "userID")
			if article && q.method == "PATCH" && b.want == 422 {
				continue // reads no title
			}
			q := request{method: q.method, path: q.path, body: b.body, header: q.header}
			if b.header != nil {
				merged := maps.Clone(b.header)
				for k, v := range q.header {
					if _, ok := merged[k]; !ok {
						merged[k] = v
					}
				}
				q.header = merged
			}
			r := s.do(q)
			if r.status != b.want {
				t.Errorf("%s %s, %s: %d, want %d: %s", q.method, q.path, b.name, r.status, b.want, r.body)
			}
			if len(r.body) > 2000 {
				t.Errorf("%s %s, %s: an answer of %d bytes", q.method, q.path, b.name, len(r.body))
			}
		}
	}
	if got := as[recipes.RecipeList](t, s.do(request{path: "/"}), http.StatusOK); len(got.Recipes) != 1 || got.Recipes[0].Title != "Soup" {
		t.Errorf("afterwards: %v", titles(got))
	}
}

// A body of many unknown names gets an answer of bounded size.
func TestManyFaultsAreCut(t *testing.T) {
	s := start(t, nil)
	var b strings.Builder
	b.WriteString(`{"` + long(5000) + `":0`)
	for i := range 10000 {
		fmt.Fprintf(&b, `,"f%d":0`, i)
	}
	r := s.do(request{method: "POST", path: "/", body: b.String() + "}"})
	if e := problem(t, r, http.StatusUnprocessableEntity, "invalid_recipe"); len(e.Errors) != 100 {
		t.Errorf("%d errors", len(e.Errors))
	}
	if len(r.body) > 12000 {
		t.Errorf("an answer of %d bytes", len(r.body))
	}
}

// Faults past the first hundred are not kept. Else each new fault is compared with all of
// them, which took a second for 240 KB.
func TestManyFaultsCostLittle(t *testing.T) {
	s := start(t, nil)
	body := `{"title":"Soup","steps":[` + strings.Repeat(`1,`, 125_000) + `1]}`
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	r := s.do(request{method: "POST", path: "/", body: body})
	runtime.ReadMemStats(&after)
	problem(t, r, http.StatusBadRequest, "malformed_body")
	if got := after.TotalAlloc - before.TotalAlloc; got > 96<<20 {
		t.Errorf("a body of %d KiB took %d MiB", len(body)>>10, got>>20)
	}
}

// Texts of every script come back as they were sent, and HTML stays text.
func TestUnicodeAndMarkup(t *testing.T) {
	s := start(t, nil)
	for sent, want := range map[string]string{
		"寿司 🍣": "寿司 🍣", "עוגה": "עוגה", "👩‍👩‍👧": "👩‍👩‍👧",
		"<script>alert(1)</script>": "<script>alert(1)</script>",
		`\\ud800`:                   `\ud800`,
		`\u0041\ud83c\udf63 \"\\`:   `A🍣 "\`,
	} {
		if got := s.add(`{"title":"` + sent + `"}`); got.Title != want {
			t.Errorf("sent %s, got %q, want %q", sent, got.Title, want)
		}
	}
}

// brokenStore returns the error that a test sets.
type brokenStore struct {
	recipe.Store
	err error
}

func (b brokenStore) Get(context.Context, string, string) (recipe.Recipe, error) {
	return recipe.Recipe{}, fmt.Errorf("get recipe: %w", b.err)
}

func (b brokenStore) List(context.Context, string, recipe.Query) (recipe.Page, error) {
	return recipe.Page{}, fmt.Errorf("list recipes: %w", b.err)
}

func (b brokenStore) Create(ctx context.Context, uid string, r recipe.Recipe, key string) (recipe.Recipe, error) {
	if r.Title == "Soup" {
		return recipe.Recipe{}, fmt.Errorf("create recipe: %w", b.err)
	}
	return b.Store.Create(ctx, uid, r, key)
}

// One recipe that cannot be stored does not fail the others; the log has its reason.
func TestImportIntoAStoreThatFails(t *testing.T) {
	s := start(t, brokenStore{store.NewMemory(), fmt.Errorf("%w: secret-host", recipe.ErrUnavailable)})
	results := s.imported(request{body: `[{"@type":"Recipe","name":"Stew"},{"@type":"Recipe","name":"Soup"},{"@type":"Recipe","name":"Cake"}]`})
	if results[0].Status != "created" || results[2].Status != "created" {
		t.Errorf("results %+v", results)
	}
	if e := results[1].Error; e == nil || e.Status != http.StatusServiceUnavailable || e.RequestID == "" || strings.Contains(e.Detail, "secret-host") {
		t.Errorf("error %+v", e)
	}
	s.close()
	if log := s.log.String(); !strings.Contains(log, "secret-host") {
		t.Errorf("log: %s", log)
	}
}

// A client that goes away is not an error of the server.
func TestClientThatGoesAway(t *testing.T) {
	s := start(t, brokenStore{store.NewMemory(), context.Canceled})
	if r := s.do(request{path: "/?userID=alice-uid"}); r.status != http.StatusRequestTimeout {
		t.Errorf("status %d: %s", r.status, r.body)
	}
	s.close()
	if log := s.log.String(); strings.Contains(log, `"ERROR"`) {
		t.Errorf("log: %s", log)
	}
}

func TestStoreThatFails(t *testing.T) {
	for _, c := range []struct {
		err        error
		status     int
		code       string
		retryAfter string
	}{
		{fmt.Errorf("%w: rpc error: secret-host:443", recipe.ErrUnavailable), 503, "store_unavailable", "2"},
		{fmt.Errorf("%w: rpc error: secret-host:443", recipe.ErrNotSetUp), 503, "not_configured", "10"},
		{context.DeadlineExceeded, 503, "timeout", "1"},
		{errors.New("secret-host said no"), 500, "internal", ""},
	} {
		s := start(t, brokenStore{store.NewMemory(), c.err})
		for _, path := range []string{"/", "/abc"} {
			r := s.do(request{path: path})
			problem(t, r, c.status, c.code)
			if got := r.header.Get("Retry-After"); got != c.retryAfter {
				t.Errorf("%v: Retry-After %q, want %q", c.err, got, c.retryAfter)
			}
			if strings.Contains(r.body, "secret-host") {
				t.Errorf("an internal text reached the client: %s", r.body)
			}
		}
		r := s.do(request{path: "/?userID=alice-uid"})
		if r.status != c.status || strings.Contains(r.body, "secret-host") || !strings.HasPrefix(r.body, `{"message":"`) {
			t.Errorf("article: %d %s", r.status, r.body)
		}
		s.close()
		if log := s.log.String(); strings.Count(log, "secret-host") != strings.Count(c.err.Error(), "secret-host")*3 || !strings.Contains(log, `"code":"`+c.code+`"`) {
			t.Errorf("log: %s", log)
		}
	}
}
