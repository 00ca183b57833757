package recipes

import (
	"context"
	"iter"
	"net/http"
	"sync"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	"golang.org/x/time/rate"

	"pantry.example/shared/recipe"
	"pantry.example/shared/web"
)

// Budget bounds what a user, or an instance, may spend. Burst may be spent at once, and
// PerSecond comes back. One call may spend more than is left. Then the next call must wait.
type Budget struct {
	Burst     int
	PerSecond float64
}

// The budgets of the store are in document reads. On one instance, a user costs at most
// 500,000 + 3,600 × 200 = 1,220,000 reads in an hour, and one export or restore more. At
// $0.06 for 100,000 reads (https://cloud.google.com/firestore/pricing) this is $0.75, and
// $7.50 with ten instances (_MAX_INSTANCES in cloudbuild.yaml).
var (
	userBudget     = Budget{Burst: 500_000, PerSecond: 200}
	instanceBudget = Budget{Burst: 5_000_000, PerSecond: 5_000}
	// The budgets of fetches are in pages.
	userPages     = Budget{Burst: 20, PerSecond: 1.0 / 30}
	instancePages = Budget{Burst: 100, PerSecond: 1}
)

const (
	// writeCost is the price of a write and of the read before it, in reads.
	writeCost = 4
	// maxUsers bounds the budgets in memory. A forgotten user has a full budget again.
	maxUsers = 10_000
)

// limiter counts what each user and the whole instance have spent.
type limiter struct {
	each     Budget
	users    *lru.Cache[string, *rate.Limiter]
	instance *rate.Limiter
}

func newLimiter(user, instance Budget) *limiter {
	users, _ := lru.New[string, *rate.Limiter](maxUsers) // an error is for a size below 1
	return &limiter{each: user, users: users, instance: instance.limiter()}
}

func (b Budget) limiter() *rate.Limiter { return rate.NewLimiter(rate.Limit(b.PerSecond), b.Burst) }

func (l *limiter) of(uid string) *rate.Limiter {
	if found, ok := l.users.Get(uid); ok {
		return found
	}
	added := l.each.limiter()
	if before, ok, _ := l.users.PeekOrAdd(uid, added); ok {
		return before
	}
	return added
}

// allow returns a 429 while a budget is overdrawn.
func (l *limiter) allow(uid string) error {
	now := time.Now()
	for _, b := range []*rate.Limiter{l.of(uid), l.instance} {
		if missing := 1 - b.TokensAt(now); missing > 0 {
			wait := time.Duration(missing / float64(b.Limit()) * float64(time.Second))
			return web.NewError(http.StatusTooManyRequests, "too_many_requests",
				"You have asked for a great deal in a short time. Wait for the time in Retry-After.").Retry(wait)
		}
	}
	return nil
}

// spend takes n from both budgets.
func (l *limiter) spend(uid string, n int) {
	now := time.Now()
	for _, b := range []*rate.Limiter{l.of(uid), l.instance} {
		b.ReserveN(now, min(n, b.Burst()))
	}
}

const (
	// maxLong bounds the exports, restores and fetches of pages that an instance runs at one
	// time. Each may take minutes. An instance takes 20 requests at a time (_CONCURRENCY in
	// cloudbuild.yaml), so there is always room for requests of single recipes.
	maxLong = 8
	// maxLongEach is the same bound for one user.
	maxLongEach = 2
	// longRetry is the Retry-After of the answer past these bounds.
	longRetry = 30 * time.Second
)

// longRequests counts the exports, restores and fetches that are running.
type longRequests struct {
	mu    sync.Mutex
	users map[string]int
	all   int
}

// begin counts a long request, which calls end when it is done. It returns a 429 when there
// are too many.
func (l *longRequests) begin(uid string) (end func(), _ error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.all >= maxLong || l.users[uid] >= maxLongEach {
		return nil, web.NewError(http.StatusTooManyRequests, "too_many_requests",
			"Too many exports or pages are being read or written. Wait for the time in Retry-After.").Retry(longRetry)
	}
	l.all++
	l.users[uid]++
	return func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.all--
		if l.users[uid]--; l.users[uid] == 0 {
			delete(l.users, uid)
		}
	}, nil
}

// meteredStore spends the cost of each call from the budgets. It refuses nothing:
// function.authenticated checks the budgets once, before the handler runs.
type meteredStore struct {
	recipe.Store
	*limiter
}

func (s meteredStore) Get(ctx context.Context, uid, id string) (recipe.Recipe, error) {
	s.spend(uid, 1)
	return s.Store.Get(ctx, uid, id)
}

func (s meteredStore) List(ctx context.Context, uid string, q recipe.Query) (recipe.Page, error) {
	page, err := s.Store.List(ctx, uid, q)
	s.spend(uid, max(page.Reads, 1))
	return page, err
}

func (s meteredStore) CreateTitled(ctx context.Context, uid string, r recipe.Recipe) (recipe.Recipe, error) {
	s.spend(uid, writeCost)
	return s.Store.CreateTitled(ctx, uid, r)
}

func (s meteredStore) Create(ctx context.Context, uid string, r recipe.Recipe, key string) (recipe.Recipe, error) {
	s.spend(uid, writeCost)
	return s.Store.Create(ctx, uid, r, key)
}

func (s meteredStore) Put(ctx context.Context, uid, id string, r recipe.Recipe, p recipe.Precondition) (recipe.Recipe, bool, error) {
	s.spend(uid, writeCost)
	return s.Store.Put(ctx, uid, id, r, p)
}

func (s meteredStore) Update(ctx context.Context, uid, id string, p recipe.Precondition, edit func(recipe.Recipe) (recipe.Recipe, error)) (recipe.Recipe, error) {
	s.spend(uid, writeCost)
	return s.Store.Update(ctx, uid, id, p, edit)
}

func (s meteredStore) Trash(ctx context.Context, uid, id string, p recipe.Precondition) (recipe.Recipe, error) {
	s.spend(uid, writeCost)
	return s.Store.Trash(ctx, uid, id, p)
}

func (s meteredStore) Restore(ctx context.Context, uid, id string) (recipe.Recipe, error) {
	s.spend(uid, writeCost)
	return s.Store.Restore(ctx, uid, id)
}

func (s meteredStore) Delete(ctx context.Context, uid, id string, p recipe.Precondition) error {
	s.spend(uid, writeCost)
	return s.Store.Delete(ctx, uid, id, p)
}

func (s meteredStore) CreateExported(ctx context.Context, uid string, r recipe.Recipe) (recipe.Recipe, bool, error) {
	s.spend(uid, writeCost)
	return s.Store.CreateExported(ctx, uid, r)
}

func (s meteredStore) IDByURL(ctx context.Context, uid, url string) (string, error) {
	s.spend(uid, 1)
	return s.Store.IDByURL(ctx, uid, url)
}

func (s meteredStore) All(ctx context.Context, uid string) iter.Seq2[recipe.Recipe, error] {
	return func(yield func(recipe.Recipe, error) bool) {
		for r, err := range s.Store.All(ctx, uid) {
			s.spend(uid, 1)
			if !yield(r, err) {
				return
			}
		}
	}
}

// EmptyTrash spends as much as one write. The price of each write includes a later delete.
func (s meteredStore) EmptyTrash(ctx context.Context, uid string) error {
	s.spend(uid, writeCost)
	return s.Store.EmptyTrash(ctx, uid)
}

// DeleteAll spends as much as EmptyTrash.
func (s meteredStore) DeleteAll(ctx context.Context, uid string) error {
	s.spend(uid, writeCost)
	return s.Store.DeleteAll(ctx, uid)
}
