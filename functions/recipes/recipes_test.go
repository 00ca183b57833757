package recipes_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"pantry.example/functions/recipes"
	"pantry.example/shared/web"
)

func TestNewNamesWhatIsMissing(t *testing.T) {
	_, err := recipes.New(recipes.Deps{})
	if err == nil {
		t.Fatal("New took empty Deps")
	}
	for _, name := range []string{"Function", "Authenticate", "Store"} {
		if !strings.Contains(err.Error(), name) {
			t.Errorf("error %q does not name %s", err, name)
		}
	}
}

// Each request looks up its session once, before anything else. A request without a session
// has the same answer on every route.
func TestEveryRequestAuthenticatesOnceAndFirst(t *testing.T) {
	s := start(t, nil)
	id := s.add(`{"title":"Soup"}`).ID
	requests := []request{
		{path: "/"},
		{path: "/" + id},
		{path: "/nothing/here"},
		{path: "/", method: "TRACE"},
		{path: "//"},
		{path: "/?q=%zz"},
		{path: "/", method: "POST", body: `{`},
		{path: "/" + id + ":restore", method: "POST"},
		{path: "/:export"},
		{path: "/:import", method: "POST", body: `{}`},
		{path: "/?all=true", method: "DELETE"},
	}
	for _, q := range requests {
		before := s.auth.calls
		s.do(q)
		if got := s.auth.calls - before; got != 1 {
			t.Errorf("%s %s asked for the session %d times", q.method, q.path, got)
		}
		q.as = "nobody"
		problem(t, s.do(q), http.StatusUnauthorized, "no_session")
	}
}

func TestAuthenticateThatFailsIsAnsweredAsItSays(t *testing.T) {
	s := start(t, nil)
	s.auth.err = web.NewError(http.StatusServiceUnavailable, "unavailable", "Try again.").Retry(1)
	r := s.do(request{path: "/"})
	problem(t, r, http.StatusServiceUnavailable, "unavailable")
	if r.header.Get("Retry-After") != "1" {
		t.Errorf("Retry-After %q", r.header.Get("Retry-After"))
	}
	s.auth.err = nil
	problem(t, s.do(request{as: "nameless", path: "/no/store/asked"}), http.StatusInternalServerError, "internal")
	s.auth.err = errors.New("password=hunter2")
	r = s.do(request{path: "/"})
	problem(t, r, http.StatusInternalServerError, "internal")
	if strings.Contains(r.body, "hunter2") {
		t.Errorf("an internal text reached the client: %s", r.body)
	}
}

func TestRoutes(t *testing.T) {
	s := start(t, nil)
	id := s.add(`{"title":"Soup"}`).ID
	for _, path := range []string{"/" + id, "/recipes/" + id, "/api/recipes/" + id} {
		if r := s.do(request{path: path}); r.status != http.StatusOK {
			t.Errorf("GET %s: %d", path, r.status)
		}
	}
	wrongMethod := []struct{ method, path, allow string }{
		{"PUT", "/", "DELETE, GET, HEAD, POST"},
		{"PATCH", "/recipes", "DELETE, GET, HEAD, POST"},
		{"POST", "/" + id, "DELETE, GET, HEAD, PATCH, PUT"},
		{"GET", "/" + id + ":restore", "POST"},
		{"HEAD", "/:import", "POST"},
		{"DELETE", "/:import", "POST"},
		{"POST", "/:export", "GET, HEAD"},
		{"FROB", "/:export", "GET, HEAD"},
	}
	for _, c := range wrongMethod {
		r := s.do(request{method: c.method, path: c.path})
		if got := r.header.Get("Allow"); r.status != http.StatusMethodNotAllowed || got != c.allow {
			t.Errorf("%s %s: %d, Allow %q, want 405 and %q", c.method, c.path, r.status, got, c.allow)
		}
	}
	nothing := []string{
		"/a/b", "/" + id + "/", "/" + id + "/restore", "/:/restore/" + id, "/%3A/restore/" + id, "/restore/" + id,
		"/" + id + ":frob", "/" + id + ":", "/:frob", "/:", "/.:restore", "/..:restore", "/" + id + "%2F:restore",
		"//", "//" + id, "/./" + id, "/x/../" + id, "/" + id + ":restore:restore", "/:import/", "/recipes/recipes", "/__x__",
		"/recipes//", "/api/recipes/" + id + "/x",
	}
	for _, path := range nothing {
		for _, method := range []string{"GET", "POST"} {
			r := s.do(request{method: method, path: path})
			if r.status != http.StatusNotFound && r.status != http.StatusMethodNotAllowed {
				t.Errorf("%s %s: %d", method, path, r.status)
			}
			if r.header.Get("Location") != "" {
				t.Errorf("%s %s redirects to %q", method, path, r.header.Get("Location"))
			}
		}
	}
}

func TestHeadersOfEveryAnswer(t *testing.T) {
	s := start(t, nil)
	for _, q := range []request{{path: "/"}, {path: "/none"}, {path: "/", as: "nobody"}} {
		q.header = map[string]string{"Origin": "https://app.example"}
		r := s.do(q)
		for name, want := range map[string]string{
			"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff",
			"Access-Control-Allow-Origin": "https://app.example",
		} {
			if got := r.header.Get(name); got != want {
				t.Errorf("%+v: %s is %q, want %q", q, name, got, want)
			}
		}
	}
}
