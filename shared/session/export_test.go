package session

import (
	"context"
	"time"

	"pantry.example/shared/identity"
)

// SetClock replaces the cache's clock, and what it does to wait.
func (c *Cache) SetClock(now func() time.Time, sleep func(time.Duration)) {
	c.now = now
	c.sleep = func(_ context.Context, d time.Duration) { sleep(d) }
}

// Freeze makes every connection of this process one from before a freeze.
func Freeze() { freezes.count.Add(1) }

// ReadTimeout is how long the client waits for one reply.
const ReadTimeout = readTimeout

// SessionID is the id of the session that h opens.
func (h Handle) SessionID() string { return h.id }

// For is the handle with the same secret for another user, signed by c.
func (h Handle) For(c *Cache, uid string) Handle {
	h.uid = uid
	h.mac = c.signer[0].sign(h)
	return h
}

// ParseHandle reads a handle that this cache or one with its keys has issued.
func (c *Cache) ParseHandle(text string) (Handle, bool) { return c.signer.parse(text) }

// OpenRecord opens the text of a record, and returns what can be read of it.
func (h Handle) OpenRecord(text string) (Session, error) {
	r, err := h.open(text)
	return r.session(h.uid, h.id, ""), err
}

// Seal returns the text of a record with the token.
func (h Handle) Seal(s Session, token string) (string, error) {
	return record{created: s.Created, expires: s.Expires, authTime: s.AuthTime, device: s.Device, token: token}.seal(h)
}

// ParseStanding reads the field v.
func ParseStanding(v string, now time.Time) (checked time.Time, s identity.State) {
	parsed := parseStanding(v, now)
	return parsed.checked, parsed.State
}

// NewConn is what the client's dialer returns for a connection over a socket.
var NewConn = newConn

// Remember makes the cache remember a user as a request, a look-up and a failed sign-in do.
func (c *Cache) Remember(uid string, s Session, token string) error {
	h := c.signer.issue(uid)
	text, err := h.Seal(s, token)
	if err != nil {
		return err
	}
	c.users.Add(uid, answer{})
	_ = c.FailedSignIn(uid)
	_, err = c.open(h, text)
	return err
}
