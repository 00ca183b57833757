package store

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// letters have no decomposition in Unicode. People whose keyboard lacks one type the text
// on the right.
var letters = map[rune]string{
	'ß': "ss", 'ø': "o", 'ł': "l", 'đ': "d", 'ð': "d", 'þ': "th", 'æ': "ae", 'œ': "oe",
	'ħ': "h", 'ı': "i", 'ŋ': "n", 'ŧ': "t", 'ĸ': "k", 'ς': "σ",
}

// fold returns s in lower case and without accents. It replaces compatibility characters,
// such as full-width letters, and makes one space of each run of white space. So texts
// that a searching person takes for equal become equal: "Crème Brûlée" and "creme brulee",
// "Straße" and "strasse". Package cases would do the same for three letters more, with its
// language tables in the binary.
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

// isAccent reports whether c is a mark that a person may leave out: an accent of Latin,
// Greek or Cyrillic, or a point of Hebrew or Arabic. In other scripts marks are vowels, and
// in kana they make another letter.
func isAccent(c rune) bool {
	return c >= '\u0300' && unicode.Is(unicode.Mn, c) && c != '\u3099' && c != '\u309A' &&
		unicode.In(c, unicode.Inherited, unicode.Hebrew, unicode.Arabic)
}

// titleKey returns the value that orders titles. Firestore orders by the first 1,500 bytes
// of a string only, so the key is shorter.
func titleKey(title string) string {
	return firstRunes(fold(title), 300)
}

// firstRunes returns the first n characters of s.
func firstRunes(s string, n int) string {
	for i := range s {
		if n == 0 {
			return s[:i]
		}
		n--
	}
	return s
}
