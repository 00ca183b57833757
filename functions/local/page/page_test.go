package page_test

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"pantry.example/functions/local/page"
)

var served = page.Handler(page.Config{
	AuthURL: "http://127.0.0.1:9099", Demo: &page.Account{Email: "demo@pantry.example", Password: "pantry-demo"},
})

func ask(t *testing.T, h http.Handler, method, target string, etags ...string) *http.Response {
	t.Helper()
	r := httptest.NewRequest(method, target, nil)
	for _, etag := range etags {
		r.Header.Add("If-None-Match", etag)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result()
}

func get(t *testing.T, target string) string {
	t.Helper()
	answer := ask(t, served, http.MethodGet, target)
	if answer.StatusCode != http.StatusOK {
		t.Fatalf("GET %s: %s", target, answer.Status)
	}
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatalf("GET %s: %v", target, err)
	}
	return string(body)
}

func TestHeaders(t *testing.T) {
	want := map[string]string{
		"Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' https:; " +
			"connect-src 'self' http://127.0.0.1:9099; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; " +
			"require-trusted-types-for 'script'; trusted-types 'none'",
		"Cross-Origin-Opener-Policy":   "same-origin",
		"Cross-Origin-Resource-Policy": "same-origin",
		"Permissions-Policy":           "camera=(), geolocation=(), microphone=()",
		"Referrer-Policy":              "no-referrer",
		"X-Content-Type-Options":       "nosniff",
	}
	for _, target := range []string{"/", "/page/api.js", "/page/config.json", "/page/nothing", "/elsewhere"} {
		answer := ask(t, served, http.MethodGet, target)
		got := map[string]string{}
		for name := range want {
			got[name] = answer.Header.Get(name)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("GET %s (-want +got):\n%s", target, diff)
		}
	}
}

func TestFiles(t *testing.T) {
	for target, want := range map[string]string{
		"/":                 "text/html; charset=utf-8",
		"/page/main.js":     "text/javascript; charset=utf-8",
		"/page/style.css":   "text/css; charset=utf-8",
		"/page/icon.svg":    "image/svg+xml",
		"/page/config.json": "application/json",
	} {
		for _, method := range []string{http.MethodGet, http.MethodHead} {
			answer := ask(t, served, method, target)
			if got := answer.Header.Get("Content-Type"); answer.StatusCode != http.StatusOK || got != want {
				t.Errorf("%s %s: %s, %s; want 200 and %s", method, target, answer.Status, got, want)
			}
		}
		etag := ask(t, served, http.MethodGet, target).Header.Get("ETag")
		if again := ask(t, served, http.MethodGet, target, etag); again.StatusCode != http.StatusNotModified {
			t.Errorf("GET %s with its ETag: %s, want 304", target, again.Status)
		}
	}
	zipped := httptest.NewRequest(http.MethodGet, "/page/api.js", nil)
	zipped.Header.Set("Accept-Encoding", "gzip, br")
	w := httptest.NewRecorder()
	served.ServeHTTP(w, zipped)
	plain, err := gzip.NewReader(w.Body)
	if err != nil {
		t.Fatalf("/page/api.js with Accept-Encoding: gzip: %v", err)
	}
	if body, err := io.ReadAll(plain); err != nil || string(body) != get(t, "/page/api.js") || w.Header().Get("Vary") != "Accept-Encoding" {
		t.Errorf("/page/api.js is another file when it is compressed: %v, Vary %q", err, w.Header().Get("Vary"))
	}
	for target, want := range map[string]int{
		"GET /page/":                http.StatusNotFound,
		"GET /page":                 http.StatusNotFound,
		"GET /page/index.html":      http.StatusNotFound,
		"GET /page/page.go":         http.StatusNotFound,
		"GET /page/style/":          http.StatusNotFound,
		"GET /page/parts/list.html": http.StatusNotFound,
		"GET /index.html":           http.StatusNotFound,
		"POST /":                    http.StatusMethodNotAllowed,
		"POST /page/api.js":         http.StatusMethodNotAllowed,
	} {
		method, address, _ := strings.Cut(target, " ")
		if got := ask(t, served, method, address).StatusCode; got != want {
			t.Errorf("%s: %d, want %d", target, got, want)
		}
	}
}

