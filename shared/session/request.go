package session

import (
	"errors"
	"net/http"
	"strings"
	"time"

	"pantry.example/shared/config"
)

// CookieName is the only cookie that Firebase Hosting passes on to a function
// (https://firebase.google.com/docs/hosting/manage-cache#using_cookies).
const CookieName = "__session"

// FromRequest returns the handle that a request carries, as the __session cookie or as
// Authorization: Bearer (RFC 6750, section 2.1), never in the URL. Errors: ErrNoSession
// when there is none or it is malformed; ErrAmbiguous when there are two cookies, or a
// cookie and a bearer that differ.
func FromRequest(r *http.Request) (Handle, error) {
	cookies := r.CookiesNamed(CookieName)
	headers := r.Header.Values("Authorization")
	if len(cookies) > 1 || len(headers) > 1 {
		return Handle{}, ErrAmbiguous
	}
	if len(headers) == 0 {
		if len(cookies) == 0 {
			return Handle{}, ErrNoSession
		}
		return ParseHandle(cookies[0].Value)
	}
	scheme, bearer, _ := strings.Cut(headers[0], " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return Handle{}, ErrNoSession
	}
	if len(cookies) == 1 && cookies[0].Value != bearer {
		return Handle{}, ErrAmbiguous
	}
	return ParseHandle(bearer)
}

// SetCookie returns the cookie that carries h until expires.
func SetCookie(r *http.Request, h Handle, expires time.Time) *http.Cookie {
	c := cookie(r) //nolint:gosec // its attributes are set there
	c.Value = h.Reveal()
	c.MaxAge = max(1, int(time.Until(expires)/time.Second))
	return c
}

// ClearCookie returns the cookie that removes the session's.
func ClearCookie(r *http.Request) *http.Cookie {
	c := cookie(r) //nolint:gosec // its attributes are set there
	c.MaxAge = -1
	return c
}

func cookie(r *http.Request) *http.Cookie {
	return &http.Cookie{ //nolint:gosec // not Secure over plain HTTP to this machine alone
		Name: CookieName, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode,
		Secure: !plainLoopback(r),
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

// Request returns the session of an authenticated request from the client address addr.
// Handles that open nothing are counted: past the limit they are answered with
// ErrTooManyGuesses. Other errors: those of FromRequest and Authenticate.
func (c *Cache) Request(r *http.Request, addr string) (Session, error) {
	return c.counted(r, addr, func(h Handle) (Session, error) { return c.Authenticate(r.Context(), h) })
}

// Peek is Request with Check in place of Authenticate.
func (c *Cache) Peek(r *http.Request, addr string) (Session, error) {
	return c.counted(r, addr, func(h Handle) (Session, error) { return c.Check(r.Context(), h) })
}

// CloseRequest closes the session that a request carries. ErrNoSession when it carries
// none that is open; other errors as Request.
func (c *Cache) CloseRequest(r *http.Request, addr string) error {
	_, err := c.counted(r, addr, func(h Handle) (Session, error) {
		return Session{}, c.Close(r.Context(), h.uid, h.id())
	})
	return err
}

func (c *Cache) counted(r *http.Request, addr string, open func(Handle) (Session, error)) (Session, error) {
	h, err := FromRequest(r)
	if err != nil {
		return Session{}, err
	}
	s, err := open(h)
	if errors.Is(err, ErrNoSession) {
		if tooMany := c.guesses.count("handle "+addr, c.now()); tooMany != nil {
			return Session{}, tooMany
		}
	}
	return s, err
}

// FailedSignIn counts a sign-in from addr that proved nothing. It returns
// ErrTooManyGuesses when there were too many.
func (c *Cache) FailedSignIn(addr string) error { return c.guesses.count("sign-in "+addr, c.now()) }

// SignsIn counts a user's sign-ins, each of which costs calls to Firebase: a valid token
// can be sent again and again. It returns ErrTooManyGuesses when there were too many.
func (c *Cache) SignsIn(uid string) error { return c.guesses.count("user "+uid, c.now()) }
