package jsonld

import (
	"regexp"
	"strings"
	"sync"
)

// pattern returns a regular expression that is compiled when it is first used. So a cold start
// does not wait for it. Most requests import nothing.
func pattern(expression string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expression) })
}

// set returns the words of a text as a set.
func set(words string) map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq(words) {
		m[w] = true
	}
	return m
}

// wordTable returns the value of each word, from a table of the words of each value.
func wordTable[V comparable](table map[V]string) map[string]V {
	m := map[string]V{}
	for v, words := range table {
		for w := range strings.FieldsSeq(words) {
			m[w] = v
		}
	}
	return m
}
