// Package setcache is the Cloud Function SetCache (set-cache): it opens, lists and
// closes sessions. Its routes are in New.
package setcache

import (
	"context"
	"errors"
	"net/http"
	"time"

	"pantry.example/shared/identity"
	"pantry.example/shared/identity/firebase"
	"pantry.example/shared/session"
	"pantry.example/shared/web"
)

// Deps is what the function works with. All of it is required.
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
	routes.Handle("POST /{$}", web.Handler(f.open))
	routes.Handle("GET /{$}", web.Handler(f.list))
	routes.Handle("DELETE /{$}", web.Handler(f.close))
	routes.Handle("DELETE /{id}", web.Handler(f.closeOne))
	routes.Handle("/{$}", web.MethodNotAllowed("GET, POST, DELETE"))
	routes.Handle("/{id}", web.MethodNotAllowed("DELETE"))
	routes.Handle("/", web.Handler(web.NotFound))
	return d.Function.Handler(routes), nil
}

// recentLogin is how old a sign-in may be that opens a session by itself, so that a
// stolen ID token is worth little.
const recentLogin = 5 * time.Minute

func (f function) open(w http.ResponseWriter, r *http.Request) error {
	old, err := f.oldHandle(r)
	if err != nil {
		return problem(err)
	}
	var in SignIn
	if err := web.DecodeJSON(w, r, bodyLimit, &in); err != nil {
		return err
	}
	if err := in.validate(); err != nil {
		return err
	}

	admit := func(token identity.Token) error { return f.admit(r, in, token, old) }
	signIn, err := f.Firebase.Exchange(r.Context(), in.AuthToken, f.TTL, admit)
	if err != nil {
		return f.refused(r, err)
	}
	handle, s, err := f.Sessions.Open(r.Context(), session.SignIn{
		Cookie: signIn.Cookie, Token: signIn.Token, State: signIn.State, Checked: signIn.Checked,
		Device: device(r.UserAgent()), Replaces: old,
	})
	if err != nil {
		return problem(err)
	}
	return answer(w, r, in, handle, s)
}

// admit decides whether a verified token may open a session here. Firebase has been asked
// for nothing yet.
func (f function) admit(r *http.Request, in SignIn, token identity.Token, old *session.Handle) error {
	if token.UID != in.UserID {
		if err := f.Sessions.FailedSignIn(f.Function.ClientAddr(r)); err != nil {
			return problem(err)
		}
		return web.NewError(http.StatusForbidden, "wrong_user", "UserID is not the user that AuthToken was issued to.")
	}
	if err := f.Sessions.SignsIn(token.UID); err != nil {
		return problem(err)
	}
	return f.checkRecent(r, token, old)
}

// oldHandle returns the handle that a sign-in brings along, which is only ever replaced.
// A malformed one is none.
func (f function) oldHandle(r *http.Request) (*session.Handle, error) {
	h, err := session.FromRequest(r)
	switch {
	case errors.Is(err, session.ErrAmbiguous):
		return nil, err
	case err != nil:
		return nil, nil //nolint:nilnil // no handle is a normal case of a sign-in
	}
	return &h, nil
}

// checkRecent refuses a sign-in that is not recent, unless an open session of the same
// user vouches for it.
func (f function) checkRecent(r *http.Request, token identity.Token, old *session.Handle) error {
	if time.Since(token.AuthTime) <= recentLogin {
		return nil
	}
	if old != nil && old.UID() == token.UID {
		_, err := f.Sessions.Request(r, f.Function.ClientAddr(r))
		if err == nil {
			return nil
		}
		if !errors.Is(err, session.ErrNoSession) {
			return problem(err)
		}
	}
	return web.NewError(http.StatusUnauthorized, "recent_login_required",
		"The sign-in is older than 5 minutes and no open session vouches for it. Sign in again, then call set-cache at once.")
}

// refused answers a failed exchange, and counts it when the token was at fault.
func (f function) refused(r *http.Request, err error) error {
	if errors.Is(err, identity.ErrInvalidToken) {
		if tooMany := f.Sessions.FailedSignIn(f.Function.ClientAddr(r)); tooMany != nil {
			return problem(tooMany)
		}
		return web.NewError(http.StatusUnauthorized, "invalid_token", "The token is not valid. Sign in again.").With(err)
	}
	return problem(err)
}

func answer(w http.ResponseWriter, r *http.Request, in SignIn, h session.Handle, s session.Session) error {
	out := Opened{UserID: s.UID, ExpiresAt: s.Expires}
	if in.Transport == bearer {
		out.Session = h.Reveal()
		if len(r.CookiesNamed(session.CookieName)) > 0 {
			// The cookie's session was replaced; left there it would contradict the bearer.
			http.SetCookie(w, session.ClearCookie(r))
		}
	} else {
		http.SetCookie(w, session.SetCookie(r, h, s.Expires))
	}
	return web.WriteJSON(w, http.StatusOK, out)
}

func (f function) list(w http.ResponseWriter, r *http.Request) error {
	current, err := f.Sessions.Request(r, f.Function.ClientAddr(r))
	if err != nil {
		return problem(err)
	}
	open, err := f.Sessions.List(r.Context(), current.UID)
	if err != nil {
		return problem(err)
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
	case "all=true":
		return f.closeAll(w, r)
	default: // never one session where all were meant
		return web.NewError(http.StatusBadRequest, "invalid_query", "Write ?all=true to close every session, or no query to close this one.")
	}
	err := f.Sessions.CloseRequest(r, f.Function.ClientAddr(r))
	if err != nil && !errors.Is(err, session.ErrNoSession) {
		return problem(err)
	}
	return closed(w, r)
}

// closeAll closes the user's sessions here first: when Firebase cannot be reached,
// nobody stays in. It goes through also when the client leaves, or Redis fails half way:
// there may be no session left to try again with.
func (f function) closeAll(w http.ResponseWriter, r *http.Request) error {
	s, err := f.Sessions.Request(r, f.Function.ClientAddr(r))
	if err != nil {
		return problem(err)
	}
	ctx := context.WithoutCancel(r.Context()) // both calls have limits of their own
	closing, revoking := f.Sessions.CloseAll(ctx, s.UID), f.Firebase.Revoke(ctx, s.UID)
	if closing != nil {
		return problem(errors.Join(closing, revoking))
	}
	if err := revoking; err != nil {
		http.SetCookie(w, session.ClearCookie(r))
		return web.NewError(http.StatusServiceUnavailable, "revocation_incomplete",
			"All sessions are closed, but Firebase could not be told to end the devices' sign-ins. Sign in and sign out everywhere once more.").
			With(err).Retry(5 * time.Second)
	}
	return closed(w, r)
}

func (f function) closeOne(w http.ResponseWriter, r *http.Request) error {
	current, err := f.Sessions.Request(r, f.Function.ClientAddr(r))
	if err != nil {
		return problem(err)
	}
	id := r.PathValue("id")
	switch err := f.Sessions.Close(r.Context(), current.UID, id); {
	case errors.Is(err, session.ErrNoSession):
		return web.NewError(http.StatusNotFound, "not_found", "You have no open session of this id.")
	case err != nil:
		return problem(err)
	}
	if id == current.ID {
		return closed(w, r)
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// closed says that the caller's session is over and takes its cookie back.
func closed(w http.ResponseWriter, r *http.Request) error {
	http.SetCookie(w, session.ClearCookie(r))
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func problem(err error) error { return web.Known(err, session.Problem) }
