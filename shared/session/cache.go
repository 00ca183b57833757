// Package session keeps signed-in users' Firebase tokens in Redis hashes and says whose
// session a request belongs to, at one command a request.
//
// A client holds a handle of 256 random bits. The hash user:<uid> holds, for each open
// session, the Firebase session cookie sealed under that handle (s:<id>) and when it was
// last seen (t:<id>), and once what Firebase last said of the user (v). Nobody who reads
// Redis can sign in with what is there, and nobody who writes to it can make a session
// for somebody else: what is opened must still be a token that Firebase signed for that
// user. Time limits are checked against the record; the key's TTL only collects garbage.
//
// A request is HMGET user:<uid> s:<id> t:<id> v. Sign-in, touch, close-all and the
// keeping of v are one script each, on one key, so that they are atomic and work on a
// cluster; no order of them brings a closed session back.
package session

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	"github.com/redis/go-redis/v9"
	"golang.org/x/sync/singleflight"

	"pantry.example/shared/config"
	"pantry.example/shared/identity"
)

// MaxSessions is how many sessions a user may have open; a further one closes the least
// recently seen.
const MaxSessions = 10

const (
	// opTimeout bounds what is asked of Redis for one operation.
	opTimeout = 2 * time.Second
	// touchEvery is how often last seen is written at most; a shorter idle timeout
	// makes it more often.
	touchEvery = 5 * time.Minute
	// askAgain is how long Firebase is left alone about a user after it gave no answer.
	askAgain = 10 * time.Second
)

// Options says how long sessions live and whom to ask about users.
type Options struct {
	TTL    time.Duration // absolute timeout
	Idle   time.Duration // idle timeout, at most TTL; exact to a quarter of it or 5 minutes
	MaxAge time.Duration // how old Firebase's last word on a user may be

	// Lookup returns the state of a Firebase account.
	Lookup func(ctx context.Context, uid string) (identity.State, error)
	// Verify returns the claims of a Firebase session cookie. Without it no token is
	// verified: that is for a caller that grants nothing, as check-expiration.
	Verify func(ctx context.Context, cookie string) (identity.Token, error)
}

// Cache is the sessions in one Redis. It is safe for concurrent use.
type Cache struct {
	rdb     redis.Cmdable
	o       Options
	now     func() time.Time
	lookups singleflight.Group
	silent  *lru.Cache[string, time.Time] // when Firebase last gave no answer, by uid
	guesses *guesses
}

// New returns a Cache. Every field of o but Verify is required.
func New(rdb redis.Cmdable, o Options) (*Cache, error) {
	if rdb == nil || o.Lookup == nil || o.TTL <= 0 || o.Idle <= 0 || o.MaxAge <= 0 || o.Idle > o.TTL {
		return nil, errors.New("open session cache: a dependency or a duration is missing")
	}
	silent, err := lru.New[string, time.Time](rememberedSources)
	if err != nil {
		return nil, err
	}
	return &Cache{rdb: rdb, o: o, now: time.Now, silent: silent, guesses: newGuesses()}, nil
}

