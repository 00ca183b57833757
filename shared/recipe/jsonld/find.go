package jsonld

import (
	"cmp"
	"strings"
)

// graph has the values of a document or a page without empty ones, and the objects to which
// its @id references point.
type graph struct {
	b     *budget
	page  page
	roots []any
	byID  map[string]*object
}

func newGraph(b *budget, p page, roots []any) *graph {
	g := &graph{b: b, page: p, byID: map[string]*object{}}
	for _, v := range roots {
		g.roots = append(g.roots, g.tidy(v))
	}
	return g
}

// tidy returns v without empty values. Null, blank texts, and lists and objects with only
// such values become nil. The elements of a list keep their indexes. tidy also sets the
// terms, types and @id of every object.
func (g *graph) tidy(v any) any {
	g.b.spend(1)
	switch v := v.(type) {
	case string:
		if strings.TrimSpace(v) == "" {
			return nil
		}
	case []any:
		said := false
		for i := range v {
			v[i] = g.tidy(v[i])
			said = said || v[i] != nil
		}
		if !said {
			return nil
		}
	case *object:
		if v.isList() {
			g.b.keep(16 * len(v.members))
			return g.tidy(v.values())
		}
		return g.tidyObject(v)
	}
	return v
}

func (g *graph) tidyObject(o *object) any {
	said := o.members[:0]
	for _, m := range o.members {
		m.val = g.tidy(m.val)
		if m.val == nil {
			continue
		}
		g.b.spend(len(m.key))
		switch m.term = term(m.key); m.term {
		case "@id":
			if id, ok := m.val.(string); ok {
				o.id = id
			}
		case "@context":
		case "@type", "type", "http://www.w3.org/1999/02/22-rdf-syntax-ns#type":
			o.types = appendTypes(o.types, m.val, 0)
		default:
			o.says = true
		}
		said = append(said, m)
	}
	o.members = said
	switch {
	case !o.says && o.id == "":
		return nil
	case o.says && o.id != "" && g.byID[o.id] == nil:
		g.byID[o.id] = o
	}
	return o
}

// resolve returns the value in {"@value": …}, {"@list": […]} or {"@set": […]}, the object to
// which {"@id": …} points, and any other v unchanged.
func (g *graph) resolve(v any) any {
	g.b.spend(1)
	v = unwrap(v)
	if o, ok := v.(*object); ok && !o.says && g.byID[o.id] != nil {
		return g.byID[o.id]
	}
	return v
}

// recipes returns the recipes of the graph in their order. Objects with the same @id are one
// recipe. When no object has the type Recipe, each object with ingredients or instructions
// is a recipe.
func (g *graph) recipes() []*object {
	isRecipe := func(o *object) bool { return o.isType("recipe") }
	hasParts := func(o *object) bool {
		return o.get("recipeingredient", "recipeinstructions") != nil || o.get("ingredients") != nil && o.get("name") != nil
	}
	for _, is := range []func(*object) bool{isRecipe, hasParts} {
		c := collector{b: g.b, is: is, byID: map[string]*collected{}}
		for _, v := range g.roots {
			c.walk(v)
		}
		if len(c.found) > 0 {
			return c.found
		}
	}
	return nil
}

type collector struct {
	b     *budget
	is    func(*object) bool
	found []*object
	byID  map[string]*collected
}

// collected is a recipe into which later objects of the same @id are merged.
type collected struct {
	*object
	name  any
	terms map[string]bool
}

// walk collects the recipes in v. A recipe inside another one is a part of that one.
func (c *collector) walk(v any) {
	c.b.spend(1)
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			c.walk(e)
		}
	case *object:
		if v.says && c.is(v) {
			c.add(v)
			return
		}
		for _, m := range v.members {
			c.walk(m.val)
		}
	}
}

// add adds the recipe o, or merges it into the recipe with the same @id. Some sites give one
// @id to different recipes, so the names must be equal too.
func (c *collector) add(o *object) {
	name := o.get("name")
	first := c.byID[o.id]
	if o.id == "" || first == nil || !sameName(first.name, name) {
		c.found = append(c.found, o)
		if o.id != "" && first == nil {
			first = &collected{o, name, map[string]bool{}}
			for _, m := range o.members {
				first.terms[m.term] = true
			}
			c.byID[o.id] = first
		}
		return
	}
	for _, m := range o.members {
		if !first.terms[m.term] {
			first.terms[m.term] = true
			first.members = append(first.members, m)
		}
	}
	first.name = cmp.Or(first.name, name)
	first.index = nil
}

func sameName(a, b any) bool {
	s, isText := a.(string)
	t, alsoText := b.(string)
	return a == nil || b == nil || isText && alsoText && s == t
}
