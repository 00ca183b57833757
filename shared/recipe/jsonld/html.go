package jsonld

import (
	"fmt"
	"strings"

	"pantry.example/shared/recipe"
)

// ParseHTML reads a whole web page: the recipes in its
// <script type="application/ld+json"> elements, else in microdata or RDFa. The
// encoding is that of the byte order mark or what the page declares. A block that
// cannot be read costs that block. A recipe that the page says twice is one Item,
// and teasers of other recipes, with neither ingredients nor steps, are left out
// when there is a whole one.
//
// What the recipe does not say itself is taken from the page: its address from
// the canonical link, its picture from og:image, its name from the title.
// Time and memory are linear in the size of body.
func ParseHTML(body []byte) ([]Item, error) {
	if len(body) > MaxBytes {
		return nil, errTooLarge()
	}
	text := decodeText(body)
	if s := strings.TrimLeft(text, " \t\r\n\uFEFF"); strings.HasPrefix(s, "{") || strings.HasPrefix(s, "[") {
		return parseDocument(text)
	}
	return parsePage(text)
}

// looksLikeHTML reports whether text is a page, or a piece of one, and not JSON
// behind a comment.
func looksLikeHTML(text string) bool {
	text = strings.TrimLeft(text, " \t\r\n\uFEFF")
	if !strings.HasPrefix(text, "<") {
		return false
	}
	lower := strings.ToLower(text)
	for _, mark := range []string{"<script", "<html", "<body", "itemscope", "typeof="} {
		if strings.Contains(lower, mark) {
			return true
		}
	}
	return false
}

func parsePage(text string) ([]Item, error) {
	src := scanPage(text)
	blocks := parseBlocks(src.linked)
	doc := newDocument(blocks.roots)
	doc.page = src.page()
	items, err := doc.items(doc.recipes())
	if err != nil {
		return nil, err
	}
	items = oneEach(items)
	// When that was not all: the marks in the text itself, and other data in scripts.
	if !anyComplete(items) {
		more, err := otherItems(text, src, doc.page)
		if err != nil {
			return nil, err
		}
		if more = oneEach(more); len(items) == 1 && len(more) == 1 {
			items[0] = mergeItems(items[0], more[0])
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
	blocks.state.note(&items[0])
	return items, nil
}

// blocks are the JSON texts of a page.
type blocks struct {
	roots []any
	bad   int // texts that hold no JSON
	state parseState
}

func parseBlocks(texts []string) blocks {
	var b blocks
	for _, text := range texts {
		if strings.TrimSpace(text) == "" {
			continue
		}
		values, state, err := parseJSON(text)
		if err != nil || len(values) == 0 || b.state.nodes > maxNodes {
			b.bad++
			continue
		}
		b.state.cut = b.state.cut || state.cut
		b.state.deep = b.state.deep || state.deep
		b.state.nodes += state.nodes
		b.roots = append(b.roots, values...)
	}
	return b
}

func otherItems(text string, src *source, p page) ([]Item, error) {
	doc := newDocument(microdata(text))
	doc.page = p
	found := doc.recipes()
	if len(found) == 0 {
		doc = newDocument(parseBlocks(src.data).roots)
		doc.page = p
		for _, o := range doc.recipes() {
			if o.isType("recipe") {
				found = append(found, o)
			}
		}
	}
	return doc.items(found)
}

func isWhole(r recipe.Recipe) bool { return len(r.Ingredients)+len(r.Steps) > 0 }

func anyWhole(items []Item) bool {
	for _, it := range items {
		if it.Err == nil && isWhole(it.Recipe) {
			return true
		}
	}
	return false
}

// anyComplete reports whether a recipe has both ingredients and steps.
func anyComplete(items []Item) bool {
	for _, it := range items {
		if it.Err == nil && len(it.Recipe.Ingredients) > 0 && len(it.Recipe.Steps) > 0 {
			return true
		}
	}
	return false
}

// oneEach leaves out teasers next to whole recipes, and makes one item of those
// that have the same name or the same ingredients.
func oneEach(items []Item) []Item {
	whole := anyWhole(items)
	byName := map[string]int{} // its place in out, from 1; so is byParts
	byParts := map[string]int{}
	var out []Item
	teasers := 0
	for _, it := range items {
		if whole && (it.Err != nil || !isWhole(it.Recipe)) && byName[strings.ToLower(it.Recipe.Title)] == 0 {
			if !sameAsLater(items, it) {
				teasers++
			}
			continue
		}
		key := strings.ToLower(it.Recipe.Title)
		parts := strings.ToLower(strings.Join(it.Recipe.Ingredients, "\n"))
		at := byName[key]
		if at == 0 && parts != "" {
			at = byParts[parts]
		}
		if at > 0 && it.Err == nil && out[at-1].Err == nil {
			out[at-1] = mergeItems(out[at-1], it)
			continue
		}
		it.Index = len(out)
		out = append(out, it)
		byName[key], byParts[parts] = len(out), len(out)
	}
	if teasers > 0 {
		out[0].note(fmt.Sprintf("the page names %d other recipes without ingredients and steps: they were left out", teasers))
	}
	return out
}

// sameAsLater reports whether a whole recipe of the same name follows.
func sameAsLater(items []Item, it Item) bool {
	for _, other := range items {
		if isWhole(other.Recipe) && strings.EqualFold(other.Recipe.Title, it.Recipe.Title) {
			return true
		}
	}
	return false
}

// mergeItems keeps the fuller of two readings of one recipe and fills its gaps
// from the other.
func mergeItems(a, b Item) Item {
	if len(b.Recipe.Ingredients)+len(b.Recipe.Steps) > len(a.Recipe.Ingredients)+len(a.Recipe.Steps) {
		b.Index = a.Index
		a, b = b, a
	}
	r := a.Recipe
	fill(&r.URL, b.Recipe.URL)
	fill(&r.ImageURL, b.Recipe.ImageURL)
	fill(&r.Rating, b.Recipe.Rating)
	fill(&r.Description, b.Recipe.Description)
	fill(&r.Servings, b.Recipe.Servings)
	fill(&r.PrepMinutes, b.Recipe.PrepMinutes)
	fill(&r.CookMinutes, b.Recipe.CookMinutes)
	fillList(&r.Ingredients, b.Recipe.Ingredients)
	fillList(&r.Steps, b.Recipe.Steps)
	fillList(&r.Tags, b.Recipe.Tags)
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

func fillList(dst *[]string, v []string) {
	if len(*dst) == 0 {
		*dst = v
	}
}
