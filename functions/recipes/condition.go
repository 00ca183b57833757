package recipes

import (
	"net/http"
	"slices"
	"strings"

	"pantry.example/shared/recipe"
	"pantry.example/shared/web"
)

// maxTags bounds the entity tags in one header.
const maxTags = 100

// target returns which recipe a request is about and the request's conditions, or what is
// wrong with them and with the body. An id that no recipe can have is not looked up.
func target(r *http.Request, body ...web.FieldError) (id string, _ recipe.Precondition, _ error) {
	p, found := preconditions(r.Header)
	if id = r.PathValue("id"); !recipe.ValidID(id) {
		if r.Method != http.MethodPut {
			return "", p, recipe.ErrNotFound
		}
		found.add("path.id", "pattern", 64, "must be 1 to 64 letters, digits, _ and -, and not a reserved name")
	}
	return id, p, append(found, body...).refused()
}

// preconditions reads If-Match and If-None-Match (RFC 9110, section 13.1). Weak tags
// never satisfy If-Match, which compares strongly, but count for If-None-Match, which
// does not.
func preconditions(h http.Header) (recipe.Precondition, faults) {
	var (
		p     recipe.Precondition
		found faults
	)
	if h.Values("If-Match") != nil {
		tags, star, ok := entityTags(h.Values("If-Match"))
		if !ok {
			found.add("header.If-Match", "format", 0, badTags)
		}
		p.IfMatchAny = star
		if !star {
			p.IfMatch = []string{} // not nil: weak tags alone match nothing
		}
		for _, t := range tags {
			if !t.weak {
				p.IfMatch = append(p.IfMatch, t.opaque)
			}
		}
	}
	if h.Values("If-None-Match") != nil {
		tags, star, ok := entityTags(h.Values("If-None-Match"))
		if !ok {
			found.add("header.If-None-Match", "format", 0, badTags)
		}
		p.IfNoneMatchAny = star
		for _, t := range tags {
			p.IfNoneMatch = append(p.IfNoneMatch, t.opaque)
		}
	}
	return p, found
}

const badTags = `must be * or entity tags in double quotes, such as "u8F2kQ0sV1yZb3dE"`

type entityTag struct {
	opaque string
	weak   bool
}

// entityTags reads "*" or a list of entity tags. An opaque tag may hold commas.
func entityTags(lines []string) (tags []entityTag, star, ok bool) {
	rest := strings.Join(lines, ",")
	if strings.Trim(rest, " \t") == "*" {
		return nil, true, true
	}
	for {
		rest = strings.TrimLeft(rest, " \t,") // a list may have empty elements
		if rest == "" {
			return tags, false, len(tags) > 0 && len(tags) <= maxTags
		}
		var t entityTag
		rest, t.weak = strings.CutPrefix(rest, "W/")
		if rest, ok = strings.CutPrefix(rest, `"`); !ok {
			return nil, false, false
		}
		if t.opaque, rest, ok = strings.Cut(rest, `"`); !ok || strings.ContainsFunc(t.opaque, notInTag) {
			return nil, false, false
		}
		if rest = strings.TrimLeft(rest, " \t"); rest != "" && rest[0] != ',' {
			return nil, false, false
		}
		tags = append(tags, t)
	}
}

// notInTag reports what an etagc may not be (RFC 9110, section 8.8.3).
func notInTag(c rune) bool { return c <= ' ' || c == 0x7f }

// readStatus compares the conditions of a GET with the present version. It returns 412,
// 304, or 200 when the recipe is to be sent (RFC 9110, section 13.2.2).
func readStatus(p recipe.Precondition, etag string) int {
	switch {
	case p.IfMatch != nil && !slices.Contains(p.IfMatch, etag):
		return http.StatusPreconditionFailed
	case p.IfNoneMatchAny, slices.Contains(p.IfNoneMatch, etag):
		return http.StatusNotModified
	}
	return http.StatusOK
}

// quoted is a strong entity tag as a header carries it.
func quoted(etag string) string { return `"` + etag + `"` }

// answer sends a recipe.
func answer(w http.ResponseWriter, status int, r recipe.Recipe) error {
	w.Header().Set("ETag", quoted(r.ETag))
	return web.WriteJSON(w, status, withLists(r))
}

// withLists returns r with empty lists in place of absent ones, so that no client
// reads null.
func withLists(r recipe.Recipe) recipe.Recipe {
	for _, list := range []*[]string{&r.Ingredients, &r.Steps, &r.Tags} {
		if *list == nil {
			*list = []string{}
		}
	}
	return r
}
