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

// Query asks for one page of a user's recipes. The zero value asks for the first page of the
// active ones. The last changed one comes first.
type Query struct {
	// PageSize is how many recipes a page holds at most. 0 means 25. More than 100 means 100.
	PageSize int
	// PageToken is the NextPageToken of the previous page. The other fields must be as they
	// were for that page, except PageSize, Count and Summary.
	PageToken string

	// Q finds recipes by words. Each word of Q must be the beginning of a word in the
	// title, a tag, an ingredient, the description, the notes or a step. A word of the last
	// three is found by three characters or more. In a very long recipe, words at the end
	// may not be found. Case, accents and punctuation do not count. An English plural finds
	// the singular, and the reverse. So peas finds pea, but not peach. The sign & is the
	// word "and". In scripts without spaces between words, any part of a text finds it. A Q
	// without a word, such as "!!!", finds nothing.
	Q string
	// Tag finds recipes with a tag that begins with Tag. Case and accents do not count.
	Tag string
	// Ingredient is like Q, but searches only the ingredients.
	Ingredient string
	// Made and Favorite, when set, find recipes with that value.
	Made, Favorite *bool
	// MinRating finds recipes rated at least that much, 0 to 5.
	MinRating float64
	// State is Active (also when empty) or Trashed.
	State State

	// OrderBy is updatedAt, createdAt, title or rating. " desc" after it reverses the
	// order. The default is "updatedAt desc". Case and accents of titles do not count.
	// Recipes with equal keys are ordered by id, in the same direction.
	OrderBy string

	// Count asks for Page.TotalSize.
	Count bool
	// Summary says that the caller does not read the ingredients, steps, notes and nutrition.
	// The store may leave them empty. They are most of a recipe.
	Summary bool
}

// Page is one page of a list.
type Page struct {
	// Recipes belong to the store, which may give the same ones to other callers. No caller
	// may change them.
	Recipes []*Recipe
	// NextPageToken names the next page. It is empty on the last page. A page may have fewer
	// recipes than PageSize, even none, and still not be the last: one request reads a
	// bounded number of recipes, and the next request continues there.
	NextPageToken string
	// TotalSize is how many recipes match on all pages, if Query.Count asked for it. It is
	// exact. It is nil when there are more than one request may count: MaxCounted, or 500
	// when the store must compare more than one filter.
	TotalSize *int
	// Reads is how many documents the store read for the page. Firestore bills about as
	// many.
	Reads int
}

// Normalize returns q with its defaults, or a ValidationError. Its pointers are the names of
// the parameters in the API, such as "/pageSize".
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
		v.add("/orderBy", "enum", 0, "must be updatedAt, createdAt, title or rating, alone or followed by desc")
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

// normalOrder returns s as "field" or "field desc". ok is false for any other text.
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
