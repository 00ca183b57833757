package session

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"pantry.example/shared/web"
)

// CookieName is the only cookie that Firebase Hosting passes on to a function
// (https://firebase.google.com/docs/hosting/manage-cache#using_cookies).
const CookieName = "__session"

// SetCookie returns the cookie that carries h until expires.
func SetCookie(r *http.Request, h Handle, expires time.Time) *http.Cookie {
	return web.NewCookie(r, CookieName, h.Reveal(), max(1, int(time.Until(expires)/time.Second)))
}

// ClearCookie returns the cookie that removes the session's.
func ClearCookie(r *http.Request) *http.Cookie { return web.NewCookie(r, CookieName, "", -1) }

// sent returns what a request carries as the __session cookie or as Authorization:
// Bearer (RFC 6750, section 2.1), never in the URL.
func sent(r *http.Request) (cookies, bearers []string) {
	for _, c := range r.CookiesNamed(CookieName) {
		cookies = append(cookies, c.Value)
	}
	for _, header := range r.Header.Values("Authorization") {
		scheme, bearer, _ := strings.Cut(header, " ")
		if !strings.EqualFold(scheme, "Bearer") {
			bearer = "" // another scheme carries no handle, and takes the bearer's place
		}
		bearers = append(bearers, bearer)
	}
	return cookies, bearers
}

var errGuess = errors.New("the handle was not issued here")

// FromRequest returns the handle that a request carries and this deployment issued.
// Errors: ErrNoSession when there is none; ErrAmbiguous when there are two cookies, or a
// cookie and a bearer that differ.
func (c *Cache) FromRequest(r *http.Request) (Handle, error) {
	cookies, bearers := sent(r)
	if len(cookies) > 1 || len(bearers) > 1 {
		return Handle{}, ErrAmbiguous
	}
	texts := append(bearers, cookies...)
	if len(texts) == 0 || texts[0] == "" {
		return Handle{}, ErrNoSession
	}
	if len(texts) == 2 && texts[0] != texts[1] {
		return Handle{}, ErrAmbiguous
	}
	h, issued := c.signer.parse(texts[0])
	if !issued {
		return Handle{}, ErrNoSession.With(errGuess)
	}
	return h, nil
}

// Request returns the session of an authenticated request from the client address addr.
// A made-up handle counts as a guess of that address; too many are answered with
// ErrTooManyAttempts. Other errors: those of FromRequest and Authenticate.
func (c *Cache) Request(r *http.Request, addr string) (s Session, err error) {
	h, err := c.FromRequest(r)
	if err == nil {
		s, err = c.Authenticate(r.Context(), h)
	}
	return s, c.refused(r, err, h, addr)
}

// Begin is Request for a caller that may start to work before Firebase has said whether
// the user is still admitted. When that is not known yet it returns a function that waits
// for it, and not nil: nothing may be changed, and nothing answered, before that function
// has returned nil. Its errors are those of Request. Only the goroutine that serves the
// request may call it.
func (c *Cache) Begin(r *http.Request, addr string) (s Session, admitted func() error, err error) {
	h, err := c.FromRequest(r)
	var f *found
	if err == nil {
		f, err = c.begin(r.Context(), h)
	}
	var wait func() error
	if err == nil {
		s, wait, err = c.beginToAdmit(r.Context(), f)
	}
	if err != nil {
		return Session{}, nil, c.refused(r, err, h, addr)
	}
	if wait == nil {
		return s, nil, nil
	}
	return s, func() error { return c.refused(r, wait(), h, addr) }, nil
}

// refused counts a guess, and notes that a session was refused.
func (c *Cache) refused(r *http.Request, err error, h Handle, addr string) error {
	if errors.Is(err, errGuess) {
		if tooMany := c.guesses.count("handle "+addr, c.now()); tooMany != nil {
			err = tooMany
		}
	}
	if err != nil {
		Refused(r.Context(), err, Session{UID: h.uid, ID: h.id})
	}
	return err
}

// Peek is Request with Check in place of Authenticate. It grants nothing, so nobody is
// refused for guessing.
func (c *Cache) Peek(r *http.Request) (Session, error) {
	h, err := c.FromRequest(r)
	if err != nil {
		return Session{}, err
	}
	return c.Check(r.Context(), h)
}

// maxClosed is how many sessions of one request SignOut closes.
const maxClosed = 4

// SignOut closes every session that a request carries, and is content when there is
// none, whatever else was sent: what this deployment issued to the caller is the caller's
// to close. The error is ErrUnavailable.
func (c *Cache) SignOut(r *http.Request) error {
	cookies, bearers := sent(r)
	var failed error
	for i, text := range append(cookies, bearers...) {
		if h, issued := c.signer.parse(text); issued && i < maxClosed {
			failed = errors.Join(failed, c.Close(r.Context(), h.uid, h.id))
		}
	}
	return failed
}

// event puts what happened to a session on the request's log line, which has the client
// address.
func event(ctx context.Context, name string, s Session) {
	web.Annotate(ctx, slog.String("event", "session_"+name), slog.String("uid", s.UID), slog.String("sessionId", s.ID), slog.String("device", s.Device))
}

// Refused is the event of an error that refuses a session, or the user of s one.
func Refused(ctx context.Context, err error, s Session) {
	switch web.AsError(err).Status {
	case http.StatusTooManyRequests:
		event(ctx, "limited", s)
	case http.StatusUnauthorized, http.StatusForbidden:
		event(ctx, "refused", s)
	}
}
