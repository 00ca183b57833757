package web

import (
	"net/http"
	"strings"

	"pantry.example/shared/config"
)

// NewCookie returns the session cookie name with a value for maxAge seconds, or the one
// that removes it, with maxAge -1. Scripts in a page cannot read it, and other sites'
// pages cannot send it with more than a link.
func NewCookie(r *http.Request, name, value string, maxAge int) *http.Cookie {
	return &http.Cookie{ //nolint:gosec // not Secure over plain HTTP to this machine alone
		Name: name, Value: value, Path: "/", MaxAge: maxAge,
		HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: !plainLoopback(r),
	}
}

// plainLoopback reports whether a request came over plain HTTP to this machine, where
// some browsers drop a Secure cookie.
func plainLoopback(r *http.Request) bool {
	if r.TLS != nil || strings.EqualFold(r.Header.Get("X-Forwarded-Proto"), "https") {
		return false
	}
	return config.IsLoopback(r.Host)
}
