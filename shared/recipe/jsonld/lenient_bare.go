package jsonld

import "strings"

// bare reads a value without quotes: a number, true, false, null and its
// relatives, or text that somebody forgot to quote.
func (p *parser) bare() any {
	start := p.i
	for p.i < len(p.s) && !strings.ContainsRune(",]}\n\r", rune(p.s[p.i])) {
		p.i++
	}
	if p.i == start {
		p.i++ // a stray closing mark: go on behind it
		return nil
	}
	word := strings.TrimSpace(p.s[start:p.i])
	switch strings.ToLower(word) {
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

// skipNested passes over a value that is nested too deep, without recursion.
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
	p.cut = true
}
