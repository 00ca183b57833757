package recipe

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// The limits of a Query.
const (
	DefaultPageSize = 25
	MaxPageSize     = 100
	MaxSearch       = 200 // characters of Q, Tag and Ingredient
	MaxCounted      = 100_000
)

// Query asks for one page of a user's recipes. The zero value asks for the first
// page of the active ones, last changed first.
type Query struct {
	// PageSize is how many recipes a page holds at most; 0 is 25, more than 100
	// is 100.
	PageSize int
	// PageToken is the NextPageToken of the page before; everything but PageSize,
	// Count and Summary must then be as it was for that page.
	PageToken string

	// Q finds recipes in which each word of Q begins a word of the title, a tag, an
	// ingredient, the description, the notes or a step. Of the last three the words
	// count from their third character on, as far as a recipe's bound on search terms
	// goes. Case, accents and punctuation do not count, an English plural finds the
	// singular and the reverse, & is "and", and scripts that write no spaces between
	// words are found by any part. A Q without a word, such as "!!!", finds nothing.
	Q string
	// Tag finds recipes with a tag that begins so, whatever its case and accents.
	Tag string
	// Ingredient is as Q, but looks into the ingredients only.
	Ingredient string
	// Made and Favorite, when set, find recipes with that value.
	Made, Favorite *bool
	// MinRating finds recipes rated at least that much, 0 to 5.
	MinRating float64
	// State is Active (also when empty) or Trashed.
	State State

	// OrderBy is updatedAt, createdAt, title or rating, and for the reverse order
	// " desc" behind it; empty is "updatedAt desc". Titles are ordered without
	// regard to case and accents. Recipes with equal keys are in the order of
	// their ids, which is reversed too.
	OrderBy string

	// Count asks for Page.TotalSize.
	Count bool
	// Summary leaves the ingredients, steps and notes out, which are most of a recipe.
	Summary bool
}

// Page is one page of a list.
type Page struct {
	Recipes []Recipe
	// NextPageToken leads to the next page and is empty on the last one. A page
	// may hold fewer recipes than asked for, even none, and still have a next one:
	// one request looks at a bounded number of recipes, and the next goes on from
	// there.
	NextPageToken string
	// TotalSize, when Query.Count asked for it, is how many recipes match on all
	// pages together. It is exact. It is nil when counting would take looking at
	// more recipes than one request may: MaxCounted, or 500 when more than one of the
	// filters must be compared.
	TotalSize *int
	// Reads is how many documents the store read for the page, about as many as
	// Firestore bills.
	Reads int
}

// Normalize returns q with its defaults filled in, or a ValidationError whose
// pointers are the names of the contract's parameters ("/pageSize").
func (q Query) Normalize() (Query, error) {
	var v ValidationError
	switch {
	case q.PageSize < 0:
		v.add("/pageSize", "minimum", 0, "must not be negative")
	case q.PageSize == 0:
		q.PageSize = DefaultPageSize
	case q.PageSize > MaxPageSize:
		q.PageSize = MaxPageSize
	}
	v.search("/q", &q.Q)
	v.search("/tag", &q.Tag)
	v.search("/ingredient", &q.Ingredient)
	if !(q.MinRating >= 0 && q.MinRating <= float64(MaxRating)) { // true for NaN too
		v.add("/minRating", "maximum", MaxRating, "must be a number from 0 to 5")
	}
	switch q.State {
	case "":
		q.State = Active
	case Active, Trashed:
	default:
		v.add("/state", "enum", 0, "must be active or trashed")
	}
	order, ok := normalOrder(q.OrderBy)
	if !ok {
		v.add("/orderBy", "enum", 0, "must be updatedAt, createdAt, title or rating, with desc behind it or not")
	}
	if len(v) > 0 {
		return Query{}, v
	}
	q.OrderBy = order
	return q, nil
}

// search checks a search text and trims it.
func (v *ValidationError) search(pointer string, s *string) {
	*s = strings.TrimSpace(*s)
	switch {
	case !utf8.ValidString(*s):
		v.add(pointer, "utf8", 0, "must be valid UTF-8")
	case utf8.RuneCountInString(*s) > MaxSearch:
		v.add(pointer, "maxLength", MaxSearch, fmt.Sprintf("must be at most %d characters", MaxSearch))
	}
}

// orders are the fields of OrderBy.
var orders = []string{"updatedAt", "createdAt", "title", "rating"}

// normalOrder returns s as "field" or "field desc"; ok is false for any other text.
func normalOrder(s string) (_ string, ok bool) {
	words := strings.Fields(s)
	switch {
	case len(words) == 0:
		return "updatedAt desc", true
	case len(words) == 2 && words[1] == "asc":
		words = words[:1]
	case len(words) == 2 && words[1] != "desc", len(words) > 2:
		return "", false
	}
	return strings.Join(words, " "), slices.Contains(orders, words[0])
}
