package session

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"pantry.example/shared/identity"
)

// SignIn is what a new session is made of. The caller has verified Token's sign-in.
type SignIn struct {
	Cookie  string         // the Firebase session cookie
	Token   identity.Token // its claims
	State   identity.State // what Firebase says of the user
	Checked time.Time      // when it said so
	Device  string         // for the user's list of sessions
	// Replaces is the caller's old handle, if any: a session of the same user is closed
	// in the same step, another user's after it.
	Replaces *Handle
}

// Open stores a new session and returns its handle, which is always a new one. At most
// MaxSessions stay open. Errors: ErrStaleSignIn when the user signed out everywhere or
// was disabled since the sign-in; ErrUnavailable.
func (c *Cache) Open(ctx context.Context, in SignIn) (Handle, Session, error) {
	now := c.now()
	h := newHandle(in.Token.UID)
	expires := now.Add(c.o.TTL)
	if in.Token.Expires.Before(expires) {
		expires = in.Token.Expires
	}
	r := record{created: now, expires: expires, authTime: in.Token.AuthTime, device: in.Device, token: in.Cookie}
	text, err := r.seal(h)
	if err != nil {
		return Handle{}, Session{}, fmt.Errorf("seal session: %w", err)
	}
	replaced := ""
	if in.Replaces != nil && in.Replaces.uid == h.uid {
		replaced = in.Replaces.id()
	}
	redisCtx, cancel := context.WithTimeout(ctx, opTimeout)
	defer cancel()
	opened, err := signInScript.Run(redisCtx, c.rdb, []string{key(h.uid)},
		h.id(), text, millis(now), expires.Sub(now).Milliseconds(), MaxSessions, c.o.Idle.Milliseconds(),
		in.Token.AuthTime.Unix(), millis(in.Checked), in.State.ValidAfter.Unix(), flag(in.State.Disabled), replaced).Int()
	switch {
	case err != nil:
		return Handle{}, Session{}, unavailable("open session", err)
	case opened == 0:
		return Handle{}, Session{}, ErrStaleSignIn
	}
	if in.Replaces != nil && in.Replaces.uid != h.uid {
		// The device has changed hands. It holds the new session either way.
		_ = c.Close(ctx, in.Replaces.uid, in.Replaces.id())
	}
	return h, r.session(h.uid, h.id(), ""), nil
}

// List returns the user's open sessions, the most recently seen first.
func (c *Cache) List(ctx context.Context, uid string) ([]Session, error) {
	ctx, cancel := context.WithTimeout(ctx, opTimeout)
	defer cancel()
	fields, err := c.rdb.HGetAll(ctx, key(uid)).Result()
	if err != nil {
		return nil, unavailable("list sessions", err)
	}
	state := parseStanding(fields["v"]).State
	sessions := []Session{}
	for name, text := range fields {
		sid, ok := strings.CutPrefix(name, "s:")
		if !ok {
			continue
		}
		r, err := parseHeader(text[:max(0, strings.LastIndexByte(text, '.'))])
		if err != nil {
			continue
		}
		if s := r.session(uid, sid, fields["t:"+sid]); c.alive(s) && state.Admits(s.AuthTime) {
			sessions = append(sessions, s)
		}
	}
	slices.SortFunc(sessions, func(a, b Session) int {
		return cmp.Or(b.LastSeen.Compare(a.LastSeen), cmp.Compare(a.ID, b.ID))
	})
	return sessions, nil
}

// Close closes one session of the user. ErrNoSession when there is none of that id.
func (c *Cache) Close(ctx context.Context, uid, id string) error {
	if !idPattern.MatchString(id) {
		return ErrNoSession
	}
	ctx, cancel := context.WithTimeout(ctx, opTimeout)
	defer cancel()
	// One command, so no script: HDEL of several fields is atomic.
	removed, err := c.rdb.HDel(ctx, key(uid), "s:"+id, "t:"+id).Result()
	switch {
	case err != nil:
		return unavailable("close session", err)
	case removed == 0:
		return ErrNoSession
	}
	return nil
}

// CloseAll closes every session of the user and refuses, from then on, each sign-in
// from before. auth_time counts whole seconds, so it returns only when the second in
// which it ran is over: a sign-in after the answer is always told from one before.
func (c *Cache) CloseAll(ctx context.Context, uid string) error {
	after := c.now().Truncate(time.Second).Add(time.Second)
	redisCtx, cancel := context.WithTimeout(ctx, opTimeout)
	defer cancel()
	err := closeAllScript.Run(redisCtx, c.rdb, []string{key(uid)}, after.Unix(), c.o.TTL.Milliseconds()).Err()
	if err != nil {
		return unavailable("close sessions", err)
	}
	wait := time.NewTimer(after.Sub(c.now()))
	defer wait.Stop()
	select {
	case <-wait.C:
	case <-ctx.Done(): // they are closed; only the caller's wait is cut short
	}
	return nil
}

func (r record) session(uid, sid, seen string) Session {
	s := Session{
		UID: uid, ID: sid, Device: r.device,
		Created: r.created.UTC(), Expires: r.expires.UTC(), AuthTime: r.authTime.UTC(), LastSeen: r.created.UTC(),
	}
	if ms, err := strconv.ParseInt(seen, 10, 64); err == nil {
		s.LastSeen = time.UnixMilli(ms).UTC()
	}
	return s
}

func redisReason(err error) string {
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return "no answer in time"
	case errors.Is(err, context.Canceled):
		return "the request ended"
	}
	// A Redis error starts with a code such as NOAUTH, WRONGPASS or OOM.
	if code, _, _ := strings.Cut(err.Error(), " "); len(code) >= 3 && strings.Trim(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == "" {
		return code
	}
	return "no connection"
}
