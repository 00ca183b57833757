// Package recipe holds a user's recipes: the Recipe type with its limits, the
// Store contract, and the two stores that honour it (Firestore and memory).
package recipe

import "time"

// State says whether a recipe is in the list or in the trash.
type State string

// The two states of a stored recipe.
const (
	Active  State = "active"
	Trashed State = "trashed"
)

// Recipe is one recipe of one user. The owner is never a field: it is an
// argument of every Store method and part of every path.
//
// ID, State, ETag, CreatedAt and UpdatedAt belong to the store; a caller's
// values for them are ignored on a write. Times are UTC with microsecond
// precision, which is what Firestore keeps.
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
