// Package jsonld reads and writes recipes as schema.org/Recipe: JSON-LD
// documents (https://schema.org/Recipe, https://www.w3.org/TR/json-ld11/), and
// whole web pages that carry such documents, microdata or RDFa.
//
// Reading is a pipeline, and the files are named after its stages:
//
//	read   bytes become text, and text becomes values (JSON, or the marks of a page)
//	find   the recipes among the values, and what references point at
//	map    one recipe's values become the fields of a recipe.Recipe
//	clean  texts, numbers, times and lists as people write them
//	write  the way back: export
//
// Sites seldom publish what the specifications ask for. So reading is tolerant:
// broken JSON is repaired, every usual spelling of a property is understood, and
// a value that Pantry cannot keep costs that value and not the recipe. Dropped
// lists what was left out or cut. Nothing is ever fetched.
package jsonld

import (
	"errors"

	"pantry.example/shared/recipe"
)

// The limits of one import.
const (
	// MaxItems is the number of recipes that one document may hold.
	MaxItems = 100
	// MaxBytes is the size of a document as it was sent.
	MaxBytes = 4 << 20
)

// Errors of Parse and ParseHTML, wrapped with what was found; test with
// errors.Is. Their texts are sentences for the person who sent the document and
// never repeat its content.
var (
	// ErrNoRecipe: the document can be read and holds no recipe.
	ErrNoRecipe = errors.New("no recipe found")
	// ErrTooMany: more than MaxItems recipes.
	ErrTooMany = errors.New("too many recipes")
	// ErrTooLarge: more than MaxBytes.
	ErrTooLarge = errors.New("document too large")
	// ErrTooComplex: reading the document costs more work or memory than a document
	// of its size may cost.
	ErrTooComplex = errors.New("document too complex")
	// ErrSyntax: there is no JSON in the document, not even broken JSON.
	ErrSyntax = errors.New("not JSON")
)

// Item is one recipe of a document.
type Item struct {
	// Index is the place of the recipe among those of its document, from 0.
	Index int
	// Recipe is normalized and passes Validate when Err is nil. ID, ETag and the
	// store's times are empty; State says whether an exported recipe was in the trash.
	Recipe recipe.Recipe
	// Dropped lists what the document said and Recipe does not, at most 100 entries.
	Dropped []Dropped
	// Err says why this recipe cannot be imported and what to do about it.
	Err error

	own bool // Pantry wrote it
}

// Dropped is one value that was not taken as it was.
type Dropped struct {
	// Location is a JSON pointer (RFC 6901) into the item, such as
	// /recipeInstructions/3 or /aggregateRating; empty for the item as a whole.
	// Long ones are cut to 200 characters.
	Location string `json:"location"`
	// Reason is a plain sentence without a full stop.
	Reason string `json:"reason"`
}

// note adds a remark about the item as a whole, in place of the last entry when
// the list is full.
func (it *Item) note(reason string) {
	if len(it.Dropped) >= maxDropped {
		it.Dropped = it.Dropped[:maxDropped-1]
	}
	it.Dropped = append(it.Dropped, Dropped{Reason: reason})
}

// The limits of what is listed: a hostile document must not grow its answer.
const (
	maxDropped  = 100
	maxLocation = 200
	maxKey      = 100
)
