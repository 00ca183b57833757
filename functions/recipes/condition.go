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

// target returns the id and the conditions of a request, or an error with all their faults
// and those of the body. It answers an invalid id with 404, but a PUT of one with its fault.
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

// preconditions reads If-Match and If-None-Match (RFC 9110, section 13.1). If-Match compares
// strongly, so weak tags never satisfy it. If-None-Match compares weakly.
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
			p.IfMatch = []string{} // not nil: only weak tags match nothing
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

// entityTags reads "*" or a list of entity tags. A tag may have commas in it.
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

// notInTag reports whether c is not allowed in a tag (RFC 9110, section 8.8.3).
func notInTag(c rune) bool { return c <= ' ' || c == 0x7f }

// readStatus checks the conditions of a GET against the stored version. It returns 412, 304,
// or 200 (RFC 9110, section 13.2.2).
func readStatus(p recipe.Precondition, etag string) int {
	switch {
	case p.IfMatch != nil && !slices.Contains(p.IfMatch, etag):
		return http.StatusPreconditionFailed
	case p.IfNoneMatchAny, slices.Contains(p.IfNoneMatch, etag):
		return http.StatusNotModified
	}
	return http.StatusOK
}

// quoted returns a strong entity tag as a header has it.
func quoted(etag string) string { return `"` + etag + `"` }

// answer sends a recipe.
func answer(w http.ResponseWriter, status int, r recipe.Recipe) error {
	w.Header().Set("ETag", quoted(r.ETag))
	return web.WriteJSON(w, status, withLists(r))
}

// withLists returns r with empty lists for nil lists. So no client reads null.
func withLists(r recipe.Recipe) recipe.Recipe {
	for _, list := range []*[]string{&r.Ingredients, &r.Steps, &r.Tags} {
		if *list == nil {
			*list = []string{}
		}
	}
	return r
}
