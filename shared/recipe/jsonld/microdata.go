package jsonld

import (
	"strings"

	xhtml "golang.org/x/net/html"
)

// microdata reads the items of a page that are marked up in its text: microdata
// (https://html.spec.whatwg.org/multipage/microdata.html) and the same in RDFa
// Lite, where typeof, property and content stand for itemscope, itemprop and the
// value. It returns the outermost items as the objects that JSON-LD would have.
func microdata(text string) []any {
	lower := strings.ToLower(text)
	if !strings.Contains(lower, "itemscope") && !strings.Contains(lower, "typeof") {
		return nil
	}
	w := &itemWalker{z: xhtml.NewTokenizer(strings.NewReader(text)), open: map[string]int{}}
	for {
		switch kind := w.z.Next(); kind {
		case xhtml.ErrorToken:
			w.popTo(0)
			return w.roots
		case xhtml.TextToken:
			if w.captures > 0 && w.hidden == "" {
				w.text.WriteString(strings.Map(softBreak, string(w.z.Raw())))
			}
		case xhtml.StartTagToken, xhtml.SelfClosingTagToken:
			name, more := w.z.TagName()
			w.start(string(name), attributes(w.z, more))
		case xhtml.EndTagToken:
			name, _ := w.z.TagName()
			w.end(string(name))
		}
	}
}

// softBreak: line ends in HTML text are white space.
func softBreak(c rune) rune {
	if c == '\n' || c == '\r' || c == lineBreak || c == groupBreak {
		return ' '
	}
	return c
}

// groupBreak is a break that elements such as div make: between the steps of a
// text, but not between the parts of one ingredient.
const groupBreak = '\x1d'

const (
	maxOpen     = 400 // elements
	maxCaptures = 8   // properties inside properties whose text is read
)

// itemWalker follows the open elements of a page.
type itemWalker struct {
	z        *xhtml.Tokenizer
	stack    []element
	open     map[string]int // how often each tag stands on the stack
	items    []*object      // the open items
	roots    []any
	text     strings.Builder // of the open properties; each knows where it began
	captures int
	hidden   string
}

type element struct {
	tag   string
	item  *object  // the item that this element is
	props []string // the properties of the item around whose value it holds
	owner *object  // that item
	value string   // from an attribute
	begin int      // where its text begins; -1 when its text is not read
}

func (w *itemWalker) start(tag string, attrs map[string]string) {
	if hiddenTags[tag] && tag != "object" && tag != "iframe" {
		w.hidden = tag
	}
	for _, open := range impliedEnds[tag] {
		w.endImplied(open, tag)
	}
	if w.captures > 0 {
		switch {
		case tag == "br" || tag == "p" || tag == "li" || tag == "tr" || len(tag) == 2 && tag[0] == 'h':
			w.text.WriteRune(lineBreak)
		case blockTags[tag]:
			w.text.WriteRune(groupBreak)
		case tag == "sup" || tag == "td":
			w.text.WriteByte(' ')
		}
	}
	e := element{tag: tag, begin: -1}
	_, scoped := attrs["itemscope"]
	kind := attrs["itemtype"]
	if t, ok := attrs["typeof"]; ok {
		scoped, kind = true, t
	}
	if n := len(w.items); n > 0 {
		e.owner = w.items[n-1]
		e.props = strings.Fields(attrs["itemprop"] + " " + attrs["property"])
	}
	if scoped {
		e.item = &object{members: []member{{"@type", kind}}}
	}
	if len(e.props) > 0 && e.item == nil {
		var ok bool
		if e.value, ok = attributeValue(tag, e.props[0], attrs); !ok && w.captures < maxCaptures && !voidTags[tag] {
			e.begin = w.text.Len()
			w.captures++
		}
	}
	if voidTags[tag] || len(w.stack) >= maxOpen {
		if e.begin < 0 {
			w.close(e)
		} else {
			w.captures--
		}
		return
	}
	if e.item != nil {
		w.items = append(w.items, e.item)
	}
	w.stack = append(w.stack, e)
	w.open[tag]++
}

func (w *itemWalker) end(tag string) {
	if w.hidden == tag {
		w.hidden = ""
	}
	if w.open[tag] == 0 {
		return
	}
	i := len(w.stack) - 1
	for w.stack[i].tag != tag {
		i--
	}
	w.popTo(i)
}

// impliedEnds names the elements that a start tag ends, as their end tags may be
// left out.
var impliedEnds = map[string][]string{
	"li": {"li"}, "p": {"p"}, "dd": {"dd", "dt"}, "dt": {"dd", "dt"}, "tr": {"tr"}, "td": {"td", "th"}, "th": {"td", "th"},
	"ul": {"p"}, "ol": {"p"}, "div": {"p"}, "section": {"p"}, "h1": {"p"}, "h2": {"p"}, "h3": {"p"}, "h4": {"p"},
}

// endImplied ends an open element when only inline elements, or its own content,
// stand above it.
func (w *itemWalker) endImplied(open, by string) {
	if w.open[open] == 0 {
		return
	}
	for i := len(w.stack) - 1; i >= 0 && i > len(w.stack)-12; i-- {
		switch tag := w.stack[i].tag; {
		case tag == open:
			w.popTo(i)
			return
		case tag == "ul" || tag == "ol" || tag == "dl" || tag == "table" || blockTags[tag] && by != "li":
			return
		}
	}
}

// popTo closes the elements from the top of the stack down to index i.
func (w *itemWalker) popTo(i int) {
	for n := len(w.stack) - 1; n >= i; n-- {
		e := w.stack[n]
		w.stack = w.stack[:n]
		w.open[e.tag]--
		if e.item != nil {
			w.items = w.items[:len(w.items)-1]
		}
		if e.begin >= 0 {
			e.value = w.text.String()[e.begin:]
			if w.captures--; w.captures == 0 {
				w.text = strings.Builder{}
			}
		}
		w.close(e)
	}
}

// close gives the value of an element to the item it belongs to.
func (w *itemWalker) close(e element) {
	if e.item != nil {
		e.item.group()
		if e.owner == nil || len(e.props) == 0 {
			w.roots = append(w.roots, e.item)
			return
		}
	}
	for _, prop := range e.props {
		switch {
		case e.item != nil:
			e.owner.members = append(e.owner.members, member{prop, e.item})
		case strings.TrimSpace(e.value) != "":
			breaks := string(lineBreak)
			if t := term(prop); t == "recipeingredient" || t == "ingredients" || t == "ingredient" || t == "name" {
				breaks = " "
			}
			e.owner.members = append(e.owner.members, member{prop, strings.ReplaceAll(e.value, string(groupBreak), breaks)})
		}
	}
}

// group makes one member with a list of members with the same key.
func (o *object) group() {
	at := map[string]int{}
	var members []member
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
