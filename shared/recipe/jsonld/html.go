package jsonld

import (
	"fmt"
	"net/url"
	"strings"

	xhtml "golang.org/x/net/html"

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
	roots, bad := parseBlocks(src.linked)
	doc := newDocument(roots)
	doc.page = src.page()
	items, err := doc.items(doc.recipes())
	if err != nil {
		return nil, err
	}
	// Other data in scripts, and marks in the text itself, when that was not all.
	if !anyWhole(items) {
		more, err := otherItems(text, src, doc.page)
		if err != nil {
			return nil, err
		}
		items = append(items, more...)
	}
	if len(items) == 0 {
		return nil, fmt.Errorf("%w: looked in %d application/ld+json scripts (%d could not be read), in microdata (itemtype) and in RDFa (typeof) for schema.org/Recipe",
			ErrNoRecipe, len(src.linked), bad)
	}
	items = oneEach(items)
	if bad > 0 {
		items[0].Dropped = append(items[0].Dropped, Dropped{Reason: fmt.Sprintf("%d of the page's %d JSON-LD blocks could not be read", bad, len(src.linked))})
	}
	return items, nil
}

func parseBlocks(blocks []string) (roots []any, bad int) {
	nodes := 0
	for _, block := range blocks {
		values, _, err := parseJSON(block)
		if err != nil || len(values) == 0 || nodes > maxNodes {
			bad++
			continue
		}
		nodes += len(block) / 8
		roots = append(roots, values...)
	}
	return roots, bad
}

func otherItems(text string, src *source, p page) ([]Item, error) {
	doc := newDocument(microdata(text))
	doc.page = p
	found := doc.recipes()
	if len(found) == 0 {
		roots, _ := parseBlocks(src.data)
		doc = newDocument(roots)
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

// oneEach leaves out teasers next to whole recipes, and makes one item of those
// that have the same name.
func oneEach(items []Item) []Item {
	whole := anyWhole(items)
	byName := map[string]int{}
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
		if at := byName[key]; at > 0 && it.Err == nil && out[at-1].Err == nil {
			out[at-1] = mergeItems(out[at-1], it)
			continue
		}
		it.Index = len(out)
		out = append(out, it)
		byName[key] = len(out)
	}
	if teasers > 0 {
		out[0].Dropped = append(out[0].Dropped, Dropped{Reason: fmt.Sprintf("the page names %d other recipes without ingredients and steps: they were left out", teasers)})
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

// source is what one pass over a page collects.
type source struct {
	linked []string // JSON-LD
	data   []string // other JSON, such as the state of a JavaScript application
	base   string
	meta   map[string]string
}

func scanPage(text string) *source {
	src := &source{meta: map[string]string{}}
	z := xhtml.NewTokenizer(strings.NewReader(text))
	for {
		kind := z.Next()
		if kind == xhtml.ErrorToken {
			return src // io.EOF: reading from memory has no other error
		}
		if kind != xhtml.StartTagToken && kind != xhtml.SelfClosingTagToken {
			continue
		}
		name, hasAttr := z.TagName()
		tag := string(name)
		switch tag {
		case "script", "title", "meta", "link", "base":
		default:
			continue
		}
		attrs := attributes(z, hasAttr)
		switch tag {
		case "script":
			if kind == xhtml.StartTagToken {
				src.script(z, attrs["type"])
			}
		case "title":
			if src.meta["title"] == "" && z.Next() == xhtml.TextToken {
				src.meta["title"] = string(z.Raw())
			}
		case "base":
			fill(&src.base, attrs["href"])
		case "link":
			if strings.EqualFold(strings.TrimSpace(attrs["rel"]), "canonical") {
				src.remember("canonical", attrs["href"])
			}
		case "meta":
			src.remember(strings.ToLower(strings.TrimSpace(attrs["property"]+attrs["name"])), attrs["content"])
		}
	}
}

func (src *source) remember(name, value string) {
	if src.meta[name] == "" && len(src.meta) < 200 && strings.TrimSpace(value) != "" {
		src.meta[name] = value
	}
}

// script keeps the content of a script that holds JSON.
func (src *source) script(z *xhtml.Tokenizer, kind string) {
	kind = strings.ToLower(strings.Trim(kind, " \t\r\n\"'“”"))
	linked := strings.Contains(kind, "ld+json") || strings.Contains(kind, "json+ld") || strings.Contains(kind, "ld json")
	if !linked && !strings.Contains(kind, "json") {
		return
	}
	if z.Next() != xhtml.TextToken {
		return
	}
	if content := string(z.Raw()); linked {
		src.linked = append(src.linked, content)
	} else {
		src.data = append(src.data, content)
	}
}

func attributes(z *xhtml.Tokenizer, more bool) map[string]string {
	attrs := map[string]string{}
	for n := 0; more && n < 100; n++ {
		var k, v []byte
		k, v, more = z.TagAttr()
		if _, ok := attrs[string(k)]; !ok {
			attrs[string(k)] = string(v)
		}
	}
	return attrs
}

// page returns what the page says about itself.
func (src *source) page() page {
	p := page{title: src.meta["og:title"], canonical: src.meta["canonical"], image: src.meta["og:image"]}
	fill(&p.title, src.meta["title"])
	fill(&p.canonical, src.meta["og:url"])
	fill(&p.image, src.meta["twitter:image"])
	for _, s := range []string{src.base, p.canonical, src.meta["og:url"]} {
		u, err := url.Parse(strings.TrimSpace(s))
		if err == nil && u.Host != "" {
			if u.Scheme == "" {
				u.Scheme = "https"
			}
			p.base = u
			break
		}
	}
	return p
}
