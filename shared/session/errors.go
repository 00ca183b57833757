package session

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"pantry.example/shared/web"
)

// The errors of this package, with their answers over HTTP. A returned error also has a
// cause, so compare with errors.Is.
var (
	// ErrNoSession: no session was sent, or it is malformed, unknown, closed, expired or
	// revoked, or its user is disabled. The client is not told which.
	ErrNoSession = web.NewError(http.StatusUnauthorized, "no_session", "There is no open session. Sign in and call set-cache.")
	// ErrAmbiguous: a request carries two session cookies or two different handles.
	ErrAmbiguous = web.NewError(http.StatusBadRequest, "ambiguous_session",
		"Send one session: one __session cookie or one Authorization: Bearer header, not two different ones. DELETE on set-cache closes them and clears the cookies.")
	// ErrStaleSignIn: the sign-in is older than the user's last sign-out everywhere.
	ErrStaleSignIn = web.NewError(http.StatusUnauthorized, "invalid_token", "The token is not valid. Sign in again.")
	// ErrNotVouched: the sign-in is old, and no open session vouches for it.
	ErrNotVouched = web.NewError(http.StatusUnauthorized, "recent_login_required",
		"The sign-in is older than 5 minutes and no open session vouches for it. Sign in again, then call set-cache at once.")
	// ErrTooManyAttempts: the address guessed too often, or the user signed in too often.
	ErrTooManyAttempts = web.NewError(http.StatusTooManyRequests, "too_many_attempts", "There were too many attempts. Wait a minute.").Retry(time.Minute)
	// ErrUnavailable: Redis or Firebase gave no answer in time. The call may be repeated.
	ErrUnavailable = web.NewError(http.StatusServiceUnavailable, "unavailable", "The session cannot be checked right now. Try again.").Retry(time.Second)
)

// unavailable wraps a Redis error without its text, which may name the server's user.
func unavailable(what string, err error) error {
	kind := err
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		kind = context.DeadlineExceeded
	case errors.Is(err, context.Canceled):
		kind = context.Canceled
	default:
		kind = errors.New("redis: no connection")
		if code := errorCode(err); code != "" { // NOAUTH, WRONGPASS, OOM
			kind = errors.New("redis: " + code)
		}
	}
	return ErrUnavailable.With(fmt.Errorf("%s: %w", what, kind))
}

// errorCode returns the code that a Redis error starts with, or "".
func errorCode(err error) string {
	code, _, _ := strings.Cut(err.Error(), " ")
	if len(code) < 3 || strings.Trim(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
		return ""
	}
	return code
}

// notAHash reports whether the user's key in Redis is of another type. Then somebody else
// wrote it, and it holds no session.
func notAHash(err error) bool { return err != nil && errorCode(err) == "WRONGTYPE" }
