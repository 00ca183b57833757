package session

import (
	"sync"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	"golang.org/x/time/rate"
)

// One source may fail guessBurst times at once, and then once every guessEvery. A person who
// makes mistakes does not reach that.
const (
	guessBurst = 60
	guessEvery = time.Second
)

// guesses counts the failed attempts of each source, in this instance. An attempt is counted
// after it has failed, so a valid session or token is never refused. That matters behind
// Firebase Hosting, where many people share one address.
type guesses struct {
	mu      sync.Mutex // guards looking for a limiter and adding it
	sources *lru.Cache[string, *rate.Limiter]
}

func newGuesses() *guesses { return &guesses{sources: newMemory[string, *rate.Limiter]()} }

// count counts an attempt of source. It returns ErrTooManyAttempts when there were too many.
func (g *guesses) count(source string, now time.Time) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	l, ok := g.sources.Get(source)
	if !ok {
		l = rate.NewLimiter(rate.Every(guessEvery), guessBurst)
		g.sources.Add(source, l)
	}
	if !l.AllowN(now, 1) {
		return ErrTooManyAttempts
	}
	return nil
}

// FailedSignIn counts a sign-in from addr whose token was not valid or not the user's. It
// returns ErrTooManyAttempts when there were too many.
func (c *Cache) FailedSignIn(addr string) error { return c.guesses.count("sign-in "+addr, c.now()) }

// SignsIn counts a sign-in of a user in this instance. Call it before Firebase is asked: a
// valid token can be sent many times. Open counts the sign-ins of all instances. It returns
// ErrTooManyAttempts when there were too many.
func (c *Cache) SignsIn(uid string) error { return c.guesses.count("user "+uid, c.now()) }
