package session

import (
	"context"
	"time"

	"github.com/redis/go-redis/v9"

	"pantry.example/shared/config"
)

// SetClock replaces the cache's clock, and what it does to wait.
func (c *Cache) SetClock(now func() time.Time, sleep func(time.Duration)) {
	c.now = now
	c.sleep = func(_ context.Context, d time.Duration) { sleep(d) }
}

// ClientOptions is what NewClient connects with.
func ClientOptions(c config.Redis) *redis.Options { return options(c) }

// SessionID is the id of the session that h opens.
func (h Handle) SessionID() string { return h.id }

// For is the handle with the same secret for another user, signed by c.
func (h Handle) For(c *Cache, uid string) Handle {
	h.uid = uid
	h.mac = h.sign(c.signer[0])
	return h
}

// ParseHandle reads a handle that this cache or one with its keys has issued.
func (c *Cache) ParseHandle(text string) (Handle, bool) { return c.signer.parse(text) }
