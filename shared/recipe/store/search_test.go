package store_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"pantry.example/shared/recipe"
	"pantry.example/shared/recipe/store"
)

// TestSearch: what a person types finds what a person means.
func TestSearch(t *testing.T) {
	eachStore(t, func(t *testing.T, open opener) {
		s := open(t)
		for _, r := range []recipe.Recipe{
			{Title: "Crème brûlée", Tags: []string{"Dessert", "Café-Style"}, Ingredients: []string{"500 ml cream", "6 egg yolks"}},
			{Title: "Apfelstrudel mit Soße", Tags: []string{"Süßes"}, Ingredients: []string{"Mehl", "Äpfel"}},
			{Title: "Mom's Rødgrød & Smørrebrød", Tags: []string{"dessert"}, Ingredients: []string{"l'œuf", "rødbeder"}},
			{Title: "抹茶ラテ latte", Tags: []string{"日本"}, Ingredients: []string{"ﾐﾙｸ 200ml", "抹茶"}},
			{Title: "김치찌개", Tags: []string{"Суп"}, Ingredients: []string{"½ cup flour", "Ёлка"}},
			{Title: "Tom yum ต้มยำกุ้ง", Description: "hidden words", Notes: "more hidden", Steps: []string{"hidden"}, Ingredients: []string{"chocolatechipcookiedough"}},
			{Title: "7 Up cake (vitamin C)", Tags: []string{"Creme"}, Ingredients: []string{"İstanbul ΣΊΣΥΦΟΣ"}},
		} {
			must(s.Create(t.Context(), "ada", r, ""))(t)
		}
		creme, strudel, moms, latte, kimchi, tom, cake := "Crème brûlée", "Apfelstrudel mit Soße", "Mom's Rødgrød & Smørrebrød",
			"抹茶ラテ latte", "김치찌개", "Tom yum ต้มยำกุ้ง", "7 Up cake (vitamin C)"
		every := []string{creme, strudel, moms, latte, kimchi, tom, cake}
		for _, row := range []struct {
			query recipe.Query
			want  []string
		}{
			{recipe.Query{}, every},
			{recipe.Query{Q: "creme"}, []string{creme, cake}},
			{recipe.Query{Q: "CRÈME BRU"}, []string{creme}},
			{recipe.Query{Q: "bru cre"}, []string{creme}},
			{recipe.Query{Q: "cre\u0300me"}, []string{creme, cake}},
			{recipe.Query{Q: "eme"}, nil},
			{recipe.Query{Q: "creme strudel"}, nil},
			{recipe.Query{Q: "cafe style"}, []string{creme}},
			{recipe.Query{Q: "c"}, []string{creme, kimchi, tom, cake}}, // cream, cup, chocolate, cake
			{recipe.Query{Q: "SOSSE"}, []string{strudel}},
			{recipe.Query{Q: "soße"}, []string{strudel}},
			{recipe.Query{Q: "apfel"}, []string{strudel}},
			{recipe.Query{Q: "rodgrod smorre"}, []string{moms}},
			{recipe.Query{Q: "mom"}, []string{moms}},
			{recipe.Query{Q: "mom's"}, []string{moms}},
			{recipe.Query{Q: "oeuf"}, []string{moms}},
			{recipe.Query{Q: "抹"}, []string{latte}},
			{recipe.Query{Q: "茶ラ"}, []string{latte}},
			{recipe.Query{Q: "抹茶ラテ"}, []string{latte}},
			{recipe.Query{Q: "ラ抹"}, nil},
			{recipe.Query{Q: "ミルク"}, []string{latte}},
			{recipe.Query{Q: "日本 lat"}, []string{latte}},
			{recipe.Query{Q: "김치"}, []string{kimchi}},
			{recipe.Query{Q: "суп елка"}, []string{kimchi}},
			{recipe.Query{Q: "ยำ"}, []string{tom}},
			{recipe.Query{Q: "hidden"}, []string{tom}},
			{recipe.Query{Q: "7 up"}, []string{cake}},
			{recipe.Query{Q: "vitamin c"}, []string{cake}},
			{recipe.Query{Q: "istanbul σισυφος"}, []string{cake}},
			{recipe.Query{Q: "ΣΙΣΥΦΟΣ"}, []string{cake}},
			{recipe.Query{Q: "!!! … 🍰"}, nil},
			{recipe.Query{Ingredient: "!!!"}, nil},
			{recipe.Query{Q: "and"}, []string{moms}},
			{recipe.Query{Q: "rødgrød and smørrebrød"}, []string{moms}},
			{recipe.Query{Q: "moms"}, []string{moms}},
			{recipe.Query{Q: "mom’s"}, []string{moms}},
			{recipe.Query{Q: "hidden words"}, []string{tom}},
			{recipe.Query{Q: "7 ups"}, nil}, // two letters have no plural
			{recipe.Query{Q: "cakes"}, []string{cake}},
			{recipe.Query{Ingredient: "cups"}, []string{kimchi}},
			{recipe.Query{Q: "chocolatechipco"}, []string{tom}},
			{recipe.Query{Q: "chocolatechipcookiedough"}, []string{tom}},
			{recipe.Query{Tag: "DESSERT"}, []string{creme, moms}},
			{recipe.Query{Tag: "desser"}, []string{creme, moms}},
			{recipe.Query{Tag: "esser"}, nil},
			{recipe.Query{Tag: "cafe"}, []string{creme}},
			{recipe.Query{Tag: "cafe-style"}, []string{creme}},
			{recipe.Query{Tag: " süsses "}, []string{strudel}},
			{recipe.Query{Tag: "creme"}, []string{cake}},
			{recipe.Query{Tag: "style"}, nil},
			{recipe.Query{Ingredient: "egg yolks"}, []string{creme}},
			{recipe.Query{Ingredient: "creme"}, nil},
			{recipe.Query{Ingredient: "rod"}, []string{moms}},
			{recipe.Query{Ingredient: "flo", Tag: "суп", Q: "김"}, []string{kimchi}},
			{recipe.Query{Ingredient: "flo", Tag: "dessert"}, nil},
		} {
			row.query.OrderBy, row.query.PageSize = "createdAt", 2
			if got := pages(t, s, "ada", row.query); !cmp.Equal(got, row.want, cmpopts.EquateEmpty()) {
				t.Errorf("%+v: got %q, want %q", row.query, got, row.want)
			}
		}
	})
}

