package page

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"encoding/json"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"text/template" // no data is put in
	"time"
)

//go:embed static
var static embed.FS

// mediaTypes are given here because the machine's own table may lack or misname one.
var mediaTypes = map[string]string{
	".html": "text/html; charset=utf-8",
	".js":   "text/javascript; charset=utf-8",
	".css":  "text/css; charset=utf-8",
	".json": "application/json",
	".svg":  "image/svg+xml",
}

// sheets are the style sheets in the order in which one overrides the other.
var sheets = []string{"base", "controls", "layout", "session", "list", "recipe", "import", "print"}

// files returns what is served by its path: the modules and pictures as they are, the
// style sheets as one file, the configuration, and the HTML as one document made of
// index.html and parts. It panics when an embedded file cannot be used; the tests call it.
func files(c Config) map[string][]byte {
	all := map[string][]byte{"config.json": must(json.Marshal(c))}
	for _, pattern := range []string{"*.svg", "*.js", "*/*.js"} {
		for _, file := range must(fs.Glob(static, "static/"+pattern)) {
			all[strings.TrimPrefix(file, "static/")] = must(static.ReadFile(file))
		}
	}
	for _, sheet := range sheets {
		all["style.css"] = append(all["style.css"], must(static.ReadFile("static/style/"+sheet+".css"))...)
	}
	var html bytes.Buffer
	parts := must(template.ParseFS(static, "static/index.html", "static/parts/*.html"))
	if err := parts.Execute(&html, nil); err != nil {
		panic("page: " + err.Error())
	}
	all["index.html"] = html.Bytes()
	return all
}

func must[T any](value T, err error) T {
	if err != nil {
		panic("page: " + err.Error())
	}
	return value
}

// file serves one file, compressed for those who take it so. A browser keeps it but asks
// each time whether it is still the same, so that a new build shows at once.
func file(name string, body []byte) http.Handler {
	var small bytes.Buffer
	w := gzip.NewWriter(&small)
	_, _ = w.Write(body) // a buffer takes everything
	_ = w.Close()
	sum := sha256.Sum256(body)
	tag := base64.RawURLEncoding.EncodeToString(sum[:12])
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Type", mediaTypes[path.Ext(name)])
		h.Set("Cache-Control", "no-cache")
		h.Set("Vary", "Accept-Encoding")
		h.Set("ETag", `"`+tag+`"`)
		sent := body
		if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			h.Set("Content-Encoding", "gzip")
			h.Set("ETag", `"`+tag+`-gzip"`)
			sent = small.Bytes()
		}
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(sent))
	})
}
