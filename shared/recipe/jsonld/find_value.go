package jsonld

import (
	"slices"
	"strings"
)

// Values are nil, bool, number, string, []any or *object.

// number is the text of a JSON number.
type number string

// object is a JSON object. It keeps the order of its members, and repeated keys.
type object struct {
	members []member

	// graph.tidy sets the rest.
	id    string   // its @id
	types []string // its types, as schema.org terms
	says  bool     // it has more than an @id and a type: it is not only a reference
	index map[string]any
}

type member struct {
	key, term string
	val       any
}

// get returns the value of the first of the terms that the object has. Of repeated keys the
// last one counts, as in other JSON parsers.
func (o *object) get(terms ...string) any {
	const few = 12 // up to here a search is faster than an index
	if len(o.members) > few && o.index == nil {
		o.index = make(map[string]any, len(o.members))
		for _, m := range o.members {
			o.index[m.term] = m.val
		}
	}
	for _, name := range terms {
		if v := o.index[name]; v != nil {
			return v
		}
		for i := len(o.members) - 1; i >= 0 && o.index == nil; i-- {
			if o.members[i].term == name {
				return o.members[i].val
			}
		}
	}
	return nil
}

// isList reports whether all keys are numbers. PHP writes a list with a gap as such an object.
func (o *object) isList() bool {
	return len(o.members) > 0 && !slices.ContainsFunc(o.members, func(m member) bool {
		return m.key == "" || strings.Trim(m.key, "0123456789") != ""
	})
}

func (o *object) values() []any {
	list := make([]any, 0, len(o.members))
	for _, m := range o.members {
		list = append(list, m.val)
	}
	return list
}

// isType reports whether the object has one of the schema.org types, in lower case.
func (o *object) isType(names ...string) bool {
	return slices.ContainsFunc(o.types, func(t string) bool { return slices.Contains(names, t) })
}

// appendTypes appends the types in v: a text with one or more names, a list, or a reference.
func appendTypes(types []string, v any, depth int) []string {
	const maxTypes = 8
	switch v := unwrap(v).(type) {
	case string:
		for t := range strings.FieldsFuncSeq(clip(v, 300), func(c rune) bool { return strings.ContainsRune(", ;\n\t", c) }) {
			if len(types) < maxTypes {
				types = append(types, term(t))
			}
		}
	case []any:
		for i := 0; i < len(v) && i < maxTypes && depth < 3; i++ {
			types = appendTypes(types, v[i], depth+1)
		}
	case *object:
		if id, ok := v.get("@id", "id").(string); ok {
			types = append(types, term(clip(id, 300)))
		}
	}
	return types
}

// term returns key as a schema.org term: in lower case, without the prefix of schema.org. A
// term of another vocabulary keeps its prefix, so it never equals a schema.org term.
func term(key string) string {
	k := strings.ToLower(clip(strings.TrimSpace(key), maxKey))
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
	// The vocabulary before schema.org.
	"http://data-vocabulary.org/", "https://data-vocabulary.org/", "http://rdf.data-vocabulary.org/#", "v:",
}

// unwrap returns the value in a JSON-LD value object, list object or set object.
func unwrap(v any) any {
	for range 8 {
		o, ok := v.(*object)
		if !ok || len(o.members) > 4 {
			return v
		}
		next := o.get("@value", "@list", "@set")
		if next == nil {
			return v
		}
		v = next
	}
	return nil
}
