package store

import (
	"math"
	"slices"
	"time"

	"pantry.example/shared/recipe"
)

// plan describes one query of a backend: the documents that have the term and are in the
// range, in an order. Firestore needs a composite index for each kind of plan. A test
// checks every possible plan against firestore.indexes.json.
type plan struct {
	term  string // empty for all documents
	least *bound // nil for no range
	order order  // documents with equal keys are ordered by id, in the same direction
}

// bound is the range "field >= value", or "field > value" when strict.
type bound struct {
	field  string // as in order, or purgeAt
	value  any    // float64 or time.Time
	strict bool
}

// byID is the plan of all documents of a user.
var byID = plan{order: order{field: "id"}}

// search is what a normalized Query means in terms.
type search struct {
	query recipe.Query
	order order
	// terms are what a document must have. One of them is queried. The documents that
	// come back are searched for the others.
	terms  []string
	wanted map[string]bool // terms as a set
	// noWords says that a text to search for has no word. Then no recipe matches.
	noWords bool
	// rating is the minimum, if no term says it exactly, else 0.
	rating float64
}

func newSearch(q recipe.Query) search {
	o := orderOf(q)
	s := search{query: q, order: o}
	var terms []string
	if q.Tag != "" {
		terms = append(terms, tagTerm(q.Tag))
	}
	food, words := searchTerms(termIngredient, q.Ingredient), searchTerms(termWord, q.Q)
	s.noWords = q.Ingredient != "" && len(food) == 0 || q.Q != "" && len(words) == 0
	terms = slices.Concat(terms, food, words)
	var flags string
	if q.Made != nil {
		flags += flag("m", *q.Made)
	}
	if q.Favorite != nil {
		flags += flag("f", *q.Favorite)
	}
	if flags != "" {
		terms = append(terms, flags)
	}
	if n := math.Floor(q.MinRating); n >= 1 {
		terms = append(terms, ratingTerm(int(n)))
	}
	if q.MinRating != math.Floor(q.MinRating) {
		s.rating = q.MinRating
	}
	if len(terms) == 0 {
		terms = []string{termAll}
	}
	s.wanted = make(map[string]bool, len(terms))
	for _, term := range terms {
		if term = mark(q.State) + term; !s.wanted[term] {
			s.wanted[term] = true
			s.terms = append(s.terms, term)
		}
	}
	return s
}

// list is the plan that queries one of the terms, by its index. It finds all documents of
// the search, and others.
func (s search) list(term int) plan {
	p := plan{term: s.terms[term], order: s.order}
	if s.order.field == "rating" && s.rating > 0 {
		p.least = &bound{field: "rating", value: s.rating}
	}
	return p
}

// count is the plan that finds exactly the documents of the search. It is not ok when no
// single query does. A query has one range: the rating, or in the trash the time of
// purging, because Firestore deletes expired documents only within a day.
func (s search) count(now time.Time) (plan, bool) {
	p := plan{term: s.terms[0], order: order{field: "updatedAt", desc: true}}
	switch {
	case len(s.terms) > 1, s.rating > 0 && s.query.State == recipe.Trashed:
		return plan{}, false
	case s.rating > 0:
		p.least = &bound{field: "rating", value: s.rating}
		p.order = order{field: "rating"}
	case s.query.State == recipe.Trashed:
		p.least = &bound{field: "purgeAt", value: now, strict: true}
		p.order = order{field: "purgeAt"}
	}
	return p, true
}

// mustFilter reports whether list finds documents that do not match.
func (s search) mustFilter() bool {
	return len(s.terms) > 1 || s.rating > 0 || s.query.State == recipe.Trashed
}

// matches reports whether d matches. d was found by one of the terms.
func (s search) matches(d *document, now time.Time) bool {
	if d.Rating < s.rating || d.expired(now) {
		return false
	}
	if len(s.terms) == 1 {
		return true // d was found by it
	}
	found := 0
	for _, term := range d.terms { // none is there twice
		if s.wanted[term] {
			found++
		}
	}
	return found == len(s.wanted)
}

// inTrash is the plan of the trashed recipes.
var inTrash = plan{term: trashMark + termAll, order: order{field: "purgeAt"}}

// byURL is the plan that finds the active recipes from a web page.
func byURL(url string) plan {
	return plan{term: urlTerm(url), order: order{field: "updatedAt", desc: true}}
}

// byTitle is the plan that finds the active recipes of that title.
func byTitle(title string) plan {
	return plan{term: titleTerm(title), order: order{field: "updatedAt", desc: true}}
}
