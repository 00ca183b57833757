package recipe

import (
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"
)

// Normalize returns r as the stores keep it:
//
//   - Texts are trimmed and in Unicode normalization form C. Their line end is \n. They
//     have no controls of the reading direction.
//   - Lists have no empty items and are not nil. Of tags that differ in case only, the
//     first one stays.
//   - Times are as Time returns them.
//
// The result shares no memory with r. To normalize it again changes nothing.
func (r Recipe) Normalize() Recipe {
	for _, f := range Fields {
		if f.ReadOnly {
			continue
		}
		switch v := f.In(&r).(type) {
		case *string:
			*v = f.clean(*v)
		case *[]string:
			*v = cleanList(*v)
		case *map[string]string:
			*v = cleanMap(*v)
		case *float64:
			*v += 0 // -0 becomes 0
		case **time.Time:
			if *v != nil {
				t := Time(**v)
				*v = &t
			}
		}
	}
	r.Tags = dedupe(r.Tags)
	return r
}

// clean returns the normalized text of a field. A link is only trimmed: Validate refuses
// characters that a link may not have.
func (f Field) clean(s string) string {
	if f.text == "link" {
		return strings.TrimSpace(s)
	}
	return cleanText(s)
}

// cleanText normalizes a text. Form C puts no white space at the ends, so cleanText can
// trim before it.
func cleanText(s string) string {
	if strings.ContainsFunc(s, turnsDirection) {
		s = strings.Map(func(c rune) rune {
			if turnsDirection(c) {
				return -1
			}
			return c
		}, s)
	}
	s = strings.TrimSpace(s)
	if strings.Contains(s, "\r") {
		s = strings.ReplaceAll(s, "\r\n", "\n")
		s = strings.ReplaceAll(s, "\r", "\n")
	}
	return norm.NFC.String(s)
}

// turnsDirection reports whether c is an explicit control of the reading direction
// (https://www.unicode.org/reports/tr9/, section 2). In a title, it would change the
// direction of the rest of a page. The marks U+200E, U+200F and U+061C are allowed, because
// right-to-left texts need them.
func turnsDirection(c rune) bool {
	return c >= '\u202a' && c <= '\u202e' || c >= '\u2066' && c <= '\u2069'
}

// cleanMap returns nil for a map without texts.
func cleanMap(m map[string]string) map[string]string {
	var clean map[string]string
	for name, s := range m {
		if s = cleanText(s); s != "" {
			if clean == nil {
				clean = make(map[string]string, len(m))
			}
			clean[name] = s
		}
	}
	return clean
}

func cleanList(list []string) []string {
	clean := make([]string, 0, len(list))
	for _, s := range list {
		if s = cleanText(s); s != "" {
			clean = append(clean, s)
		}
	}
	return clean
}

// dedupe keeps the first of the tags that differ in case only.
func dedupe(tags []string) []string {
	seen := make(map[string]bool, len(tags))
	kept := tags[:0]
	for _, tag := range tags {
		key := strings.ToLower(tag)
		if !seen[key] {
			seen[key] = true
			kept = append(kept, tag)
		}
	}
	return kept
}

// Time returns t as Firestore stores it: in UTC, cut to microseconds.
func Time(t time.Time) time.Time {
	return t.UTC().Truncate(time.Microsecond)
}
