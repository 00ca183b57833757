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

// singular returns the word to look up for an English plural: a prefix of both forms, such
// as soup for soups, dish for dishes and berri for berries. It returns any other word
// unchanged. A prefix that is too short finds more, which is better than finding nothing.
func singular(word string) string {
	stem, ok := strings.CutSuffix(word, "s")
	if !ok || len(stem) < 3 || strings.HasSuffix(stem, "s") || strings.HasSuffix(stem, "u") || strings.HasSuffix(stem, "i") {
		return word // a glass, asparagus, a clafoutis
	}
	short, ok := strings.CutSuffix(stem, "e")
	if !ok {
		return stem
	}
	for _, end := range []string{"i", "o", "x", "z", "s", "ch", "sh"} {
		if strings.HasSuffix(short, end) && len(short) > 2 {
			return short
		}
	}
	return stem
}

// otherForm returns a second term for a word that ends with -y or -ies, so that singular
// and plural find each other: berri for berry, berry for berries. It returns "" for all
// other words.
func otherForm(word string) string {
	if stem, ok := strings.CutSuffix(word, "ies"); ok && stem != "" {
		return stem + "y"
	}
	if stem, ok := strings.CutSuffix(word, "y"); ok && stem != "" && !strings.ContainsRune("aeiou", rune(stem[len(stem)-1])) {
		return stem + "i"
	}
	return ""
}

// isUnspaced reports whether c belongs to a script that puts no spaces between words. The
// sign ー belongs to no script in Unicode, but only such texts have it.
func isUnspaced(c rune) bool {
	return c >= 0x0E00 && (c == 'ー' || unicode.IsLetter(c) || unicode.IsMark(c)) &&
		(c == 'ー' || unicode.In(c, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar))
}
