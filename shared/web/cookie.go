package web

import (
	"net/http"
	"strings"

	"pantry.example/shared/config"
)

// NewCookie returns the session's cookie, for maxAge seconds. A maxAge of -1 removes it.
// Scripts cannot read it. Pages of other sites can make a browser send it only by a link.
func NewCookie(r *http.Request, name, value string, maxAge int) *http.Cookie {
	return &http.Cookie{ //nolint:gosec // Secure is off only for plain HTTP to this machine
		Name: name, Value: value, Path: "/", MaxAge: maxAge,
		HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: !plainLoopback(r),
	}
}

// plainLoopback reports whether a request came over plain HTTP to this machine. Some browsers
// drop a Secure cookie there.
func plainLoopback(r *http.Request) bool {
	if r.TLS != nil || strings.EqualFold(r.Header.Get("X-Forwarded-Proto"), "https") {
		return false
	}
	return config.IsLoopback(r.Host)
}