// TestWordForms: singular and plural find each other, and no other word.
func TestWordForms(t *testing.T) {
	s := store.NewMemory()
	for _, pair := range []string{
		"soup soups", "berry berries", "cookie cookies", "tomato tomatoes", "dish dishes", "peach peaches", "box boxes", "curry curries",
		"egg eggs", "olive olives", "radish radishes", "sandwich sandwiches", "pie pies", "sauce sauces", "orange oranges", "pastry pastries",
		"turkey turkeys", "glass glasses", "Shepherd's shepherds", "leek leeks", "slice slices", "cheese cheeses", "&  and",
		"pea peas", "avocado avocados", "fry fries", "citrus citruses", "menu menus", "sandwichsandwich sandwichsandwiches",
	} {
		one, many := strings.Fields(pair)[0], strings.Fields(pair)[1]
		for kept, asked := range map[string]string{one: many, many: one} {
			uid := kept + " found by " + asked
			must(s.Create(t.Context(), uid, titled("x "+kept), ""))(t)
			if got := pages(t, s, uid, recipe.Query{Q: asked}); len(got) != 1 {
				t.Errorf("%s is not", uid)
			}
		}
	}
	// A plural does not find other words, such as those that only begin like its singular.
	for kept, asked := range map[string]string{
		"peach": "peas", "pear": "peas", "eggplant": "eggs", "hamburger": "hams", "dishwasher": "dishes", "pierogi": "pies",
		"pytt": "pies", "pies": "py", "glas": "glass", "ga": "gas", "up": "ups", "7up": "7ups",
	} {
		uid := kept + " found by " + asked
		must(s.Create(t.Context(), uid, titled("x "+kept), ""))(t)
		if got := pages(t, s, uid, recipe.Query{Q: asked}); len(got) != 0 {
			t.Errorf("%s, which is another word", uid)
		}
	}
}

