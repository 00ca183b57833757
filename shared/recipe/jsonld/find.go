package jsonld

// document is one import: the values of a JSON-LD text or of all such texts of a
// page, and what their @id references mean.
type document struct {
	roots []any
	byID  map[string]*object
	page  page
	// visits bounds the work on references, which may name each other.
	visits int
}

const maxVisits = 2 * maxNodes

func newDocument(roots []any) *document {
	d := &document{roots: roots, byID: map[string]*object{}}
	for _, v := range roots {
		d.index(v)
	}
	return d
}

// index remembers every object that has an @id and says more than that.
func (d *document) index(v any) {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			d.index(e)
		}
	case *object:
		for _, m := range v.members {
			if id, ok := m.val.(string); ok && m.key == "@id" && !v.isReference() {
				if d.byID[id] == nil {
					d.byID[id] = v
				}
				continue
			}
			d.index(m.val)
		}
	}
}

// isReference reports whether o only points at something: {"@id": "…"}.
func (o *object) isReference() bool {
	for _, m := range o.members {
		if k := term(m.key); k != "@id" && k != "@type" && k != "@context" && !isEmpty(m.val) {
			return false
		}
	}
	return true
}

// resolve returns what a reference points at, or v itself.
func (d *document) resolve(v any) any {
	v = unwrap(v)
	o, ok := v.(*object)
	if !ok || len(o.members) > 3 || !o.isReference() {
		return v
	}
	for _, m := range o.members {
		if id, ok := m.val.(string); ok && m.key == "@id" && d.byID[id] != nil {
			return d.byID[id]
		}
	}
	return v
}

// recipes returns the recipes of the document in its order. Objects that share
// an @id are one recipe. Where nothing is of type Recipe, an object that has
// ingredients or instructions is one, whatever it calls itself.
func (d *document) recipes() []*object {
	isRecipe := func(o *object) bool { return o.isType("recipe") }
	hasParts := func(o *object) bool {
		return o.get("recipeingredient", "recipeinstructions") != nil || o.get("ingredients") != nil && o.get("name") != nil
	}
	for _, is := range []func(*object) bool{isRecipe, hasParts} {
		c := collector{is: is, byID: map[string]*object{}}
		for _, v := range d.roots {
			c.walk(v)
		}
		if len(c.found) > 0 {
			return c.found
		}
	}
	return nil
}

type collector struct {
	is    func(*object) bool
	found []*object
	byID  map[string]*object
	known map[*object]map[string]bool // the terms of objects that others were merged into
}

// walk collects the outermost recipes; those inside another one are parts of it.
func (c *collector) walk(v any) {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			c.walk(e)
		}
	case *object:
		if c.is(v) && !v.isReference() {
			c.add(v)
			return
		}
		for _, m := range v.members {
			c.walk(m.val)
		}
	}
}

// add takes o as a recipe of its own, or into the one of the same @id. Sites
// also give one @id to different recipes: the names tell.
func (c *collector) add(o *object) {
	id := o.id()
	first := c.byID[id]
	if id == "" || first == nil || !sameName(first, o) {
		c.found = append(c.found, o)
		if id != "" && first == nil {
			c.byID[id] = o
		}
		return
	}
	known := c.known[first]
	if known == nil {
		known = map[string]bool{}
		for _, m := range first.members {
			known[term(m.key)] = true
		}
		if c.known == nil {
			c.known = map[*object]map[string]bool{}
		}
		c.known[first] = known
	}
	for _, m := range o.members {
		if k := term(m.key); !known[k] {
			known[k] = true
			first.members = append(first.members, m)
		}
	}
}

func (o *object) id() string {
	for _, m := range o.members {
		if s, ok := m.val.(string); ok && m.key == "@id" {
			return s
		}
	}
	return ""
}

func sameName(a, b *object) bool {
	x, y := a.get("name"), b.get("name")
	s, isText := x.(string)
	t, alsoText := y.(string)
	return x == nil || y == nil || isText && alsoText && s == t
}
