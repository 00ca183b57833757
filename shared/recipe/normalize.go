package recipe

import (
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"
)

// Normalize returns r as the stores keep it: texts are trimmed, in Unicode
// normalization form C, with \n as the line end and without the controls that turn the
// reading direction around. Empty items and repeated tags are dropped (whatever their
// case; the first one stays), nil lists are empty, times are those of Time. The result
// shares no memory with r, and normalizing it again changes nothing.
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
			*v += 0 // -0 becomes 0, which it equals but is not written like
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

// clean returns a text of the field as it is kept. Links are only trimmed: Validate
// refuses what they may not hold.
func (f Field) clean(s string) string {
	if f.text == "link" {
		return strings.TrimSpace(s)
	}
	return cleanText(s)
}

// cleanText trims s and puts it in normalization form C. Composition can not bring
// white space to the ends, so trimming first is enough.
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
// (https://www.unicode.org/reports/tr9/, section 2). One in a title would turn the rest
// of a page around. The marks that right-to-left texts need (U+200E, U+200F, U+061C)
// are none.
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

// Time is t as Firestore keeps it.
func Time(t time.Time) time.Time {
	return t.UTC().Truncate(time.Microsecond)
}
