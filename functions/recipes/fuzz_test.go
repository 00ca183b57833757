package recipes_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// Whatever a signed-in client sends, the fault is never ours, and the answer is as the
// document says.
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
	s := start(f, nil)
	f.Fuzz(func(t *testing.T, method, target, mediaType, condition, body string) {
		u, err := url.ParseRequestURI(target)
		if err != nil || !strings.HasPrefix(target, "/") || strings.ContainsAny(method, " \r\n\t") || method == "" {
			t.Skip()
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
