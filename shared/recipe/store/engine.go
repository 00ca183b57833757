// Package store has the two stores of recipes: Firestore and memory. Both are the same
// code (engine) over two backends. What a precondition means, how a list is ordered,
// searched and paged, and when a trashed recipe is gone is written once. A backend only
// gets, writes and queries documents.
package store

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"pantry.example/shared/recipe"
)

// engine is the Store that both stores are; they differ in the backend.
type engine struct {
	b       backend
	now     func() time.Time
	maxScan int
	timeout time.Duration
}

// backend keeps documents, each uid's apart. Its errors are those of Store, and
// errConflict. It checks that uid is valid; ids are valid already.
type backend interface {
	// get returns ErrNotFound when there is no such document.
	get(ctx context.Context, uid, id string) (*document, error)
	// create returns errConflict when the id is taken.
	create(ctx context.Context, uid string, d *document) error
	// replace writes d over old, which get returned, and errConflict when that is
	// not the stored version any more.
	replace(ctx context.Context, uid string, old, d *document) error
	// query returns the first documents of p, at most limit, after a position if that
	// is not nil. It may stop when they hold maxBytes; more is whether there can be
	// others. The documents have at least the fields of the part.
	query(ctx context.Context, uid string, p plan, after *position, limit int, of part) (_ []*document, more bool, _ error)
	// count returns how many documents p has, at most limit if that is not 0.
	count(ctx context.Context, uid string, p plan, limit int) (int, error)
	// remove deletes old, which get returned, and returns errConflict when that is not
	// the stored version any more.
	remove(ctx context.Context, uid string, old *document) error
	// removeAll deletes the first documents of p after a position, at most limit. last
	// is the position of the last one, nil when there was none; more is whether there
	// can be others after it. With unchanged, a document that is written meanwhile
	// stays.
	removeAll(ctx context.Context, uid string, p plan, after *position, limit int, unchanged bool) (last *position, more bool, _ error)
	// owners returns users who have documents, from the page that token names, and the
	// token of the next page, "" after the last one.
	owners(ctx context.Context, token string) (uids []string, next string, _ error)
}

// part says which fields of a document a query needs.
type part struct {
	terms bool // what it is found by
	body  bool // the fields that a summary lacks
}

// maxBytes bounds the text of one page and of one batch. An instance answers 20 requests
// at once in 256 MiB (_CONCURRENCY and _MEMORY in cloudbuild.yaml), and each holds a few
// times that: documents, recipes and JSON. A hundred usual recipes have a third of it.
const maxBytes = 1 << 20

// errConflict: another write came first.
var errConflict = errors.New("recipe was written concurrently")

// maxAttempts is how often a write is tried when others come between. Each time
// one of the others has succeeded, so it takes as many writers at once to fail.
const maxAttempts = 12

// Option changes how a store works.
type Option func(*engine)

// WithClock makes the store take the time from now instead of time.Now.
func WithClock(now func() time.Time) Option {
	return func(e *engine) { e.now = now }
}

// WithMaxScan sets how many recipes one List may look at when a filter makes it
// look at more than it returns, and once more as many when it has to count them;
// 500 unless told.
func WithMaxScan(n int) Option {
	return func(e *engine) { e.maxScan = n }
}

// WithTimeout sets how long one request to Firestore may take; 5 seconds unless
// told. One call of a Store method may send several, one after the other.
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

// present is the time as it can be stored.
func (e *engine) present() time.Time { return recipe.Time(e.now()) }

// change is write for a recipe that must be there.
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

// write replaces a document by what next makes of it, in two steps that no other
// write can come between unseen: read, and write on condition that what was read is
// still there. When it is not, it begins anew. next gets nil when there is no
// document or it is gone. It may return old itself when there is nothing to write, and
// nil to remove old.
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
		if stored != nil && !stored.gone(e.present()) {
			old = stored
		}
		if last != nil && old != nil && old.ETag == last.ETag {
			return old, nil // the write was done, only its answer was lost
		}
		if removed && old == nil {
			return nil, nil //nolint:nilnil // it was removed, only the answer was lost
		}
		d, err := next(old)
		if err != nil || d == old {
			return d, err
		}
		switch {
		case d == nil:
			removed = true
			err = e.b.remove(ctx, uid, stored)
		case stored == nil:
			err = e.b.create(ctx, uid, d)
		default:
			err = e.b.replace(ctx, uid, stored, d) // one that is gone, too
		}
		if !errors.Is(err, errConflict) {
			return d, err
		}
		last = d
	}
	return nil, fmt.Errorf("%w: too many writes at once", recipe.ErrUnavailable)
}

// pause waits a little before the second and later attempts, longer each time, and
// not equally long for all who collided.
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
