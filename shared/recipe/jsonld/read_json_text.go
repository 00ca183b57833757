package jsonld

import (
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// place says where a string is, and so what may follow it.
type place int

const (
	inTop place = iota
	inKey
	inObject
	inArray
)

// str reads the string at p.i, whose first byte is its quote.
func (p *scanner) str(in place) string {
	quote := p.s[p.i]
	p.i++
	start := p.i
	var b strings.Builder
	for p.i < len(p.s) {
		switch c := p.s[p.i]; {
		case c == quote && (quote == '\'' || in == inKey || p.ends(p.i+1, in)):
			text := p.s[start:p.i]
			p.i++
			if b.Len() == 0 {
				return text
			}
			b.WriteString(text)
			p.b.keep(b.Len())
			return b.String()
		case c == '\\':
			b.WriteString(p.s[start:p.i])
			b.WriteString(p.escape())
			start = p.i
		default:
			p.i++
		}
	}
	p.flaws.cut = p.flaws.cut || in != inTop
	b.WriteString(p.s[start:])
	p.b.keep(b.Len())
	return b.String()
}

// escape reads the escape at p.i. An unknown escape is the character after its backslash.
func (p *scanner) escape() string {
	p.i++
	if p.i >= len(p.s) {
		return ""
	}
	c := p.s[p.i]
	p.i++
	switch c {
	case 'n':
		return "\n"
	case 'r':
		return "\r"
	case 't':
		return "\t"
	case 'b', 'f':
		return " "
	case 'u':
		r := hex4(p.s[p.i:])
		if r < 0 {
			return "u"
		}
		p.i += 4
		if utf16.IsSurrogate(r) {
			if strings.HasPrefix(p.s[p.i:], `\u`) {
				if pair := utf16.DecodeRune(r, hex4(p.s[p.i+2:])); pair != utf8.RuneError {
					p.i += 6
					return string(pair)
				}
			}
			return "\uFFFD"
		}
		return string(r)
	}
	return string([]byte{c})
}

// hex4 returns the four hexadecimal digits that s starts with, or -1.
func hex4(s string) rune {
	if len(s) < 4 {
		return -1
	}
	n, err := strconv.ParseUint(s[:4], 16, 16)
	if err != nil {
		return -1
	}
	return rune(n)
}

// ends reports whether the quote before i ends its string. In valid JSON, a comma, a bracket
// or the end follows such a quote. Before anything else the quote is text, as in "a 9" pan".
func (p *scanner) ends(i int, in place) bool {
	if in == inTop {
		return true
	}
	j := p.after(i)
	if j >= len(p.s) {
		return true
	}
	switch p.s[j] {
	case '}', ']':
		return true
	case '/':
		return strings.HasPrefix(p.s[j:], "//") || strings.HasPrefix(p.s[j:], "/*")
	case '"': // a missing comma, if a new line or a key begins
		return in == inArray && strings.Contains(p.s[i:j], "\n") || in == inObject && p.keyAt(j)
	case '{':
		return in == inArray && strings.Contains(p.s[i:j], "\n")
	case ',':
	default:
		return false
	}
	for j < len(p.s) && p.s[j] == ',' {
		j = p.after(j + 1)
	}
	switch {
	case j >= len(p.s):
		return true
	case strings.IndexByte("}]/", p.s[j]) >= 0:
		return true
	case in == inObject:
		return p.keyAt(j)
	}
	return strings.IndexByte("\"'{[-0123456789tfnN", p.s[j]) >= 0
}

// keyAt reports whether a key and its value begin at i.
func (p *scanner) keyAt(i int) bool {
	const longest = 100 // bytes; bounds the look ahead
	s := p.s[i:min(len(p.s), i+longest)]
	var rest string
	if q := s[0]; q == '"' || q == '\'' {
		end := strings.IndexByte(s[1:], q)
		if end < 0 {
			return len(s) == longest // probably a long key
		}
		rest = strings.TrimLeft(s[end+2:], " \t\r\n")
		return rest == "" || rest[0] == ':'
	}
	n := 0
	for n < len(s) && isNameByte(s[n]) {
		n++
	}
	rest, ok := strings.CutPrefix(strings.TrimLeft(s[n:], " \t"), ":")
	rest = strings.TrimLeft(rest, " \t")
	return n > 0 && ok && rest != "" && strings.IndexByte("\"'{[-0123456789", rest[0]) >= 0
}

// bare reads a value without quotes: a number, true, false, null or a word like it, or a text
// without its quotes.
func (p *scanner) bare() any {
	start := p.i
	for p.i < len(p.s) && strings.IndexByte(",]}\n\r", p.s[p.i]) < 0 {
		p.i++
	}
	if p.i == start {
		p.i++ // a stray bracket or line end
		return nil
	}
	word := strings.TrimSpace(p.s[start:p.i])
	switch strings.ToLower(clip(word, 20)) {
	case "null", "nan", "undefined", "none", "infinity", "-infinity", "":
		return nil
	case "true":
		return true
	case "false":
		return false
	}
	if strings.Trim(word, "0123456789+-.eE") == "" && strings.ContainsAny(word, "0123456789") {
		return number(word)
	}
	return word
}
