package web

import (
	"log/slog"
	"net/http"
	"net/url"
	"strings"

	"github.com/rs/cors"
)

// preflightMaxAge is how long a browser may keep a preflight answer, in seconds. Chromium keeps
// none for longer.
const preflightMaxAge = 7200

// cors answers preflights first, because they carry no credentials. It puts the CORS headers
// on every answer, so that a page can read errors too. It names only exact origins, never
// "*".
func (f Function) cors(next http.Handler) http.Handler {
	allowed := make(map[string]bool, len(f.Origins))
	for _, o := range f.Origins {
		allowed[o] = true
	}
	handler := cors.New(cors.Options{
		// This is a function, because an empty list would mean every origin.
		AllowOriginFunc:      func(origin string) bool { return allowed[origin] },
		AllowedMethods:       []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete},
		AllowedHeaders:       []string{"Authorization", "Content-Type", "Idempotency-Key", "If-Match", "If-None-Match", "X-Request-Id", "X-Confirm-Delete"},
		ExposedHeaders:       []string{"Content-Disposition", "ETag", "Link", "Location", "Retry-After", "X-Request-Id", "WWW-Authenticate"},
		AllowCredentials:     true,
		MaxAge:               preflightMaxAge,
		OptionsSuccessStatus: http.StatusNoContent,
	}).Handler(answerOptions(next))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if len(r.Header["Origin"]) > 1 { // a browser sends one; with two, cors would check only the first
			r.Header.Set("Origin", "null")
		}
		if origin := r.Header.Get("Origin"); origin != "" && !allowed[origin] && !isOwn(origin, r) {
			Annotate(r.Context(), slog.String("refused", "origin "+safeOrigin(origin)+" is not in ALLOWED_ORIGINS"))
		}
		handler.ServeHTTP(w, r)
	})
}

// isOwn reports whether origin is of a page on this host, which needs no CORS.
func isOwn(origin string, r *http.Request) bool {
	_, host, _ := strings.Cut(origin, "://")
	return host == r.Host
}

// safeOrigin returns an Origin for the log: its scheme and host, without the parts that may be
// secrets.
func safeOrigin(origin string) string {
	if origin == "null" { // of a sandboxed page
		return origin
	}
	scheme, host, _ := strings.Cut(origin, "://")
	labels := strings.Split(host, ".")
	if scheme == "" || len(host) > 255 || strings.Trim(strings.ToLower(scheme+host), "abcdefghijklmnopqrstuvwxyz0123456789.:-[]+") != "" {
		return "(not an origin)"
	}
	for i, label := range labels {
		labels[i] = safe(label)
	}
	return safe(scheme) + "://" + strings.Join(labels, ".")
}

// answerOptions answers every OPTIONS request that is not a preflight.
func answerOptions(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodOptions {
			w.Header().Set("Allow", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS")
			w.WriteHeader(http.StatusNoContent)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// csrf refuses writes that a foreign page can make a browser send with the session cookie
// (https://cheatsheetseries.owasp.org, Cross-Site Request Forgery Prevention). A program
// sends Authorization or an Origin.
func (f Function) csrf(next http.Handler) http.Handler {
	protection := http.NewCrossOriginProtection()
	for _, o := range f.Origins {
		if err := protection.AddTrustedOrigin(o); err != nil {
			panic("web: ALLOWED_ORIGINS was not validated: " + err.Error())
		}
	}
	return Handler(func(w http.ResponseWriter, r *http.Request) error {
		if err := protection.Check(r); err != nil {
			return NewError(http.StatusForbidden, "cross_origin",
				"This page's origin may not call here. Add it to ALLOWED_ORIGINS if it is yours.").With(err)
		}
		if unsafeMethod(r.Method) && !fromPage(r) && len(r.CookiesNamed(f.SessionCookie)) > 0 {
			return NewError(http.StatusForbidden, "origin_missing",
				"A request that writes with the session cookie must carry an Origin header. A program should send Authorization: Bearer instead.")
		}
		next.ServeHTTP(w, r)
		return nil
	})
}

func unsafeMethod(method string) bool {
	return method != http.MethodGet && method != http.MethodHead && method != http.MethodOptions
}

// fromPage reports whether the request says which page it comes from. "null", the origin of
// sandboxed pages, does not say it.
func fromPage(r *http.Request) bool {
	if r.Header.Get("Sec-Fetch-Site") != "" {
		return true
	}
	u, err := url.Parse(r.Header.Get("Origin"))
	return err == nil && u.Host != ""
}
