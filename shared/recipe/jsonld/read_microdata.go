package jsonld

import (
	"slices"
	"strings"

	xhtml "golang.org/x/net/html"
)

// parseMicrodata reads the items in the elements of a page: microdata
// (https://html.spec.whatwg.org/multipage/microdata.html) and RDFa Lite, with typeof,
// property and content for itemscope, itemprop and the value. Inside a recipe it also reads
// the class names of hRecipe (http://microformats.org/wiki/hrecipe), as properties that begin
// with a full stop. It returns the outermost items as objects like those of JSON-LD. It reads
// the tags one by one, because the tree of html.Parse can be thousands of times as large as
// the page.
func parseMicrodata(b *budget, text string) []any {
	w := &itemWalker{b: b, stray: &object{members: []member{{key: "@type", val: ""}}}}
	z := xhtml.NewTokenizer(strings.NewReader(text))
	for kind := z.Next(); kind != xhtml.ErrorToken; kind = z.Next() {
		b.spend(len(z.Raw()))
		switch kind {
		case xhtml.TextToken:
			w.write(softBreaks.Replace(string(z.Raw())))
		case xhtml.StartTagToken, xhtml.SelfClosingTagToken:
			name, more := z.TagName()
			w.start(string(name), attributes(z, more))
			if kind == xhtml.SelfClosingTagToken && w.hidden == string(name) {
				w.hidden = "" // <svg/>
			}
		case xhtml.EndTagToken:
			name, _ := z.TagName()
			w.end(string(name))
		}
	}
	w.closeTo(0)
	w.placeStrays()
	return w.roots
}

// itemWalker follows the open elements of a page.
type itemWalker struct {
	b       *budget
	roots   []any
	recipes []*object
	stray   *object // collects the properties of a recipe that are in no item
	open    []element
	text    strings.Builder // the text of all open properties
	reading int             // how many open properties have their value in text
	hidden  string          // the tag of an open element without visible text, such as script
}

// maxOpen bounds the open elements, and so the depth of items. An element beyond it is closed
// at once.
const maxOpen = 400

type element struct {
	tag   string
	props []string // the properties of owner whose value the element is
	owner *object
	item  *object // the item that the element opens, else owner
	begin int     // where its value begins in itemWalker.text, -1 when the value is elsewhere
	whole bool    // it is a description that holds the ingredients or the steps too
	end   int     // where the value of such a description ends: before the first other property
	parts bool    // elements inside it have the same property, and are its value
	value string  // from an attribute
}

func (w *itemWalker) start(tag string, attrs attrs) {
	if w.hidden == "" && hiddenTags[tag] && tag != "object" && tag != "iframe" {
		w.hidden = tag
	}
	for _, ended := range impliedEnds[tag] {
		w.endImplied(ended, tag)
	}
	w.write(breakBefore(tag))
	e := element{tag: tag, begin: -1}
	if n := len(w.open); n > 0 {
		e.owner = w.open[n-1].item
	}
	e.item = e.owner
	if e.owner != nil {
		e.props = properties(e.owner, attrs)
	} else if names := properties(w.stray, attrs); len(names) > 0 && recipeTerms[term(names[0])] != "" {
		e.props, e.owner, e.item = names[:1], w.stray, w.stray
	}
	empty := voidTags[tag] || len(w.open) >= maxOpen
	switch {
	case attrs.opensItem():
		kind := clip(attrs["typeof"], 300) + " " + clip(attrs["itemtype"], 300)
		if attrs.hasClass(recipeClasses) {
			kind += " Recipe"
		}
		e.item = &object{members: []member{{key: "@type", val: kind}}}
		w.b.keep(valueBytes)
		if slices.Contains(appendTypes(nil, kind, 0), "recipe") {
			w.recipes = append(w.recipes, e.item)
		}
		if len(e.props) > 0 && partTerms[term(e.props[0])] && !empty {
			e.begin = w.text.Len()
			w.reading++
		}
	case len(e.props) > 0:
		value, ok := attributeValue(tag, e.props[0], attrs)
		if e.value = value; !ok && !empty {
			e.begin = w.text.Len()
			w.reading++
		}
	}
	if empty {
		w.close(e)
		return
	}
	w.open = append(w.open, e)
}

