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

// A recipe is found by its terms: an array of short strings on its document, of
// which a query names one (array-contains) and checks the rest on what comes back.
// The terms are
//
//	a                    every recipe
//	m1 m0 f1 f0 m1f0 …   made, favorite, and both
//	r1 … r5              rated that much or more
//	t:d t:de t:dessert … a tag, folded, and its beginnings
//	w:c w:ch w:cho …     the beginnings of the words of title, tags and ingredients,
//	                     and those from three characters on of all other texts
//	i:fl i:flo i:flou …  the beginnings of the ingredients' words
//	=…                   the whole title, folded, as a hash
//	u…                   the address, without what does not tell two pages apart, as a hash
//
// and those of a trashed recipe have a "~" before them. So every list, whatever its
// filters, is one shape of query, and four orders in two directions need eight
// composite indexes and no more.

// maxTerms bounds the terms of one recipe. Each is an entry in each index, and a
// document's entries may be 40,000 and 8 MiB in all
// (https://firebase.google.com/docs/firestore/quotas#indexes). A recipe of 20
// ingredients has about 400. Beyond the bound the words of notes and steps, and then
// of the last ingredients, are not found any more.
const maxTerms = 1200

const (
	termAll    = "a"
	termTag    = "t:"
	termWord   = "w:"
	termFood   = "i:"
	trashMark  = "~"
	maxTagTerm = 100 // characters of a folded tag; folding may lengthen it
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

// put adds a term that has its mark.
func (t *termSet) put(s string) {
	if len(t.list) < maxTerms && !t.seen[s] {
		t.seen[s] = true
		t.list = append(t.list, s)
	}
}

// indexTerms returns the terms of r in its state. What is asked for most comes
// first, for the bound cuts the end.
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
		t.words(1, s, termFood, termWord)
	}
	for _, tag := range r.Tags {
		t.beginnings(1, termTag, tagTerm(tag)[len(termTag):])
	}
	t.words(3, r.Description, termWord)
	t.words(3, r.Notes, termWord)
	for _, s := range r.Steps {
		t.words(3, s, termWord)
	}
	return slices.Clip(t.list)
}

// words adds the beginnings of the words of s that have at least as many characters,
// and of unspaced runs each character and each pair, once in each of the spaces.
func (t *termSet) words(least int, s string, spaces ...string) {
	words(s, func(word string, unspaced bool) {
		for _, space := range spaces {
			if unspaced {
				grams(word, 1, func(g string) { t.add(space + g) })
				grams(word, 2, func(g string) { t.add(space + g) })
				continue
			}
			t.beginnings(least, space, word)
			if other := otherForm(word); other != "" {
				t.add(space + other)
			}
		}
	})
}

// beginnings adds the beginnings of s that have at least as many characters.
func (t *termSet) beginnings(least int, space, s string) {
	whole := t.mark + space + s // the terms are parts of it and take no memory
	n := 0
	for i, c := range s {
		if n++; n >= least {
			t.put(whole[:len(whole)-len(s)+i+utf8.RuneLen(c)])
		}
	}
}

// searchTerms returns the terms that a recipe must have to be found by s, in the
// order of s.
func searchTerms(space, s string) []string {
	var list []string
	words(s, func(word string, unspaced bool) {
		switch {
		case !unspaced:
			list = append(list, space+singular(word))
		case utf8.RuneCountInString(word) == 1:
			list = append(list, space+word)
		default:
			grams(word, 2, func(g string) { list = append(list, space+g) })
		}
	})
	return list
}

// grams yields each n characters of s that stand together.
func grams(s string, n int, yield func(string)) {
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

func tagTerm(tag string) string { return termTag + first(fold(tag), maxTagTerm) }

// titleTerm is a hash, for a folded title can be longer than all other terms
// together are short.
func titleTerm(title string) string {
	sum := sha256.Sum256([]byte(fold(title)))
	return "=" + base64.RawURLEncoding.EncodeToString(sum[:16])
}

// urlTerm is the same for two addresses that lead to one page: http or https, with www.
// or without, with a slash at the end or without, whatever the part within the page.
func urlTerm(address string) string {
	key := address
	if u, err := url.Parse(address); err == nil {
		host := strings.TrimPrefix(strings.ToLower(u.Host), "www.")
		key = host + strings.TrimRight(u.EscapedPath(), "/") + "?" + u.RawQuery
	}
	sum := sha256.Sum256([]byte(key))
	return "u" + base64.RawURLEncoding.EncodeToString(sum[:12])
}
