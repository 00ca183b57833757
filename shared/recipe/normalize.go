package recipe

import (
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"
)

// Normalize returns r as the stores keep it: text trimmed and in Unicode
// normalization form C with line ends as \n, empty list items and repeated tags
// (whatever their case; the first one stays) dropped, nil lists made empty,
// lastMadeAt in UTC with microseconds. The result shares no memory with r, and
// normalizing it again changes nothing.
func (r Recipe) Normalize() Recipe {
	r.Title = cleanText(r.Title)
	r.URL = strings.TrimSpace(r.URL)
	r.ImageURL = strings.TrimSpace(r.ImageURL)
	r.Description = cleanText(r.Description)
	r.Notes = cleanText(r.Notes)
	r.Ingredients = cleanList(r.Ingredients)
	r.Steps = cleanList(r.Steps)
	r.Tags = dedupe(cleanList(r.Tags))
	r.Rating += 0 // -0 becomes 0, which it equals but is not written like
	if r.LastMadeAt != nil {
		t := Time(*r.LastMadeAt)
		r.LastMadeAt = &t
	}
	return r
}

// cleanText trims s and puts it in normalization form C. Composition can not
// bring white space to the ends, so trimming first is enough.
func cleanText(s string) string {
	s = strings.TrimSpace(s)
	if strings.Contains(s, "\r") {
		s = strings.ReplaceAll(s, "\r\n", "\n")
		s = strings.ReplaceAll(s, "\r", "\n")
	}
	return norm.NFC.String(s)
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
