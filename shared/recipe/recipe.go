// Package recipe holds a user's recipes: the Recipe type with its limits, the
// Store contract, and the two stores that honour it (Firestore and memory).
//
// Both stores are the same code over two backends: what a precondition means,
// how a list is ordered, searched and paged, and when a trashed recipe is gone
// is written once (engine). A backend only gets, writes and queries documents.
package recipe

import "time"

// State says whether a recipe is in the list or in the trash.
type State string

// The two states of a stored recipe.
const (
	Active  State = "active"
	Trashed State = "trashed"
)

// TrashTTL is how long a recipe stays in the trash before it is gone for good.
const TrashTTL = 30 * 24 * time.Hour

// Recipe is one recipe of one user. The owner is never a field: it is an
// argument of every Store method and part of every path.
//
// ID, State, ETag, CreatedAt and UpdatedAt belong to the store; a caller's
// values for them are ignored on a write. Times are UTC with microsecond
// precision, which is what Firestore keeps. ETag is the entity tag without its
// quotes; it is strong and changes with every write (RFC 9110, section 8.8.3).
type Recipe struct {
	ID          string     `json:"id"`
	Title       string     `json:"title"`
	URL         string     `json:"url"`
	ImageURL    string     `json:"imageUrl"`
	Rating      float64    `json:"rating"`
	Made        bool       `json:"made"`
	LastMadeAt  *time.Time `json:"lastMadeAt,omitempty"`
	Favorite    bool       `json:"favorite"`
	Description string     `json:"description"`
	Servings    int        `json:"servings"`
	PrepMinutes int        `json:"prepMinutes"`
	CookMinutes int        `json:"cookMinutes"`
	Ingredients []string   `json:"ingredients"`
	Steps       []string   `json:"steps"`
	Tags        []string   `json:"tags"`
	Notes       string     `json:"notes"`
	State       State      `json:"state"`
	ETag        string     `json:"etag"`
	CreatedAt   time.Time  `json:"createdAt"`
	UpdatedAt   time.Time  `json:"updatedAt"`
}

// Clone returns a copy that shares no memory with r.
func (r Recipe) Clone() Recipe {
	r.Ingredients = cloneList(r.Ingredients)
	r.Steps = cloneList(r.Steps)
	r.Tags = cloneList(r.Tags)
	if r.LastMadeAt != nil {
		t := *r.LastMadeAt
		r.LastMadeAt = &t
	}
	return r
}

// cloneList copies a list; the copy of a nil list is empty, so that it is [] and
// not null in JSON.
func cloneList(list []string) []string {
	return append(make([]string, 0, len(list)), list...)
}

// Size is the size of everything in r that a user can make long.
func (r Recipe) Size() int {
	n := len(r.Title) + len(r.URL) + len(r.ImageURL) + len(r.Description) + len(r.Notes)
	for _, list := range [][]string{r.Ingredients, r.Steps, r.Tags} {
		for _, s := range list {
			n += len(s)
		}
	}
	return n
}
