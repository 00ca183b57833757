package store

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Folding makes texts equal that a person who searches takes for equal: "Crème
// Brûlée" and "creme brulee", "Straße" and "strasse", full-width and plain letters.
// It is written with package norm alone; package cases would add its language
// tables to the binary for three letters more.

// letters have no decomposition in Unicode, and yet people type them as on the
// right when their keyboard lacks them.
var letters = map[rune]string{
	'ß': "ss", 'ø': "o", 'ł': "l", 'đ': "d", 'ð': "d", 'þ': "th", 'æ': "ae", 'œ': "oe",
	'ħ': "h", 'ı': "i", 'ŋ': "n", 'ŧ': "t", 'ĸ': "k", 'ς': "σ",
}

// fold returns s in lower case, without accents, with compatibility characters
// replaced and runs of white space made one space.
func fold(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	space := false
	for _, c := range norm.NFKD.String(s) {
		c = unicode.ToLower(c)
		switch {
		case unicode.IsSpace(c):
			space = b.Len() > 0
			continue
		case isAccent(c):
			continue
		}
		if space {
			b.WriteByte(' ')
			space = false
		}
		if l := letters[c]; l != "" {
			b.WriteString(l)
		} else {
			b.WriteRune(c)
		}
	}
	return norm.NFC.String(b.String())
}

// isAccent reports whether c is a mark that may be left out: the accents of Latin,
// Greek and Cyrillic, the points of Hebrew and Arabic. The marks of other scripts
// are their vowels, and those of kana make another letter.
func isAccent(c rune) bool {
	return c >= '\u0300' && unicode.Is(unicode.Mn, c) && c != '\u3099' && c != '\u309A' &&
		unicode.In(c, unicode.Inherited, unicode.Hebrew, unicode.Arabic)
}

// titleKey is the value that orders titles. Firestore orders by the first 1,500
// bytes of a string only, so the key ends before that.
func titleKey(title string) string {
	return first(fold(title), 300)
}

// first returns the first n characters of s.
func first(s string, n int) string {
	for i := range s {
		if n == 0 {
			return s[:i]
		}
		n--
	}
	return s
}
