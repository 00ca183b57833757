// Package web has what the HTTP handlers of all functions share: errors that become problem
// documents in one place, strict JSON, CORS and CSRF, request ids, one log line for each
// request, recovery from panics, and the end of the process. It knows nothing of sessions or
// recipes.
package web

import (
	"log/slog"
	"net/http"
	"os"
	"strings"
	"time"

	"pantry.example/shared/config"
)

// RequestTimeout bounds the time of one request.
const RequestTimeout = 30 * time.Second

// Function describes how a function is reached and logged.
type Function struct {
	// Name is the name in the URL. The function answers under /, /Name and /api/Name,
	// because a Firebase Hosting rewrite keeps the whole path.
	Name string
	// Project is the Google Cloud project in the names of traces in the log.
	Project string
	// Origins are the exact origins of the pages on other hosts that may call.
	Origins []string
	// SessionCookie is the name of the session's cookie. csrf protects requests with it.
	SessionCookie string
	// TrustProxy says that Google's front end passes the requests on, so that ClientAddr
	// reads X-Forwarded-For.
	TrustProxy bool
	// Log gets one line for each request.
	Log *slog.Logger
}

// NewFunction returns the Function of a name and a configuration. It logs to standard error.
func NewFunction(name, sessionCookie string, cfg config.Config) Function {
	return Function{
		Name: name, Project: cfg.ProjectID, Origins: cfg.AllowedOrigins, SessionCookie: sessionCookie,
		TrustProxy: cfg.Deployed, Log: NewLogger(os.Stderr, cfg.LogLevel),
	}
}

// Handler wraps a function's routes. From the outside in: the log line, recovery and the time
// limit, the time limit of the body, headers, CORS, CSRF, the path's alias. So a refusal by
// CSRF, for example, is logged and has the CORS headers.
func (f Function) Handler(routes http.Handler) http.Handler {
	return f.logged(bodyDeadline(private(f.cors(f.csrf(f.alias(routes))))))
}

// private keeps answers out of shared caches, because all of them depend on the caller.
// Firebase Hosting drops Set-Cookie from an answer that is not private and caches a
// 404 for ten minutes (https://firebase.google.com/docs/hosting/manage-cache). Its other
// headers stop a browser from using an answer as a page, a script or a frame.
func private(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h["Cache-Control"] = cacheControl
		h["Vary"] = vary
		h["Content-Security-Policy"] = contentSecurityPolicy
		h["Cross-Origin-Resource-Policy"] = resourcePolicy
		h["Referrer-Policy"] = referrerPolicy
		h["X-Content-Type-Options"] = contentTypeOptions
		if r.TLS != nil || r.Header.Get("X-Forwarded-Proto") == "https" {
			h["Strict-Transport-Security"] = transportSecurity
		}
		next.ServeHTTP(w, r)
	})
}

// Values of headers. All answers share these slices: do not change them.
var (
	cacheControl          = []string{"private, no-store"}
	contentSecurityPolicy = []string{"default-src 'none'; frame-ancestors 'none'"}
	resourcePolicy        = []string{"cross-origin"} // CORS says who may read it
	referrerPolicy        = []string{"no-referrer"}
	contentTypeJSON       = []string{"application/json"}
	contentTypeOptions    = []string{"nosniff"}
	transportSecurity     = []string{"max-age=31536000"}
	vary                  = []string{"Cookie, Authorization"} // cors appends a value, which makes a copy
)

// alias serves /name/… and /api/name/… as /…. An escaped slash is part of an id and does not
// end the name. But an id that is only an escaped slash is answered 404, because ServeMux
// would route it to /{$}.
func (f Function) alias(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for _, prefix := range [...]string{"/" + f.Name, "/api/" + f.Name} {
			rest, ok := strings.CutPrefix(r.URL.EscapedPath(), prefix)
			if !ok || (rest != "" && rest[0] != '/') {
				continue
			}
			u := *r.URL
			u.Path, u.RawPath = strings.TrimPrefix(u.Path, prefix), strings.TrimPrefix(u.RawPath, prefix)
			if rest == "" {
				u.Path = "/"
			}
			r2 := *r
			r2.URL = &u
			r = &r2
			break
		}
		if r.URL.Path == "//" && r.URL.RawPath != "" {
			Handler(NotFound).ServeHTTP(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// bodyDeadline bounds the time of reading a request's body. When a handler has not read a
// body to its end, net/http reads the rest before it answers. It sets no time limit for that,
// and neither does the Functions Framework.
func bodyDeadline(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ContentLength != 0 {
			setReadDeadline(w, RequestTimeout)
			defer setReadDeadline(w, leftoverTimeout)
		}
		next.ServeHTTP(w, r)
	})
}

// NotFound answers a path without a route.
func NotFound(http.ResponseWriter, *http.Request) error {
	return NewError(http.StatusNotFound, "not_found", "There is nothing at this path.")
}

// MethodNotAllowed returns a handler for the other methods of a path. allow lists its own.
func MethodNotAllowed(allow string) Handler {
	return func(w http.ResponseWriter, _ *http.Request) error {
		w.Header().Set("Allow", allow)
		return NewError(http.StatusMethodNotAllowed, "method_not_allowed", "This path answers "+allow+".")
	}
}
