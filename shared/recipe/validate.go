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

// field checks one field of r. Its length in clean counts.
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
				v.add(pointer, "enum", 0, "has a name that is none of "+strings.Join(f.Keys, ", "))
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

// isVisible reports whether a reader sees c. Some letters and symbols are blank.
func isVisible(c rune) bool {
	const blank = "\u115f\u1160\u2800\u3164\uffa0"
	return unicode.In(c, unicode.L, unicode.N, unicode.P, unicode.S) && !strings.ContainsRune(blank, c)
}

func (v *ValidationError) add(pointer, rule string, limit int, message string) {
	*v = append(*v, FieldError{Pointer: pointer, Rule: rule, Limit: limit, Message: message})
}

// text checks one text. Its fault is the first of encoding, characters, length.
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
			break // a list of a million faults helps nobody
		}
		v.text(fmt.Sprintf("%s/%d", pointer, i), f, s)
	}
}

// link checks a URL that a page will put into href or src: only http and https
// (javascript: and data: run or show what the sender wants), with a host, and
// without a user name, which makes a foreign host look like a known one.
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

// notInURL: white space, control and invisible characters (Cf turns the reading
// direction around), and the backslash, which browsers read as a slash.
func notInURL(c rune) bool {
	return c == '\\' || unicode.IsSpace(c) || unicode.IsControl(c) || unicode.Is(unicode.Cf, c)
}
