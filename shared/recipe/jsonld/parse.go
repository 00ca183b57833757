package jsonld

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/sync/semaphore"

	"pantry.example/shared/recipe"
)

// parsePage reads the recipes of a page from its JSON-LD. When none of them has both
// ingredients and steps, it also reads microdata and RDFa, and then other JSON in scripts.
func parsePage(b *budget, text string) ([]Item, error) {
	src := scanPage(b, text)
	about := src.page()
	blocks := parseBlocks(b, src.linked)
	items, err := newGraph(b, about, blocks.roots).items()
	if err != nil {
		return nil, err
	}
	items = oneEach(items)
	if !slices.ContainsFunc(items, func(it Item) bool { return it.Err == nil && isComplete(it.Recipe) }) {
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
		err := fmt.Errorf("%w: a page must mark it for programs as a Recipe of schema.org, in JSON-LD, microdata or RDFa", ErrNoRecipe)
		if blocks.bad > 0 {
			err = fmt.Errorf("%w. %d of its %d JSON-LD scripts could not be read", err, blocks.bad, len(src.linked))
		}
		return nil, err
	}
	if blocks.bad > 0 {
		items[0].note(fmt.Sprintf("%d of the page's %d JSON-LD blocks could not be read", blocks.bad, len(src.linked)))
	}
	blocks.flaws.note(&items[0])
	return items, nil
}

// otherItems reads a page's microdata and RDFa. If only other JSON in the scripts has an
// object of the type Recipe, it reads that JSON instead.
func otherItems(b *budget, text string, src *source, about page) ([]Item, error) {
	marked := newGraph(b, about, nil)
	if hasMarks(text) {
		marked = newGraph(b, about, parseMicrodata(b, text))
	}
	if !marked.hasRecipe() {
		if g := newGraph(b, about, parseBlocks(b, src.data).roots); g.hasRecipe() {
			marked = g
		}
	}
	items, err := marked.items()
	return oneEach(items), err
}

// hasRecipe reports whether the graph has an object of the type Recipe. g.recipes also returns
// objects of other types that have ingredients.
func (g *graph) hasRecipe() bool {
	found := g.recipes()
	return len(found) > 0 && found[0].isType("recipe")
}

// blocks are the values of the JSON texts of a page.
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

// isWhole reports whether a recipe has ingredients or steps. Else it is only a teaser.
func isWhole(r recipe.Recipe) bool { return len(r.Ingredients)+len(r.Steps) > 0 }

func isComplete(r recipe.Recipe) bool { return len(r.Ingredients) > 0 && len(r.Steps) > 0 }

// oneEach leaves out teasers when there is a whole recipe. It merges items of the same name
// or with the same ingredients.
func oneEach(items []Item) []Item {
	byName, byParts := map[string]int{}, map[string]int{} // indexes in out, plus 1
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

// mergeItems returns the one of two readings of a recipe that has more ingredients and
// steps, with its empty fields from the other one.
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

// Parse reads a JSON-LD document: one recipe, an array, a @graph, or recipes anywhere inside
// other objects. It returns them in the order of the document. It repairs broken JSON when
// the meaning is clear. When body is a web page, Parse reads it like ParseHTML.
//
// The error is about the whole document. Item.Err is about one recipe. Time and memory are
// linear in the size of body, else the error is ErrTooComplex. A process reads one document
// at a time, and other calls wait. When ctx ends, the error is that of ctx.
func Parse(ctx context.Context, body []byte) ([]Item, error) {
	return parse(ctx, body, looksLikePage)
}

// ParseHTML reads a web page: the recipes in its <script type="application/ld+json">
// elements, else in microdata or RDFa. The encoding is that of the byte order mark, else the
// one that the page declares. It skips a script that it cannot read. A recipe that the page
// has twice is one Item. A teaser, a recipe with neither ingredients nor steps, is left out
// when the page has a whole recipe.
//
// An address, image, description or name that the recipe lacks comes from the page: from the
// canonical link, the meta elements or the title. Errors, time and memory are as for Parse.
func ParseHTML(ctx context.Context, body []byte) ([]Item, error) {
	return parse(ctx, body, func(text string) bool { return !looksLikeJSON(text) })
}

// reading lets one document be read at a time. Reading may take 100 MiB of memory, and an
// instance has 256 MiB (_MEMORY in cloudbuild.yaml). It also has only one CPU, so reading
// several at once would save no time.
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
		return nil, fmt.Errorf("%w: no object of the document has \"@type\": \"Recipe\"", ErrNoRecipe)
	}
	flaws.note(&items[len(items)-1])
	return items, nil
}
