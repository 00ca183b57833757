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
	"context"
	"errors"
	"fmt"

	"golang.org/x/sync/semaphore"

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

// Parse reads a JSON-LD document: one recipe, an array, a @graph, or recipes
// nested anywhere in other things, in the order of the document. Damaged JSON is
// repaired where its meaning is clear. A body that turns out to be a web page is
// read as ParseHTML reads it.
//
// The error is about the whole document; what is wrong with one recipe is in its
// Item. Time and memory are linear in the size of body: past that the error is
// ErrTooComplex. A process reads one document at a time: further calls wait. The error
// is that of ctx when ctx ends first.
func Parse(ctx context.Context, body []byte) ([]Item, error) {
	return parse(ctx, body, looksLikePage)
}

// ParseHTML reads a whole web page: the recipes in its
// <script type="application/ld+json"> elements, else in microdata or RDFa. The
// encoding is that of the byte order mark or what the page declares. A block that
// cannot be read costs that block. A recipe that the page says twice is one Item.
// Teasers of other recipes, with neither ingredients nor steps, are left out when
// there is a whole recipe.
//
// What the recipe does not say itself is taken from the page: its address from
// the canonical link, its picture from og:image, its name from the title.
// Errors, time and memory are as for Parse.
func ParseHTML(ctx context.Context, body []byte) ([]Item, error) {
	return parse(ctx, body, func(text string) bool { return !looksLikeJSON(text) })
}

// reading admits one document at a time. One may take a hundred MiB of memory while it
// is read, and an instance has 256 (_MEMORY in cloudbuild.yaml). To read several at once
// would save no time: it also has one CPU.
var reading = semaphore.NewWeighted(1)

func parse(ctx context.Context, body []byte, isPage func(string) bool) (items []Item, err error) {
	if len(body) > MaxBytes {
		return nil, fmt.Errorf("%w: send at most %d MiB at a time", ErrTooLarge, MaxBytes>>20)
	}
	if err := reading.Acquire(ctx, 1); err != nil {
		return nil, fmt.Errorf("read recipes: %w", err)
	}
	defer reading.Release(1)
	b := newBudget(ctx, len(body))
	defer b.catch(&items, &err)
	text := decodeText(body)
	if isPage(text) {
		items, err = parsePage(b, text)
	} else {
		items, err = parseDocument(b, text)
	}
	for i := range items {
		if it := &items[i]; it.Err == nil && !it.own && !isWhole(it.Recipe) {
			it.note("the recipe has neither ingredients nor steps")
		}
	}
	return items, err
}

func parseDocument(b *budget, text string) ([]Item, error) {
	roots, flaws := parseJSON(b, text)
	if len(roots) == 0 {
		return nil, fmt.Errorf("%w: send one schema.org Recipe, an array of them or a @graph as application/ld+json", ErrSyntax)
	}
	items, err := newGraph(b, page{}, roots).items()
	if err != nil {
		return nil, err
	}
	if len(items) == 0 {
		return nil, fmt.Errorf("%w: looked for an object with \"@type\": \"Recipe\", at the top, in arrays, in @graph and inside other objects", ErrNoRecipe)
	}
	flaws.note(&items[len(items)-1])
	return items, nil
}
