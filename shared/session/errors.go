package session

import (
	"context"
	"errors"
	"net/http"

	"pantry.example/shared/identity"
)

// The errors of this package, wrapped with what was being done; test with errors.Is.
var (
	// ErrNoSession: there is no such session: none was sent, or it is malformed,
	// unknown, closed, expired, revoked, or its user is disabled. Which is not said.
	ErrNoSession = errors.New("no session")
	// ErrAmbiguous: a request carries two session cookies or two different handles.
	ErrAmbiguous = errors.New("more than one session was sent")
	// ErrStaleSignIn: the sign-in is older than the user's last sign-out everywhere.
	ErrStaleSignIn = errors.New("sign-in was revoked")
	// ErrTooManyGuesses: the client's address sent too many handles that opened nothing.
	ErrTooManyGuesses = errors.New("too many attempts")
	// ErrUnavailable: Redis gave no answer in time. The call may be repeated.
	ErrUnavailable = errors.New("redis unavailable")
)

// Problem says how an error of this package or of account is answered over HTTP:
// status, a code for programs, and a sentence for people. Anything it does not know is
// status 0.
func Problem(err error) (status int, code, detail string) {
	switch {
	case errors.Is(err, ErrAmbiguous):
		return http.StatusBadRequest, "ambiguous_session", "Send one session: one __session cookie or one Authorization: Bearer header, not two different ones."
	case errors.Is(err, ErrNoSession):
		return http.StatusUnauthorized, "no_session", "There is no open session. Sign in and call set-cache."
	case errors.Is(err, ErrStaleSignIn):
		return http.StatusUnauthorized, "invalid_token", "The token is not valid. Sign in again."
	case errors.Is(err, ErrTooManyGuesses):
		return http.StatusTooManyRequests, "too_many_attempts", "Too many attempts that failed came from this address. Wait a minute."
	case errors.Is(err, ErrUnavailable), errors.Is(err, identity.ErrUnavailable),
		errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return http.StatusServiceUnavailable, "unavailable", "The session cannot be checked right now. Try again."
	}
	return 0, "", ""
}
