// Package web is what every function's HTTP handler shares: errors as values rendered
// once as problem documents, strict JSON, CORS and CSRF, request ids, one log line a
// request, recovery, and an orderly end. It knows nothing of sessions or recipes.
package web

import (
	"context"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"time"

	"pantry.example/shared/config"
)

// RequestTimeout bounds the work of one request.
const RequestTimeout = 30 * time.Second

// Function describes one function's outside.
type Function struct {
	// Name is the name in the URL: the function answers at "/", under /Name and under
	// /api/Name, because a Firebase Hosting rewrite keeps the whole path.
	Name string
	// Project is the Google Cloud project that traces are logged under.
	Project string
	// Origins are the exact origins of pages on other hosts that may call.
	Origins []string
	// SessionCookie is the name of the cookie that makes a request worth forging.
	SessionCookie string
	// TrustProxy says that Google's front end is before this function: ClientAddr then
	// reads X-Forwarded-For.
	TrustProxy bool
	// Log takes one line a request.
	Log *slog.Logger
}

// NewFunction returns the outside of the function name as cfg wants it, logging to
// standard error.
func NewFunction(name, sessionCookie string, cfg config.Config) Function {
	return Function{
		Name: name, Project: cfg.ProjectID, Origins: cfg.AllowedOrigins, SessionCookie: sessionCookie,
		TrustProxy: cfg.Deployed, Log: NewLogger(os.Stderr, cfg.LogLevel),
	}
}

// Handler wraps a function's routes in all that this package does. From the outside
// in: the log line and recovery, the deadline, headers, CORS, CSRF, the path's alias.
// What comes first holds for the refusals of what comes after it.
func (f Function) Handler(routes http.Handler) http.Handler {
	return f.logged(deadline(private(f.cors(f.csrf(f.alias(routes))))))
}

// private keeps answers out of shared caches: all of them depend on the caller.
// Firebase Hosting drops Set-Cookie from an answer that is not private and caches a
// 404 for ten minutes (https://firebase.google.com/docs/hosting/manage-cache). It also
// keeps a browser from taking an answer for a page, a script or a frame.
func private(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h["Cache-Control"] = cacheControl
		h["Vary"] = append(h["Vary"], "Cookie, Authorization")
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

// Values of headers that every answer has. They are shared, so nobody may change them.
var (
	cacheControl          = []string{"private, no-store"}
	contentSecurityPolicy = []string{"default-src 'none'; frame-ancestors 'none'"}
	resourcePolicy        = []string{"cross-origin"} // CORS says who may read it
	referrerPolicy        = []string{"no-referrer"}
	contentTypeOptions    = []string{"nosniff"}
	transportSecurity     = []string{"max-age=31536000"}
)

// alias serves /name/… and /api/name/… as /…. An escaped slash ends no name: it is part
// of an id.
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
		next.ServeHTTP(w, r)
	})
}

// deadline bounds the request's work, and what is read of it: net/http reads the body
// that a handler has left before it answers, with no limit in time, and the Functions
// Framework sets none.
func deadline(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), RequestTimeout)
		defer cancel()
		if r.ContentLength != 0 {
			setReadDeadline(w, RequestTimeout)
			defer setReadDeadline(w, leftoverTimeout)
		}
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

// leftoverTimeout bounds the reading of a body that no handler asked for. One that has
// arrived is read at once; after a slower one the connection is closed.
const leftoverTimeout = time.Second

// setReadDeadline holds until the body has been read or the request ends; then net/http
// takes it off. A recorder in a test has no connection and refuses; a real one does not.
func setReadDeadline(w http.ResponseWriter, limit time.Duration) {
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(limit))
}

// NotFound answers a path that no route has.
func NotFound(http.ResponseWriter, *http.Request) error {
	return NewError(http.StatusNotFound, "not_found", "There is nothing at this path.")
}

// MethodNotAllowed answers a method that a path does not have.
func MethodNotAllowed(allow string) Handler {
	return func(w http.ResponseWriter, _ *http.Request) error {
		w.Header().Set("Allow", allow)
		return NewError(http.StatusMethodNotAllowed, "method_not_allowed", "This path answers "+allow+".")
	}
}