// TestLongRecipe: a recipe of the largest size can be stored, and its first terms find it.
func TestLongRecipe(t *testing.T) {
	eachStore(t, func(t *testing.T, open opener) {
		s := open(t)
		r := titled(strings.Repeat("title ", 33))
		for i := range recipe.MaxIngredients {
			r.Ingredients = append(r.Ingredients, fmt.Sprintf("%dgrams of %s", i, strings.Repeat(fmt.Sprintf("word%d ", i), 50)))
		}
		for i := range recipe.MaxTags {
			r.Tags = append(r.Tags, fmt.Sprintf("tag %d %s", i, strings.Repeat("ﷺ", 40)))
		}
		for range 18 {
			r.Steps = append(r.Steps, strings.Repeat("é", 4000))
		}
		if n := len(store.IndexTerms(r)); n != store.MaxTerms {
			t.Errorf("%d terms, want as many as there may be, %d", n, store.MaxTerms)
		}
		r.Rating = 5
		got := must(s.Create(t.Context(), "ada", r, ""))(t)
		equal(t, "read again", must(s.Get(t.Context(), "ada", got.ID))(t), got)
		for _, q := range []recipe.Query{{Q: "title"}, {Tag: "TAG 29 " + strings.Repeat("ﷺ", 40)}, {Ingredient: "word3"}, {MinRating: 5}} {
			if len(must(s.List(t.Context(), "ada", q))(t).Recipes) != 1 {
				t.Errorf("%+v does not find it", q)
			}
		}
	})
}

// TestFold is idempotent and never longer than Unicode makes it.
func TestFold(t *testing.T) {
	for in, want := range map[string]string{
		"": "", "  A \t b\n": "a b", "ÀÉÎÕÜ": "aeiou", "Straße STRASSE ẞ": "strasse strasse ss", "ŁÓDŹ Ðað Þórr": "lodz dad thorr",
		"Ærø œuf": "aero oeuf", "İIıi": "iiii", "ﬁne ½": "fine 1⁄2", "ＡＢＣ": "abc", "がパ": "がパ", "ﾊﾟ": "パ", "한국": "한국", "Ёж й": "еж и",
		"ΣΊΣΥΦΟΣ": "σισυφοσ", "ς": "σ", "हिन्दी": "हिन्दी", "ต้มยำ": "ต้มยํา", "שָׁלוֹם": "שלום", "مُحَمَّد": "محمد", "🍎": "🍎",
	} {
		if got := store.Fold(in); got != want {
			t.Errorf("Fold(%q) = %q, want %q", in, got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.String().Draw(t, "s")
		once := store.Fold(s)
		if twice := store.Fold(once); twice != once {
			t.Fatalf("Fold(%q) = %q, folded again %q", s, once, twice)
		}
	})
}

// TestTermCount: an ordinary recipe has terms well below the bound.
func TestTermCount(t *testing.T) {
	r := full()
	r.Ingredients = nil
	for _, s := range []string{"200 g plain flour, sifted", "1/2 tsp fine sea salt", "120 g unsalted butter, cold and diced"} {
		for i := range 7 {
			r.Ingredients = append(r.Ingredients, s+strings.Repeat(" extra", i))
		}
	}
	if n := len(store.IndexTerms(r)); n < 50 || n > store.MaxTerms/2 {
		t.Errorf("%d terms", n)
	}
	seen := make(map[string]bool)
	for _, term := range store.IndexTerms(r) {
		if seen[term] {
			t.Errorf("%q is there twice", term)
		}
		seen[term] = true
	}
}
