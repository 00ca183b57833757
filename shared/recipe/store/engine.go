// Package store has the two stores of recipes: Firestore and Memory. Both are one engine
// over two backends. The engine has the rules: preconditions, the order, search and pages
// of a list, and the time in the trash. A backend only gets, writes and queries documents.
package store

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"pantry.example/shared/recipe"
)

// engine implements recipe.Store over a backend.
type engine struct {
	b       backend
	now     func() time.Time
	maxScan int
	timeout time.Duration
}

// backend keeps the documents of each uid apart. It returns the errors of recipe.Store, and
// errConflict. It checks the uid. The caller has checked the id.
type backend interface {
	// get returns ErrNotFound when there is no such document.
	get(ctx context.Context, uid, id string) (*document, error)
	// create returns errConflict when the id is taken.
	create(ctx context.Context, uid string, d *document) error
	// replace writes d over old, which get returned. It returns errConflict when another
	// version is stored now.
	replace(ctx context.Context, uid string, old, d *document) error
	// query returns the documents of p that follow the position after, at most limit. A nil
	// after is the start. It may stop early when the documents hold maxBytes. more reports
	// whether there can be others. The documents have at least the fields of the mask.
	query(ctx context.Context, uid string, p plan, after *position, limit int, mask fieldMask) (_ []*document, more bool, _ error)
	// count returns how many documents p has. It stops at limit, if limit is not 0.
	count(ctx context.Context, uid string, p plan, limit int) (int, error)
	// remove deletes old, which get returned. It returns errConflict when another version
	// is stored now.
	remove(ctx context.Context, uid string, old *document) error
	// removeAll deletes the documents of p that follow the position after, at most limit.
	// last is the position of the last one, nil when there was none. more reports whether
	// there can be others after it. With unchanged, a document that is written meanwhile
	// stays.
	removeAll(ctx context.Context, uid string, p plan, after *position, limit int, unchanged bool) (last *position, more bool, _ error)
	// owners returns one page of the users who have documents. token names the page, ""
	// the first one. next names the next page, "" when there is none.
	owners(ctx context.Context, token string) (uids []string, next string, _ error)
}

// fieldMask says which fields of a document a query needs, besides those of a summary.
type fieldMask struct {
	terms bool // the search terms
	body  bool // the fields that a summary lacks
}

// maxBytes bounds the text of one page and of one batch. An instance answers 20 requests
// at once in 256 MiB (_CONCURRENCY and _MEMORY in cloudbuild.yaml). Each request holds the
// text a few times: as documents, recipes and JSON. A hundred usual recipes have a third
// of maxBytes.
const maxBytes = 1 << 20

// errConflict says that another write came first.
var errConflict = errors.New("recipe was written concurrently")

// maxAttempts is how often a write is tried when other writes come first. Each failed
// attempt means that another writer succeeded. So a write fails only when about as many
// others write the same recipe at once.
const maxAttempts = 12

// Option changes how a store works.
type Option func(*engine)

// WithClock makes the store take the time from now instead of time.Now.
func WithClock(now func() time.Time) Option {
	return func(e *engine) { e.now = now }
}

// WithMaxScan sets how many recipes one List may read to filter them. Counting them may
// read as many again. The default is 500.
func WithMaxScan(n int) Option {
	return func(e *engine) { e.maxScan = n }
}

// WithTimeout sets how long one request to Firestore may take. The default is 5 seconds.
// One call of a Store method may send several requests, one after the other.
func WithTimeout(d time.Duration) Option {
	return func(e *engine) { e.timeout = d }
}

func newEngine(b backend, options []Option) engine {
	e := engine{b: b, now: time.Now, maxScan: 500, timeout: 5 * time.Second}
	for _, o := range options {
		o(&e)
	}
	return e
}

// currentTime returns the time, rounded as Firestore stores it.
func (e *engine) currentTime() time.Time { return recipe.Time(e.now()) }

// change is write for a recipe that must exist.
func (e *engine) change(ctx context.Context, uid, id string, next func(old *document) (*document, error)) (*document, error) {
	if !recipe.ValidID(id) {
		return nil, recipe.ErrNotFound
	}
	return e.write(ctx, uid, id, func(old *document) (*document, error) {
		if old == nil {
			return nil, recipe.ErrNotFound
		}
		return next(old)
	}, false)
}

// write replaces a document by what next makes of it. It reads the document, and writes
// the new version on the condition that the version that it read is still stored. Else it
// starts again. next gets nil when there is no document, or an expired one. It returns old
// to write nothing, and nil to remove old.
// With fresh, the first attempt expects no document and does not read.
func (e *engine) write(ctx context.Context, uid, id string, next func(old *document) (*document, error), fresh bool) (*document, error) {
	var (
		last    *document
		removed bool
	)
	for attempt := range maxAttempts {
		if err := pause(ctx, attempt); err != nil {
			return nil, err
		}
		var stored, old *document
		if attempt > 0 || !fresh {
			var err error
			if stored, err = e.b.get(ctx, uid, id); err != nil && !errors.Is(err, recipe.ErrNotFound) {
				return nil, err
			}
		}
		if stored != nil && !stored.expired(e.currentTime()) {
			old = stored
		}
		if last != nil && old != nil && old.ETag == last.ETag {
			return old, nil // this write succeeded, and only its answer was lost
		}
		if removed && old == nil {
			return nil, nil //nolint:nilnil // it was removed, and only the answer was lost
		}
		d, err := next(old)
		if err != nil || d == old {
			return d, err
		}
		if err = e.store(ctx, uid, stored, d); !errors.Is(err, errConflict) {
			return d, err
		}
		last, removed = d, d == nil
	}
	return nil, fmt.Errorf("%w: too many writes at once", recipe.ErrUnavailable)
}

// store puts d in the place of stored. Either may be nil, and stored may be expired.
func (e *engine) store(ctx context.Context, uid string, stored, d *document) error {
	switch {
	case d == nil:
		return e.b.remove(ctx, uid, stored)
	case stored == nil:
		return e.b.create(ctx, uid, d)
	default:
		return e.b.replace(ctx, uid, stored, d)
	}
}

// pause waits for a few milliseconds before each attempt but the first. The time is random,
// so that writers do not meet again, and grows with each attempt.
func pause(ctx context.Context, attempt int) error {
	if attempt == 0 {
		return ctx.Err()
	}
	t := time.NewTimer(time.Duration(1+rand.IntN(5<<min(attempt, 5))) * time.Millisecond) //nolint:gosec // not a secret
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
