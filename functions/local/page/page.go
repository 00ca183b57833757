// Package page is the page at / of the local runner: recipes, the session, import and
// export. It is made of plain files (static/), so that it can be read as the example of a
// frontend that calls the functions; static/api.js is the part to copy.
//
// The page asks nothing of any host but the runner and its auth emulator, and its
// Content-Security-Policy holds the browser to that. There is one exception: the picture
// that a recipe links to, over https and without a referrer.
package page

import (
	"net/http"
	"regexp"
	"strings"
)

// Config is what the page must know of the runner that serves it. Everybody who can load
// the page reads it.
type Config struct {
	// AuthURL is where the browser reaches the auth emulator, such as
	// http://127.0.0.1:9099. It is an origin: no path, no trailing slash.
	AuthURL string `json:"authURL"`
	// Demo signs in to the demo account. When it is nil the page offers none.
	Demo *Account `json:"demo"`
}

// Account is what signs somebody in.
type Account struct {
	Email    string `json:"email"`
	Password string `json:"password"`
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
