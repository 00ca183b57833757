package setcache

import (
	"errors"
	"net/http"
	"time"

	"pantry.example/shared/identity"
	"pantry.example/shared/session"
	"pantry.example/shared/web"
)

// recentLogin is how old a sign-in may be that opens a session by itself. After that, a
// stolen ID token alone opens none.
const recentLogin = 5 * time.Minute

// signIn verifies an ID token, exchanges it for a session cookie and opens a session.
func (f function) signIn(w http.ResponseWriter, r *http.Request) (err error) {
	var who session.Session // for the log
	defer func() {
		if err != nil {
			session.Refused(r.Context(), err, who)
		}
	}()
	old, err := f.oldHandle(r)
	if err != nil {
		return err
	}
	var in SignIn
	if err := web.DecodeJSON(w, r, bodyLimit, &in); err != nil {
		return err
	}
	if err := in.validate(); err != nil {
		return err
	}
	if in.Transport == bearer && len(r.CookiesNamed(session.CookieName)) > 0 {
		return web.NewError(http.StatusBadRequest, "bearer_with_cookie",
			"A request with the session cookie cannot ask for Transport bearer: a script in the page could take the session out of the browser. Sign out first, or leave Transport out.")
	}

	var voucher *session.Session
	signIn, err := f.Firebase.Exchange(r.Context(), in.AuthToken, f.TTL, func(token identity.Token) (err error) {
		who.UID, who.Device = token.UID, device(r.UserAgent())
		voucher, err = f.admit(r, in, token, old)
		return err
	})
	if err != nil {
		return f.refused(r, err)
	}
	handle, s, err := f.Sessions.Open(r.Context(), session.SignIn{
		SignIn: signIn, Device: who.Device, Replaces: old, Voucher: voucher,
	})
	if err != nil {
		return err
	}
	return answer(w, r, in, handle, s)
}

// oldHandle returns the handle that a sign-in request carries. The new session replaces it.
// The result is nil when there is none, or when it was not issued here.
func (f function) oldHandle(r *http.Request) (*session.Handle, error) {
	h, err := f.Sessions.FromRequest(r)
	switch {
	case errors.Is(err, session.ErrAmbiguous):
		return nil, err
	case err != nil:
		return nil, nil //nolint:nilnil // a sign-in needs no handle
	}
	return &h, nil
}

// admit decides whether a verified token may open a session, before Firebase is asked. When
// the sign-in is not recent, it returns the open session that vouches for it.
func (f function) admit(r *http.Request, in SignIn, token identity.Token, old *session.Handle) (*session.Session, error) {
	if token.UID != in.UserID {
		if err := f.Sessions.FailedSignIn(f.Function.ClientAddr(r)); err != nil {
			return nil, err
		}
		return nil, web.NewError(http.StatusForbidden, "wrong_user", "UserID is not the user that AuthToken was issued to.")
	}
	if err := f.Sessions.SignsIn(token.UID); err != nil {
		return nil, err
	}
	if time.Since(token.AuthTime) <= recentLogin {
		return nil, nil
	}
	if old == nil || old.UID() != token.UID {
		return nil, session.ErrNotVouched
	}
	s, err := f.Sessions.Recognize(r.Context(), *old)
	switch {
	case errors.Is(err, session.ErrNoSession):
		return nil, session.ErrNotVouched.With(err)
	case err != nil:
		return nil, err
	}
	return &s, nil
}

// refused returns the error of a failed exchange. It counts an invalid token.
func (f function) refused(r *http.Request, err error) error {
	switch {
	case errors.Is(err, identity.ErrInvalidToken):
		if tooMany := f.Sessions.FailedSignIn(f.Function.ClientAddr(r)); tooMany != nil {
			return tooMany
		}
		return session.ErrStaleSignIn.With(err)
	case errors.Is(err, identity.ErrUnavailable):
		return session.ErrUnavailable.With(err)
	}
	return err
}

// answer sends the handle as a cookie or in the body.
func answer(w http.ResponseWriter, r *http.Request, in SignIn, h session.Handle, s session.Session) error {
	out := Opened{UserID: s.UID, ExpiresAt: s.Expires}
	if in.Transport == bearer {
		out.Session = h.Reveal()
	} else {
		http.SetCookie(w, session.SetCookie(r, h, s.Expires))
	}
	return web.WriteJSON(w, http.StatusOK, out)
}
