package session

import (
	"sync"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	"golang.org/x/time/rate"
)

// An address may fail guessBurst times at once and once every guessEvery after that,
// with handles and with sign-ins apart. A person who signs in wrong never gets there.
const (
	guessBurst = 60
	guessEvery = time.Second
	// rememberedAddrs and rememberedIDs bound the memory, at about 200 bytes each.
	rememberedAddrs = 4096
	rememberedIDs   = 8192
)

// guesses counts, in this instance, the attempts that failed.
type guesses struct {
	mu    sync.Mutex // a limiter is added and used in one step
	addrs *lru.Cache[string, *rate.Limiter]
	alive *lru.Cache[string, struct{}]
}

func newGuesses() *guesses {
	addrs, err1 := lru.New[string, *rate.Limiter](rememberedAddrs)
	alive, err2 := lru.New[string, struct{}](rememberedIDs)
	if err1 != nil || err2 != nil {
		panic("session: a memory of no size")
	}
	return &guesses{addrs: addrs, alive: alive}
}

func (g *guesses) allowed(addr string, now time.Time) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	l, ok := g.addrs.Get(addr)
	return !ok || l.TokensAt(now) >= 1
}

func (g *guesses) failed(addr string, now time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	l, ok := g.addrs.Get(addr)
	if !ok {
		l = rate.NewLimiter(rate.Every(guessEvery), guessBurst)
		g.addrs.Add(addr, l)
	}
	l.AllowN(now, 1)
}

func (g *guesses) known(id string) bool { return g.alive.Contains(id) }

func (g *guesses) remember(id string) { g.alive.Add(id, struct{}{}) }
