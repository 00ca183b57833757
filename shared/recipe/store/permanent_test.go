package store_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"pantry.example/shared/recipe"
	"pantry.example/shared/recipe/store"
)

// TestDelete: only what is in the trash can be deleted for good, and its id is free again.
func TestDelete(t *testing.T) {
	eachStore(t, func(t *testing.T, open opener) {
		ctx, s := t.Context(), open(t)
		r := must(s.Create(ctx, "ada", full(), ""))(t)
		if err := s.Delete(ctx, "ada", r.ID, recipe.Precondition{}); !errors.Is(err, recipe.ErrNotTrashed) {
			t.Errorf("an active recipe: %v", err)
		}
		if err := s.Delete(ctx, "ada", "none", recipe.Precondition{}); !errors.Is(err, recipe.ErrNotFound) {
			t.Errorf("no recipe: %v", err)
		}
		r = must(s.Trash(ctx, "ada", r.ID, recipe.Precondition{}))(t)
		if err := s.Delete(ctx, "bob", r.ID, recipe.Precondition{}); !errors.Is(err, recipe.ErrNotFound) {
			t.Errorf("another user's: %v", err)
		}
		if err := s.Delete(ctx, "ada", r.ID, recipe.Precondition{IfMatch: []string{"other"}}); !errors.Is(err, recipe.ErrPrecondition) {
			t.Errorf("another version: %v", err)
		}
		if err := s.Delete(ctx, "ada", r.ID, recipe.Precondition{IfMatch: []string{r.ETag}}); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Get(ctx, "ada", r.ID); !errors.Is(err, recipe.ErrNotFound) {
			t.Errorf("afterwards: %v", err)
		}
		if err := s.Delete(ctx, "ada", r.ID, recipe.Precondition{}); !errors.Is(err, recipe.ErrNotFound) {
			t.Errorf("once more: %v", err)
		}
		if _, created, err := s.Put(ctx, "ada", r.ID, titled("New"), recipe.Precondition{}); err != nil || !created {
			t.Errorf("the id again: %t, %v", created, err)
		}
	})
}

// TestEmptyTrash: it removes what is in the trash, of one user, and nothing else.
func TestEmptyTrash(t *testing.T) {
	eachStore(t, func(t *testing.T, open opener) {
		ctx, s := t.Context(), open(t)
		for i := range 12 {
			r := must(s.Create(ctx, "ada", titled(fmt.Sprint(i)), ""))(t)
			if i%3 > 0 {
				must(s.Trash(ctx, "ada", r.ID, recipe.Precondition{}))(t)
			}
		}
		bobs := must(s.Create(ctx, "bob", titled("Bob's"), ""))(t)
		must(s.Trash(ctx, "bob", bobs.ID, recipe.Precondition{}))(t)
		for range 2 { // the second time there is nothing to do
			if err := s.EmptyTrash(ctx, "ada"); err != nil {
				t.Fatal(err)
			}
		}
		left := 0
		for r, err := range s.All(ctx, "ada") {
			if err != nil || r.State != recipe.Active {
				t.Errorf("left: %+v, %v", r, err)
			}
			left++
		}
		if left != 4 {
			t.Errorf("%d recipes are left, want 4", left)
		}
		if _, err := s.Get(ctx, "bob", bobs.ID); err != nil {
			t.Errorf("bob's: %v", err)
		}
	})
}

// TestCreateExported: an exported recipe is stored unchanged, and replaces no recipe.
func TestCreateExported(t *testing.T) {
	eachStore(t, func(t *testing.T, open opener) {
		ctx, c := t.Context(), newClock()
		s := open(t, store.WithClock(c.now))
		active := must(s.Create(ctx, "ada", full(), ""))(t)
		c.advance(time.Minute)
		active, err := s.Update(ctx, "ada", active.ID, recipe.Precondition{}, func(r recipe.Recipe) (recipe.Recipe, error) { r.Rating = 1; return r, nil })
		if err != nil {
			t.Fatal(err)
		}
		trashed := must(s.Create(ctx, "ada", titled("Trashed"), ""))(t)
		trashed = must(s.Trash(ctx, "ada", trashed.ID, recipe.Precondition{}))(t)
		c.advance(recipe.TrashTTL + time.Hour)
		for _, want := range []recipe.Recipe{active, trashed} {
			got, created, err := s.CreateExported(ctx, "bob", want)
			if err != nil || !created {
				t.Fatalf("%t, %v", created, err)
			}
			if got.ETag == want.ETag || got.ETag == "" {
				t.Errorf("ETag %q, want another one than %q", got.ETag, want.ETag)
			}
			want.ETag = got.ETag
			equal(t, "put back", got, want)
			equal(t, "stored", must(s.Get(ctx, "bob", want.ID))(t), want) // in the trash for its whole time again
			other := want
			other.Title = "Other"
			got, created, err = s.CreateExported(ctx, "bob", other)
			if err != nil || created {
				t.Errorf("twice: %t, %v", created, err)
			}
			equal(t, "twice", got, want)
		}
		odd := titled("Odd")
		odd.ID, odd.CreatedAt = "odd", c.now().Add(time.Hour)
		got, _, err := s.CreateExported(ctx, "bob", odd)
		if err != nil || got.State != recipe.Active || got.CreatedAt.After(c.now()) || !got.UpdatedAt.Equal(got.CreatedAt) {
			t.Errorf("times that cannot be: %+v, %v", got, err)
		}
		var invalid recipe.ValidationError
		odd.ID = "api"
		if _, _, err := s.CreateExported(ctx, "bob", odd); !errors.As(err, &invalid) {
			t.Errorf("a reserved id: %v", err)
		}
	})
}

