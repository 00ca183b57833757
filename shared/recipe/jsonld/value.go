package jsonld

import (
	"strconv"
	"strings"
)

// A JSON value is nil, bool, number, string, []any or *object.

// number is a JSON number as it was written.
type number string

// object keeps its members in the order of the document, repeated keys too.
type object struct {
	members []member
}

type member struct {
	key string
	val any
}

// get returns the last value under a key that is not empty, whatever the case
// and the prefix of the key. The last one wins, as in every JSON parser.
func (o *object) get(names ...string) any {
	for _, name := range names {
		for i := len(o.members) - 1; i >= 0; i-- {
			m := o.members[i]
			if termIs(m.key, name) && !isEmpty(m.val) {
				return m.val
			}
		}
	}
	return nil
}

// termIs reports whether key is the schema.org term name, which is given in
// lower case: "name", "schema:name" or "https://schema.org/name".
func termIs(key, name string) bool {
	return len(key) >= len(name) && strings.EqualFold(key[len(key)-len(name):], name) && term(key) == name
}

// term returns key without a schema.org prefix, in lower case. Terms of other
// vocabularies keep their prefix, so that they equal no schema.org term.
func term(key string) string {
	k := strings.ToLower(strings.TrimSpace(key))
	for _, prefix := range schemaPrefixes {
		if rest, ok := strings.CutPrefix(k, prefix); ok {
			return strings.Trim(rest, "/#")
		}
	}
	return k
}

var schemaPrefixes = []string{
	"http://schema.org/", "https://schema.org/", "http://www.schema.org/", "https://www.schema.org/",
	"//schema.org/", "schema.org/", "schema:", "schemaorg:", "sdo:",
	// The vocabulary from which schema.org came.
	"http://data-vocabulary.org/", "https://data-vocabulary.org/", "http://rdf.data-vocabulary.org/#", "v:",
}

// isEmpty reports whether v says nothing: null, blank text, or lists and objects
// of such.
func isEmpty(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case string:
		return strings.TrimSpace(v) == ""
	case []any:
		for _, e := range v {
			if !isEmpty(e) {
				return false
			}
		}
		return true
	case *object:
		for _, m := range v.members {
			if k := term(m.key); k != "@type" && k != "@context" && k != "type" && !isEmpty(m.val) {
				return false
			}
		}
		return true
	}
	return false
}

// unwrap returns what a JSON-LD value object stands for: {"@value": …},
// {"@list": […]}, {"@set": […]}.
func unwrap(v any) any {
	for range 8 {
		o, ok := v.(*object)
		if !ok || len(o.members) > 4 {
			return v
		}
		next, found := any(nil), false
		for _, m := range o.members {
			switch strings.ToLower(m.key) {
			case "@value", "@list", "@set":
				next, found = m.val, true
			}
		}
		if !found {
			return v
		}
		v = next
	}
	return nil
}

// isType reports whether o is of the schema.org type name, in lower case.
// Several types may be given as an array or in one text.
func (o *object) isType(name string) bool {
	found := false
	o.types(func(t string) { found = found || t == name })
	return found
}

func (o *object) types(yield func(string)) {
	for _, m := range o.members {
		if k := term(m.key); k == "@type" || k == "type" || strings.HasSuffix(k, "22-rdf-syntax-ns#type") {
			eachType(m.val, yield, 0)
		}
	}
}

func eachType(v any, yield func(string), depth int) {
	if depth > 3 {
		return
	}
	switch v := unwrap(v).(type) {
	case string:
		for t := range strings.FieldsFuncSeq(clip(v, 300), func(c rune) bool { return c == ',' || c == ' ' || c == ';' || c == '\n' || c == '\t' }) {
			yield(term(t))
		}
	case []any:
		for _, e := range v {
			eachType(e, yield, depth+1)
		}
	case *object:
		if id, ok := v.get("@id", "id").(string); ok {
			yield(term(id))
		}
	}
}

// pointer appends a key or an index to a JSON pointer (RFC 6901).
func pointer(base, key string) string {
	if strings.ContainsAny(key, "~/") {
		key = strings.ReplaceAll(strings.ReplaceAll(key, "~", "~0"), "/", "~1")
	}
	return base + "/" + key
}

func pointerIndex(base string, i int) string {
	return base + "/" + strconv.Itoa(i)
}
