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

// preconditions reads If-Match and If-None-Match (RFC 9110, section 13.1). Weak tags
// never satisfy If-Match, which compares strongly, but count for If-None-Match, which
// does not.
func preconditions(h http.Header) (recipe.Precondition, []web.FieldError) {
	var (
		p      recipe.Precondition
		faults []web.FieldError
	)
	if h.Values("If-Match") != nil {
		tags, star, ok := entityTags(h.Values("If-Match"))
		if !ok {
			faults = append(faults, badTags("If-Match"))
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
			faults = append(faults, badTags("If-None-Match"))
		}
		p.IfNoneMatchAny = star
		for _, t := range tags {
			p.IfNoneMatch = append(p.IfNoneMatch, t.opaque)
		}
	}
	return p, faults
}

func badTags(header string) web.FieldError {
	return web.FieldError{
		Location: "header." + header, Rule: "format",
		Message: `must be * or entity tags in double quotes, such as "u8F2kQ0sV1yZb3dE"`,
	}
}

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

// read holds the conditions of a GET against the version that there is: 412 and 304, or
// 200 when it is to be sent (RFC 9110, section 13.2.2).
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
