package jsonld

import (
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"pantry.example/shared/recipe"
)

// page is what a web page says about itself, outside of its recipes.
type page struct {
	title     string
	canonical string
	base      *url.URL
	image     string
}

// urls takes where the recipe comes from: its own url, the page it is the main
// entity of, its @id, or the page's canonical address.
func (m *mapper) urls() {
	type candidate struct{ loc, raw string }
	var list []candidate
	for loc, v := range m.values("url") {
		list = append(list, candidate{loc, m.address(v)})
	}
	if m.literal {
		if len(list) > 0 {
			m.r.URL = list[0].raw
		}
		return
	}
	why := ""
	for _, c := range list {
		u, reason := m.absolute(c.raw)
		if u != "" && isRoot(u) && m.doc.page.canonical != "" {
			continue // the site's front page
		}
		if u != "" {
			m.r.URL = u
			return
		}
		if why == "" {
			why = reason
		}
	}
	// These often carry a fragment that names a part of the page's data.
	for _, name := range []string{"mainentityofpage", "@id", "sameas"} {
		for _, v := range m.values(name) {
			raw, _, _ := strings.Cut(m.address(v), "#")
			if u, _ := m.absolute(raw); u != "" && (m.doc.page.canonical == "" || !isRoot(u)) {
				m.r.URL = u
				return
			}
		}
	}
	if u, _ := m.absolute(m.doc.page.canonical); u != "" {
		m.r.URL = u
	} else if why != "" {
		m.drop(list[0].loc, why)
	}
}

func isRoot(address string) bool {
	u, err := url.Parse(address)
	return err == nil && strings.Trim(u.Path, "/") == "" && u.RawQuery == ""
}

// address returns the address that a value is or names.
func (m *mapper) address(v any) string {
	for range 4 {
		switch x := unwrap(v).(type) {
		case string:
			return x
		case []any:
			if len(x) == 0 {
				return ""
			}
			v = x[0]
		case *object:
			if v = x.get("url", "contenturl", "src", "href", "thumbnailurl"); v == nil {
				v = x.get("@id")
			}
		default:
			return ""
		}
	}
	return ""
}

// absolute returns an http or https address that Pantry keeps, or the reason why
// raw is none.
func (m *mapper) absolute(raw string) (address, why string) {
	raw = strings.TrimSpace(strings.ReplaceAll(strings.ReplaceAll(raw, "&amp;", "&"), "&#038;", "&"))
	if strings.HasPrefix(strings.ToLower(raw), "data:") {
		return "", "is the data itself: Pantry keeps addresses only"
	}
	u, err := url.Parse(strings.Map(dropBreaks, strings.ReplaceAll(raw, `\`, "/")))
	if err != nil || raw == "" {
		return "", "is not an address"
	}
	if u.Scheme == "" {
		switch {
		case m.doc.page.base != nil:
			u = m.doc.page.base.ResolveReference(u)
		case u.Host != "":
			u.Scheme = "https"
		case strings.HasPrefix(strings.ToLower(raw), "www."):
			if u, err = url.Parse("https://" + raw); err != nil {
				return "", "is not an address"
			}
		default:
			return "", "is a relative address, and nothing says to which page"
		}
	}
	u.Scheme = strings.ToLower(u.Scheme)
	address = u.String()
	switch {
	case u.Scheme != "http" && u.Scheme != "https":
		return "", "is not an http or https address"
	case u.Hostname() == "":
		return "", "is an address without a host"
	case u.User != nil:
		return "", "is an address with a user name"
	case len(address) > recipe.MaxURL:
		return "", "is longer than " + comma(recipe.MaxURL) + " characters"
	case (recipe.Recipe{Title: "x", URL: address}).Validate() != nil:
		return "", "is not an address"
	}
	return address, ""
}

func dropBreaks(c rune) rune {
	if c < ' ' || isInvisible(c) {
		return -1
	}
	return c
}

// goodArea is that of an image large enough for a page, in pixels.
const goodArea = 600 * 400

// image takes the first image, which is the one that the site prefers, unless
// that is known to be small and a larger one follows.
func (m *mapper) image() {
	if m.literal {
		m.r.ImageURL = m.address(m.first("image"))
		return
	}
	best, bestArea, n := "", -1, 0
	where, others := "", false
	var bad []Dropped
	for _, name := range []string{"image", "images", "photo", "primaryimageofpage", "thumbnailurl", "thumbnail"} {
		for loc, v := range m.values(name) {
			if n++; n > 200 {
				break
			}
			u, reason := m.absolute(m.address(v))
			if o, ok := v.(*object); ok && o.isReference() && strings.Contains(u, "#") {
				u, reason = "", "points at something that the document does not hold"
			}
			if u == "" {
				bad = append(bad, Dropped{loc, reason})
				continue
			}
			area := imageArea(v, u)
			others = others || best != "" && best != u
			if best == "" || area > bestArea && bestArea < goodArea {
				best, bestArea = u, area
				where = "/" + strings.Split(loc, "/")[1]
			}
		}
		if best != "" {
			break
		}
	}
	switch {
	case best != "":
		m.r.ImageURL = best
		if others {
			m.drop(where, "Pantry keeps one image")
		}
	default:
		if u, _ := m.absolute(m.doc.page.image); u != "" {
			m.r.ImageURL = u
		}
	}
	for _, d := range bad {
		m.drop(d.Location, d.Reason)
	}
}

// sizeInName is the size that WordPress writes into the names of scaled copies.
var sizeInName = regexp.MustCompile(`-(\d{2,4})x(\d{2,4})\.[A-Za-z]{3,4}(?:$|\?)`)

// imageArea returns the area of an image in pixels, as far as it is known. A name
// without a size is the original, larger than its copies.
func imageArea(v any, address string) int {
	if o, ok := v.(*object); ok {
		w, h := dimension(o.get("width")), dimension(o.get("height"))
		if w > 0 && h > 0 {
			return w * h
		}
		if o.get("url", "contenturl", "@id") == nil {
			return 0 // a thumbnail only
		}
	}
	if size := sizeInName.FindStringSubmatch(address); size != nil {
		w, _ := strconv.Atoi(size[1])
		h, _ := strconv.Atoi(size[2])
		return w * h
	}
	return 3000 * 3000
}

func dimension(v any) int {
	if o, ok := v.(*object); ok {
		v = o.get("value", "name")
	}
	s := ""
	switch x := v.(type) {
	case string:
		s = x
	case number:
		s = string(x)
	}
	if list := tokens(s); len(list) > 0 && list[0].isNum && list[0].num <= 20000 {
		return int(list[0].num)
	}
	return 0
}