// FromConfig returns the Cache in cfg's Redis with cfg's time limits. lookup and verify
// are as in Options.
func FromConfig(cfg config.Config,
	lookup func(context.Context, string) (identity.State, error),
	verify func(context.Context, string) (identity.Token, error),
) (*Cache, error) {
	rdb, err := NewClient(cfg.Redis)
	if err != nil {
		return nil, err
	}
	return New(rdb, Options{
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
}

var (
	//go:embed merge.lua
	mergeSource string
	//go:embed signin.lua
	signInSource string
	//go:embed touch.lua
	touchSource string
	//go:embed standing.lua
	standingSource string
	//go:embed closeall.lua
	closeAllSource string

	signInScript   = redis.NewScript(mergeSource + signInSource)
	touchScript    = redis.NewScript(touchSource)
	standingScript = redis.NewScript(mergeSource + standingSource)
	closeAllScript = redis.NewScript(mergeSource + closeAllSource)
)

func key(uid string) string { return "user:" + uid }

// Check returns the session that h opens, and extends nothing: not its idle time
// either. Errors: ErrNoSession, ErrUnavailable, identity.ErrUnavailable.
func (c *Cache) Check(ctx context.Context, h Handle) (Session, error) {
	s, _, err := c.read(ctx, h)
	return s, err
}

// Authenticate returns the session that h opens and notes that it was used. It sends one
// command, and a second one when last seen or Firebase's last word has grown old. Errors:
// ErrNoSession, ErrUnavailable, identity.ErrUnavailable.
func (c *Cache) Authenticate(ctx context.Context, h Handle) (Session, error) {
	if c.o.Verify == nil {
		return Session{}, errors.New("authenticate: this session cache verifies no tokens")
	}
	s, r, err := c.read(ctx, h)
	if err != nil {
		return Session{}, err
	}
	token, err := c.o.Verify(ctx, r.token)
	switch {
	case errors.Is(err, identity.ErrUnavailable):
		return Session{}, err
	case err != nil, token.UID != h.uid, !token.AuthTime.Equal(r.authTime):
		return Session{}, fmt.Errorf("verify cached token: %w", ErrNoSession)
	}
	if err := c.touch(ctx, &s); err != nil {
		return Session{}, err
	}
	return s, nil
}

// read opens the record that h names and holds it against the clock and the user's
// standing.
func (c *Cache) read(ctx context.Context, h Handle) (Session, record, error) {
	sid := h.id()
	redisCtx, cancel := context.WithTimeout(ctx, opTimeout)
	defer cancel()
	values, err := c.rdb.HMGet(redisCtx, key(h.uid), "s:"+sid, "t:"+sid, "v").Result()
	if err != nil {
		return Session{}, record{}, unavailable("read session", err)
	}
	text, ok := values[0].(string)
	if !ok {
		return Session{}, record{}, ErrNoSession
	}
	r, err := h.open(text)
	if err != nil {
		return Session{}, record{}, fmt.Errorf("open session: %w", ErrNoSession)
	}
	seen, _ := values[1].(string)
	s := r.session(h.uid, sid, seen)
	v, _ := values[2].(string)
	if !c.alive(s) {
		return Session{}, record{}, ErrNoSession
	}
	state, err := c.standing(ctx, h.uid, parseStanding(v))
	if err != nil {
		return Session{}, record{}, err
	}
	if !state.Admits(s.AuthTime) {
		return Session{}, record{}, ErrNoSession
	}
	return s, r, nil
}

// alive holds a session against the absolute and the idle timeout.
func (c *Cache) alive(s Session) bool {
	now := c.now()
	return now.Before(s.Expires) && now.Before(s.LastSeen.Add(c.o.Idle))
}

// standing returns what Firebase says of the user: the cached word while it is fresh, a
// new one else. While Firebase gives none, the last one serves up to hardBound.
func (c *Cache) standing(ctx context.Context, uid string, last standing) (identity.State, error) {
	now := c.now()
	if last.fresh(now, c.o.MaxAge) {
		return last.State, nil
	}
	fallback := func(err error) (identity.State, error) {
		if last.fresh(now, hardBound) {
			return last.State, nil
		}
		return identity.State{}, err
	}
	if since, ok := c.silent.Get(uid); ok && now.Sub(since) < askAgain && !now.Before(since) {
		return fallback(fmt.Errorf("look up account: %w: no answer a moment ago", identity.ErrUnavailable))
	}
	// One flight an instance and user. It outlives the request that began it: others wait.
	ch := c.lookups.DoChan(uid, func() (any, error) {
		return c.ask(context.WithoutCancel(ctx), uid)
	})
	select {
	case r := <-ch:
		if r.Err != nil {
			c.silent.Add(uid, now)
			return fallback(r.Err)
		}
		state, _ := r.Val.(identity.State)
		if state.ValidAfter.Before(last.ValidAfter) {
			state.ValidAfter = last.ValidAfter
		}
		return state, nil
	case <-ctx.Done():
		return fallback(fmt.Errorf("look up account: %w: %w", identity.ErrUnavailable, ctx.Err()))
	}
}

// ask looks the user up and keeps the answer. Other instances may have heard something
// later: what stands in Redis after the merge is returned. When Redis takes no writes the
// answer counts all the same, and is asked for again.
func (c *Cache) ask(ctx context.Context, uid string) (identity.State, error) {
	checked := c.now()
	state, err := c.o.Lookup(ctx, uid)
	if err != nil {
		return identity.State{}, err
	}
	s := standing{checked, state}
	ctx, cancel := context.WithTimeout(ctx, opTimeout)
	defer cancel()
	v, err := standingScript.Run(ctx, c.rdb, []string{key(uid)}, millis(checked), s.ValidAfter.Unix(), flag(s.Disabled)).Text()
	if err != nil {
		return state, nil //nolint:nilerr // as said above
	}
	return parseStanding(v).State, nil
}

// touch notes that the session was used, when it is time to. When Redis takes no writes
// the session stands all the same: it was just read.
func (c *Cache) touch(ctx context.Context, s *Session) error {
	now := c.now()
	if now.Sub(s.LastSeen) < min(touchEvery, c.o.Idle/4) {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, opTimeout)
	defer cancel()
	stands, err := touchScript.Run(ctx, c.rdb, []string{key(s.UID)}, s.ID, millis(now)).Int()
	switch {
	case err != nil:
		return nil //nolint:nilerr // as said above
	case stands == 0:
		return ErrNoSession
	}
	s.LastSeen = now
	return nil
}

func flag(set bool) string {
	if set {
		return "1"
	}
	return "0"
}

// unavailable wraps a Redis error without its text, which may name the server's user.
func unavailable(what string, err error) error {
	return fmt.Errorf("%s: %w: %s", what, ErrUnavailable, redisReason(err))
}
