package jsonld

import (
	"context"
	"fmt"
	"strings"

	"golang.org/x/sync/semaphore"

	"pantry.example/shared/recipe"
)

// parsePage reads the recipes of a page from its JSON-LD. When that has no
// recipe with both ingredients and steps, it also reads the marks in the page's
// text, and then other data in its scripts.
func parsePage(b *budget, text string) ([]Item, error) {
	src := scanPage(b, text)
	about := src.page()
	blocks := parseBlocks(b, src.linked)
	items, err := newGraph(b, about, blocks.roots).items()
	if err != nil {
		return nil, err
	}
	items = oneEach(items)
	if !anyItem(items, isComplete) {
		more, err := otherItems(b, text, src, about)
		if err != nil {
			return nil, err
		}
		if len(items) == 1 && len(more) == 1 {
			items = []Item{mergeItems(items[0], more[0])}
		} else {
			items = oneEach(append(items, more...))
		}
	}
	if len(items) == 0 {
		return nil, fmt.Errorf("%w: looked in %d application/ld+json scripts (%d could not be read), in microdata (itemtype) and in RDFa (typeof) for schema.org/Recipe",
			ErrNoRecipe, len(src.linked), blocks.bad)
	}
	if blocks.bad > 0 {
		items[0].note(fmt.Sprintf("%d of the page's %d JSON-LD blocks could not be read", blocks.bad, len(src.linked)))
	}
	blocks.flaws.note(&items[0])
	return items, nil
}

func otherItems(b *budget, text string, src *source, about page) ([]Item, error) {
	if hasMarks(text) {
		items, err := newGraph(b, about, parseMicrodata(b, text)).items()
		if err != nil || len(items) > 0 {
			return oneEach(items), err
		}
	}
	g := newGraph(b, about, parseBlocks(b, src.data).roots)
	if found := g.recipes(); len(found) == 0 || !found[0].isType("recipe") {
		return nil, nil // data of another kind that happens to have ingredients
	}
	items, err := g.items()
	return oneEach(items), err
}

// blocks are the JSON texts of a page.
type blocks struct {
	roots []any
	bad   int // texts that hold no JSON
	flaws flaws
}

func parseBlocks(b *budget, texts []string) blocks {
	var all blocks
	for _, text := range texts {
		values, flaws := parseJSON(b, text)
		if len(values) == 0 {
			all.bad++
		}
		all.flaws.cut = all.flaws.cut || flaws.cut
		all.flaws.deep = all.flaws.deep || flaws.deep
		all.roots = append(all.roots, values...)
	}
	return all
}

// isWhole reports whether a recipe is more than a teaser.
func isWhole(r recipe.Recipe) bool { return len(r.Ingredients)+len(r.Steps) > 0 }

func isComplete(r recipe.Recipe) bool { return len(r.Ingredients) > 0 && len(r.Steps) > 0 }

func anyItem(items []Item, is func(recipe.Recipe) bool) bool {
	for _, it := range items {
		if it.Err == nil && is(it.Recipe) {
			return true
		}
	}
	return false
}

// oneEach leaves out teasers next to whole recipes, and makes one item of those
// that have the same name or the same ingredients.
func oneEach(items []Item) []Item {
	byName, byParts := map[string]int{}, map[string]int{} // places in out, from 1
	names := map[string]bool{}                            // of whole recipes
	for _, it := range items {
		if it.Err == nil && isWhole(it.Recipe) {
			names[strings.ToLower(it.Recipe.Title)] = true
		}
	}
	var out []Item
	teasers := 0
	for _, it := range items {
		name := strings.ToLower(it.Recipe.Title)
		parts := strings.ToLower(strings.Join(it.Recipe.Ingredients, "\n"))
		at := byName[name]
		switch {
		case len(names) > 0 && (it.Err != nil || !isWhole(it.Recipe)) && at == 0:
			if !names[name] {
				teasers++
			}
			continue
		case at == 0 && parts != "":
			at = byParts[parts]
		}
		if at > 0 && it.Err == nil && out[at-1].Err == nil {
			out[at-1] = mergeItems(out[at-1], it)
			continue
		}
		it.Index = len(out)
		out = append(out, it)
		byName[name], byParts[parts] = len(out), len(out)
	}
	if teasers > 0 {
		out[0].note(fmt.Sprintf("the page names %d other recipes without ingredients and steps: they were left out", teasers))
	}
	return out
}

// mergeItems keeps the fuller of two readings of one recipe and fills its gaps
// from the other.
func mergeItems(a, b Item) Item {
	if len(b.Recipe.Ingredients)+len(b.Recipe.Steps) > len(a.Recipe.Ingredients)+len(a.Recipe.Steps) {
		b.Index = a.Index
		a, b = b, a
	}
	r := a.Recipe
	for _, f := range recipe.Fields {
		if f.IsEmpty(&r) && !f.ReadOnly {
			f.Copy(&r, &b.Recipe)
		}
	}
	if r.Validate() == nil {
		a.Recipe = r
	}
	a.note("the page says this recipe twice: the fuller one was taken, and what it lacks from the other")
	return a
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
