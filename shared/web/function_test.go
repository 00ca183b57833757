package web_test

import (
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"pantry.example/shared/config"
	"pantry.example/shared/web"
)

func TestNewFunction(t *testing.T) {
	t.Parallel()
	cfg := config.Config{ProjectID: "demo-pantry", AllowedOrigins: []string{friend}, Deployed: true}
	got := web.NewFunction("recipes", cookie, cfg)
	if got.Log == nil {
		t.Error("NewFunction() has no log")
	}
	got.Log = nil
	want := web.Function{Name: "recipes", Project: "demo-pantry", Origins: []string{friend}, SessionCookie: cookie, TrustProxy: true}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("NewFunction() (-want +got):\n%s", diff)
	}
}

// A Hosting rewrite keeps the whole path. The function's own URL may have its name or not.
func TestAliases(t *testing.T) {
	t.Parallel()
	type seen struct{ Path, Escaped, ID, Query string }
	for _, row := range []struct {
		target string
		want   seen
	}{
		{"/", seen{"/", "/", "", ""}},
		{"/x", seen{"/x", "/x", "x", ""}},
		{"/recipes", seen{"/", "/", "", ""}},
		{"/recipes/", seen{"/", "/", "", ""}},
		{"/recipes/x", seen{"/x", "/x", "x", ""}},
		{"/recipes/x?a=/recipes/y", seen{"/x", "/x", "x", "a=/recipes/y"}},
		{"/api/recipes", seen{"/", "/", "", ""}},
		{"/api/recipes/", seen{"/", "/", "", ""}},
		{"/api/recipes/x", seen{"/x", "/x", "x", ""}},
		{"/recipes/recipes", seen{"/recipes", "/recipes", "recipes", ""}},
		{"/recipesx", seen{"/recipesx", "/recipesx", "recipesx", ""}},
		{"/Recipes", seen{"/Recipes", "/Recipes", "Recipes", ""}},
		{"/api", seen{"/api", "/api", "api", ""}},
		{"/api/recipesx", seen{"/api/recipesx", "/api/recipesx", "", ""}},
		{"/other/recipes/x", seen{"/other/recipes/x", "/other/recipes/x", "", ""}},
		// An escaped slash is part of an id and does not end the name.
		{"/a%2Fb", seen{"/a/b", "/a%2Fb", "a/b", ""}},
		{"/recipes/a%2Fb", seen{"/a/b", "/a%2Fb", "a/b", ""}},
		{"/api/recipes/a%2Fb", seen{"/a/b", "/a%2Fb", "a/b", ""}},
		{"/recipes/%2F", seen{}}, // answered before the routes
		{"/recipes%2Fx", seen{"/recipes/x", "/recipes%2Fx", "recipes/x", ""}},
		{"/recipes/a%20b", seen{"/a b", "/a%20b", "a b", ""}},
		{"/recipes/%C3%BC", seen{"/ü", "/%C3%BC", "ü", ""}},
	} {
		var got seen
		mux := http.NewServeMux()
		note := func(_ http.ResponseWriter, r *http.Request) {
			got = seen{r.URL.Path, r.URL.EscapedPath(), r.PathValue("id"), r.URL.RawQuery}
		}
		mux.HandleFunc("/{id}", note)
		mux.HandleFunc("/", note)
		serve(t, mux).do(http.MethodGet, row.target)
		if diff := cmp.Diff(row.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", row.target, diff)
		}
	}
}

// The log has the path that the client sent.
func TestAliasLeavesTheRequestAlone(t *testing.T) {
	t.Parallel()
	s := serve(t, ok())
	r := request(http.MethodGet, "/api/recipes/x", "")
	s.do(http.MethodGet, "/api/recipes/x")
	if got := s.line()["message"]; got != "GET /api/recipes/x 200" {
		t.Errorf("message %v, want the path as it came", got)
	}
	if r.URL.Path != "/api/recipes/x" {
		t.Errorf("the request's path is now %q", r.URL.Path)
	}
}

func TestAnswersArePrivate(t *testing.T) {
	t.Parallel()
	for _, method := range []string{"GET", "HEAD", "POST", "DELETE", "OPTIONS"} {
		w := serve(t, ok()).do(method, "/")
		wantPrivate(t, w)
	}
}

// A client that reads no answer must not keep an instance busy.
func TestAnswerThatNobodyReads(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var answered atomic.Bool
		c := dial(t, serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, strings.Repeat("x", 64<<10))
			answered.Store(true)
		})))
		c.send("GET / HTTP/1.1\r\nHost: api.example\r\n\r\n")
		time.Sleep(2 * time.Minute)
		if !answered.Load() {
			t.Error("the handler still waits for the client")
		}
	})
}
