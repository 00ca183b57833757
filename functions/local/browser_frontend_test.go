package main_test

import (
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// TestReadmeFrontend opens the README's frontend in a browser: sign in, the list, a session
// that ends, and sign out.
func TestReadmeFrontend(t *testing.T) {
	packages := packagesOf(t, "TEST_FIREBASE_JS", "shared/emulator/firebaseauth/testdata/js")
	s := *newBrowserSuite(t)
	pantry, auth := s.url, authURL(t, s.url)
	var listing string
	for _, b := range blocks(t, readme(t)) {
		if b.language == "html" {
			listing = b.text
		}
	}
	page := httptest.NewServer(frontend(t, strings.ReplaceAll(listing, "http://127.0.0.1:9099", auth), pantry, packages))
	t.Cleanup(page.Close)
	s.url = page.URL
	s.hosts[hostOf(page.URL)] = true

	v := s.visitor(s.browser, t, chromedp.WithNewBrowserContext())
	v.expect(refusal(http.StatusUnauthorized))
	v.expect(refusal(http.StatusBadRequest)) // the wrong password
	v.expect("auth/wrong-password")
	v.click("#sign-in button")
	v.see("#recipes", "Crêpes")
	v.miss("#sign-in")
	v.reload()
	v.see("#recipes", "Crêpes")

	v.run(`fetch("/api/set-cache", {method: "DELETE"}).then(() => {})`) // as another tab does
	v.reload()
	v.see("#sign-in button", "Sign in")
	v.fill("#password", "wrong")
	v.click("#sign-in button")
	v.see("#problem", "wrong-password")
	v.fill("#password", "pantry-demo")
	v.click("#sign-in button")
	v.see("#recipes", "Crêpes")
	v.click("#sign-out")
	v.see("#sign-in button", "Sign in")
	v.miss("#pantry")
	v.run(`fetch("/api/recipes").then((r) => { if (r.status !== 401) throw new Error("after sign-out a call answers " + r.status) })`)
}

// frontend serves a page, the packages that it imports, and the functions below /api, as a
// development server does.
func frontend(t *testing.T, page, pantry, packages string) http.Handler {
	t.Helper()
	const imports = `<script type="importmap">{"imports": {
		"firebase/app": "/node_modules/@firebase/app/dist/esm/index.esm.js", "firebase/auth": "/node_modules/@firebase/auth/dist/esm/index.js",
		"@firebase/app": "/node_modules/@firebase/app/dist/esm/index.esm.js", "@firebase/util": "/node_modules/@firebase/util/dist/index.esm.js",
		"@firebase/component": "/node_modules/@firebase/component/dist/esm/index.esm.js",
		"@firebase/logger": "/node_modules/@firebase/logger/dist/esm/index.esm.js", "idb": "/node_modules/idb/build/index.js"}}</script>`
	target, err := url.Parse(pantry)
	if err != nil {
		t.Fatal(err)
	}
	routes := http.NewServeMux()
	routes.Handle("/api/", &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(target)
		r.Out.Host = r.In.Host
	}})
	routes.Handle("/node_modules/", http.StripPrefix("/node_modules", http.FileServer(http.Dir(filepath.Join(packages, "node_modules")))))
	routes.HandleFunc("/{$}", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write([]byte(strings.Replace(page, "<script", imports+"\n<script", 1)))
	})
	routes.HandleFunc("/favicon.ico", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	return routes
}
