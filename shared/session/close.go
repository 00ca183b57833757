package session

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"
)

// List returns the user's open sessions, the most recently seen first. The error is
// ErrUnavailable.
func (c *Cache) List(ctx context.Context, uid string) ([]Session, error) {
	ctx, cancel := context.WithTimeout(ctx, opTimeout)
	defer cancel()
	fields, err := c.rdb.HGetAll(ctx, c.key(uid)).Result()
	if err != nil && !notAHash(err) {
		return nil, unavailable("list sessions", err)
	}
	last := c.recall(uid, parseStanding(fields["v"], c.now()))
	sessions := []Session{}
	for name, text := range fields {
		id, ok := strings.CutPrefix(name, "s:")
		if !ok {
			continue
		}
		r, err := parseHeader(text[:max(0, strings.LastIndexByte(text, '.'))])
		if err != nil {
			continue
		}
		if s := r.session(uid, id, fields["t:"+id]); c.alive(s) && last.Admits(s.AuthTime) {
			sessions = append(sessions, s)
		}
	}
	slices.SortFunc(sessions, func(a, b Session) int {
		return cmp.Or(b.LastSeen.Compare(a.LastSeen), cmp.Compare(a.ID, b.ID))
	})
	return sessions, nil
}

// Close closes one session of the user. It is no error when the session is not there, because
// the client sends the command again after a lost answer. The error is ErrUnavailable.
func (c *Cache) Close(ctx context.Context, uid, id string) error {
	ctx, cancel := context.WithTimeout(ctx, opTimeout)
	defer cancel()
	// This needs no script: HDEL removes several fields in one step.
	if err := c.rdb.HDel(ctx, c.key(uid), "s:"+id, "t:"+id).Err(); err != nil && !notAHash(err) {
		return unavailable("close session", err)
	}
	event(ctx, "closed", Session{UID: uid, ID: id})
	return nil
}

// CloseOne closes the session id, for the holder of h. It may be the holder's own. It
// returns the holder's session, and whether the other was there. Errors: those of Recognize.
func (c *Cache) CloseOne(ctx context.Context, h Handle, id string) (holder Session, there bool, _ error) {
	f, err := c.recognize(ctx, h, "s:"+id)
	if err != nil {
		return Session{}, false, err
	}
	if f.more[0] == nil {
		return f.Session, false, nil
	}
	return f.Session, true, c.Close(ctx, f.UID, id)
}

// CloseOthers closes all sessions of the user except s. Errors: ErrNoSession when s is not
// open any more; ErrUnavailable.
func (c *Cache) CloseOthers(ctx context.Context, s Session) error {
	return c.close(ctx, s.UID, s.ID, 0)
}

// CloseAll closes every session of the user. From then on, Open refuses each sign-in that
// is older than this call. auth_time counts whole seconds, so CloseAll returns in the next
// second: then a later sign-in also has a later auth_time. When ctx ends, only that wait
// ends early. The error is ErrUnavailable.
func (c *Cache) CloseAll(ctx context.Context, uid string) error {
	after := c.now().Truncate(time.Second).Add(time.Second)
	if err := c.close(ctx, uid, "", after.Unix()); err != nil {
		return err
	}
	c.sleep(ctx, after.Sub(c.now()))
	return nil
}

// close closes the user's sessions except stays, which may be "". It also refuses each later
// sign-in whose auth_time is less than validAfter (Unix seconds).
func (c *Cache) close(ctx context.Context, uid, stays string, validAfter int64) error {
	ctx, cancel := context.WithTimeout(ctx, opTimeout)
	defer cancel()
	closed, err := closeScript.Run(ctx, c.rdb, []string{c.key(uid)}, stays, validAfter, c.o.TTL.Milliseconds()).Int()
	switch {
	case err != nil:
		return unavailable("close sessions", err)
	case closed < 0:
		return ErrNoSession
	}
	name := "closed_others"
	if stays == "" {
		name = "revoked"
	}
	event(ctx, name, Session{UID: uid, ID: stays})
	return nil
}
