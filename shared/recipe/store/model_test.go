package store_test

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"pgregory.net/rapid"

	"pantry.example/shared/recipe"
)

// model is the simplest store: a map, and lists that read every recipe.
type model struct {
	recipes map[string]kept
	now     time.Time
}

// kept is a recipe as it should be.
type kept struct {
	recipe.Recipe
	sent *recipe.Recipe // as first sent, with an idempotency key
	gone time.Time      // when it is purged, zero unless trashed
}

// phrase is a text whose folded words are known without folding it.
type phrase struct{ text, folded string }

var phrases = []phrase{
	{"Crème Brûlée", "creme brulee"},
	{"crêpe", "crepe"},
	{"Äpfel", "apfel"},
	{"APPLE  pie", "apple pie"},
	{"app-le", "app-le"},
	{"Smørrebrød", "smorrebrod"},
	{"Weißbrot", "weissbrot"},
	{"pie", "pie"},
	{"ΠΙΤΑ", "πιτα"},
	{"🍎", "🍎"},
	{"ｐｉｅ 2", "pie 2"},
}

// foldedText folds a text that is made of phrases.
func foldedText(text string) string {
	for _, p := range phrases {
		text = strings.ReplaceAll(text, p.text, p.folded)
	}
	return text
}

func foldedWords(texts ...string) []string {
	var words []string
	for _, s := range texts {
		words = append(words, strings.FieldsFunc(foldedText(s), func(c rune) bool { return strings.ContainsRune(" -🍎", c) })...)
	}
	return words
}

// matches: each word of q begins one of the words. A text without a word matches none.
func matches(q string, words []string) bool {
	if q = strings.TrimSpace(q); q != "" && len(foldedWords(q)) == 0 {
		return false
	}
	for _, w := range foldedWords(q) {
		if !slices.ContainsFunc(words, func(s string) bool { return strings.HasPrefix(s, w) }) {
			return false
		}
	}
	return true
}

func (m *model) find(id string) (kept, error) {
	k, ok := m.recipes[id]
	if !ok || !k.gone.IsZero() && !m.now.Before(k.gone) {
		return kept{}, recipe.ErrNotFound
	}
	return k, nil
}

func (m *model) later(k kept) time.Time {
	if next := k.UpdatedAt.Add(time.Microsecond); m.now.Before(next) {
		return next
	}
	return m.now
}

func (m *model) list(q recipe.Query) []recipe.Recipe {
	var list []recipe.Recipe
	state := cmp.Or(q.State, recipe.Active)
	for id := range m.recipes {
		k, err := m.find(id)
		r := k.Recipe
		switch {
		case err != nil, r.State != state, r.Rating < q.MinRating,
			q.Made != nil && r.Made != *q.Made,
			q.Favorite != nil && r.Favorite != *q.Favorite,
			q.Tag != "" && !slices.ContainsFunc(r.Tags, func(s string) bool { return strings.HasPrefix(foldedText(s), foldedText(q.Tag)) }),
			!matches(q.Ingredient, foldedWords(r.Ingredients...)),
			!matches(q.Q, foldedWords(slices.Concat([]string{r.Title}, r.Tags, r.Ingredients)...)):
		default:
			list = append(list, r)
		}
	}
	field, dir, _ := strings.Cut(cmp.Or(q.OrderBy, "updatedAt desc"), " ")
	slices.SortFunc(list, func(a, b recipe.Recipe) int {
		var c int
		switch field {
		case "updatedAt":
			c = a.UpdatedAt.Compare(b.UpdatedAt)
		case "createdAt":
			c = a.CreatedAt.Compare(b.CreatedAt)
		case "title":
			c = cmp.Compare(foldedText(a.Title), foldedText(b.Title))
		case "rating":
			c = cmp.Compare(a.Rating, b.Rating)
		}
		if c = cmp.Or(c, cmp.Compare(a.ID, b.ID)); dir == "desc" {
			return -c
		}
		return c
	})
	return list
}

// The generators.

func genPhrase() *rapid.Generator[string] {
	return rapid.Map(rapid.SampledFrom(phrases), func(p phrase) string { return p.text })
}

func genText(most int) *rapid.Generator[string] {
	return rapid.Map(rapid.SliceOfN(genPhrase(), 1, most), func(s []string) string { return strings.Join(s, " ") })
}

func genRecipe() *rapid.Generator[recipe.Recipe] {
	return rapid.Custom(func(t *rapid.T) recipe.Recipe {
		return recipe.Recipe{
			Title:       genText(3).Draw(t, "title"),
			Rating:      rapid.SampledFrom([]float64{0, 0.5, 1, 3.25, 4, 4, 5}).Draw(t, "rating"),
			Made:        rapid.Bool().Draw(t, "made"),
			Favorite:    rapid.Bool().Draw(t, "favorite"),
			Ingredients: rapid.SliceOfN(genText(2), 0, 3).Draw(t, "ingredients"),
			Tags:        rapid.SliceOfNDistinct(genPhrase(), 0, 2, strings.ToLower).Draw(t, "tags"),
		}
	})
}

// genSearch is a beginning of some words, or nothing.
func genSearch() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		if rapid.IntRange(0, 2).Draw(t, "none") > 0 {
			return ""
		}
		p := rapid.SampledFrom(phrases).Draw(t, "phrase")
		if rapid.Bool().Draw(t, "folded") {
			r := []rune(p.folded)
			return string(r[:rapid.IntRange(1, len(r)).Draw(t, "length")])
		}
		return p.text
	})
}

func genQuery() *rapid.Generator[recipe.Query] {
	flag := rapid.SampledFrom([]*bool{nil, nil, ptr(true), ptr(false)})
	return rapid.Custom(func(t *rapid.T) recipe.Query {
		q := recipe.Query{
			PageSize:   rapid.IntRange(1, 4).Draw(t, "pageSize"),
			Q:          genSearch().Draw(t, "q"),
			Ingredient: genSearch().Draw(t, "ingredient"),
			Made:       flag.Draw(t, "made"),
			Favorite:   flag.Draw(t, "favorite"),
			MinRating:  rapid.SampledFrom([]float64{0, 0, 0, 0.5, 1, 3.3, 4, 5}).Draw(t, "minRating"),
			State:      rapid.SampledFrom([]recipe.State{"", recipe.Active, recipe.Trashed}).Draw(t, "state"),
			OrderBy: rapid.SampledFrom([]string{
				"", "updatedAt", "updatedAt desc", "createdAt", "createdAt desc", "title", "title desc", "rating", "rating desc",
			}).Draw(t, "orderBy"),
			Count: rapid.Bool().Draw(t, "count"),
		}
		if rapid.IntRange(0, 3).Draw(t, "tagged") == 0 {
			q.Tag = genPhrase().Draw(t, "tag")
		}
		return q
	})
}

func ptr[T any](v T) *T { return &v }
