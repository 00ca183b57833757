package session

import (
	"context"
	"errors"
	"fmt"

	"pantry.example/shared/identity"
)

// SignIn is what a new session is made of. The caller has verified the sign-in.
type SignIn struct {
	identity.SignIn
	Device string // for the user's list of sessions
	// Replaces is the caller's old handle, if any: a session of the same user is closed
	// in the same step, another user's after it.
	Replaces *Handle
	// Voucher is the session, of Replaces, that vouches for a sign-in that is not recent.
	// It must still be open when the new one takes its place, and the new one ends no
	// later than it.
	Voucher *Session
}

// Open stores a new session and returns its handle, which is always a new one. At most
// MaxSessions stay open. The script that does it is sent once: an error leaves open
// whether it ran, but nobody holds the handle. Errors: ErrStaleSignIn when the user
// signed out everywhere or was disabled since the sign-in; ErrNotVouched;
// ErrTooManyAttempts; ErrUnavailable.
func (c *Cache) Open(ctx context.Context, in SignIn) (Handle, Session, error) {
	now := c.now()
	h := c.signer.issue(in.Token.UID)
	expires := now.Add(c.o.TTL)
	if in.Token.Expires.Before(expires) {
		expires = in.Token.Expires
	}
	if in.Voucher != nil && in.Voucher.Expires.Before(expires) {
		expires = in.Voucher.Expires
	}
	r := record{created: now, expires: expires, authTime: in.Token.AuthTime, device: in.Device, token: in.Cookie}
	text, err := r.seal(h)
	if err != nil {
		return Handle{}, Session{}, fmt.Errorf("seal session: %w", err)
	}
	replaced := ""
	if in.Voucher != nil {
		replaced = in.Voucher.ID
	} else if in.Replaces != nil && in.Replaces.uid == h.uid {
		replaced = in.Replaces.id
	}
	redisCtx, cancel := context.WithTimeout(ctx, opTimeout)
	defer cancel()
	outcome, err := signInScript.Run(redisCtx, once{c.rdb}, []string{c.key(h.uid)},
		h.id, text, millis(now), expires.Sub(now).Milliseconds(), MaxSessions, c.o.Idle.Milliseconds(),
		in.Token.AuthTime.Unix(), millis(in.Checked), in.State.ValidAfter.Unix(), flag(in.State.Disabled),
		replaced, flag(in.Voucher != nil), maxSignIns).Text()
	if err != nil {
		return Handle{}, Session{}, unavailable("open session", err)
	}
	if err := refusal(outcome); err != nil {
		return Handle{}, Session{}, err
	}
	if in.Replaces != nil && in.Replaces.uid != h.uid {
		// The device has changed hands. It holds the new session either way.
		_ = c.Close(ctx, in.Replaces.uid, in.Replaces.id)
	}
	opened := r.session(h.uid, h.id, "")
	opened.Verified = true
	event(ctx, "opened", opened)
	return h, opened, nil
}

// refusal returns the error for what the script answered.
func refusal(outcome string) error {
	switch outcome {
	case "opened":
		return nil
	case "stale":
		return ErrStaleSignIn
	case "not vouched":
		return ErrNotVouched
	case "too many":
		return ErrTooManyAttempts
	}
	return ErrUnavailable.With(errors.New("open session: the script arrived " + outcome))
}
