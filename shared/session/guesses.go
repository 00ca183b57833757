package session

import (
	"sync"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	"golang.org/x/time/rate"
)

// One source may fail guessBurst times at once and once every guessEvery after that. A
// person who signs in wrong never gets there.
const (
	guessBurst = 60
	guessEvery = time.Second
)

// guesses counts, in this instance, what each source tried in vain. Counting comes after
// the attempt: a session or a token that opens is never refused because of what others
// tried from the same address. Firebase Hosting's edges are such addresses.
type guesses struct {
	mu      sync.Mutex // a limiter is added and used in one step
	sources *lru.Cache[string, *rate.Limiter]
}

func newGuesses() *guesses { return &guesses{sources: newMemory[string, *rate.Limiter]()} }

// count notes an attempt, and returns ErrTooManyAttempts when there were too many.
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

// FailedSignIn counts a sign-in from addr that proved nothing. It returns
// ErrTooManyAttempts when there were too many.
func (c *Cache) FailedSignIn(addr string) error { return c.guesses.count("sign-in "+addr, c.now()) }

// SignsIn counts the sign-ins of a user in this instance before they cost calls to
// Firebase: a valid token can be sent again and again. Open counts those of all
// instances. It returns ErrTooManyAttempts when there were too many.
func (c *Cache) SignsIn(uid string) error { return c.guesses.count("user "+uid, c.now()) }
