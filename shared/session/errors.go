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

// The errors of this package, each with its answer over HTTP. They come with their cause;
// test with errors.Is.
var (
	// ErrNoSession: none was sent, or it is malformed, unknown, closed, expired, revoked,
	// or its user is disabled. Which of them is not said.
	ErrNoSession = web.NewError(http.StatusUnauthorized, "no_session", "There is no open session. Sign in and call set-cache.")
	// ErrAmbiguous: a request carries two session cookies or two different handles.
	ErrAmbiguous = web.NewError(http.StatusBadRequest, "ambiguous_session",
		"Send one session: one __session cookie or one Authorization: Bearer header, not two different ones. DELETE on set-cache closes them and clears the cookies.")
	// ErrStaleSignIn: the sign-in is older than the user's last sign-out everywhere.
	ErrStaleSignIn = web.NewError(http.StatusUnauthorized, "invalid_token", "The token is not valid. Sign in again.")
	// ErrNotVouched: the session that was to vouch for an old sign-in is not open any more.
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
		// A Redis error starts with a code such as NOAUTH, WRONGPASS or OOM.
		if code := errorCode(err); code != "" {
			kind = errors.New("redis: " + code)
		}
	}
	return ErrUnavailable.With(fmt.Errorf("%s: %w", what, kind))
}

func errorCode(err error) string {
	code, _, _ := strings.Cut(err.Error(), " ")
	if len(code) < 3 || strings.Trim(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
		return ""
	}
	return code
}

// foreign reports whether Redis has something else than a hash under the user's key. No
// session of ours is there.
func foreign(err error) bool { return err != nil && errorCode(err) == "WRONGTYPE" }
