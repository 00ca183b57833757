// Package page is the page at / of the local runner: recipes, the session, import and
// export. It is made of plain files (static/), so that it can be read as the example of a
// frontend that calls the functions; static/api.js is the part to copy.
//
// The page asks nothing of any host but the runner and its auth emulator, and its
// Content-Security-Policy holds the browser to that. There is one exception: the picture
// that a recipe links to, over https and without a referrer.
package page

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"regexp"
	"strings"
	"text/template" // only names of files are put in
	"time"
)

//go:embed static
var static embed.FS

// Config is what the page must know of the runner that serves it.
type Config struct {
	// AuthURL is where the browser reaches the auth emulator, such as
	// http://127.0.0.1:9099. It is an origin: no path, no trailing slash.
	AuthURL string
	// ProjectID is the Firebase project that the emulator plays.
	ProjectID string
	// DemoEmail and DemoPassword sign in to the demo account. Everybody who can load
	// the page reads them. When either is empty the page offers no demo account.
	DemoEmail, DemoPassword string
}

// origin is what AuthURL may be: nothing that could add to the policy it is put into.
var origin = regexp.MustCompile(`^https?://([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?$`)

// Handler serves the page at "/", its files below "/page/", and 404 for everything else.
// It panics when c.AuthURL is no origin, which is a fault of the program: the runner has
// validated it.
func Handler(c Config) http.Handler {
	if !origin.MatchString(c.AuthURL) {
		panic("page: AuthURL is not an origin such as http://127.0.0.1:9099")
	}
	mux := http.NewServeMux()
	for name, body := range files(c) {
		pattern := "GET /page/" + name
		if name == "index.html" {
			pattern = "GET /{$}"
		}
		mux.Handle(pattern, file(name, body))
	}
	return headers(c, mux)
}

// files returns what is served: the embedded files and the configuration as one more.
// The HTML is one document made of index.html and parts.
func files(c Config) map[string][]byte {
	all := map[string][]byte{"config.json": configuration(c)}
	var modules []string
	err := fs.WalkDir(static, "static", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || path.Ext(name) == ".html" {
			return err
		}
		name, _ = strings.CutPrefix(name, "static/")
		if path.Ext(name) == ".js" {
			modules = append(modules, name)
		}
		all[name], err = static.ReadFile("static/" + name)
		return err
	})
	if err != nil {
		panic(fmt.Sprintf("page: read embedded files: %v", err)) // the linker put them there
	}
	all["index.html"] = document(modules)
	return all
}

// document puts the HTML together. It names all modules, so that the browser need not
// read one to learn of the next.
func document(modules []string) []byte {
	var b bytes.Buffer
	t := template.Must(template.ParseFS(static, "static/index.html", "static/parts/*.html"))
	if err := t.Execute(&b, modules); err != nil {
		panic(fmt.Sprintf("page: put index.html together: %v", err)) // the tests do it
	}
	return b.Bytes()
}

func configuration(c Config) []byte {
	type demo struct {
		Email    string `json:"email"`
		Password string `json:"password"`
	}
	answer := struct {
		AuthURL   string `json:"authURL"`
		ProjectID string `json:"projectID"`
		Demo      *demo  `json:"demo"`
	}{AuthURL: c.AuthURL, ProjectID: c.ProjectID}
	if c.DemoEmail != "" && c.DemoPassword != "" {
		answer.Demo = &demo{c.DemoEmail, c.DemoPassword}
	}
	body, err := json.Marshal(answer)
	if err != nil {
		panic(fmt.Sprintf("page: encode configuration: %v", err)) // strings always encode
	}
	return body
}

// file serves one file. A browser keeps it but asks each time whether it is still the
// same, so that a new build shows at once.
func file(name string, body []byte) http.Handler {
	sum := sha256.Sum256(body)
	etag := `"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`
	mediaType := contentType(name)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Type", mediaType)
		h.Set("Cache-Control", "no-cache")
		h.Set("ETag", etag)
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(body))
	})
}

// contentType does not ask the machine's own table, which may lack or misname a type.
func contentType(name string) string {
	switch path.Ext(name) {
	case ".html":
		return "text/html; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".json":
		return "application/json"
	case ".svg":
		return "image/svg+xml"
	}
	panic("page: no media type is known for " + name)
}

// headers puts the same security headers on every answer, the 404 too.
func headers(c Config, next http.Handler) http.Handler {
	policy := strings.Join([]string{
		"default-src 'none'",
		"script-src 'self'",
		"style-src 'self'",
		"img-src 'self' https:", // pictures of recipes
		"connect-src 'self' " + c.AuthURL,
		"base-uri 'none'",
		"form-action 'self'",
		"frame-ancestors 'none'",
		// No text ever becomes HTML or a script, not even by mistake.
		"require-trusted-types-for 'script'",
		"trusted-types 'none'",
	}, "; ")
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("X-Content-Type-Options", "nosniff")
		next.ServeHTTP(w, r)
	})
}