// close adds the value of an element to its owner.
func (w *itemWalker) close(e element) {
	if e.begin >= 0 {
		e.value = w.text.String()[e.begin:]
		if e.whole && e.end > 0 {
			e.value = e.value[:e.end-e.begin]
		}
		if w.reading--; w.reading == 0 {
			w.text = strings.Builder{}
		}
	}
	isItem := e.item != e.owner
	if isItem {
		e.item.group()
		e.item.addText(e.value)
	}
	switch {
	case isItem && len(e.props) == 0:
		w.roots = append(w.roots, e.item)
	case isItem:
		w.mark(e)
		e.owner.add(e.props[:1], e.item)
	case e.parts:
	case strings.TrimSpace(e.value) != "":
		w.mark(e)
		w.b.keep(valueBytes * len(e.props))
		e.owner.add(e.props, e.value)
	}
}

// mark records in the open elements around e what e does to their values. An element with the
// same property has e as its value. The value of a description ends before the first other
// property of the recipe.
func (w *itemWalker) mark(e element) {
	for i := len(w.open) - 1; i >= 0 && w.reading > 0; i-- {
		w.b.spend(1)
		around := &w.open[i]
		if around.owner != e.owner || len(around.props) == 0 {
			continue
		}
		around.parts = around.parts || around.props[0] == e.props[0]
		if kind := recipeTerms[term(e.props[0])]; kind != "" && around.props[0] == "description" {
			around.whole = around.whole || kind == "ingredients" || kind == "steps"
			if around.end == 0 {
				around.end = max(0, e.begin)
			}
		}
	}
}

// recipeTerms maps each property that only a recipe has to its kind.
var recipeTerms = wordTable(map[string]string{
	"ingredients": "recipeingredient ingredients", "steps": "recipeinstructions", "yield": "recipeyield",
	"prep": "preptime", "cook": "cooktime", "total": "totaltime",
})

// placeStrays gives the stray properties to the only recipe of the page, if it lacks them,
// because some pages close the element of their recipe too early. On a page without a recipe,
// the stray properties are one.
func (w *itemWalker) placeStrays() {
	w.stray.group()
	switch len(w.recipes) {
	case 0:
		w.roots = append(w.roots, w.stray)
	case 1:
		has := map[string]bool{"": true}
		for _, m := range w.recipes[0].members {
			has[recipeTerms[term(m.key)]] = true
		}
		for _, m := range w.stray.members {
			if !has[recipeTerms[term(m.key)]] {
				w.recipes[0].members = append(w.recipes[0].members, m)
			}
		}
	}
}

// partTerms are properties whose items often have no properties. The text of such an item's
// element is then its text.
var partTerms = set("recipeingredient ingredients ingredient recipeinstructions instructions step itemlistelement")

// addText adds the text of an item's element, if no property of the item has it.
func (o *object) addText(text string) {
	if strings.TrimSpace(text) == "" {
		return
	}
	for _, m := range o.members {
		switch term(m.key) {
		case "text", "itemlistelement", "step", "steps", "item", "amount":
			return
		}
	}
	o.add([]string{"text"}, text)
}

func (o *object) add(props []string, v any) {
	for _, prop := range props {
		o.members = append(o.members, member{key: prop, val: v})
	}
}

// group turns the members with the same key into one member with a list.
func (o *object) group() {
	at := map[string]int{}
	members := o.members[:0]
	for _, m := range o.members {
		i, ok := at[m.key]
		if !ok {
			at[m.key] = len(members)
			members = append(members, m)
			continue
		}
		if list, ok := members[i].val.([]any); ok {
			members[i].val = append(list, m.val)
		} else {
			members[i].val = []any{members[i].val, m.val}
		}
	}
	o.members = members
}

// write adds to the text of the open properties.
func (w *itemWalker) write(s string) {
	if w.reading > 0 && w.hidden == "" && s != "" {
		w.b.keep(len(s))
		w.text.WriteString(s)
	}
}
