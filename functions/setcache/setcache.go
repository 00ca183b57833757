// Package setcache is the Cloud Function SetCache (set-cache): it opens, lists and
// closes sessions. Its routes are in New.
package setcache

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"pantry.example/shared/identity"
	"pantry.example/shared/identity/firebase"
	"pantry.example/shared/session"
	"pantry.example/shared/web"
)

// Deps are the function's dependencies. All are required.
type Deps struct {
	Function web.Function
	Sessions *session.Cache
	Firebase *firebase.Firebase
	TTL      time.Duration // a session's length
}

type function struct{ Deps }

// New returns the function's handler.
func New(d Deps) (http.Handler, error) {
	if d.Sessions == nil || d.Firebase == nil || d.TTL <= 0 || d.Function.Log == nil {
		return nil, errors.New("open set-cache: a dependency is missing")
	}
	f := function{d}
	routes := http.NewServeMux()
	routes.Handle("POST /{$}", web.Handler(f.signIn))
	routes.Handle("GET /{$}", web.Handler(f.list))
	routes.Handle("DELETE /{$}", web.Handler(f.close))
	routes.Handle("DELETE /{id}", web.Handler(f.closeOne))
	routes.Handle("/{$}", web.MethodNotAllowed("GET, POST, DELETE"))
	routes.Handle("/{id}", web.MethodNotAllowed("DELETE"))
	routes.Handle("/", web.Handler(web.NotFound))
	return d.Function.Handler(routes), nil
}

func (f function) list(w http.ResponseWriter, r *http.Request) error {
	current, err := f.Sessions.Request(r, f.Function.ClientAddr(r))
	if err != nil {
		return err
	}
	open, err := f.Sessions.List(r.Context(), current.UID)
	if err != nil {
		return err
	}
	out := Sessions{Sessions: make([]Device, 0, len(open))}
	for _, s := range open {
		out.Sessions = append(out.Sessions, Device{
			ID: s.ID, Current: s.ID == current.ID, Device: s.Device,
			CreatedAt: s.Created, LastSeenAt: s.LastSeen, ExpiresAt: s.Expires,
		})
	}
	return web.WriteJSON(w, http.StatusOK, out)
}

func (f function) close(w http.ResponseWriter, r *http.Request) error {
	switch r.URL.RawQuery {
	case "":
		return f.signOut(w, r)
	case "all=true":
		return f.closeAll(w, r)
	case "others=true":
		return f.closeOthers(w, r)
	}
	// A mistyped ?all=true must not close only this session.
	return web.NewError(http.StatusBadRequest, "invalid_query",
		"Write ?all=true to close every session, ?others=true to close all but this one, or no query to close this one.")
}

// signOut clears the cookie, also when Redis fails. Of two cookies, a page on another host
// of the domain may have set one. Then it clears all cookies.
func (f function) signOut(w http.ResponseWriter, r *http.Request) error {
	if len(r.CookiesNamed(session.CookieName)) > 1 {
		w.Header().Set("Clear-Site-Data", `"cookies"`) // https://www.w3.org/TR/clear-site-data/
	}
	http.SetCookie(w, session.ClearCookie(r))
	if err := f.Sessions.SignOut(r); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// closeAll closes the user's sessions here and then revokes the sign-ins at Firebase. It
// does both, even when the first fails or the client leaves: afterwards there may be no
// session to try again with.
func (f function) closeAll(w http.ResponseWriter, r *http.Request) error {
	s, err := f.recognize(r)
	if err != nil {
		return err
	}
	ctx := context.WithoutCancel(r.Context()) // both calls have their own deadlines
	closeErr, revokeErr := f.Sessions.CloseAll(ctx, s.UID), f.revoke(ctx, s)
	if closeErr != nil {
		return closeErr
	}
	http.SetCookie(w, session.ClearCookie(r))
	if revokeErr != nil {
		return web.NewError(http.StatusServiceUnavailable, "revocation_incomplete",
			"All sessions are closed, but Firebase could not be told to end the devices' sign-ins. Sign in and sign out everywhere once more.").
			With(revokeErr).Retry(5 * time.Second)
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// revoke ends the user's sign-ins at Firebase. It refuses a session whose token could not
// be verified, because a writer to Redis may have forged it.
func (f function) revoke(ctx context.Context, s session.Session) error {
	if !s.Verified {
		return fmt.Errorf("revoke: %w: no keys to check the session with", identity.ErrUnavailable)
	}
	return f.Firebase.Revoke(ctx, s.UID)
}

func (f function) closeOthers(w http.ResponseWriter, r *http.Request) error {
	s, err := f.recognize(r)
	if err != nil {
		return err
	}
	if err := f.Sessions.CloseOthers(r.Context(), s); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (f function) closeOne(w http.ResponseWriter, r *http.Request) error {
	h, err := f.Sessions.FromRequest(r)
	if err != nil {
		return err
	}
	id := r.PathValue("id")
	current, there, err := f.Sessions.CloseOne(r.Context(), h, id)
	if err != nil {
		return err
	}
	if !there {
		return web.NewError(http.StatusNotFound, "not_found", "You have no open session with this id.")
	}
	if id == current.ID {
		http.SetCookie(w, session.ClearCookie(r))
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// recognize returns the session of a caller who closes sessions. It works while Firebase
// does not answer.
func (f function) recognize(r *http.Request) (session.Session, error) {
	h, err := f.Sessions.FromRequest(r)
	if err != nil {
		return session.Session{}, err
	}
	return f.Sessions.Recognize(r.Context(), h)
}
