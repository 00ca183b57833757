package jsonld

import (
	"iter"
	"strings"

	"pantry.example/shared/recipe"
)

// mapper turns one object into a Recipe.
type mapper struct {
	*graph
	dropList
	props  []*prop
	byName map[string]*prop
	r      recipe.Recipe
	read   int // bytes of text read so far
}

// prop is one property of the object that is mapped.
type prop struct {
	name   string // its schema.org term
	loc    string // the JSON pointer to it
	val    any
	used   bool
	merged bool // val is the list of several members
}

// property adds a member to the properties. The last one of repeated members counts. But some
// templates write one member for each ingredient: repeatable members with texts make a list.
func (m *mapper) property(mem member) {
	m.b.spend(len(mem.key))
	p := &prop{name: mem.term, loc: pointer("", mem.key), val: mem.val}
	if repeatable[p.name] {
		p.val = m.unpack(p.val)
	}
	old := m.byName[p.name]
	switch {
	case p.val == nil:
	case old == nil:
		m.byName[p.name] = p
		m.props = append(m.props, p)
	case repeatable[p.name] && old.add(p.val):
	default:
		old.val, old.loc = p.val, p.loc
	}
}

// repeatable are the properties that make a list when a text is repeated.
var repeatable = set("recipeingredient ingredients ingredient recipeinstructions keywords recipecategory recipecuisine cookingmethod suitablefordiet")

// add appends v to the property, if both are texts and differ. It reports whether it did.
func (p *prop) add(v any) bool {
	list, _ := p.val.([]any)
	if !p.merged {
		list = []any{p.val}
	}
	last, isText := list[len(list)-1].(string)
	s, alsoText := v.(string)
	if !isText || !alsoText || last == s {
		return false
	}
	p.val, p.merged = append(list, v), true
	return true
}

// unpack returns the list in a text such as "[\"1 egg\", \"salt\"]", and any other v unchanged.
func (m *mapper) unpack(v any) any {
	s, ok := v.(string)
	if s = strings.TrimSpace(s); !ok || !strings.HasPrefix(s, `["`) && !strings.HasPrefix(s, `[{`) || !strings.HasSuffix(s, "]") {
		return v
	}
	if roots, flaws := parseJSON(m.b, s); len(roots) == 1 && !flaws.cut {
		return m.tidy(roots[0])
	}
	return v
}

// values yields the values of the first of the properties that the object has, each with its
// JSON pointer. It yields the elements of lists one by one, and follows references.
func (m *mapper) values(names ...string) iter.Seq2[string, any] {
	return func(yield func(string, any) bool) {
		for _, name := range names {
			if p := m.byName[name]; p != nil {
				p.used = true
				m.each(p.loc, p.val, yield)
				return
			}
		}
	}
}

// each yields v, or the elements of the list v and of the lists in it. It returns false when
// yield did.
func (m *mapper) each(loc string, v any, yield func(string, any) bool) bool {
	v = m.resolve(v)
	list, ok := v.([]any)
	if !ok {
		return v == nil || yield(loc, v)
	}
	m.b.spend(len(list))
	for i, e := range list {
		if e != nil && !m.each(pointerIndex(loc, i), e, yield) {
			return false
		}
	}
	return true
}

// maxRead bounds the text that is read for one recipe, in bytes. It has room for markup.
const maxRead = 4 * recipe.MaxBytes

// text returns the raw text of a value: the text or the name of an object, and the first
// element of a list.
func (m *mapper) text(v any) string {
	s := m.textOf(v)
	if left := maxRead - m.read; len(s) > left {
		s = strings.ToValidUTF8(s[:left], "") // not half a character
		m.drop("", "text was left out: the recipe has more of it than Pantry keeps")
	}
	m.read += len(s)
	m.b.keep(len(s))
	return s
}

func (m *mapper) textOf(v any) string {
	for range 8 {
		switch x := m.resolve(v).(type) {
		case string:
			return x
		case number:
			return string(x)
		case []any:
			v = nil
			for i := 0; i < len(x) && v == nil; i++ {
				m.b.spend(1)
				v = x[i]
			}
		case *object:
			v = x.get("text", "name", "value", "title", "label", "description")
		default:
			return ""
		}
	}
	return ""
}

// line returns a value as one line of plain text.
func (m *mapper) line(v any) string {
	return oneLine(m.text(v))
}

// quantity returns a QuantitativeValue, or any other value, as text.
func (m *mapper) quantity(v any) string {
	o, ok := v.(*object)
	if !ok {
		return m.text(v)
	}
	n := m.text(o.get("value", "minvalue", "yield", "amount", "maxvalue"))
	if n == "" {
		return m.text(o)
	}
	return strings.TrimSpace(n + " " + m.text(o.get("unittext", "unitcode", "name")))
}
