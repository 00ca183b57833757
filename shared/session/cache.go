// Package session keeps the Firebase tokens of signed-in users in Redis hashes. It finds the
// session of a request with one Redis command. README.md has the threat model and the
// properties that this package keeps.
//
// A client holds a handle: 256 random bits, the user's ID and a MAC. Each user has one hash,
// user:<project>:<uid>, with the fields
//
//	s:<id>  an open session: its Firebase session cookie, sealed under its handle
//	t:<id>  when that session was last used
//	v       what Firebase last said of the user: the standing
//	o       the sign-ins of the last minute
//
// Nobody who reads Redis can sign in with what is there. Nobody who writes to Redis can make
// a session of another user, because Firebase must have signed the token in it. The timeouts
// are checked against the record. The key's TTL only removes what has ended.
//
// A request sends HMGET user:<project>:<uid> s:<id> t:<id> v. A sign-in (signin.lua), a close
// (close.lua) and a write of t or v (note.lua) are one script each. A script is atomic and
// uses one key, so it also runs on a cluster. No order of the scripts opens a closed session
// again.
package session

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	"golang.org/x/sync/singleflight"

	"pantry.example/shared/config"
	"pantry.example/shared/identity"
)

// Limits of a user.
const (
	// MaxSessions is how many sessions may be open. One more closes the least recently used.
	MaxSessions = 10
	// maxSignIns is how many sessions a user may open in a minute.
	maxSignIns = 60
)

const (
	// opTimeout bounds the Redis commands of one operation.
	opTimeout = 2 * time.Second
	// noteTimeout bounds a write that the request can do without: last use and standing.
	noteTimeout = 300 * time.Millisecond
	// pauseAfterFailure is how long Firebase is not asked about a user after it gave no
	// answer, and how long last use and standing are not written after Redis refused that.
	pauseAfterFailure = 10 * time.Second
	// touchEvery is the least time between two writes of the last use. A short idle timeout
	// makes it shorter.
	touchEvery = 5 * time.Minute
	// memorySize is how many entries each memory holds, of about 400 bytes each.
	memorySize = 8192
)

// Options are the timeouts and the dependencies of a Cache.
type Options struct {
	Project string          // the Firebase project; two projects may share a Redis
	Keys    []config.Secret // what handles are signed with, newest first; at least one
	TTL     time.Duration   // absolute timeout
	Idle    time.Duration   // idle timeout, at most TTL; exact to a quarter of it or 5 minutes
	MaxAge  time.Duration   // how old Firebase's answer about a user may be

	// Lookup returns the state of a Firebase account.
	Lookup func(ctx context.Context, uid string) (identity.State, error)
	// Verify returns the claims of a Firebase session cookie. A caller that grants nothing,
	// such as check-expiration, leaves it nil and calls only Check and Peek.
	Verify func(ctx context.Context, cookie string) (identity.Token, error)
}

// Cache is the sessions in one Redis. It is safe for concurrent use.
type Cache struct {
	rdb     Redis
	o       Options
	signer  signer
	now     func() time.Time
	sleep   func(context.Context, time.Duration)
	guesses *guesses

	lookups     singleflight.Group             // one at a time for each user
	users       *lru.Cache[string, answer]     // what Firebase last said, by uid
	records     *lru.Cache[recordKey, *opened] // records that a handle opened
	writeFailed atomic.Int64                   // when Redis last refused a write of note, in Unix ms
}

// New returns a Cache. Every field of o except Verify is required. An empty key is no secret:
// use one only for a Redis without a password on this machine.
func New(rdb Redis, o Options) (*Cache, error) {
	if rdb == nil || o.Project == "" || len(o.Keys) == 0 || o.Lookup == nil || o.TTL <= 0 || o.Idle <= 0 || o.MaxAge <= 0 || o.Idle > o.TTL {
		return nil, errors.New("open session cache: a dependency, a key or a duration is missing")
	}
	signer, err := newSigner(o.Project, o.Keys)
	if err != nil {
		return nil, err
	}
	return &Cache{
		rdb: rdb, o: o, signer: signer, now: time.Now, sleep: sleep, guesses: newGuesses(),
		users: newMemory[string, answer](), records: newMemory[recordKey, *opened](),
	}, nil
}

// FromConfig returns the Cache in cfg's Redis with cfg's time limits. lookup and verify
// are as in Options.
func FromConfig(cfg config.Config,
	lookup func(context.Context, string) (identity.State, error),
	verify func(context.Context, string) (identity.Token, error),
) (*Cache, error) {
	pool, err := NewClient(cfg.Redis)
	if err != nil {
		return nil, err
	}
	rdb, err := Share(pool)
	if err != nil {
		return nil, err
	}
	keys := slices.Clone(cfg.SessionKeys)
	if len(keys) == 0 || cfg.Redis.Password.Reveal() != "" {
		keys = append(keys, cfg.Redis.Password)
	}
	return New(rdb, Options{
		Project: cfg.ProjectID, Keys: keys,
		TTL: cfg.SessionTTL, Idle: cfg.SessionIdle, MaxAge: cfg.RevocationMaxAge, Lookup: lookup, Verify: verify,
	})
}

// Session is one open session.
type Session struct {
	UID      string
	ID       string // unique among the user's sessions; opens nothing
	Device   string
	Created  time.Time
	LastSeen time.Time
	Expires  time.Time // absolute; the idle timeout may end it sooner
	AuthTime time.Time // when the user signed in
	Verified bool      // Firebase's signature of the token was checked
}

func (c *Cache) key(uid string) string { return "user:" + c.o.Project + ":" + uid }

// newMemory returns a cache in this process that drops the least recently used entry.
func newMemory[K comparable, V any]() *lru.Cache[K, V] {
	m, err := lru.New[K, V](memorySize)
	if err != nil {
		panic("session: " + err.Error())
	}
	return m
}

func sleep(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}
