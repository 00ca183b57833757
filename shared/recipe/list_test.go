package recipe_test

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"pantry.example/shared/recipe"
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
			{recipe.Query{Q: "hidden"}, nil},
			{recipe.Query{Q: "7 up"}, []string{cake}},
			{recipe.Query{Q: "vitamin c"}, []string{cake}},
			{recipe.Query{Q: "istanbul σισυφος"}, []string{cake}},
			{recipe.Query{Q: "ΣΙΣΥΦΟΣ"}, []string{cake}},
			{recipe.Query{Q: "!!! … 🍰"}, every},
			{recipe.Query{Q: "chocolatechipco"}, []string{tom}},
			{recipe.Query{Q: "chocolatechipcookiedough"}, []string{tom}},
			{recipe.Query{Tag: "DESSERT"}, []string{creme, moms}},
			{recipe.Query{Tag: "desser"}, nil},
			{recipe.Query{Tag: "cafe-style"}, []string{creme}},
			{recipe.Query{Tag: " süsses "}, []string{strudel}},
			{recipe.Query{Tag: "creme"}, []string{cake}},
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

// TestLongRecipe: a recipe of the largest size can be stored, and is found by what
// its terms have room for.
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
		if n := len(recipe.IndexTerms(r)); n != recipe.MaxTerms {
			t.Errorf("%d terms, want as many as there may be, %d", n, recipe.MaxTerms)
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

// TestOrders: each order in both directions, equal keys by id.
func TestOrders(t *testing.T) {
	eachStore(t, func(t *testing.T, open opener) {
		c := newClock()
		s := open(t, recipe.WithClock(c.now))
		put := func(id, title string, rating float64) {
			t.Helper()
			r := titled(title)
			r.Rating = rating
			if _, _, err := s.Put(t.Context(), "ada", id, r, recipe.Precondition{}); err != nil {
				t.Fatal(err)
			}
		}
		put("c", "Éclair", 2)
		put("B", "eclair", 2) // made at the same time as c
		c.advance(1000)       // a microsecond
		put("a", "Zabaione", 0.5)
		c.advance(1000)
		put("d", "apple 🍎", 5)
		c.advance(1000)
		put("c", "Éclair", 2)
		for orderBy, want := range map[string]string{
			"": "cdaB", "updatedAt desc": "cdaB", "updatedAt": "Badc", "updatedAt asc": "Badc",
			"createdAt": "Bcad", "createdAt desc": "dacB",
			"title": "dBca", "title desc": "acBd",
			"rating": "aBcd", " rating  desc ": "dcBa",
		} {
			for size := 1; size <= 5; size++ {
				got := ""
				q := recipe.Query{OrderBy: orderBy, PageSize: size}
				for more := true; more; more = q.PageToken != "" {
					page := must(s.List(t.Context(), "ada", q))(t)
					for _, r := range page.Recipes {
						got += r.ID
					}
					q.PageToken = page.NextPageToken
				}
				if got != want {
					t.Errorf("%q by %d: got %s, want %s", orderBy, size, got, want)
				}
			}
		}
	})
}

// TestPageSizes: how many recipes a page holds, and that the last one has no token.
func TestPageSizes(t *testing.T) {
	eachStore(t, func(t *testing.T, open opener) {
		s := open(t)
		for range 101 {
			must(s.Create(t.Context(), "ada", titled("x"), ""))(t)
		}
		for size, want := range map[int]int{0: 25, 1: 1, 100: 100, 101: 100, 1 << 40: 100} {
			page := must(s.List(t.Context(), "ada", recipe.Query{PageSize: size, Count: true}))(t)
			if len(page.Recipes) != want || page.NextPageToken == "" || page.TotalSize == nil || *page.TotalSize != 101 {
				t.Errorf("size %d: %d recipes, token %q, total %v", size, len(page.Recipes), page.NextPageToken, page.TotalSize)
			}
			page = must(s.List(t.Context(), "ada", recipe.Query{PageSize: 100, PageToken: must(s.List(t.Context(), "ada", recipe.Query{PageSize: 1}))(t).NextPageToken}))(t)
			if len(page.Recipes) != 100 || page.NextPageToken != "" {
				t.Errorf("the last page has %d recipes and the token %q", len(page.Recipes), page.NextPageToken)
			}
		}
		page := must(s.List(t.Context(), "bob", recipe.Query{Count: true}))(t)
		if page.Recipes == nil || len(page.Recipes) != 0 || page.NextPageToken != "" || page.TotalSize == nil || *page.TotalSize != 0 {
			t.Errorf("an empty list: %+v", page)
		}
	})
}

// TestScanLimit: a search that would look at too much stops, says so with a next
// page, and goes on there; and it counts only what it can.
func TestScanLimit(t *testing.T) {
	eachStore(t, func(t *testing.T, open opener) {
		c := newClock()
		s := open(t, recipe.WithMaxScan(10), recipe.WithClock(c.now))
		for i := range 60 {
			c.advance(1000)
			r := titled(fmt.Sprintf("Common word %d", i))
			r.Rating = 1.2
			if i%25 == 24 { // the 25th and the 50th
				r.Rating = 1.7
			}
			must(s.Create(t.Context(), "ada", r, ""))(t)
		}
		q := recipe.Query{Q: "common word", MinRating: 1.5, OrderBy: "createdAt", Count: true}
		var sizes []int
		var titles []string
		for more := true; more; more = q.PageToken != "" {
			page := must(s.List(t.Context(), "ada", q))(t)
			sizes = append(sizes, len(page.Recipes))
			for _, r := range page.Recipes {
				titles = append(titles, r.Title)
			}
			if page.TotalSize != nil {
				t.Errorf("a total of %d, after looking at 10 of 60", *page.TotalSize)
			}
			q.PageToken = page.NextPageToken
		}
		equal(t, "titles", titles, []string{"Common word 24", "Common word 49"})
		equal(t, "page sizes", sizes, []int{0, 0, 1, 0, 1, 0, 0})

		// Where one query says it all, nothing is scanned and the total is exact.
		for _, q := range []recipe.Query{{Q: "common"}, {MinRating: 1}, {MinRating: 1.2}} {
			q.Count, q.PageSize = true, 5
			page := must(s.List(t.Context(), "ada", q))(t)
			if page.TotalSize == nil || *page.TotalSize != 60 || len(page.Recipes) != 5 {
				t.Errorf("%+v: %d recipes, total %v", q, len(page.Recipes), page.TotalSize)
			}
		}
		// A rare second term is the one that is looked up.
		page := must(s.List(t.Context(), "ada", recipe.Query{Q: "common word 33", Count: true}))(t)
		if len(page.Recipes) != 1 || page.NextPageToken != "" || page.TotalSize == nil || *page.TotalSize != 1 {
			t.Errorf("the rarest term was not looked up: %+v", page)
		}
		// A term that nothing has ends the search.
		page = must(s.List(t.Context(), "ada", recipe.Query{Q: "common nothing", Count: true}))(t)
		if len(page.Recipes) != 0 || page.NextPageToken != "" || page.TotalSize == nil || *page.TotalSize != 0 {
			t.Errorf("nothing has it: %+v", page)
		}
	})
}

// TestPageBytes: a page of the largest recipes ends before it fills the memory.
func TestPageBytes(t *testing.T) {
	eachStore(t, func(t *testing.T, open opener) {
		s := open(t)
		if err := addLargest(t.Context(), s, 40); err != nil {
			t.Fatal(err)
		}
		got := 0
		for _, q := range []recipe.Query{{PageSize: 100}, {PageSize: 100, Q: "la", Tag: ""}} {
			for more := true; more; more = q.PageToken != "" {
				page := must(s.List(t.Context(), "ada", q))(t)
				if n := len(page.Recipes); n > 17 || n == 0 {
					t.Errorf("a page of %d recipes of 250 KB", n)
				}
				got += len(page.Recipes)
				q.PageToken = page.NextPageToken
			}
		}
		if got != 80 {
			t.Errorf("two walks yield %d, want 80", got)
		}
		if got := len(all(t, s, "ada")); got != 40 {
			t.Errorf("all yields %d, want 40", got)
		}
	})
}

// TestPageTokens: a token is of its query and its user, and is not to be guessed at.
func TestPageTokens(t *testing.T) {
	eachStore(t, func(t *testing.T, open opener) {
		ctx := t.Context()
		s := open(t)
		for _, uid := range []string{"ada", "bob"} {
			for i := range 3 {
				r := full()
				r.Title = fmt.Sprintf("Creme %d", i)
				must(s.Create(ctx, uid, r, ""))(t)
			}
		}
		yes := true
		q := recipe.Query{PageSize: 1, Q: "creme", Tag: "french", Ingredient: "egg", Made: &yes, Favorite: &yes, MinRating: 2, OrderBy: "title"}
		token := must(s.List(ctx, "ada", q))(t).NextPageToken
		q.PageToken = token
		q.PageSize, q.Count = 2, true // these two may change
		if page := must(s.List(ctx, "ada", q))(t); len(page.Recipes) != 2 {
			t.Errorf("the next page: %+v", page)
		}
		refused := func(what, uid string, change func(*recipe.Query)) {
			t.Helper()
			other := q
			change(&other)
			if _, err := s.List(ctx, uid, other); !errors.Is(err, recipe.ErrPageToken) {
				t.Errorf("%s: %v", what, err)
			}
		}
		no := false
		refused("another user", "bob", func(*recipe.Query) {})
		refused("other q", "ada", func(q *recipe.Query) { q.Q = "crem" })
		refused("no q", "ada", func(q *recipe.Query) { q.Q = "" })
		refused("other tag", "ada", func(q *recipe.Query) { q.Tag = "dessert" })
		refused("other ingredient", "ada", func(q *recipe.Query) { q.Ingredient = "eg" })
		refused("other made", "ada", func(q *recipe.Query) { q.Made = &no })
		refused("no favorite", "ada", func(q *recipe.Query) { q.Favorite = nil })
		refused("other rating", "ada", func(q *recipe.Query) { q.MinRating = 2.5 })
		refused("other state", "ada", func(q *recipe.Query) { q.State = recipe.Trashed })
		refused("other order", "ada", func(q *recipe.Query) { q.OrderBy = "title desc" })
		refused("other field", "ada", func(q *recipe.Query) { q.OrderBy = "rating" })
		refused("too long", "ada", func(q *recipe.Query) { q.PageToken = strings.Repeat("A", 1<<20) })
		refused("line end", "ada", func(q *recipe.Query) { q.PageToken = token[:4] + "\r\n" + token[4:] })
		for i := range token {
			refused("cut", "ada", func(q *recipe.Query) { q.PageToken = token[:max(i, 1)] })
			// A changed key or id is another place in one's own list, if it is one at all.
			changed := q
			changed.PageToken = token[:i] + string(token[i]^1) + token[i+1:]
			if _, err := s.List(ctx, "ada", changed); err != nil && !errors.Is(err, recipe.ErrPageToken) {
				t.Errorf("changed at %d: %v", i, err)
			}
		}
		for _, forged := range []string{
			"null", "{}", "[]", `{"v":1}`, `{"v":1,"q":"","p":0,"k":"","i":""}`, "\xff",
		} {
			refused(forged, "ada", func(q *recipe.Query) { q.PageToken = base64.RawURLEncoding.EncodeToString([]byte(forged)) })
		}
	})
}

// FuzzPageToken: no token makes List fail in another way, and none that is taken
// can be written differently.
func FuzzPageToken(f *testing.F) {
	s := recipe.NewMemory()
	for i := range 5 {
		if _, err := s.Create(f.Context(), "ada", titled(fmt.Sprint("T", i)), ""); err != nil {
			f.Fatal(err)
		}
	}
	orders := []string{"title", "rating desc", "createdAt", "updatedAt desc"}
	for i, o := range orders {
		page, err := s.List(f.Context(), "ada", recipe.Query{PageSize: 2, OrderBy: o})
		if err != nil {
			f.Fatal(err)
		}
		f.Add(page.NextPageToken, i)
	}
	f.Fuzz(func(t *testing.T, token string, o int) {
		if token == "" || o < 0 {
			return
		}
		q := recipe.Query{PageSize: 2, OrderBy: orders[o%len(orders)], PageToken: token}
		page, err := s.List(t.Context(), "ada", q)
		if err != nil && !errors.Is(err, recipe.ErrPageToken) {
			t.Fatalf("%q: %v", token, err)
		}
		if err == nil && len(page.Recipes) > 2 {
			t.Fatalf("%q: %d recipes", token, len(page.Recipes))
		}
		if _, err2 := s.List(t.Context(), "bob", q); !errors.Is(err2, recipe.ErrPageToken) {
			t.Fatalf("%q works for another user: %v", token, err2)
		}
	})
}

// TestQueryFaults names every parameter that is wrong.
func TestQueryFaults(t *testing.T) {
	eachStore(t, func(t *testing.T, open opener) {
		bad := recipe.Query{
			PageSize: -1, Q: strings.Repeat("x", 201), Tag: "\xff", Ingredient: strings.Repeat("é", 201), MinRating: 5.1,
			State: "gone", OrderBy: "notes",
		}
		_, err := open(t).List(t.Context(), "ada", bad)
		var v recipe.ValidationError
		if !errors.As(err, &v) {
			t.Fatalf("got %v", err)
		}
		var got []string
		for _, f := range v {
			got = append(got, f.Pointer+" "+f.Rule)
		}
		equal(t, "faults", got, []string{
			"/pageSize minimum", "/q maxLength", "/tag utf8", "/ingredient maxLength", "/minRating maximum",
			"/state enum", "/orderBy enum",
		})
	})
}
