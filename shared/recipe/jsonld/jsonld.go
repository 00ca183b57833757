// Package jsonld reads and writes recipes as schema.org/Recipe: JSON-LD
// documents (https://schema.org/Recipe, https://www.w3.org/TR/json-ld11/), and
// whole web pages that carry such documents, microdata or RDFa.
//
// Reading is a pipeline, and the files are named after its stages:
//
//	read   turns bytes into text, and text into values: of JSON, or of a page's elements
//	find   finds the recipes among the values, and the objects of references
//	map    turns the values of one recipe into the fields of a recipe.Recipe
//	clean  reads texts, numbers, times and lists as people write them
//	write  writes the export
//
// Sites seldom follow the specifications. So reading is tolerant. It repairs broken JSON and
// knows every usual spelling of a property. A value that Pantry cannot keep is left out, and
// the recipe is kept. Item.Dropped lists what was left out or cut. The package never fetches
// anything.
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

// The errors of Parse and ParseHTML, wrapped with more detail. Test with errors.Is. The texts
// are for the person who sent the document. They never repeat its content.
var (
	// ErrNoRecipe: the document was read, and it has no recipe.
	ErrNoRecipe = errors.New("no recipe found")
	// ErrTooMany: more than MaxItems recipes.
	ErrTooMany = errors.New("too many recipes")
	// ErrTooLarge: more than MaxBytes.
	ErrTooLarge = errors.New("document too large")
	// ErrTooComplex: the document needs more work or memory than its size allows.
	ErrTooComplex = errors.New("document too complex")
	// ErrSyntax: there is no JSON in the document, not even broken JSON.
	ErrSyntax = errors.New("not JSON")
)

// Item is one recipe of a document.
type Item struct {
	// Index is the index of the recipe in its document, from 0.
	Index int
	// Recipe is normalized and valid when Err is nil. Its ID, ETag, CreatedAt and UpdatedAt
	// are empty. State says whether an exported recipe was in the trash.
	Recipe recipe.Recipe
	// Dropped lists what the document has and Recipe lacks, in at most 100 entries.
	Dropped []Dropped
	// Err says why this recipe cannot be imported, and what to do.
	Err error

	own bool // the recipe is from an export of Pantry
}

// Dropped is one value that was left out or changed.
type Dropped struct {
	// Location is a JSON pointer (RFC 6901) into the item, such as /recipeInstructions/3. It
	// is empty for the item as a whole. It has at most 200 characters.
	Location string `json:"location"`
	// Reason is a plain sentence without a full stop.
	Reason string `json:"reason"`
}

// note adds an entry about the item as a whole. In a full list it replaces the last entry.
func (it *Item) note(reason string) {
	if len(it.Dropped) >= maxDropped {
		it.Dropped = it.Dropped[:maxDropped-1]
	}
	it.Dropped = append(it.Dropped, Dropped{Reason: reason})
}

// The limits of Item.Dropped. A hostile document must not make a large answer.
const (
	maxDropped  = 100
	maxLocation = 200
	maxKey      = 100
)
