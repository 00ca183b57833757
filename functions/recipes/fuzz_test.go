package recipes_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"pantry.example/functions/recipes"
)

// unlimited is a budget that fuzzing never spends.
func unlimited(d *recipes.Deps) {
	d.User = recipes.Budget{Burst: 1 << 30, PerSecond: 1 << 30}
	d.Instance = d.User
}

// Whatever a signed-in client sends, the answer is never a 5xx, and it matches the document.
func FuzzRequests(f *testing.F) {
	const patch = "application/merge-patch+json"
	for _, q := range []struct{ method, target, mediaType, condition, body string }{
		{"GET", "/?pageSize=1&orderBy=title%20desc&q=so&count=true", "", "", ""},
		{"GET", "/?pageToken=eyJ2IjoxLCJxIjoiIiwicCI6MCwiayI6IiIsImkiOiJhIn0", "", "", ""},
		{"GET", "/soup", "", `W/"a", "b"`, ""},
		{"PUT", "/soup", "application/json", "*", full},
		{"PATCH", "/soup", patch, `"x"`, `{"title":null,"servings":1e5,"tags":["a",null]}`},
		{"POST", "/", "application/json", "", `{"title":"x","rating":-1e999,"lastMadeAt":"0000-01-01T00:00:00Z"}`},
		{"POST", "/soup:restore", "", "", ""},
		{"DELETE", "/soup", "", `"x"`, ""},
		{"POST", "/:import?dryRun=true", "application/ld+json", "", `{"@graph":[{"@type":"Recipe","name":"x","recipeYield":[4]}]}`},
		{"POST", "/:import", "text/html", "", `<script type=application/ld+json>{"@type":"Recipe","name":"x"`},
		{"GET", "/:export", "", "", ""},
		{"POST", "/?userID=alice-uid", "application/json", "", `{"title":"x","rating":"4"}`},
		{"PATCH", "/?userID=alice-uid", "application/json", "", `{"id":"soup","rating":null}`},
		{"DELETE", "/soup?userID=alice-uid", "", "", ""},
		{"GET", "/%2e%2e/%00?userID&a=%zz", "", "", ""},
	} {
		f.Add(q.method, q.target, q.mediaType, q.condition, q.body)
	}
	s := start(f, nil, unlimited)
	f.Fuzz(func(t *testing.T, method, target, mediaType, condition, body string) {
		u, err := url.ParseRequestURI(target)
		if err != nil || !strings.HasPrefix(target, "/") || strings.ContainsAny(method, " \r\n\t") || method == "" {
			return
		}
		req := httptest.NewRequest(http.MethodGet, "/", strings.NewReader(body))
		req.Method, req.URL, req.RequestURI = method, u, target
		req.Header = http.Header{
			"Authorization": {"Bearer alice"}, "Content-Type": {mediaType},
			"If-Match": {condition}, "If-None-Match": {condition},
		}
		if condition == "" {
			req.Header.Del("If-Match")
			req.Header.Del("If-None-Match")
		}
		rec := httptest.NewRecorder()
		s.h.ServeHTTP(rec, req)
		if rec.Code >= http.StatusInternalServerError {
			t.Errorf("%s %s %q: %d %s", method, target, body, rec.Code, rec.Body)
		}
		if rec.Code >= 300 && rec.Code < 400 && rec.Code != http.StatusNotModified {
			t.Errorf("%s %s: %d to %q", method, target, rec.Code, rec.Header().Get("Location"))
		}
		op := operationOf(method, u.EscapedPath())
		if op == nil || u.Query().Has("userID") {
			return
		}
		answer := response{rec.Code, rec.Header(), rec.Body.String()}
		if rec.Code == http.StatusNotModified || method == http.MethodHead {
			answer.body = "" // net/http drops it
		}
		checkAnswer(t, op, answer)
	})
}

// Every query of a list is either answered or refused. An answered query has only parameters
// of a list.
func FuzzListQuery(f *testing.F) {
	for _, q := range []string{
		"", "q=soup&count=true&view=summary", "pageSize=-1", "pageSize=1e3", "pageToken=eyJ2IjoxfQ", "orderBy=title%20desc", "made&favorite=1",
		"minRating=NaN", "state=trashed&tag=%ff", "q=a&q=b", "a;b", "%zz", "Q=soup", "view=full&userID",
	} {
		f.Add(q)
	}
	s := start(f, nil, unlimited)
	s.add(full)
	f.Fuzz(func(t *testing.T, query string) {
		req := httptest.NewRequest(http.MethodGet, "/", nil)
		req.URL = &url.URL{Path: "/", RawQuery: query}
		req.Header.Set("Authorization", "Bearer alice")
		if req.URL.Query().Has("userID") {
			return
		}
		rec := httptest.NewRecorder()
		s.h.ServeHTTP(rec, req)
		if rec.Code != http.StatusOK && rec.Code != http.StatusBadRequest {
			t.Fatalf("%q: %d %s", query, rec.Code, rec.Body)
		}
		known := map[string]bool{}
		for _, p := range operationOf(http.MethodGet, "/").Parameters {
			known[p.Name] = true
		}
		for name := range req.URL.Query() {
			if rec.Code == http.StatusOK && !known[name] {
				t.Errorf("%q is answered, although a list has no %q", query, name)
			}
		}
	})
}

// When a body makes a recipe, a PUT of the answered recipe changes nothing.
func FuzzRecipeBody(f *testing.F) {
	for _, body := range []string{
		full, `{"title":"x"}`, `{"title":"\ud83c\udf63 \u202ea"}`, `{"title":"x","rating":4.999999999999999999,"servings":4.0}`,
		`{"title":"x","tags":["a","A","\u0041"],"steps":["\r\n","a\r"]}`, `{"title":"x","lastMadeAt":"2026-05-01T18:30:00.123456789+02:00"}`,
		`{"title":"x","nutrition":{"calories":" 1 "}}`, `{"title":null}`, `[]`, `{"title":"a","title":"b"}`,
	} {
		f.Add(body)
	}
	s := start(f, nil, unlimited)
	send := func(method, path, body string) *httptest.ResponseRecorder {
		req := httptest.NewRequest(method, path, strings.NewReader(body))
		req.Header = http.Header{"Authorization": {"Bearer alice"}, "Content-Type": {"application/json"}}
		rec := httptest.NewRecorder()
		s.h.ServeHTTP(rec, req)
		return rec
	}
	f.Fuzz(func(t *testing.T, body string) {
		made := send(http.MethodPut, "/fuzzed", body)
		switch made.Code {
		case http.StatusOK, http.StatusCreated:
		case http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusUnprocessableEntity:
			return
		default:
			t.Fatalf("%q: %d %s", body, made.Code, made.Body)
		}
		checkAnswer(t, operationOf(http.MethodPut, "/fuzzed"), response{made.Code, made.Header(), made.Body.String()})
		again := send(http.MethodPut, "/fuzzed", made.Body.String())
		if again.Code != http.StatusOK || again.Body.String() != made.Body.String() {
			t.Errorf("%q:\nmade  %d %s\nagain %d %s", body, made.Code, made.Body, again.Code, again.Body)
		}
	})
}
