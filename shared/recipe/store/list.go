package store

import (
	"context"
	"fmt"
	"unicode/utf8"

	"golang.org/x/sync/errgroup"

	"pantry.example/shared/recipe"
)

const (
	// scanBatch is how many documents a filtered list reads in one query.
	scanBatch = 50
	// maxCounted is how many terms of a search are counted to find the rarest one.
	maxCounted = 6
)

// List implements Store.
func (e *engine) List(ctx context.Context, uid string, q recipe.Query) (recipe.Page, error) {
	page, err := e.list(ctx, uid, q)
	if err != nil {
		return recipe.Page{}, fmt.Errorf("list recipes: %w", err)
	}
	return page, nil
}

func (e *engine) list(ctx context.Context, uid string, q recipe.Query) (recipe.Page, error) {
	q, err := q.Normalize()
	if err != nil {
		return recipe.Page{}, err
	}
	if err := ctx.Err(); err != nil {
		return recipe.Page{}, err
	}
	s := newSearch(q)
	if s.noWords {
		return noRecipes(q), nil
	}
	w := walk{e: e, uid: uid, search: s}
	if q.PageToken == "" {
		var empty bool
		if len(s.terms) > 1 {
			w.read = min(len(s.terms), maxCounted) // an aggregation costs one read for 1,000 entries
		}
		if w.term, empty, err = e.rarest(ctx, uid, s); err != nil {
			return recipe.Page{}, err
		}
		w.done = empty
	} else {
		var at position
		if at, w.term, err = s.parseToken(uid); err != nil {
			return recipe.Page{}, err
		}
		w.after = &at
	}
	page, err := w.page(ctx, q.PageSize)
	if err != nil {
		return recipe.Page{}, err
	}
	if q.Count {
		page.TotalSize, err = e.total(ctx, &w, page)
	}
	page.Reads = max(w.read, 1)
	return page, err
}

// noRecipes is the page of a query that finds nothing. It costs no read.
func noRecipes(q recipe.Query) recipe.Page {
	page := recipe.Page{Recipes: []*recipe.Recipe{}}
	if q.Count {
		page.TotalSize = new(int)
	}
	return page
}

// rarest returns the index of the term that the fewest documents have. Firestore keeps no
// statistics, so rarest counts. A count stops at what one List may scan. It costs one read,
// as an aggregation of up to 1,000 index entries. Only the longest terms are counted: a
// longer prefix is seldom more common than a shorter one. empty reports that no document
// has that term, and so none has all.
func (e *engine) rarest(ctx context.Context, uid string, s search) (term int, empty bool, _ error) {
	if len(s.terms) == 1 {
		return 0, false, nil
	}
	candidates := longest(s.terms, maxCounted)
	counts := make([]int, len(candidates))
	g, gctx := errgroup.WithContext(ctx)
	for i, c := range candidates {
		g.Go(func() (err error) {
			counts[i], err = e.b.count(gctx, uid, s.list(c), e.maxScan+1)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return 0, false, err
	}
	best := 0
	for i, n := range counts {
		if n < counts[best] {
			best = i
		}
	}
	return candidates[best], counts[best] == 0, nil
}

// longest returns the indexes of the n longest terms, the longest first.
func longest(terms []string, n int) []int {
	var best []int
	for i := range terms {
		at := len(best)
		for at > 0 && utf8.RuneCountInString(terms[best[at-1]]) < utf8.RuneCountInString(terms[i]) {
			at--
		}
		best = append(best[:at], append([]int{i}, best[at:]...)...)
		best = best[:min(len(best), n)]
	}
	return best
}

// walk reads the documents of a search in their order.
type walk struct {
	e      *engine
	uid    string
	search search
	term   int
	// after is the position after which the walk continues. nil is the start.
	after *position
	// done says that no document follows the position after.
	done bool
	// read is how many documents were read so far.
	read int
}

// scan calls take with the next documents that match. It ends when take returns false, when
// it has read most documents, or when there are no more. A document for which take returned
// false is the next one of a later scan.
func (w *walk) scan(ctx context.Context, batch, most int, take func(*document) bool) error {
	for !w.done && most > 0 {
		docs, more, err := w.e.b.query(ctx, w.uid, w.search.list(w.term), w.after, min(batch, most),
			fieldMask{terms: len(w.search.terms) > 1, body: !w.search.query.Summary})
		if err != nil {
			return err
		}
		w.read += len(docs)
		now := w.e.currentTime()
		for i, d := range docs {
			if w.search.matches(d, now) && !take(d) {
				w.advance(docs[:i])
				return nil
			}
		}
		w.advance(docs)
		most -= len(docs)
		w.done = !more
	}
	return nil
}

// advance lets the walk continue after docs.
func (w *walk) advance(docs []*document) {
	if len(docs) > 0 {
		at := docs[len(docs)-1].position(w.search.order)
		w.after = &at
	}
}

// page returns the next recipes that match, at most size. It looks for one match more, to
// know whether there is a next page. It ends early when it has read maxScan documents or
// has maxBytes of text. The rest is then on the next page.
func (w *walk) page(ctx context.Context, size int) (recipe.Page, error) {
	batch, most := size+1, size+1
	if w.search.mustFilter() {
		batch, most = max(batch, scanBatch), max(w.e.maxScan, 1)
	}
	page := recipe.Page{Recipes: make([]*recipe.Recipe, 0, min(size, recipe.DefaultPageSize))}
	bytes := 0
	err := w.scan(ctx, batch, most, func(d *document) bool {
		bytes += d.bytes
		if n := len(page.Recipes); n == size || bytes > maxBytes && n > 0 {
			return false
		}
		page.Recipes = append(page.Recipes, &d.Recipe)
		return true
	})
	if err == nil && !w.done && w.after != nil {
		page.NextPageToken = w.search.token(w.uid, w.term, *w.after)
	}
	return page, err
}

// total counts the matches on all pages. When the first page has all, it counts that page.
// When one query finds exactly the matches, it uses an aggregation. Else it reads each
// document, and returns nil when there are more than one List may scan.
func (e *engine) total(ctx context.Context, w *walk, page recipe.Page) (*int, error) {
	n := len(page.Recipes)
	if w.search.query.PageToken == "" && w.done {
		return &n, nil
	}
	if p, ok := w.search.count(e.currentTime()); ok {
		n, err := e.b.count(ctx, w.uid, p, recipe.MaxCounted+1)
		w.read += n/1000 + 1
		if err != nil || n > recipe.MaxCounted {
			return nil, err
		}
		return &n, nil
	}
	n, w.after, w.done = 0, nil, false
	err := w.scan(ctx, scanBatch, e.maxScan, func(*document) bool { n++; return true })
	if err != nil || !w.done {
		return nil, err
	}
	return &n, nil
}
