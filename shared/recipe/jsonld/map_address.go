package jsonld

import (
	"net/url"
	"strconv"
	"strings"

	"pantry.example/shared/recipe"
)

// url returns the address of the recipe: its url, else mainEntityOfPage, @id or sameAs, else
// the canonical address of the page.
func (m *mapper) url() string {
	badLoc, bad := "", ""
	for loc, v := range m.values("url") {
		u, reason := m.absolute(m.address(v))
		if u != "" && (m.page.canonical == "" || !isFrontPage(u)) {
			return u
		}
		if bad == "" {
			badLoc, bad = loc, reason
		}
	}
	// These often have a fragment that names a part of the page's data.
	for _, name := range []string{"mainentityofpage", "@id", "sameas"} {
		for _, v := range m.values(name) {
			raw, _, _ := strings.Cut(m.address(v), "#")
			if !strings.ContainsAny(raw, "/.") {
				continue // "true"
			}
			if u, _ := m.absolute(raw); u != "" && (m.page.canonical == "" || !isFrontPage(u)) {
				return u
			}
		}
	}
	u, _ := m.absolute(m.page.canonical)
	if u == "" && bad != "" {
		m.drop(badLoc, bad)
	}
	return u
}

func isFrontPage(address string) bool {
	u, err := url.Parse(address)
	return err == nil && strings.Trim(u.Path, "/") == "" && u.RawQuery == ""
}

// address returns the address in a value: a text, or a property of an object.
func (m *mapper) address(v any) string {
	for range 4 {
		switch x := unwrap(v).(type) {
		case string:
			return x
		case []any:
			v = x[0] // never empty, see tidy
		case *object:
			v = x.get("url", "contenturl", "src", "href", "thumbnailurl", "@id")
		default:
			return ""
		}
	}
	return ""
}

// absolute returns raw as an absolute http or https address, or the reason why that is not
// possible.
func (m *mapper) absolute(raw string) (address, why string) {
	if strings.HasPrefix(strings.ToLower(clip(strings.TrimSpace(raw), 5)), "data:") {
		return "", "is the data itself: Pantry keeps addresses only"
	}
	if len(raw) > maxAddress {
		return "", "is longer than " + thousands(recipe.MaxURL) + " characters"
	}
	m.b.spend(len(raw))
	raw = strings.TrimSpace(strings.ReplaceAll(strings.ReplaceAll(raw, "&amp;", "&"), "&#038;", "&"))
	if strings.HasPrefix(strings.ToLower(raw), "www.") {
		raw = "https://" + raw
	}
	u, err := url.Parse(strings.Map(visible, strings.ReplaceAll(raw, `\`, "/")))
	if err != nil || raw == "" {
		return "", "is not an address"
	}
	if u.Scheme == "" {
		switch {
		case m.page.base != nil:
			u = m.page.base.ResolveReference(u)
		case u.Host != "":
			u.Scheme = "https"
		default:
			return "", "is a relative address, and nothing says to which page"
		}
	}
	u.Scheme = strings.ToLower(u.Scheme)
	if why = notKept(u); why != "" {
		return "", why
	}
	return u.String(), ""
}

// notKept returns the reason why Pantry does not keep an absolute address, "" if it does.
func notKept(u *url.URL) string {
	switch address := u.String(); {
	case u.Scheme != "http" && u.Scheme != "https":
		return "is not an http or https address"
	case u.Hostname() == "":
		return "is an address without a host"
	case u.User != nil:
		return "is an address with a user name"
	case len(address) > recipe.MaxURL:
		return "is longer than " + thousands(recipe.MaxURL) + " characters"
	case (recipe.Recipe{Title: "x", URL: address}).Validate() != nil:
		return "is not an address"
	}
	return ""
}

// visible returns c, or -1 when it is invisible, for strings.Map.
func visible(c rune) rune {
	if c < ' ' || isInvisible(c) {
		return -1
	}
	return c
}

// goodArea is that of an image large enough for a page, in pixels.
const goodArea = 600 * 400

// image returns the first image, which the site prefers. When that is known to be small, it
// returns a larger one.
func (m *mapper) image() string {
	const maxImages = 100
	best, bestArea, n := "", -1, 0
	var bad []Dropped
	for _, name := range []string{"image", "images", "photo", "primaryimageofpage", "thumbnailurl", "thumbnail", ".photo"} {
		for loc, v := range m.values(name) {
			if n++; n > maxImages {
				break
			}
			u, reason := m.absolute(m.address(v))
			if o, ok := v.(*object); ok && !o.says && strings.Contains(u, "#") {
				u, reason = "", "points at something that the document does not hold"
			}
			if u == "" {
				bad = append(bad, Dropped{loc, reason})
				continue
			}
			area := m.area(v, u)
			if best != "" && best != u {
				m.drop(m.byName[name].loc, "Pantry keeps one image")
			}
			if best == "" || area > bestArea && bestArea < goodArea {
				best, bestArea = u, area
			}
		}
		if best != "" {
			break
		}
	}
	if best == "" {
		best, _ = m.absolute(m.page.image)
	}
	for _, d := range bad {
		m.drop(d.Location, d.Reason)
	}
	return best
}

// sizeInName finds the size that WordPress writes into the name of a scaled copy.
var sizeInName = pattern(`-(\d{2,4})x(\d{2,4})\.[A-Za-z]{3,4}(?:$|\?)`)

// area estimates the area of an image in pixels. An image without a size in its name is the
// original, which is larger than its copies.
func (m *mapper) area(v any, address string) int {
	if o, ok := v.(*object); ok {
		w, h := m.pixels(o.get("width")), m.pixels(o.get("height"))
		if w > 0 && h > 0 {
			return w * h
		}
		if o.get("url", "contenturl", "@id") == nil {
			return 0 // a thumbnail only
		}
	}
	if size := sizeInName().FindStringSubmatch(address); size != nil {
		w, _ := strconv.Atoi(size[1])
		h, _ := strconv.Atoi(size[2])
		return w * h
	}
	return 3000 * 3000
}

func (m *mapper) pixels(v any) int {
	if list := tokens(m.text(v)); len(list) > 0 && list[0].isNum && list[0].num <= 20000 {
		return int(list[0].num)
	}
	return 0
}
