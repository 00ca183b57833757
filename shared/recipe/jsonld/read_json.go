package jsonld

import (
	"html"
	"strings"
)

// maxDepth is how deep values may be nested. Deeper values are left out.
const maxDepth = 64

// parser reads JSON, and broken JSON as sites publish it: with raw line ends and unescaped
// quotes in strings, with trailing, doubled and missing commas, comments, CDATA marks, single
// quotes, keys without quotes, NaN, text around the value, or without its end. It reads valid
// JSON as other parsers do. Objects keep the order of their members, and repeated keys.
type parser struct {
	scanner
	arrays    int // how many arrays are open: a stray ] may end one of them
	unescaped bool
}

// parseJSON returns the values of a text in order. Most texts have one, some have several. It
// also reads JSON inside a JSON string, and JSON with &quot; for its quotes. A text without
// JSON has no values.
func parseJSON(b *budget, text string) ([]any, flaws) {
	p := &parser{scanner: scanner{b: b, s: text}}
	roots := p.top()
	if inner, ok := onlyText(roots); ok {
		p = &parser{scanner: scanner{b: b, s: inner}}
		roots = p.top()
	}
	if _, ok := onlyText(roots); ok {
		roots = nil // text, not a document
	}
	return roots, p.flaws
}

func onlyText(roots []any) (string, bool) {
	if len(roots) != 1 {
		return "", false
	}
	s, ok := roots[0].(string)
	return s, ok
}

func (p *parser) top() []any {
	var roots []any
	p.b.spend(len(p.s))
	for {
		p.space()
		if p.i >= len(p.s) {
			return roots
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
	}
}

// unescape removes the escapes of HTML, or of a JavaScript string, from the whole text. It
// does so at most once.
func (p *parser) unescape() {
	head := strings.TrimLeft(p.s[p.i+1:min(len(p.s), p.i+64)], " \t\r\n[{")
	switch {
	case p.unescaped:
	case strings.HasPrefix(head, "&quot;"), strings.HasPrefix(head, "&#34;"), strings.HasPrefix(head, "&#034;"):
		p.b.keep(len(p.s))
		p.s, p.i, p.unescaped = html.UnescapeString(p.s[p.i:]), 0, true
	case strings.HasPrefix(head, `\"`):
		quoted := &scanner{b: p.b, s: `"` + p.s[p.i:]}
		p.s, p.i, p.unescaped = quoted.str(inTop), 0, true
	}
}

// value reads an object or an array.
func (p *parser) value(depth int) any {
	p.b.keep(valueBytes)
	switch {
	case depth >= maxDepth:
		p.flaws.deep = true
		p.skipNested()
		return nil
	case p.s[p.i] == '{':
		return p.object(depth)
	default:
		return p.array(depth)
	}
}

// member reads a value inside an object or an array.
func (p *parser) member(depth int, in place) any {
	switch p.s[p.i] {
	case '{', '[':
		return p.value(depth + 1)
	case '"', '\'':
		p.b.keep(valueBytes)
		return p.str(in)
	}
	p.b.keep(valueBytes)
	return p.bare()
}

func (p *parser) object(depth int) *object {
	p.i++
	o := &object{}
	for {
		p.spaceAndCommas()
		switch {
		case p.i >= len(p.s):
			p.flaws.cut = true
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
		}
		key, ok := p.key()
		if !ok {
			p.i++
			continue
		}
		p.space()
		if p.i >= len(p.s) || p.s[p.i] != ':' {
			continue // a value without a key is skipped
		}
		p.i++
		p.space()
		if p.i >= len(p.s) {
			p.flaws.cut = true
			return o
		}
		if c := p.s[p.i]; c == ',' || c == '}' || c == ']' {
			continue
		}
		o.members = append(o.members, member{key: key, val: p.member(depth, inObject)})
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

func (p *parser) array(depth int) []any {
	p.i++
	p.arrays++
	defer func() { p.arrays-- }()
	list := []any{}
	for {
		p.spaceAndCommas()
		switch {
		case p.i >= len(p.s):
			p.flaws.cut = true
			return list
		case p.s[p.i] == ']':
			p.i++
			return list
		case p.s[p.i] == '}':
			return list // the ] is missing
		case p.s[p.i] == ':':
			p.i++
			continue
		}
		list = append(list, p.member(depth, inArray))
	}
}

// skipNested skips a value that is nested too deep, without recursion.
func (p *parser) skipNested() {
	open := 0
	for p.i < len(p.s) {
		switch p.s[p.i] {
		case '{', '[':
			open++
		case '}', ']':
			open--
		case '"':
			p.str(inArray)
			continue
		}
		p.i++
		if open == 0 {
			return
		}
	}
	p.flaws.cut = true
}
