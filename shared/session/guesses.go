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
	// rememberedSources bounds the memory, at about 200 bytes each.
	rememberedSources = 8192
)

// guesses counts, in this instance, what each source tried in vain. Counting comes after
// the attempt: who has a session or a token that opens is never refused, whoever else is
// behind the same address. Firebase Hosting's edges are such addresses.
type guesses struct {
	mu      sync.Mutex // a limiter is added and used in one step
	sources *lru.Cache[string, *rate.Limiter]
}

func newGuesses() *guesses {
	sources, err := lru.New[string, *rate.Limiter](rememberedSources)
	if err != nil {
		panic("session: a memory of no size")
	}
	return &guesses{sources: sources}
}

// count notes an attempt, and returns ErrTooManyGuesses when there were too many.
func (g *guesses) count(source string, now time.Time) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	l, ok := g.sources.Get(source)
	if !ok {
		l = rate.NewLimiter(rate.Every(guessEvery), guessBurst)
		g.sources.Add(source, l)
	}
	if !l.AllowN(now, 1) {
		return ErrTooManyGuesses
	}
	return nil
}
