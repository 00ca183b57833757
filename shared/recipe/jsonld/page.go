package jsonld

import (
	"fmt"
	"strings"

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

func fill[T comparable](dst *T, v T) {
	var zero T
	if *dst == zero {
		*dst = v
	}
}
