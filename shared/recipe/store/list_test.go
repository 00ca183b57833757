package store_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"pantry.example/shared/recipe"
	"pantry.example/shared/recipe/store"
)

// TestOrders: each order in both directions, equal keys by id.
func TestOrders(t *testing.T) {
	eachStore(t, func(t *testing.T, open opener) {
		c := newClock()
		s := open(t, store.WithClock(c.now))
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
		put("c", "éclair", 2) // a change
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

// TestScanLimit: a search that would read too many recipes ends its page early. The next page
// continues there. It has a total only when it can count all.
func TestScanLimit(t *testing.T) {
	eachStore(t, func(t *testing.T, open opener) {
		c := newClock()
		s := open(t, store.WithMaxScan(10), store.WithClock(c.now))
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
