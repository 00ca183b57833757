// Package jsonld reads and writes recipes as schema.org/Recipe: JSON-LD
// documents (https://schema.org/Recipe, https://www.w3.org/TR/json-ld11/), and
// whole web pages that carry such documents, microdata or RDFa.
//
// What sites publish is seldom what the specifications ask for, so reading is
// tolerant: broken JSON is repaired, every known spelling of a property is
// understood, and a value that Pantry cannot keep costs that value and not the
// recipe. What was left out or cut is listed with the item. Nothing is ever
// fetched: addresses stay addresses.
package jsonld

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"pantry.example/shared/recipe"
)

// The limits of one import.
const (
	// MaxItems is the number of recipes that one document may hold.
	MaxItems = 100
	// MaxBytes is the size of a document, before its encoding is undone.
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
	// ErrTooLarge: more than MaxBytes, or built of more values than any recipe needs.
	ErrTooLarge = errors.New("document too large")
	// ErrSyntax: there is no JSON in the document, not even broken JSON.
	ErrSyntax = errors.New("not JSON")
)

// Dropped is one value that was not taken as it was.
type Dropped struct {
	// Location is a JSON pointer into the item, such as /recipeInstructions/3 or
	// /aggregateRating; empty for the item as a whole.
	Location string `json:"location"`
	// Reason is a plain sentence without a full stop.
	Reason string `json:"reason"`
}

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
}

// Parse reads a JSON-LD document: one recipe, an array, a @graph, or recipes
// nested anywhere in other things, in the order of the document. Damaged JSON is
// repaired where its meaning is clear. A body that turns out to be a web page is
// read by ParseHTML.
//
// The error is about the whole document; what is wrong with one recipe is in its
// Item. Time and memory are linear in the size of body.
func Parse(body []byte) ([]Item, error) {
	if len(body) > MaxBytes {
		return nil, errTooLarge()
	}
	text := decodeText(body)
	if looksLikeHTML(text) {
		return parsePage(text)
	}
	return parseDocument(text)
}

func parseDocument(text string) ([]Item, error) {
	roots, state, err := parseJSON(text)
	if err != nil {
		return nil, err
	}
	if len(roots) == 0 {
		return nil, fmt.Errorf("%w: send one schema.org Recipe, an array of them or a @graph as application/ld+json", ErrSyntax)
	}
	doc := newDocument(roots)
	found := doc.recipes()
	if len(found) == 0 {
		return nil, fmt.Errorf("%w: looked for an object with \"@type\": \"Recipe\", at the top, in arrays, in @graph and inside other objects", ErrNoRecipe)
	}
	items, err := doc.items(found)
	if err != nil {
		return nil, err
	}
	state.note(&items[len(items)-1])
	return items, nil
}

func errTooLarge() error {
	return fmt.Errorf("%w: send at most %d MiB at a time", ErrTooLarge, MaxBytes>>20)
}

func (d *document) items(found []*object) ([]Item, error) {
	if len(found) > MaxItems {
		return nil, fmt.Errorf("%w: the document holds %d, send at most %d at a time", ErrTooMany, len(found), MaxItems)
	}
	items := make([]Item, 0, len(found))
	for i, o := range found {
		item := d.item(o)
		item.Index = i
		items = append(items, item)
	}
	return items, nil
}

// maxDropped bounds Dropped: a hostile document must not grow its answer.
const maxDropped = 100

func (m *mapper) drop(location, reason string) {
	switch {
	case len(m.dropped) < maxDropped-1:
		d := Dropped{Location: clip(location, 200), Reason: reason}
		if !slices.Contains(m.dropped, d) {
			m.dropped = append(m.dropped, d)
		}
	case len(m.dropped) == maxDropped-1:
		m.dropped = append(m.dropped, Dropped{Reason: "more was left out than is listed here"})
	}
}

// note adds a remark about the item as a whole, in place of the last entry when
// the list is full.
func (it *Item) note(reason string) {
	if len(it.Dropped) >= maxDropped {
		it.Dropped = it.Dropped[:maxDropped-1]
	}
	it.Dropped = append(it.Dropped, Dropped{Reason: reason})
}

// clip cuts s to at most n characters.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for i := range s {
		if n == 0 {
			return strings.TrimSpace(s[:i])
		}
		n--
	}
	return s
}
