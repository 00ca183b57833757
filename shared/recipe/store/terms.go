package store

import (
	"crypto/sha256"
	"encoding/base64"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"pantry.example/shared/recipe"
)

// A recipe is found by its terms, an array of short strings in its document. A query asks
// for one of them (array-contains), and the engine checks the others on the documents that
// come back. The terms are
//
//	a                    every recipe
//	m1 m0 f1 f0 m1f0 …   made, favorite, and both
//	r1 … r5              rated that much or more
//	t:d t:de t:dessert … a tag, folded, and its prefixes
//	w:c w:ch w:cho …     the prefixes of the words of title, tags and ingredients, and of
//	                     all other texts the prefixes of three characters or more
//	i:fl i:flo i:flou …  the prefixes of the words of the ingredients
//	w:cakes i:flours …   the same for the plural of each word, or its singular (words.go)
//	=…                   a hash of the whole title, folded
//	u…                   a hash of the address, in its simplest form
//
// and the terms of a trashed recipe begin with "~". So every list is one kind of query,
// whatever its filters. Four orders in two directions need eight composite indexes.

// maxTerms bounds the terms of one recipe. Each term is an entry in each index. A document
// may have 40,000 entries of 8 MiB in all
// (https://firebase.google.com/docs/firestore/quotas#indexes). A recipe of 20 ingredients
// has 400 to 900 terms. Beyond the bound, words of the notes and steps are not found, and
// then words of the last ingredients.
const maxTerms = 1200

const (
	termAll        = "a"
	termTag        = "t:"
	termWord       = "w:"
	termIngredient = "i:"
	trashMark      = "~"
	maxTagTerm     = 100 // characters of a folded tag, which may be longer than the tag
)

// termSet collects terms, each once, up to maxTerms.
type termSet struct {
	mark string
	list []string
	seen map[string]bool
}

func (t *termSet) add(terms ...string) {
	for _, s := range terms {
		t.put(t.mark + s)
	}
}

// put adds a term that begins with its mark.
func (t *termSet) put(s string) {
	if len(t.list) < maxTerms && !t.seen[s] {
		t.seen[s] = true
		t.list = append(t.list, s)
	}
}

// indexTerms returns the terms of r in its state. The terms that are asked for most come
// first, because the bound cuts the end.
func indexTerms(r recipe.Recipe) []string {
	t := termSet{mark: mark(r.State), seen: make(map[string]bool, 256)}
	m, f := flag("m", r.Made), flag("f", r.Favorite)
	t.add(termAll, m, f, m+f)
	t.add(titleTerm(r.Title))
	if r.URL != "" {
		t.add(urlTerm(r.URL))
	}
	for n := 1; n <= int(math.Floor(r.Rating)); n++ {
		t.add(ratingTerm(n))
	}
	for _, tag := range r.Tags {
		t.add(tagTerm(tag))
	}
	t.words(1, r.Title, termWord)
	for _, tag := range r.Tags {
		t.words(1, tag, termWord)
	}
	for _, s := range r.Ingredients {
		t.words(1, s, termIngredient, termWord)
	}
	for _, tag := range r.Tags {
		t.prefixes(1, termTag, tagTerm(tag)[len(termTag):])
	}
	t.words(3, r.Description, termWord)
	t.words(3, r.Notes, termWord)
	for _, s := range r.Steps {
		t.words(3, s, termWord)
	}
	return slices.Clone(t.list) // without the room that it grew for
}

// words adds the prefixes of the words of s and of their other forms. A prefix has at least
// shortest characters. Of an unspaced run it adds each character and each pair. It adds each
// term once in each space, such as termWord.
func (t *termSet) words(shortest int, s string, spaces ...string) {
	words(s, func(word string, unspaced bool) {
		for _, space := range spaces {
			if unspaced {
				ngrams(word, 1, func(g string) { t.add(space + g) })
				ngrams(word, 2, func(g string) { t.add(space + g) })
				continue
			}
			t.prefixes(shortest, space, word)
			otherForms(word, func(other string) { t.prefixes(shortest, space, firstRunes(other, maxWord)) })
		}
	})
}

// prefixes adds the prefixes of s, from that of shortest characters to the whole.
func (t *termSet) prefixes(shortest int, space, s string) {
	whole := t.mark + space + s // the terms are slices of it, and allocate nothing
	n := 0
	for i, c := range s {
		if n++; n >= shortest {
			t.put(whole[:len(whole)-len(s)+i+utf8.RuneLen(c)])
		}
	}
}

// searchTerms returns the terms that a recipe must have for s to find it.
func searchTerms(space, s string) []string {
	var list []string
	words(s, func(word string, unspaced bool) {
		switch {
		case !unspaced, utf8.RuneCountInString(word) == 1:
			list = append(list, space+word)
		default:
			ngrams(word, 2, func(g string) { list = append(list, space+g) })
		}
	})
	return list
}

// ngrams yields each run of n characters of s.
func ngrams(s string, n int, yield func(string)) {
	runes := []rune(s)
	for i := 0; i+n <= len(runes); i++ {
		yield(string(runes[i : i+n]))
	}
}

func mark(s recipe.State) string {
	if s == recipe.Trashed {
		return trashMark
	}
	return ""
}

func flag(name string, on bool) string {
	if on {
		return name + "1"
	}
	return name + "0"
}

func ratingTerm(n int) string { return "r" + strconv.Itoa(n) }

func tagTerm(tag string) string { return termTag + firstRunes(fold(tag), maxTagTerm) }

// titleTerm is a hash, because a folded title can be long.
func titleTerm(title string) string {
	sum := sha256.Sum256([]byte(fold(title)))
	return "=" + base64.RawURLEncoding.EncodeToString(sum[:16])
}

// urlTerm is equal for addresses that usually lead to one page. It leaves out the scheme,
// "www.", a slash at the end and the fragment.
func urlTerm(address string) string {
	key := address
	if u, err := url.Parse(address); err == nil {
		host := strings.TrimPrefix(strings.ToLower(u.Host), "www.")
		key = host + strings.TrimRight(u.EscapedPath(), "/") + "?" + u.RawQuery
	}
	sum := sha256.Sum256([]byte(key))
	return "u" + base64.RawURLEncoding.EncodeToString(sum[:12])
}
