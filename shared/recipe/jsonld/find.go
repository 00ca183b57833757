package jsonld

import (
	"cmp"
	"strings"
)

// graph is what a document or a page says: its values without those that are
// empty, and what the @id references among them mean.
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

// tidy returns v without what says nothing: null, blank text, and lists and
// objects of such become nil. The elements of a list keep their places. Every
// object learns its terms, its types and its @id.
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

// resolve returns what v stands for: the value of {"@value": …}, {"@list": […]}
// and {"@set": […]}, and of {"@id": …} the object of that name.
func (g *graph) resolve(v any) any {
	g.b.spend(1)
	v = unwrap(v)
	if o, ok := v.(*object); ok && !o.says && g.byID[o.id] != nil {
		return g.byID[o.id]
	}
	return v
}

// recipes returns the recipes of the graph in its order. Objects that share an
// @id are one recipe. Where nothing is of type Recipe, an object that has
// ingredients or instructions is one, whatever it calls itself.
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

// collected is a recipe that others of the same @id are merged into.
type collected struct {
	*object
	name  any
	terms map[string]bool
}

// walk collects the outermost recipes; those inside another one are parts of it.
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

// add takes o as a recipe of its own, or into the one of the same @id. Sites
// also give one @id to different recipes: the names tell them apart.
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
