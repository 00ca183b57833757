package jsonld

import (
	"regexp"
	"sync"
)

// pattern returns a regular expression that is compiled by its first use. A cold start
// then does not wait for it: most requests import nothing.
func pattern(expression string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expression) })
}
