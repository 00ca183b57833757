package jsonld

import (
	"cmp"
	"net/url"
	"slices"
	"strings"

	xhtml "golang.org/x/net/html"

	"pantry.example/shared/recipe"
)

// page has what a web page says about itself.
type page struct {
	title, description, canonical, image string
	base                                 *url.URL
}

// source collects the scripts and the meta data of a page.
type source struct {
	b      *budget
	linked []string // JSON-LD
	data   []string // other JSON, such as the data of a JavaScript application
	meta   map[string]string
}

// looksLikeJSON reports whether text begins as JSON does.
func looksLikeJSON(text string) bool {
	text = strings.TrimLeft(text, " \t\r\n\uFEFF")
	return strings.HasPrefix(text, "{") || strings.HasPrefix(text, "[")
}

// looksLikePage reports whether text is a page, or a part of one. JSON after a comment is not.
func looksLikePage(text string) bool {
	if !strings.HasPrefix(strings.TrimLeft(text, " \t\r\n\uFEFF"), "<") {
		return false
	}
	return mentions(text, "<script", "<html", "<body", "<meta") || hasMarks(text)
}

// hasMarks reports whether a page may have microdata, RDFa or hRecipe.
func hasMarks(text string) bool {
	return mentions(text, "itemscope", "itemprop", "typeof", "hrecipe", "h-recipe")
}

// mentions reports whether text contains one of the marks, in any case.
func mentions(text string, marks ...string) bool {
	text = strings.ToLower(text)
	return slices.ContainsFunc(marks, func(mark string) bool { return strings.Contains(text, mark) })
}

// scanPage reads everything of a page but its microdata.
func scanPage(b *budget, text string) *source {
	src := &source{b: b, meta: map[string]string{}}
	z := xhtml.NewTokenizer(strings.NewReader(text))
	for kind := z.Next(); kind != xhtml.ErrorToken; kind = z.Next() { // its only error is the end
		b.spend(len(z.Raw()))
		if kind == xhtml.StartTagToken || kind == xhtml.SelfClosingTagToken {
			src.tag(z, kind)
		}
	}
	return src
}

func (src *source) tag(z *xhtml.Tokenizer, kind xhtml.TokenType) {
	raw := z.Raw()
	if len(raw) < 2 || strings.IndexByte("sStTbBlLmM", raw[1]) < 0 {
		return // most tags; this is faster than TagName
	}
	name, hasAttr := z.TagName()
	if !pageTags[string(name)] {
		return
	}
	attrs := attributes(z, hasAttr)
	switch string(name) {
	case "script":
		if kind == xhtml.StartTagToken && z.Next() == xhtml.TextToken {
			src.block(attrs["type"], string(z.Raw()))
		}
	case "title":
		if src.meta["title"] == "" && z.Next() == xhtml.TextToken {
			src.remember("title", string(z.Raw()))
		}
	case "base":
		src.remember("base", attrs["href"])
	case "link":
		if strings.EqualFold(strings.TrimSpace(attrs["rel"]), "canonical") {
			src.remember("canonical", attrs["href"])
		}
	case "meta":
		name := strings.ToLower(strings.TrimSpace(attrs["property"] + attrs["name"]))
		src.remember(name, attrs["content"])
		if strings.Contains(name, "json") {
			src.block(name, attrs["content"])
		}
	}
}

var pageTags = set("script title base link meta")

// remember keeps the first value of a name, if page needs it.
func (src *source) remember(name, value string) {
	if pageNames[name] && src.meta[name] == "" {
		src.meta[name] = strings.TrimSpace(value)
	}
}

var pageNames = set("title base canonical description og:title og:url og:image og:description twitter:image")

// block keeps the content of an element that has JSON.
func (src *source) block(kind, content string) {
	kind = strings.ToLower(strings.Trim(kind, " \t\r\n\"'“”"))
	switch {
	case strings.TrimSpace(content) == "":
	case !strings.Contains(kind, "json"):
		// JSON-LD inside a program, such as dataLayer.push({…}).
		if i := strings.Index(content, `"@type"`); i >= 0 && strings.Contains(content, `"Recipe"`) {
			src.data = append(src.data, content[max(0, strings.LastIndexByte(content[:i], '{')):])
		}
	case strings.Contains(kind, "ld+json"), strings.Contains(kind, "json+ld"), strings.Contains(kind, "ld json"):
		src.linked = append(src.linked, content)
	default:
		src.data = append(src.data, content)
	}
}

// page returns what the page says about itself.
func (src *source) page() page {
	first := func(names ...string) (value string) {
		for _, name := range names {
			value = cmp.Or(value, src.meta[name])
		}
		return value
	}
	p := page{
		title:       first("og:title", "title"),
		description: first("og:description", "description"),
		canonical:   first("canonical", "og:url"),
		image:       first("og:image", "twitter:image"),
	}
	for _, name := range []string{"base", "canonical", "og:url"} {
		u, err := url.Parse(clip(src.meta[name], maxAddress))
		if err == nil && u.Host != "" {
			u.Scheme = cmp.Or(u.Scheme, "https")
			p.base = u
			break
		}
	}
	return p
}

// maxAddress is the length from which on an address is not looked at.
var maxAddress = 2 * recipe.MaxURL
