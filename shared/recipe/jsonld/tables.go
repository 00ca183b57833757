package jsonld

import (
	"regexp"
	"strings"
	"sync"
)

// pattern returns a regular expression that is compiled by its first use. A cold start
// then does not wait for it: most requests import nothing.
func pattern(expression string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expression) })
}

func set(words string) map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq(words) {
		m[w] = true
	}
	return m
}

// wordTable turns a table of values and their words into one of words.
func wordTable[V comparable](table map[V]string) map[string]V {
	m := map[string]V{}
	for v, words := range table {
		for w := range strings.FieldsSeq(words) {
			m[w] = v
		}
	}
	return m
}
