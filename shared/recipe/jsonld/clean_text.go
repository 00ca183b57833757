package jsonld

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/unicode/norm"
)

// This package marks the breaks of HTML in a text with these characters.
const (
	// lineBreak stands for br, p, li and similar elements.
	lineBreak = '\x1e'
	// groupBreak stands for elements such as div. It separates the steps of a text, but not
	// the parts of one ingredient.
	groupBreak = '\x1d'
	// inlineStart and inlineEnd stand for inline elements. They may be between two words
	// that only the page's style separates.
	inlineStart = '\x1c'
	inlineEnd   = '\x1f'
)

// lines splits plain text at the breaks of HTML and at its line ends. When the text has fewer
// line ends than breaks, the line ends only wrap the HTML, and lines ignores them.
func lines(text string) []string {
	text = strings.TrimSpace(text)
	breaks, ends := 0, 0
	last := lineBreak
	for _, c := range text {
		switch {
		case c == lineBreak:
			breaks++
			if last == '\n' {
				ends-- // a line end before a break of HTML is no other break
			}
		case c == '\n' && last != '\n' && last != lineBreak:
			ends++
		}
		if !unicode.IsSpace(c) || c == '\n' {
			last = c
		}
	}
	isBreak := func(c rune) bool { return c == lineBreak || c == '\n' && ends >= breaks }
	var list []string
	for line := range strings.FieldsFuncSeq(text, isBreak) {
		if line = fold(line); line != "" {
			list = append(list, line)
		}
	}
	return list
}

// fold returns s as one line: with one space for each run of white space, without invisible
// characters, trimmed and in normalization form C.
func fold(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	gap, ended, restarted := false, false, false
	last := ' '
	for _, c := range s {
		switch {
		case unicode.IsSpace(c) || c == lineBreak || c == groupBreak || c == '\u2028' || c == '\u2029':
			gap = b.Len() > 0
			continue
		case c == inlineEnd:
			ended = true
			continue
		case c == inlineStart:
			ended, restarted = true, ended
			continue
		case isInvisible(c):
			continue
		}
		if gap && !(ended && c == ',') || (restarted || ended && unicode.IsDigit(last) != unicode.IsDigit(c)) && isWordRune(last) && isWordRune(c) {
			b.WriteByte(' ')
		}
		b.WriteRune(c)
		gap, ended, restarted, last = false, false, false, c
	}
	return strings.TrimSpace(norm.NFC.String(b.String()))
}

// isInvisible reports whether c is a control character, a soft hyphen, a zero-width space, or
// a control of the reading direction. Joiners are not: Persian and emoji need them.
func isInvisible(c rune) bool {
	switch {
	case unicode.IsControl(c), c == '\u00AD', c == '\u200B', c == '\u2060', c == '\uFEFF':
		return true
	}
	return c == '\u200E' || c == '\u200F' || c >= '\u202A' && c <= '\u202E' || c >= '\u2066' && c <= '\u2069'
}

// repair restores UTF-8 that was read as windows-1252: "Â½" becomes ½, and "â€™" becomes ’.
// It changes only whole characters of two to four bytes, and only after leads, which no
// language writes before such signs.
func repair(s string) string {
	const leads = "ÂÃâð"
	if !strings.ContainsAny(s, leads) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		c, n := utf8.DecodeRuneInString(s[i:])
		if mended, length := mendAt(s[i:]); length > 0 && strings.ContainsRune(leads, c) {
			c, n = mended, length
		}
		b.WriteRune(c)
		i += n
	}
	return b.String()
}

// mendAt returns the character that was misread at the beginning of s, and the number of bytes
// that it takes in s. The number is 0 when there is none.
func mendAt(s string) (rune, int) {
	var raw [utf8.UTFMax]byte
	n := 0
	for i, c := range s {
		code, ok := charmap.Windows1252.EncodeRune(c)
		if c >= 0x80 && c < 0xA0 {
			code, ok = byte(c), true // the five bytes that windows-1252 leaves out
		}
		if !ok || code < 0x80 || n == len(raw) {
			break
		}
		raw[n] = code
		n++
		if r, size := utf8.DecodeRune(raw[:n]); r != utf8.RuneError && size == n && n > 1 {
			return r, i + utf8.RuneLen(c)
		}
	}
	return 0, 0
}

// clip cuts s to at most n characters.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for i := range s {
		if n == 0 {
			return strings.TrimSpace(s[:i])
		}
		n--
	}
	return s
}

// leadingMarks removes bullets, boxes and the marks of a Markdown heading at the beginning of
// s. Of **bold** text at the beginning it removes both marks.
func leadingMarks(s string) string {
	if bold, ok := strings.CutPrefix(s, "**"); ok {
		s = strings.Replace(bold, "**", "", 1)
	}
	if heading := strings.TrimLeft(s, "#"); strings.HasPrefix(heading, " ") {
		s = heading
	}
	trimmed := strings.TrimLeft(s, "•·▢□☐✓✔▪▫●○◦‣∙*►▶–—| ")
	if rest, ok := strings.CutPrefix(trimmed, "- "); ok {
		trimmed = strings.TrimLeft(rest, " ")
	}
	return trimmed
}

func isWordRune(c rune) bool { return unicode.IsLetter(c) || unicode.IsDigit(c) }

func isLink(s string) bool {
	return (strings.HasPrefix(s, "http://") || strings.HasPrefix(s, "https://")) && !strings.ContainsRune(s, ' ')
}

func isNameByte(c byte) bool {
	return c == '_' || c == '$' || c == '@' || c == '-' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

// thousands returns a number below a million with a comma, such as 4,000.
func thousands(n int) string {
	s := strconv.Itoa(n)
	if len(s) > 3 {
		s = s[:len(s)-3] + "," + s[len(s)-3:]
	}
	return s
}

func isDigit(c rune) bool { return c >= '0' && c <= '9' }
