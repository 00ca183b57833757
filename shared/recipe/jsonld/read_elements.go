package jsonld

import "strings"

// end closes the element that an end tag belongs to, and the open elements inside it.
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
			return // a stray tag: as in HTML, it closes no element around a block or a table
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

// endImplied closes the open element ended, because the start tag next implies its end. It
// does not look beyond a list, a table or a block around next.
func (w *itemWalker) endImplied(ended, next string) {
	for i := len(w.open) - 1; i >= 0 && i > len(w.open)-12; i-- {
		switch tag := w.open[i].tag; {
		case tag == ended:
			w.closeTo(i)
			return
		case tag == "ul" || tag == "ol" || tag == "dl" || tag == "table" || blockTags[tag] && next != "li":
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

// softBreaks turns line ends into spaces, because a line end in HTML begins no new line.
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