func TestConfiguration(t *testing.T) {
	got := get(t, "/page/config.json")
	want := `{"authURL":"http://127.0.0.1:9099","demo":{"email":"demo@pantry.example","password":"pantry-demo"}}`
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	none := page.Handler(page.Config{AuthURL: "https://[::1]:9099"})
	body, err := io.ReadAll(ask(t, none, http.MethodGet, "/page/config.json").Body)
	if err != nil {
		t.Fatal(err)
	}
	want = `{"authURL":"https://[::1]:9099","demo":null}`
	if string(body) != want {
		t.Errorf("without a demo account: got %s, want %s", body, want)
	}
}

func TestAuthURLIsAnOrigin(t *testing.T) {
	for _, address := range []string{
		"", "127.0.0.1:9099", "http://127.0.0.1:9099/", "http://127.0.0.1:9099/path", "http://*", "http://a b",
		"http://a;script-src *", "http://a'unsafe-inline'", "http://a,b", "javascript:alert(1)", "http://a\nb", "http://user@a", "http://a?b", "http://a#b",
	} {
		if !panics(func() { page.Handler(page.Config{AuthURL: address}) }) {
			t.Errorf("AuthURL %q was taken into the policy", address)
		}
	}
}

func panics(f func()) (panicked bool) {
	defer func() { panicked = recover() != nil }()
	f()
	return false
}

var (
	reference = regexp.MustCompile(`\b(?:src|href)="([^"]*)"`)
	imported  = regexp.MustCompile(`(?m)\bfrom '(\.[^']+)'`)
)

// TestReferences follows what the page and its modules refer to: all of it is served here.
func TestReferences(t *testing.T) {
	var modules []string
	for _, match := range reference.FindAllStringSubmatch(get(t, "/"), -1) {
		if strings.HasPrefix(match[1], "#") || match[1] == "/docs" || match[1] == "/openapi.json" {
			continue // the page's own addresses, and what the runner serves beside it
		}
		if !strings.HasPrefix(match[1], "/page/") {
			t.Errorf("the page refers to %s", match[1])
			continue
		}
		get(t, match[1])
		if path.Ext(match[1]) == ".js" && !slices.Contains(modules, match[1]) {
			modules = append(modules, match[1])
		}
	}
	for i := 0; i < len(modules); i++ {
		for _, match := range imported.FindAllStringSubmatch(get(t, modules[i]), -1) {
			if module := path.Join(path.Dir(modules[i]), match[1]); !slices.Contains(modules, module) {
				modules = append(modules, module)
			}
		}
	}
	if len(modules) < 10 {
		t.Errorf("found the modules %v only; does the page still use imports?", modules)
	}
	for _, module := range modules {
		source := get(t, module)
		for _, sink := range []string{"innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function", "setHTML"} {
			if strings.Contains(source, sink) {
				t.Errorf("%s uses %s, which would make HTML or a script of a text", module, sink)
			}
		}
	}
}

// TestNothingInline keeps the page in step with its policy, which a browser would enforce
// by leaving things out.
func TestNothingInline(t *testing.T) {
	html := get(t, "/")
	for what, pattern := range map[string]string{
		"an inline script": `<script[^>]*>[^<]`, "a style element": `<style`, "a style attribute": `\sstyle=`, "an event attribute": `\son[a-z]+=`,
		"another host": `(?:src|href|action)="(?:https?:)?//`,
	} {
		if found := regexp.MustCompile(pattern).FindString(html); found != "" {
			t.Errorf("the page holds %s: %s", what, found)
		}
	}
	if found := regexp.MustCompile(`@import|url\((?:"|')?[^#"')]`).FindString(get(t, "/page/style.css")); found != "" {
		t.Errorf("the style sheets load something: %s", found)
	}
}

var labelled = regexp.MustCompile(`<label for="([^"]+)"`)

// TestLabels: each control that is typed into has a label, and no id is used twice.
func TestLabels(t *testing.T) {
	html := get(t, "/")
	labels := map[string]bool{}
	for _, match := range labelled.FindAllStringSubmatch(html, -1) {
		labels[match[1]] = true
	}
	for _, match := range regexp.MustCompile(`<(?:input|textarea|select) id="([^"]+)"`).FindAllStringSubmatch(html, -1) {
		if !labels[match[1]] {
			t.Errorf("#%s has no label", match[1])
		}
		delete(labels, match[1])
	}
	for id := range labels {
		t.Errorf("a label is for #%s, which is not there", id)
	}
	seen := map[string]bool{}
	for _, match := range regexp.MustCompile(`\sid="([^"]+)"`).FindAllStringSubmatch(html, -1) {
		if seen[match[1]] {
			t.Errorf("the id %s is used twice", match[1])
		}
		seen[match[1]] = true
	}
}
