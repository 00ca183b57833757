package store

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxWord is how many characters of a word count. The rest of a longer word is ignored. It
// bounds the prefixes that one word has.
const maxWord = 15

// words calls yield with each folded word of s. A word is a run of letters, digits and
// marks, cut to maxWord. In scripts that put no spaces between words it is a whole run of
// such characters, and unspaced is true. The sign & is the word "and". An "'s" at the end
// of a word is left out.
func words(s string, yield func(word string, unspaced bool)) {
	start, kind := 0, 0 // 0 between words, 1 in a word, 2 in an unspaced run
	s = fold(s)
	flush := func(end int) {
		switch kind {
		case 1:
			if word := s[start:end]; word != "s" || !afterApostrophe(s[:start]) {
				yield(firstRunes(word, maxWord), false)
			}
		case 2:
			yield(s[start:end], true)
		}
	}
	for i, c := range s {
		next := 0
		switch {
		case isUnspaced(c):
			next = 2
		case unicode.IsMark(c) && kind != 0:
			next = kind
		case unicode.IsLetter(c) || unicode.IsDigit(c):
			next = 1
		}
		if next != kind {
			flush(i)
			start, kind = i, next
		}
		if c == '&' {
			yield("and", false)
		}
	}
	flush(len(s))
}

// afterApostrophe reports whether s ends with a letter and an apostrophe.
func afterApostrophe(s string) bool {
	for _, sign := range []string{"'", "’"} {
		if before, ok := strings.CutSuffix(s, sign); ok {
			last, _ := utf8.DecodeLastRuneInString(before)
			return unicode.IsLetter(last)
		}
	}
	return false
}

// otherForms yields the plural of an English word, or the singular of a word with -ies. So
// singular and plural find each other. Other plurals need no form, because they begin with
// their singular. A word with -o gets two plurals: some take -es (tomatoes), others -s
// (avocados). The forms of names and verbs are wrong, but nobody searches for them.
func otherForms(word string, yield func(string)) {
	if len(word) < 3 || strings.Trim(word, "abcdefghijklmnopqrstuvwxyz") != "" {
		return
	}
	stem, end := word[:len(word)-1], word[len(word)-2:]
	switch {
	case strings.HasSuffix(word, "ies") && len(word) > 4: // pies has no form: it begins with pie
		yield(word[:len(word)-3] + "y")
	case end == "ss", end == "us", end == "ch", end == "sh", end[1] == 'x', end[1] == 'z':
		yield(word + "es")
	case end[1] == 's': // soups begins with soup
	case end[1] == 'y' && !strings.ContainsRune("aeiou", rune(end[0])):
		yield(stem + "ies")
	case end[1] == 'o':
		yield(word + "s")
		yield(word + "es")
	default:
		yield(word + "s")
	}
}

// isUnspaced reports whether c belongs to a script that puts no spaces between words. The
// sign ー belongs to no script in Unicode, but only such texts have it.
func isUnspaced(c rune) bool {
	return c >= 0x0E00 && (c == 'ー' || unicode.IsLetter(c) || unicode.IsMark(c)) &&
		(c == 'ー' || unicode.In(c, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar))
}
