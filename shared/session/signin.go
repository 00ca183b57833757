package session

import (
	"context"
	"errors"
	"fmt"
	"time"

	"pantry.example/shared/identity"
)

// SignIn is what a new session is made of. The caller has verified the sign-in.
type SignIn struct {
	identity.SignIn
	Device string // for the user's list of sessions
	// Replaces is the caller's old handle, or nil. Its session is closed: in the same step
	// when it is the same user's, otherwise after it.
	Replaces *Handle
	// Voucher is the session of Replaces, when it must vouch for a sign-in that is not
	// recent. It must still be open when the new session replaces it. The new session ends
	// no later.
	Voucher *Session
}

// Warm prepares the first Open: it connects to Redis and loads Open's script there, with one
// command. It does that in the background and returns at once. A failure is not reported,
// because Open will meet it too.
func (c *Cache) Warm() {
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), opTimeout)
		defer cancel()
		_ = signInScript.Load(ctx, c.rdb).Err()
	}()
}

// Open stores a new session under a new handle. At most MaxSessions stay open. The script
// is sent only once. After ErrUnavailable it may have run, but nobody has the handle.
// Errors: ErrStaleSignIn when the user signed out everywhere or was disabled since the
// sign-in; ErrNotVouched; ErrTooManyAttempts; ErrUnavailable.
func (c *Cache) Open(ctx context.Context, in SignIn) (Handle, Session, error) {
	now := c.now()
	h := c.signer.issue(in.Token.UID)
	expires := in.end(now.Add(c.o.TTL))
	r := record{created: now, expires: expires, authTime: in.Token.AuthTime, device: in.Device, token: in.Cookie}
	text, err := r.seal(h)
	if err != nil {
		return Handle{}, Session{}, fmt.Errorf("seal session: %w", err)
	}
	redisCtx, cancel := context.WithTimeout(ctx, opTimeout)
	defer cancel()
	outcome, err := signInScript.Run(redisCtx, once{c.rdb}, []string{c.key(h.uid)},
		h.id, text, millis(now), expires.Sub(now).Milliseconds(), MaxSessions, c.o.Idle.Milliseconds(),
		in.Token.AuthTime.Unix(), millis(in.Checked), in.State.ValidAfter.Unix(), flag(in.State.Disabled),
		in.replaced(), flag(in.Voucher != nil), maxSignIns).Text()
	if err != nil {
		return Handle{}, Session{}, unavailable("open session", err)
	}
	if err := refusal(outcome); err != nil {
		return Handle{}, Session{}, err
	}
	if in.Replaces != nil && in.Replaces.uid != h.uid {
		// Another user signed in on this device. The new session stands even if this fails.
		_ = c.Close(ctx, in.Replaces.uid, in.Replaces.id)
	}
	opened := r.session(h.uid, h.id, "")
	opened.Verified = true
	event(ctx, "opened", opened)
	return h, opened, nil
}

// end returns when the session ends: at latest, or sooner with its token or its voucher.
func (in SignIn) end(latest time.Time) time.Time {
	if in.Token.Expires.Before(latest) {
		latest = in.Token.Expires
	}
	if in.Voucher != nil && in.Voucher.Expires.Before(latest) {
		latest = in.Voucher.Expires
	}
	return latest
}

// replaced returns the id of the user's session that the script closes, or "".
func (in SignIn) replaced() string {
	switch {
	case in.Voucher != nil:
		return in.Voucher.ID
	case in.Replaces != nil && in.Replaces.uid == in.Token.UID:
		return in.Replaces.id
	}
	return ""
}

// refusal returns the error that the script's answer stands for.
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
