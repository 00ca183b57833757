package jsonld

import (
	"iter"
	"slices"
	"strings"

	"pantry.example/shared/recipe"
)

// mapper makes a Recipe of one object.
type mapper struct {
	doc     *document
	obj     *object
	props   []prop
	r       recipe.Recipe
	dropped []Dropped
	// literal: Pantry wrote the object itself, so that its texts are taken as they
	// are. Everywhere else texts hold HTML, entities and lists in one line.
	literal bool
}

// prop is one property of the object.
type prop struct {
	name string // its schema.org term
	ptr  string // where it stands
	val  any
	used bool
}

func (d *document) item(o *object) Item {
	m := &mapper{doc: d, obj: o}
	seen := map[string]int{}
	for _, mem := range o.members {
		p := prop{name: term(mem.key), ptr: pointer("", mem.key), val: mem.val}
		if repeatable[p.name] {
			p.val = unpack(p.val)
		}
		if isEmpty(p.val) {
			continue
		}
		if i, ok := seen[p.name]; ok && !(repeatable[p.name] && differ(m.props[i].val, p.val)) {
			m.props[i].val, m.props[i].ptr = p.val, p.ptr // as in every JSON parser
			continue
		}
		seen[p.name] = len(m.props)
		m.props = append(m.props, p)
	}
	m.literal = m.text(m.first("pantry:format")) == formatVersion
	m.fill()
	m.leftOver()
	err := m.finish()
	return Item{Recipe: m.r, Dropped: m.dropped, Err: err}
}

// repeatable properties: templates that print one member for every ingredient
// mean all of them.
var repeatable = set("recipeingredient ingredients ingredient recipeinstructions keywords recipecategory recipecuisine cookingmethod suitablefordiet")

// unpack reads a list that was written into a text: "[\"1 egg\", \"salt\"]".
func unpack(v any) any {
	s, ok := v.(string)
	if s = strings.TrimSpace(s); !ok || !strings.HasPrefix(s, `["`) && !strings.HasPrefix(s, `[{`) || !strings.HasSuffix(s, "]") {
		return v
	}
	if roots, state, err := parseJSON(s); err == nil && len(roots) == 1 && !state.cut {
		return roots[0]
	}
	return v
}

func differ(a, b any) bool {
	x, first := a.(string)
	y, second := b.(string)
	return first && second && x != y
}

func (m *mapper) fill() {
	m.title()
	m.r.Description = m.description()
	m.urls()
	m.image()
	m.rating()
	m.servings()
	m.times()
	m.ingredients()
	m.instructions()
	m.tags()
	m.own()
}

// first returns the value of the first of the properties that is there, and
// marks it as used.
func (m *mapper) first(names ...string) any {
	for _, name := range names {
		found := any(nil)
		for i := range m.props {
			if m.props[i].name == name {
				m.props[i].used = true
				found = m.props[i].val
			}
		}
		if found != nil {
			return found
		}
	}
	return nil
}

// values yields the single values of the first of the properties that is there,
// with their places: lists are taken apart, references followed.
func (m *mapper) values(names ...string) iter.Seq2[string, any] {
	return func(yield func(string, any) bool) {
		for _, name := range names {
			found := false
			for i := range m.props {
				if p := &m.props[i]; p.name == name {
					p.used, found = true, true
					if !m.each(p.ptr, p.val, yield) {
						return
					}
				}
			}
			if found {
				return
			}
		}
	}
}

// each yields the values of nested lists one by one.
func (m *mapper) each(ptr string, v any, yield func(string, any) bool) bool {
	if m.doc.visits++; m.doc.visits > maxVisits {
		return true
	}
	v = m.doc.resolve(v)
	list, ok := v.([]any)
	if !ok {
		return isEmpty(v) || yield(ptr, v)
	}
	for i, e := range list {
		if !m.each(pointerIndex(ptr, i), e, yield) {
			return false
		}
	}
	return true
}

// text returns the raw text of a value: of an object its text or its name, of a
// list its first.
func (m *mapper) text(v any) string {
	for range 8 {
		switch x := m.doc.resolve(v).(type) {
		case string:
			return x
		case number:
			return string(x)
		case []any:
			i := slices.IndexFunc(x, func(e any) bool { return !isEmpty(e) })
			if i < 0 {
				return ""
			}
			v = x[i]
		case *object:
			v = x.get("text", "name", "value", "title", "label", "description")
		default:
			return ""
		}
	}
	return ""
}

// maxRaw bounds the memory that one text takes to be read: four times what a
// whole recipe may hold, for its markup.
const maxRaw = 4 * recipe.MaxBytes

// rawText is text, cut when no recipe could hold it.
func (m *mapper) rawText(loc string, v any) string {
	s := m.text(v)
	if len(s) > maxRaw {
		s = strings.ToValidUTF8(s[:maxRaw], "") // not half a character
		m.drop(loc, "the text was cut: it is longer than a whole recipe may be")
	}
	return s
}

// line returns a value as one line of plain text.
func (m *mapper) line(v any) string {
	if m.literal {
		return strings.TrimSpace(m.text(v))
	}
	return oneLine(m.text(v))
}

func (m *mapper) title() {
	for _, name := range []string{"name", "headline", "title", "alternatename"} {
		for loc, v := range m.values(name) {
			switch t := m.line(v); {
			case t == "":
			case m.r.Title == "":
				m.r.Title = m.cutText(t, loc, recipe.MaxTitle)
			case t != m.r.Title:
				m.drop(loc, "Pantry keeps one name")
			}
		}
		if m.r.Title != "" {
			return
		}
	}
	m.r.Title = clip(oneLine(m.doc.page.title), recipe.MaxTitle)
}

func (m *mapper) description() string {
	description := ""
	for loc, v := range m.values("description", "abstract") {
		s := m.rawText(loc, v)
		if !m.literal {
			s = strings.Join(joinWrapped(paragraphs(s)), "\n")
		}
		switch {
		case s == "":
		case description == "":
			description = m.cutText(s, loc, recipe.MaxDescription)
		case s != description:
			m.drop(loc, "Pantry keeps one description")
		}
	}
	return description
}
