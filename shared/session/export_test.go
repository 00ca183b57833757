package session

import (
	"time"

	"github.com/redis/go-redis/v9"

	"pantry.example/shared/config"
)

// SetClock replaces the cache's clock.
func (c *Cache) SetClock(now func() time.Time) { c.now = now }

// ClientOptions is what NewClient connects with.
func ClientOptions(c config.Redis) *redis.Options { return options(c) }

// SessionID is the id of the session that h opens.
func (h Handle) SessionID() string { return h.id() }