// TestIDByURL: the scheme, "www.", a slash at the end and the fragment do not count.
func TestIDByURL(t *testing.T) {
	eachStore(t, func(t *testing.T, open opener) {
		ctx, s := t.Context(), open(t)
		soup := titled("Soup")
		soup.URL = "https://www.Example.com/soup/?id=7#comments"
		r := must(s.Create(ctx, "ada", soup, ""))(t)
		for url, want := range map[string]string{
			"https://www.Example.com/soup/?id=7#comments": r.ID, "http://example.com/soup?id=7": r.ID,
			"https://example.com/soup": "", "https://example.com/Soup?id=7": "", "https://example.org/soup?id=7": "", "": "",
		} {
			id, err := s.IDByURL(ctx, "ada", url)
			if id != want || (err == nil) != (want != "") || err != nil && !errors.Is(err, recipe.ErrNotFound) {
				t.Errorf("%q: %q, %v, want %q", url, id, err, want)
			}
		}
		if _, err := s.IDByURL(ctx, "bob", soup.URL); !errors.Is(err, recipe.ErrNotFound) {
			t.Errorf("another user: %v", err)
		}
		must(s.Trash(ctx, "ada", r.ID, recipe.Precondition{}))(t)
		if _, err := s.IDByURL(ctx, "ada", soup.URL); !errors.Is(err, recipe.ErrNotFound) {
			t.Errorf("in the trash: %v", err)
		}
	})
}

// TestSummary: a list without the long fields is otherwise the same, page by page.
func TestSummary(t *testing.T) {
	eachStore(t, func(t *testing.T, open opener) {
		ctx, s := t.Context(), open(t)
		for range 3 {
			must(s.Create(ctx, "ada", full(), ""))(t)
		}
		for _, q := range []recipe.Query{{PageSize: 2}, {PageSize: 2, Q: "creme egg"}} {
			whole, err := s.List(ctx, "ada", q)
			if err != nil || len(whole.Recipes) != 2 {
				t.Fatalf("%+v: %d recipes, %v", q, len(whole.Recipes), err)
			}
			q.Summary = true
			short, err := s.List(ctx, "ada", q)
			if err != nil {
				t.Fatal(err)
			}
			for i := range whole.Recipes {
				want, got := *whole.Recipes[i], *short.Recipes[i]
				for _, r := range []*recipe.Recipe{&want, &got} {
					r.Ingredients, r.Steps, r.Notes, r.Nutrition = nil, nil, "", nil
				}
				equal(t, "summary", got, want)
			}
			q.PageToken = whole.NextPageToken
			if next, err := s.List(ctx, "ada", q); err != nil || len(next.Recipes) != 1 {
				t.Errorf("the next page: %d, %v", len(next.Recipes), err)
			}
		}
	})
}

// TestWritesThatChangeNothing: such writes keep the ETag, so no other device has to merge.
func TestWritesThatChangeNothing(t *testing.T) {
	eachStore(t, func(t *testing.T, open opener) {
		ctx, s := t.Context(), open(t)
		first := must(s.Create(ctx, "ada", full(), ""))(t)
		same := full()
		same.Title = "  " + same.Title
		got, created, err := s.Put(ctx, "ada", first.ID, same, recipe.Precondition{IfMatch: []string{first.ETag}})
		if err != nil || created {
			t.Fatalf("%t, %v", created, err)
		}
		equal(t, "put", got, first)
		got, err = s.Update(ctx, "ada", first.ID, recipe.Precondition{}, func(r recipe.Recipe) (recipe.Recipe, error) { return r, nil })
		if err != nil {
			t.Fatal(err)
		}
		equal(t, "updated", got, first)
		equal(t, "stored", must(s.Get(ctx, "ada", first.ID))(t), first)
		if _, _, err := s.Put(ctx, "ada", first.ID, same, recipe.Precondition{IfMatch: []string{"other"}}); !errors.Is(err, recipe.ErrPrecondition) {
			t.Errorf("another version: %v", err)
		}
	})
}

// TestTitlesNeedAVisibleCharacter: a list shows titles.
func TestTitlesNeedAVisibleCharacter(t *testing.T) {
	for title, want := range map[string]bool{
		"\u200b": false, "\u2060\u200d\ufeff": false, "\u202e": false, "\u3164": false, "\u2800": false, "\u0301": false, "\U000e0041": false,
		"x": true, "!": true, "½": true, "🍣": true, "寿司": true, "\u202ea": true, "e\u0301": true,
	} {
		if err := titled(title).Validate(); (err == nil) != want {
			t.Errorf("%q: %v, want valid %t", title, err, want)
		}
	}
}
