package jsonld

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/unicode/norm"
)

// Marks, inside this package, of the breaks that HTML asks for.
const (
	// lineBreak is that of br, p, li and such.
	lineBreak = '\x1e'
	// groupBreak is that of elements such as div: between the steps of a text, but
	// not between the parts of one ingredient.
	groupBreak = '\x1d'
	// inlineStart and inlineEnd are tags that break nothing, but may stand between
	// two words that only the page's style sets apart.
	inlineStart = '\x1c'
	inlineEnd   = '\x1f'
)

// lines parts plain text at the breaks that HTML asked for, and at its line ends
// unless those are fewer: then they only fit HTML to a width.
func lines(text string) []string {
	text = strings.TrimSpace(text)
	breaks, ends := 0, 0
	last := lineBreak
	for _, c := range text {
		switch {
		case c == lineBreak:
			breaks++
			if last == '\n' {
				ends-- // the end of a line where HTML breaks it anyway
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

// fold makes one line of s: every run of white space is one space, marks that
// cannot be seen are gone. The result is trimmed and in normalization form C.
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
		if gap || (restarted || ended && unicode.IsDigit(last) != unicode.IsDigit(c)) && isWordRune(last) && isWordRune(c) {
			b.WriteByte(' ')
		}
		b.WriteRune(c)
		gap, ended, restarted, last = false, false, false, c
	}
	return strings.TrimSpace(norm.NFC.String(b.String()))
}

// isInvisible: control characters, soft hyphens, zero-width spaces, and marks
// that turn the reading direction, which belong to the page the text stood on.
// Joiners stay: Persian and emoji are written with them.
func isInvisible(c rune) bool {
	switch {
	case unicode.IsControl(c), c == '\u00AD', c == '\u200B', c == '\u2060', c == '\uFEFF':
		return true
	}
	return c == '\u200E' || c == '\u200F' || c >= '\u202A' && c <= '\u202E' || c >= '\u2066' && c <= '\u2069'
}

// mend turns UTF-8 that was read as windows-1252 back: "Â½" is ½ and "â€™" is ’.
// Only what is certain is mended: a whole character of two to four bytes, and
// leads that do not stand before such marks in any language.
func mend(s string) string {
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

// mendAt returns the character that s begins with when it was misread, and the
// length of the misreading.
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

// leadingMarks removes the bullets and boxes that lists are drawn with.
func leadingMarks(s string) string {
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

// thousands writes a number with its thousands set off.
func thousands(n int) string {
	s := strconv.Itoa(n)
	if len(s) > 3 {
		s = s[:len(s)-3] + "," + s[len(s)-3:]
	}
	return s
}

func isDigit(c rune) bool { return c >= '0' && c <= '9' }
