package store

import (
	"math"
	"slices"
	"time"

	"pantry.example/shared/recipe"
)

// plan describes one query of a backend: the documents that have term and hold the
// range, in an order. Firestore's plans need composite indexes; a test holds every
// plan there can be against firestore.indexes.json.
type plan struct {
	term  string // empty: all documents, by id
	least *bound // nil: no range
	order order  // with the id as the last key, in the same direction
}

// bound is the range "field at least value", or above it when strict.
type bound struct {
	field  string // as in order, or purgeAt
	value  any    // float64 or time.Time
	strict bool
}

// byID is the plan of everything that is not a list.
var byID = plan{order: order{field: "id"}}

// search is what a normalized Query means in terms.
type search struct {
	query recipe.Query
	order order
	// terms must all be on the document. One of them, the pivot, is queried; the
	// others are looked for in what comes back.
	terms  []string
	wanted map[string]bool // the same as a set
	// nothing: a text to search for has no word, so that no recipe has it.
	nothing bool
	// rating is the minimum that no term expresses exactly, else 0.
	rating float64
}

func newSearch(q recipe.Query) search {
	o := orderOf(q)
	s := search{query: q, order: o}
	var terms []string
	if q.Tag != "" {
		terms = append(terms, tagTerm(q.Tag))
	}
	food, words := searchTerms(termFood, q.Ingredient), searchTerms(termWord, q.Q)
	s.nothing = q.Ingredient != "" && len(food) == 0 || q.Q != "" && len(words) == 0
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

// list is the plan that finds a superset of the search by the pivot-th term.
func (s search) list(pivot int) plan {
	p := plan{term: s.terms[pivot], order: s.order}
	if s.order.field == "rating" && s.rating > 0 {
		p.least = &bound{field: "rating", value: s.rating}
	}
	return p
}

// count is the plan whose documents are exactly those of the search, if one plan
// can say so. A query has one range: either the rating or, in the trash, the time
// of purging, for Firestore removes what is past it only within a day.
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

// narrows reports whether the documents of list(pivot) need another look.
func (s search) narrows() bool {
	return len(s.terms) > 1 || s.rating > 0 || s.query.State == recipe.Trashed
}

// matches reports whether d, found by any of the terms, has them all.
func (s search) matches(d *document, now time.Time) bool {
	if d.Rating < s.rating || d.gone(now) {
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

// ofPage is the plan that finds the active recipes from a web page.
func ofPage(url string) plan {
	return plan{term: urlTerm(url), order: order{field: "updatedAt", desc: true}}
}

// titleTaken is the plan that finds the active recipes of that title.
func titleTaken(title string) plan {
	return plan{term: titleTerm(title), order: order{field: "updatedAt", desc: true}}
}
