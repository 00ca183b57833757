package session

import (
	"errors"
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

// sent returns the __session cookies and the bearers (RFC 6750, section 2.1) of a request. A
// handle in the URL is never read.
func sent(r *http.Request) (cookies, bearers []string) {
	for _, c := range r.CookiesNamed(CookieName) {
		cookies = append(cookies, c.Value)
	}
	for _, header := range r.Header.Values("Authorization") {
		scheme, bearer, _ := strings.Cut(header, " ")
		if !strings.EqualFold(scheme, "Bearer") {
			bearer = "" // another scheme has no handle, but counts as an Authorization header
		}
		bearers = append(bearers, bearer)
	}
	return cookies, bearers
}

var errGuess = errors.New("the handle was not issued here")

// FromRequest returns the handle of a request. Errors: ErrNoSession when there is none, or
// when this deployment did not issue it; ErrAmbiguous when there are two cookies, two
// bearers, or a cookie and a bearer that differ.
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

// Request returns the session of a request from the client address addr, and counts as a use
// of it. A made-up handle counts as a guess from that address. After too many guesses the
// next one gets ErrTooManyAttempts. Other errors: those of FromRequest and Authenticate.
func (c *Cache) Request(r *http.Request, addr string) (s Session, err error) {
	h, err := c.FromRequest(r)
	if err == nil {
		s, err = c.Authenticate(r.Context(), h)
	}
	return s, c.refused(r, err, h, addr)
}

// Begin is Request for a caller that can start to read before Firebase has answered whether
// it still admits the user. While that is not known, admitted is a function that waits for
// the answer. The caller must write nothing and answer nothing before admitted has returned
// nil. If the answer is known, admitted is nil. Begin and admitted return the errors of
// Request. Only the goroutine that serves the request may call admitted.
func (c *Cache) Begin(r *http.Request, addr string) (s Session, admitted func() error, err error) {
	h, err := c.FromRequest(r)
	var f *found
	if err == nil {
		f, err = c.begin(r.Context(), h)
	}
	var wait func() error
	if err == nil {
		s, wait, err = c.startAdmit(r.Context(), f)
	}
	if err != nil {
		return Session{}, nil, c.refused(r, err, h, addr)
	}
	if wait == nil {
		return s, nil, nil
	}
	return s, func() error { return c.refused(r, wait(), h, addr) }, nil
}

// refused counts a guess, and puts an error on the log line. It returns err, or
// ErrTooManyAttempts.
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

// Peek is Request with Check in place of Authenticate. Its caller grants nothing, so it does
// not count guesses.
func (c *Cache) Peek(r *http.Request) (Session, error) {
	h, err := c.FromRequest(r)
	if err != nil {
		return Session{}, err
	}
	return c.Check(r.Context(), h)
}

// maxClosed is how many sessions SignOut closes at most.
const maxClosed = 4

// SignOut closes the sessions that a request carries, also when there are several. It is no
// error when there is none. The error is ErrUnavailable.
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
