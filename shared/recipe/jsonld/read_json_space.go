package jsonld

import "strings"

// scanner reads the spaces and the texts of JSON. Each byte is read a bounded number of
// times.
type scanner struct {
	b     *budget
	s     string // valid UTF-8
	i     int    // the place of the next byte
	flaws flaws
}

// flaws says what is missing from the values of a text.
type flaws struct {
	cut  bool // the text ended inside a value
	deep bool // values nested too deep were left out
}

// note adds the flaws to an item.
func (f flaws) note(it *Item) {
	if f.cut {
		it.note("the JSON ends early: what came after its last character is missing")
	}
	if f.deep {
		it.note("values that are nested deeper than 64 levels were left out")
	}
}

// after returns the index of the first byte from i on that is no white space.
func (p *scanner) after(i int) int {
	for i < len(p.s) && isSpaceByte(p.s[i]) {
		i++
	}
	return i
}

func isSpaceByte(c byte) bool { return c == ' ' || c == '\n' || c == '\r' || c == '\t' }

// noise is skipped between any two tokens.
var noise = []string{"<![CDATA[", "]]>", "<!--", "-->", "\u00A0", "\uFEFF", "\u200B", "\u2028", "\u2029", "\\n", "\\r", "\\t"}

// space skips white space, comments and noise.
func (p *scanner) space() {
next:
	for p.i < len(p.s) {
		c, rest := p.s[p.i], p.s[p.i:]
		switch {
		case isSpaceByte(c) || c < ' ' || c == 0x7F:
			p.i++
			continue
		case c == '/' && strings.HasPrefix(rest, "/*"):
			p.passComment("*/")
			continue
		case c == '/' && strings.HasPrefix(rest, "//"):
			p.i += 2
			// "//<![CDATA[" may share its line with everything else.
			if r := strings.TrimLeft(rest[2:min(len(rest), 20)], " "); !strings.HasPrefix(r, "<![CDATA[") && !strings.HasPrefix(r, "]]>") {
				p.passComment("\n")
			}
			continue
		}
		if strings.IndexByte("<]-\\\xC2\xE2\xEF", c) < 0 {
			return
		}
		for _, mark := range noise {
			if strings.HasPrefix(rest, mark) {
				p.i += len(mark)
				continue next
			}
		}
		return
	}
}

func (p *scanner) passComment(end string) {
	if n := strings.Index(p.s[p.i:], end); n >= 0 {
		p.i += n + len(end)
	} else {
		p.i = len(p.s)
	}
}

func (p *scanner) spaceAndCommas() {
	for p.space(); p.i < len(p.s) && (p.s[p.i] == ',' || p.s[p.i] == ';'); p.space() {
		p.i++
	}
}
