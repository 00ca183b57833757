package openapi

import (
	"embed"
	"net/http"
	"strings"

	"github.com/swaggest/swgui/v5emb"
)

//go:embed docs
var docs embed.FS

// policy lets the page of the API load only from this host. The style sheet of Swagger UI has
// its icons as data: URLs.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// Handler serves the document at /openapi.json for programs. At /docs it serves Swagger UI for
// people. This program embeds the files of Swagger UI.
func Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /openapi.json", func(w http.ResponseWriter, _ *http.Request) {
		text, err := Document()
		if err != nil { // the tests show that this cannot happen
			http.Error(w, "The description cannot be made.", http.StatusInternalServerError)
			return
		}
		serve(w, "application/json", text)
	})
	mux.Handle("GET /docs/", v5emb.New("", "", "/docs/"))
	mux.HandleFunc("GET /docs/{$}", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/docs", http.StatusMovedPermanently)
	})
	for path, file := range map[string]string{
		"/docs": "index.html", "/docs/page.js": "page.js", "/docs/curl.js": "curl.js", "/docs/page.css": "page.css",
	} {
		mux.HandleFunc("GET "+path, func(w http.ResponseWriter, _ *http.Request) { serveFile(w, file) })
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Cache-Control", "no-cache")
		h.Set("Content-Security-Policy", policy)
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("X-Content-Type-Options", "nosniff")
		mux.ServeHTTP(w, r)
	})
}

func serveFile(w http.ResponseWriter, name string) {
	text, err := docs.ReadFile("docs/" + name)
	if err != nil { // every file of the table is embedded
		http.Error(w, "The file is missing.", http.StatusInternalServerError)
		return
	}
	_, kind, _ := strings.Cut(name, ".")
	serve(w, map[string]string{"html": "text/html", "js": "text/javascript", "css": "text/css"}[kind]+"; charset=utf-8", text)
}

func serve(w http.ResponseWriter, mediaType string, text []byte) {
	w.Header().Set("Content-Type", mediaType)
	_, _ = w.Write(text) // an error means that the client went away
}
