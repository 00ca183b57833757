package recipe

import (
	"fmt"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The limits of a recipe. Lengths are in characters (Unicode code points) of the
// normalized text.
const (
	MaxTitle       = 200
	MaxURL         = 2048
	MaxRating      = 5
	MaxDescription = 10000
	MaxServings    = 1000
	MaxMinutes     = 10080 // a week
	MaxIngredients = 200
	MaxIngredient  = 500
	MaxSteps       = 100
	MaxStep        = 4000
	MaxTags        = 30
	MaxTag         = 50
	MaxNotes       = 10000

	// MaxBytes is the limit for all text of one recipe together, in UTF-8: what a
	// request body may hold, and with the search terms well below the 1 MiB that a
	// Firestore document may have.
	MaxBytes = 256 << 10
)

// FieldError says what is wrong with one field.
type FieldError struct {
	// Pointer names the field as a JSON pointer (RFC 6901), such as "/title" or
	// "/ingredients/3"; the index is that of the list as it was handed in. It is
	// empty for a fault of the recipe as a whole.
	Pointer string `json:"pointer"`
	// Rule is the broken rule, by its JSON Schema keyword where there is one:
	// minLength, maxLength, maxItems, minimum, maximum, format, pattern, enum,
	// maxBytes, utf8.
	Rule string `json:"rule"`
	// Limit is the rule's number, 0 when the rule has none.
	Limit int `json:"limit"`
	// Message is a sentence for people. It never repeats the value.
	Message string `json:"message"`
}

// ValidationError holds every fault that was found, in the order of the fields.
type ValidationError []FieldError

// Error names each field with its fault.
func (v ValidationError) Error() string {
	var b strings.Builder
	b.WriteString("invalid recipe")
	for i, f := range v {
		sep := "; "
		if i == 0 {
			sep = ": "
		}
		b.WriteString(sep)
		if f.Pointer != "" {
			b.WriteString(f.Pointer + " ")
		}
		b.WriteString(f.Message)
	}
	return b.String()
}

// Validate checks r against the limits and returns nil or a ValidationError with
// all faults at once. It judges the normalized text, so that it answers the same
// before and after Normalize; called before, the indexes of list items are those
// that the caller knows.
func (r Recipe) Validate() error {
	var v ValidationError
	clean := r.Normalize()
	switch {
	case clean.Title == "":
		v.add("/title", "minLength", 1, "must not be empty")
	case strings.IndexFunc(clean.Title, isVisible) < 0:
		v.add("/title", "pattern", 0, "must have a visible character")
	}
	v.text("/title", r.Title, MaxTitle, oneLine)
	v.link("/url", r.URL)
	v.link("/imageUrl", r.ImageURL)
	if !(r.Rating >= 0) { // true for NaN too
		v.add("/rating", "minimum", 0, "must be a number from 0 (unrated) to 5")
	} else if r.Rating > MaxRating {
		v.add("/rating", "maximum", MaxRating, "must be at most 5")
	}
	if r.LastMadeAt != nil {
		if y := r.LastMadeAt.UTC().Year(); y < 1 || y > 9999 {
			v.add("/lastMadeAt", "format", 0, "must be a time between the years 1 and 9999")
		}
	}
	v.text("/description", r.Description, MaxDescription, manyLines)
	v.number("/servings", r.Servings, MaxServings)
	v.number("/prepMinutes", r.PrepMinutes, MaxMinutes)
	v.number("/cookMinutes", r.CookMinutes, MaxMinutes)
	v.list("/ingredients", r.Ingredients, len(clean.Ingredients), MaxIngredients, MaxIngredient, oneLine)
	v.list("/steps", r.Steps, len(clean.Steps), MaxSteps, MaxStep, manyLines)
	v.list("/tags", r.Tags, len(clean.Tags), MaxTags, MaxTag, oneLine)
	v.text("/notes", r.Notes, MaxNotes, manyLines)
	if clean.Size() > MaxBytes {
		v.add("", "maxBytes", MaxBytes, "must have at most 256 KiB of text in all")
	}
	if len(v) == 0 {
		return nil
	}
	return v
}

// isVisible reports whether a reader sees c. Some letters and symbols are blank.
func isVisible(c rune) bool {
	const blank = "\u115f\u1160\u2800\u3164\uffa0"
	return unicode.In(c, unicode.L, unicode.N, unicode.P, unicode.S) && !strings.ContainsRune(blank, c)
}

type lines bool

const (
	oneLine   lines = false
	manyLines lines = true
)

func (v *ValidationError) add(pointer, rule string, limit int, message string) {
	*v = append(*v, FieldError{Pointer: pointer, Rule: rule, Limit: limit, Message: message})
}

// text checks one text; its fault is the first of encoding, characters, length.
func (v *ValidationError) text(pointer, s string, limit int, l lines) {
	if !utf8.ValidString(s) {
		v.add(pointer, "utf8", 0, "must be valid UTF-8")
		return
	}
	s = cleanText(s)
	switch bad := strings.ContainsFunc(s, l.forbids); {
	case bad && l == oneLine:
		v.add(pointer, "pattern", 0, "must be one line without control characters")
	case bad:
		v.add(pointer, "pattern", 0, "must not hold control characters other than tabs and line ends")
	case utf8.RuneCountInString(s) > limit:
		v.add(pointer, "maxLength", limit, fmt.Sprintf("must be at most %d characters", limit))
	}
}

// forbids says which characters a text may not hold. Line and paragraph
// separators end a line just as \n does.
func (l lines) forbids(c rune) bool {
	if l == manyLines && (c == '\n' || c == '\t') {
		return false
	}
	return unicode.IsControl(c) || l == oneLine && (c == '\u2028' || c == '\u2029')
}

func (v *ValidationError) number(pointer string, n, limit int) {
	switch {
	case n < 0:
		v.add(pointer, "minimum", 0, fmt.Sprintf("must be from 0 (unknown) to %d", limit))
	case n > limit:
		v.add(pointer, "maximum", limit, fmt.Sprintf("must be at most %d", limit))
	}
}

// list checks each item, and how many are left when the list is normalized.
func (v *ValidationError) list(pointer string, list []string, left, items, limit int, l lines) {
	before := len(*v)
	for i, s := range list {
		if len(*v)-before > items {
			break // a list of a million faults helps nobody
		}
		v.text(fmt.Sprintf("%s/%d", pointer, i), s, limit, l)
	}
	if left > items {
		v.add(pointer, "maxItems", items, fmt.Sprintf("must have at most %d items", items))
	}
}

// link checks a URL that a page will put into href or src: only http and https
// (javascript: and data: run or show what the sender wants), with a host, and
// without a user name, which makes a foreign host look like a known one.
func (v *ValidationError) link(pointer, s string) {
	s = strings.TrimSpace(s)
	switch {
	case s == "":
		return
	case !utf8.ValidString(s):
		v.add(pointer, "utf8", 0, "must be valid UTF-8")
		return
	case utf8.RuneCountInString(s) > MaxURL:
		v.add(pointer, "maxLength", MaxURL, fmt.Sprintf("must be at most %d characters", MaxURL))
		return
	}
	u, err := url.Parse(s)
	switch {
	case err != nil || strings.IndexFunc(s, notInURL) >= 0:
		v.add(pointer, "format", 0, "must be a URL")
	case u.Scheme != "http" && u.Scheme != "https":
		v.add(pointer, "format", 0, "must start with http:// or https://")
	case u.Hostname() == "":
		v.add(pointer, "format", 0, "must name a host")
	case u.User != nil:
		v.add(pointer, "format", 0, "must not hold a user name or password")
	}
}

// notInURL: white space, control and invisible characters (Cf turns the reading
// direction around), and the backslash, which browsers read as a slash.
func notInURL(c rune) bool {
	return c == '\\' || unicode.IsSpace(c) || unicode.IsControl(c) || unicode.Is(unicode.Cf, c)
}
