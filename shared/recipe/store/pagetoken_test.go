package store_test

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"testing"

	"pantry.example/shared/recipe"
	"pantry.example/shared/recipe/store"
)

// TestPageTokens: a token works only for its own query and user, and no changed token works.
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

// FuzzPageToken: List answers every token with a page or ErrPageToken, and accepts only one
// spelling of a token.
func FuzzPageToken(f *testing.F) {
	s := store.NewMemory()
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
