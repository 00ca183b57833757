package jsonld

import (
	"net/url"
	"strings"

	xhtml "golang.org/x/net/html"
)

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
