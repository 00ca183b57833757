package recipe

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// FieldError says what is wrong with one field.
type FieldError struct {
	// Pointer is a JSON pointer (RFC 6901) to the field, such as "/title" or
	// "/ingredients/3". The index counts the items of the list before Normalize. Pointer is
	// empty for a fault of the recipe as a whole.
	Pointer string `json:"pointer"`
	// Rule is the broken rule: a keyword of JSON Schema (minLength, maxLength, maxItems,
	// minimum, maximum, format, pattern, enum), maxBytes or utf8.
	Rule string `json:"rule"`
	// Limit is the number of the rule, 0 when it has none.
	Limit int `json:"limit"`
	// Message is a sentence for people. It never repeats the value.
	Message string `json:"message"`
}

// ValidationError lists every fault of a recipe or query, in the order of the fields.
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

// Validate returns nil, or a ValidationError with all faults of r. It checks the normalized
// text, so r may be normalized or not. Before Normalize, the indexes in the faults are
// those of the caller's lists.
func (r Recipe) Validate() error {
	var v ValidationError
	clean := r.Normalize()
	switch {
	case clean.Title == "":
		v.add("/title", "minLength", 1, "must not be empty")
	case strings.IndexFunc(clean.Title, isVisible) < 0:
		v.add("/title", "pattern", 0, "must have a visible character")
	}
	for _, f := range Fields {
		if !f.ReadOnly {
			v.field(f, &r, &clean)
		}
	}
	if clean.Size() > MaxBytes {
		v.add("", "maxBytes", MaxBytes, "must have at most 256 KiB of text in all")
	}
	if len(v) == 0 {
		return nil
	}
	return v
}

// field checks one field of r. clean is r, normalized: the length of its lists counts.
func (v *ValidationError) field(f Field, r, clean *Recipe) {
	pointer := "/" + f.Name
	switch value := f.In(r).(type) {
	case *string:
		v.text(pointer, f, *value)
	case *[]string:
		v.list(pointer, f, *value)
		if len(*f.In(clean).(*[]string)) > f.Items {
			v.add(pointer, "maxItems", f.Items, fmt.Sprintf("must have at most %d items", f.Items))
		}
	case *map[string]string:
		for _, name := range slices.Sorted(maps.Keys(*value)) {
			if !slices.Contains(f.Keys, name) {
				v.add(pointer, "enum", 0, "must have no other names than "+strings.Join(f.Keys, ", "))
				return
			}
			v.text(pointer+"/"+name, f, (*value)[name])
		}
	case *int:
		v.number(pointer, float64(*value), f.Max)
	case *float64:
		v.number(pointer, *value, f.Max)
	case **time.Time:
		if *value == nil {
			return
		}
		if y := (*value).UTC().Year(); y < 1 || y > 9999 {
			v.add(pointer, "format", 0, "must be a time between the years 1 and 9999")
		}
	}
}

// isVisible reports whether a reader can see c. The letters and symbols in blank look empty.
func isVisible(c rune) bool {
	const blank = "\u115f\u1160\u2800\u3164\uffa0"
	return unicode.In(c, unicode.L, unicode.N, unicode.P, unicode.S) && !strings.ContainsRune(blank, c)
}

func (v *ValidationError) add(pointer, rule string, limit int, message string) {
	*v = append(*v, FieldError{Pointer: pointer, Rule: rule, Limit: limit, Message: message})
}

// text checks one text. It reports one fault: of the encoding, else of the characters, else
// of the length.
func (v *ValidationError) text(pointer string, f Field, s string) {
	if !utf8.ValidString(s) {
		v.add(pointer, "utf8", 0, "must be valid UTF-8")
		return
	}
	s = f.clean(s)
	lines := f.text == "lines"
	forbidden := f.text != "link" && strings.ContainsFunc(s, func(c rune) bool {
		return unicode.IsControl(c) && !(lines && (c == '\n' || c == '\t')) || !lines && (c == '\u2028' || c == '\u2029')
	})
	switch {
	case forbidden && lines:
		v.add(pointer, "pattern", 0, "must not hold control characters other than tabs and line ends")
	case forbidden:
		v.add(pointer, "pattern", 0, "must be one line without control characters")
	case utf8.RuneCountInString(s) > f.Max:
		v.add(pointer, "maxLength", f.Max, fmt.Sprintf("must be at most %d characters", f.Max))
	case f.text == "link" && s != "":
		v.link(pointer, s)
	}
}

func (v *ValidationError) number(pointer string, n float64, most int) {
	switch {
	case !(n >= 0): // true for NaN too
		v.add(pointer, "minimum", 0, fmt.Sprintf("must be a number from 0 to %d", most))
	case n > float64(most):
		v.add(pointer, "maximum", most, fmt.Sprintf("must be at most %d", most))
	}
}

// list checks each item.
func (v *ValidationError) list(pointer string, f Field, list []string) {
	before := len(*v)
	for i, s := range list {
		if len(*v)-before > f.Items {
			break // more faults than the list may have items help nobody
		}
		v.text(fmt.Sprintf("%s/%d", pointer, i), f, s)
	}
}

// link checks a URL that a page puts into href or src. It must be http or https: a
// javascript: or data: URL runs or shows what its author wants. It must have a host. It must
// not have a user name, which can make a foreign host look like a known one.
func (v *ValidationError) link(pointer, s string) {
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

// notInURL reports whether c is not allowed in a URL: white space, a control character, an
// invisible one (Cf, which can change the reading direction), or a backslash, which browsers
// read as a slash.
func notInURL(c rune) bool {
	return c == '\\' || unicode.IsSpace(c) || unicode.IsControl(c) || unicode.Is(unicode.Cf, c)
}
