package openapi_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"pantry.example/functions/local/openapi"
)

// TestPage: this program has the page and all that it loads, and the policy allows only this
// host. A test with a browser shows that the page works.
func TestPage(t *testing.T) {
	get := func(path string) (*http.Response, string) {
		r := httptest.NewRequest(http.MethodGet, path, nil)
		r.Header.Set("Accept-Encoding", "gzip")
		w := httptest.NewRecorder()
		openapi.Handler().ServeHTTP(w, r)
		body, err := io.ReadAll(w.Result().Body)
		if err != nil {
			t.Fatal(err)
		}
		return w.Result(), string(body)
	}
	_, page := get("/docs")
	files := regexp.MustCompile(`(?:src|href)="(/docs/[^"]*)"`).FindAllStringSubmatch(page, -1)
	if len(files) < 4 {
		t.Fatalf("the page refers to %v, want its scripts and style sheets", files)
	}
	for path, want := range map[string]string{"/docs": "text/html", "/docs/curl.js": "text/javascript", "/docs/page.css": "text/css"} {
		if answer, _ := get(path); !strings.HasPrefix(answer.Header.Get("Content-Type"), want) {
			t.Errorf("%s is %s, want %s", path, answer.Header.Get("Content-Type"), want)
		}
	}
	for _, file := range files {
		answer, body := get(file[1])
		if answer.StatusCode != http.StatusOK || body == "" {
			t.Errorf("%s: %s", file[1], answer.Status)
		}
		const want = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
		if got := answer.Header.Get("Content-Security-Policy"); got != want {
			t.Errorf("%s: Content-Security-Policy %q, want %q", file[1], got, want)
		}
	}
	if answer, _ := get("/docs/"); answer.Header.Get("Location") != "/docs" {
		t.Errorf("/docs/ leads to %q, want /docs", answer.Header.Get("Location"))
	}
	if answer, _ := get("/docs/nothing.js"); answer.StatusCode != http.StatusNotFound {
		t.Errorf("/docs/nothing.js: %s, want 404", answer.Status)
	}
	if found := regexp.MustCompile(`<script[^>]*>[^<]|<style|style="| on[a-z]+="|(href|src)="(https?:)?//`).FindString(page); found != "" {
		t.Errorf("the page has %q, which its policy forbids", found)
	}
}
