package jsonld

import (
	"fmt"
	"html"
	"strings"
)

const (
	maxDepth = 64
	// maxNodes bounds memory: a recipe has some hundred values, a page of a
	// hundred recipes some ten thousand.
	maxNodes = 400_000
)

// parser reads JSON and what sites publish in its place: raw line ends and
// unescaped quotes in strings, trailing, doubled and missing commas, comments and
// CDATA marks, single quotes, bare keys, NaN, text around the value, a text that
// ends early. Valid JSON means to it what it means to everybody.
//
// Each byte is looked at a bounded number of times.
type parser struct {
	s      string
	i      int
	nodes  int
	arrays int // open arrays: says whose a stray ] is
	cut    bool
	deep   bool

	unescaped bool
}

// parseState says how well the text could be read.
type parseState struct {
	cut   bool // it ended inside a value
	deep  bool // values nested too deep were left out
	nodes int
}

// note tells the sender what the text lost.
func (s parseState) note(it *Item) {
	if s.cut {
		it.note("the JSON ends early: what came after its last character is missing")
	}
	if s.deep {
		it.note("values that are nested deeper than " + comma(maxDepth) + " levels were left out")
	}
}

// parseJSON returns all values of a text, in order: most texts hold one, some
// several in a row. JSON inside a JSON string is unpacked, and so is JSON whose
// quotes are written as &quot;. No value at all is no error.
func parseJSON(text string) ([]any, parseState, error) {
	p := &parser{s: text}
	roots, err := p.top()
	if len(roots) == 1 && err == nil {
		if inner, ok := roots[0].(string); ok {
			p = &parser{s: inner}
			roots, err = p.top()
		}
	}
	// One string is left: text, not a document.
	if len(roots) == 1 && err == nil {
		if _, ok := roots[0].(string); ok {
			roots = nil
		}
	}
	return roots, parseState{cut: p.cut, deep: p.deep, nodes: p.nodes}, err
}

func (p *parser) top() ([]any, error) {
	var roots []any
	for {
		p.space()
		if p.i >= len(p.s) {
			return roots, nil
		}
		switch c := p.s[p.i]; {
		case c == '{' || c == '[':
			p.unescape()
			roots = append(roots, p.value(0))
		case c == '"' && len(roots) == 0:
			roots = append(roots, p.str(inTop))
		default:
			p.i++ // text around the value, such as "var data =" or a closing ";"
		}
		if p.nodes > maxNodes {
			return nil, fmt.Errorf("%w: it has more values than a document of %d recipes can need", ErrTooLarge, MaxItems)
		}
	}
}

// unescape undoes HTML escaping, or escaping for a JavaScript string, of the
// whole text, once.
func (p *parser) unescape() {
	head := strings.TrimLeft(p.s[p.i+1:min(len(p.s), p.i+64)], " \t\r\n[{")
	switch {
	case p.unescaped:
	case strings.HasPrefix(head, "&quot;"), strings.HasPrefix(head, "&#34;"), strings.HasPrefix(head, "&#034;"):
		p.s, p.i, p.unescaped = html.UnescapeString(p.s[p.i:]), 0, true
	case strings.HasPrefix(head, `\"`):
		quoted := &parser{s: `"` + p.s[p.i:]}
		p.s, p.i, p.unescaped = quoted.str(inTop), 0, true
	}
}

func (p *parser) value(depth int) any {
	p.nodes++
	if p.nodes > maxNodes {
		p.i = len(p.s)
		return nil
	}
	switch c := p.s[p.i]; {
	case depth >= maxDepth && (c == '{' || c == '['):
		p.deep = true
		p.skipNested()
		return nil
	case c == '{':
		return p.object(depth)
	case c == '[':
		return p.array(depth)
	}
	return nil
}

// member reads a value inside an object or an array.
func (p *parser) member(depth int, in place) any {
	switch p.s[p.i] {
	case '{', '[':
		return p.value(depth + 1)
	case '"', '\'':
		p.nodes++
		return p.str(in)
	}
	p.nodes++
	return p.bare()
}

func (p *parser) object(depth int) *object {
	p.i++
	o := &object{}
	for {
		p.spaceAndCommas()
		switch {
		case p.i >= len(p.s):
			p.cut = true
			return o
		case p.s[p.i] == '}':
			p.i++
			return o
		case p.s[p.i] == ']':
			if p.arrays > 0 {
				return o // the } is missing
			}
			p.i++
			continue
		case p.nodes > maxNodes:
			return o
		}
		key, ok := p.key()
		if !ok {
			p.i++
			continue
		}
		p.space()
		if p.i >= len(p.s) || p.s[p.i] != ':' {
			p.nodes++
			continue // a value without a key says nothing
		}
		p.i++
		p.space()
		if p.i >= len(p.s) {
			p.cut = true
			return o
		}
		if c := p.s[p.i]; c == ',' || c == '}' || c == ']' {
			continue
		}
		o.members = append(o.members, member{key, p.member(depth, inObject)})
	}
}

func (p *parser) key() (string, bool) {
	if c := p.s[p.i]; c == '"' || c == '\'' {
		return p.str(inKey), true
	}
	start := p.i
	for p.i < len(p.s) && isNameByte(p.s[p.i]) {
		p.i++
	}
	return p.s[start:p.i], p.i > start
}

func isNameByte(c byte) bool {
	return c == '_' || c == '$' || c == '@' || c == '-' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

func (p *parser) array(depth int) []any {
	p.i++
	p.arrays++
	defer func() { p.arrays-- }()
	list := []any{}
	for {
		p.spaceAndCommas()
		switch {
		case p.i >= len(p.s):
			p.cut = true
			return list
		case p.s[p.i] == ']':
			p.i++
			return list
		case p.s[p.i] == '}':
			return list // the ] is missing
		case p.s[p.i] == ':':
			p.i++
			continue
		case p.nodes > maxNodes:
			return list
		}
		list = append(list, p.member(depth, inArray))
	}
}
