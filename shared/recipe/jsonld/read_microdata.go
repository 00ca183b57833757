package jsonld

import (
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
	w := &itemWalker{b: b}
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
	return w.roots
}

// itemWalker follows the open elements of a page.
type itemWalker struct {
	b       *budget
	roots   []any
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
	begin int     // the begin of its value in itemWalker.text, -1 when the value is elsewhere
	end   int     // the end of its value, when the recipe's other properties follow inside it
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

func (w *itemWalker) end(tag string) {
	if w.hidden == tag {
		w.hidden = ""
	}
	if inlineTags[tag] && tag != "sup" && tag != "sub" {
		w.write(string(inlineEnd))
	}
	for i := len(w.open) - 1; i >= 0; i-- {
		w.b.spend(1)
		switch open := w.open[i].tag; {
		case open == tag || isHeading(open) && isHeading(tag):
			w.closeTo(i)
			return
		case blockTags[open] && !blockTags[tag] && !tableTags[tag], tableTags[open] && !tableTags[tag]:
			return // the tag is stray: as in HTML, it ends nothing around a block or a table
		}
	}
}

var tableTags = set("table caption thead tbody tfoot tr td th")

func isHeading(tag string) bool { return len(tag) == 2 && tag[0] == 'h' && isDigit(rune(tag[1])) }

// impliedEnds lists the elements that a start tag ends, because a page may leave out their end
// tags.
var impliedEnds = map[string][]string{
	"li": {"li"}, "p": {"p"}, "dd": {"dd", "dt"}, "dt": {"dd", "dt"}, "tr": {"tr"}, "td": {"td", "th"}, "th": {"td", "th"},
	"ul": {"p"}, "ol": {"p"}, "div": {"p"}, "section": {"p"}, "h1": {"p"}, "h2": {"p"}, "h3": {"p"}, "h4": {"p"},
}

// endImplied ends the open element ended before the start tag by. It stops at a list, a table
// or a block around that tag.
func (w *itemWalker) endImplied(ended, by string) {
	for i := len(w.open) - 1; i >= 0 && i > len(w.open)-12; i-- {
		switch tag := w.open[i].tag; {
		case tag == ended:
			w.closeTo(i)
			return
		case tag == "ul" || tag == "ol" || tag == "dl" || tag == "table" || blockTags[tag] && by != "li":
			return
		}
	}
}

// closeTo closes the open elements from the innermost one to the one at index i.
func (w *itemWalker) closeTo(i int) {
	for n := len(w.open) - 1; n >= i; n-- {
		e := w.open[n]
		w.open = w.open[:n]
		w.close(e)
	}
}

// close adds the value of an element to its owner.
func (w *itemWalker) close(e element) {
	if e.begin >= 0 {
		e.value = w.text.String()[e.begin:]
		if e.end > 0 {
			e.value = e.value[:e.end-e.begin]
		}
		if w.reading--; w.reading == 0 {
			w.text = strings.Builder{}
		}
	}
	isItem := e.item != e.owner
	if isItem {
		e.item.group()
	}
	switch {
	case isItem && len(e.props) == 0:
		w.roots = append(w.roots, e.item)
	case isItem:
		e.owner.add(e.props[:1], e.item)
	case e.parts:
	case strings.TrimSpace(e.value) != "":
		for i := len(w.open) - 1; i >= 0 && w.reading > 0; i-- {
			w.b.spend(1)
			around := &w.open[i]
			if around.owner != e.owner || len(around.props) == 0 {
				continue
			}
			around.parts = around.parts || around.props[0] == e.props[0]
			if around.end == 0 && around.props[0] == "description" && ownText[term(e.props[0])] {
				around.end = max(0, e.begin)
			}
		}
		w.b.keep(valueBytes * len(e.props))
		e.owner.add(e.props, e.value)
	}
}

// ownText are the properties whose text is no part of a description around them.
var ownText = set("recipeingredient ingredients recipeinstructions recipeyield preptime cooktime totaltime")

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

// softBreaks turns line ends into spaces, because in HTML they break no line.
var softBreaks = strings.NewReplacer("\n", " ", "\r", " ", string(lineBreak), " ", string(groupBreak), " ")

// breakBefore returns what separates the text of an element from the text before it.
func breakBefore(tag string) string {
	switch {
	case tag == "br" || tag == "p" || tag == "li" || tag == "tr" || len(tag) == 2 && tag[0] == 'h':
		return string(lineBreak)
	case blockTags[tag]:
		return string(groupBreak)
	case tag == "sup" || tag == "td" || tag == "th":
		return " "
	case inlineTags[tag] && tag != "sub":
		return string(inlineStart)
	}
	return ""
}
