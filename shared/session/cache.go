// Package session keeps signed-in users' Firebase tokens in Redis hashes and says whose
// session a request belongs to, at one command a request. README.md has the threat model
// and the properties that this package keeps.
//
// A client holds a handle of 256 random bits. The hash user:<project>:<uid> holds, for
// each open session, the Firebase session cookie sealed under that handle (s:<id>) and
// when it was last seen (t:<id>). Beside them stand what Firebase last said of the user
// (v) and the sign-ins of the last minute (o). Nobody who reads Redis can sign in with
// what is there. Nobody who writes to it can make a session for somebody else: what is
// opened must still be a token that Firebase signed for that user. Time limits are
// checked against the record; the key's TTL only collects garbage.
//
// A request is HMGET user:<project>:<uid> s:<id> t:<id> v. Sign-in, closing and the notes
// of t and v are one script each, on one key, so that they are atomic and work on a
// cluster. No order of them brings a closed session back.
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
	// MaxSessions is how many sessions may be open; a further one closes the least
	// recently seen.
	MaxSessions = 10
	// maxSignIns is how many sign-ins a minute may open a session.
	maxSignIns = 60
)

const (
	// opTimeout bounds what is asked of Redis for one operation.
	opTimeout = 2 * time.Second
	// noteTimeout bounds a write that the request does not need.
	noteTimeout = 300 * time.Millisecond
	// leaveAlone is how long Firebase is not asked about a user after it gave no answer,
	// and how long Redis is not bothered with notes after it took none.
	leaveAlone = 10 * time.Second
	// touchEvery is how often last seen is written at most; a shorter idle timeout
	// makes it more often.
	touchEvery = 5 * time.Minute
	// remembered bounds each of the memories, at about 300 bytes an entry.
	remembered = 8192
)

// Options says how long sessions live and whom to ask about users.
type Options struct {
	Project string          // the Firebase project; two projects may share a Redis
	Keys    []config.Secret // what handles are signed with, newest first; at least one
	TTL     time.Duration   // absolute timeout
	Idle    time.Duration   // idle timeout, at most TTL; exact to a quarter of it or 5 minutes
	MaxAge  time.Duration   // how old Firebase's last word on a user may be

	// Lookup returns the state of a Firebase account.
	Lookup func(ctx context.Context, uid string) (identity.State, error)
	// Verify returns the claims of a Firebase session cookie. Without it no token is
	// verified: that is for a caller that grants nothing, as check-expiration.
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

	lookups singleflight.Group                  // one an instance and user
	users   *lru.Cache[string, answer]          // what Firebase last said, by uid
	records *lru.Cache[[hashSize]byte, *opened] // records that a handle opened
	noNotes atomic.Int64                        // Redis took no note at this time, in Unix ms
}

// New returns a Cache. Every field of o but Verify is required. An empty key is only for
// a Redis without a password on this machine.
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
		users: newMemory[string, answer](), records: newMemory[[hashSize]byte, *opened](),
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
	ID       string // names the session among its user's; opens nothing
	Device   string
	Created  time.Time
	LastSeen time.Time
	Expires  time.Time // absolute; the idle timeout may end it sooner
	AuthTime time.Time // when the user signed in
	Verified bool      // Firebase's signature of the token was checked
}

func (c *Cache) key(uid string) string { return "user:" + c.o.Project + ":" + uid }

// newMemory returns a memory that forgets what was used least recently.
func newMemory[K comparable, V any]() *lru.Cache[K, V] {
	m, err := lru.New[K, V](remembered)
	if err != nil {
		panic("session: a memory of no size")
	}
	return m
}

func sleep(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}
