package store_test

import (
	"errors"
	"testing"
	"time"

	"pantry.example/shared/recipe"
	"pantry.example/shared/recipe/store"
)

// TestIdempotentCreate: the same key and content make one recipe, even after it was changed or
// trashed.
func TestIdempotentCreate(t *testing.T) {
	eachStore(t, func(t *testing.T, open opener) {
		ctx, c := t.Context(), newClock()
		s := open(t, store.WithClock(c.now))
		first := must(s.Create(ctx, "ada", full(), "k1"))(t)
		again := full()
		again.Title, again.ID, again.ETag = "  Cre\u0300me bru\u0302le\u0301e ", "ignored", "ignored" // equal when normalized
		equal(t, "again", must(s.Create(ctx, "ada", again, "k1"))(t), first)

		other := full()
		other.Notes = "other"
		if _, err := s.Create(ctx, "ada", other, "k1"); !errors.Is(err, recipe.ErrKeyReused) {
			t.Errorf("another body: %v", err)
		}
		if r := must(s.Create(ctx, "ada", full(), "k2"))(t); r.ID == first.ID {
			t.Error("another key gave the same recipe")
		}
		if r := must(s.Create(ctx, "bob", full(), "k1"))(t); r.ID == first.ID {
			t.Error("another user's key leads to the same id")
		}

		edited, _, err := s.Put(ctx, "ada", first.ID, titled("Now"), recipe.Precondition{})
		if err != nil {
			t.Fatal(err)
		}
		equal(t, "as it is now", must(s.Create(ctx, "ada", full(), "k1"))(t), edited)
		trashed := must(s.Trash(ctx, "ada", first.ID, recipe.Precondition{}))(t)
		equal(t, "in the trash", must(s.Create(ctx, "ada", full(), "k1"))(t), trashed)
		c.advance(recipe.TrashTTL + time.Second)
		reborn := must(s.Create(ctx, "ada", other, "k1"))(t)
		if reborn.ID != first.ID || reborn.Notes != "other" || reborn.State != recipe.Active {
			t.Errorf("after the purge: %+v", reborn)
		}
		equal(t, "with the new content", must(s.Create(ctx, "ada", other, "k1"))(t), reborn)
	})
}

// TestPurge: after its time in the trash, no method finds a recipe, although Firestore may keep
// its document for a day.
func TestPurge(t *testing.T) {
	eachStore(t, func(t *testing.T, open opener) {
		ctx, c := t.Context(), newClock()
		s := open(t, store.WithClock(c.now))
		yes := true
		r := must(s.Create(ctx, "ada", full(), ""))(t)
		c.advance(time.Second)
		r = must(s.Trash(ctx, "ada", r.ID, recipe.Precondition{}))(t)
		c.advance(recipe.TrashTTL - time.Second)
		var kept []recipe.Recipe
		for _, id := range []string{"k1", "k2"} {
			_, _, err := s.Put(ctx, "ada", id, full(), recipe.Precondition{})
			if err != nil {
				t.Fatal(err)
			}
			kept = append(kept, must(s.Trash(ctx, "ada", id, recipe.Precondition{}))(t))
		}
		queries := []recipe.Query{
			{Count: true},
			{Count: true, Made: &yes},
			{Count: true, Q: "creme"},
			{Count: true, MinRating: 4.2},
			{Count: true, Q: "creme bru", Tag: "french"},
			{Count: true, PageSize: 1},
			{Count: true, OrderBy: "rating desc", MinRating: 0.1},
		}
		look := func(want int) {
			t.Helper()
			for _, q := range queries {
				q.State = recipe.Trashed
				page := must(s.List(ctx, "ada", q))(t)
				if page.TotalSize == nil || *page.TotalSize != want {
					t.Errorf("%+v: total %v, want %d", q, page.TotalSize, want)
				}
				if got := len(pages(t, s, "ada", q)); got != want {
					t.Errorf("%+v: %d recipes, want %d", q, got, want)
				}
			}
		}
		look(3)
		equal(t, "a second before", must(s.Get(ctx, "ada", r.ID))(t), r)

		c.advance(time.Second)
		look(2)
		if _, err := s.Get(ctx, "ada", r.ID); !errors.Is(err, recipe.ErrNotFound) {
			t.Errorf("get: %v", err)
		}
		if _, err := s.Restore(ctx, "ada", r.ID); !errors.Is(err, recipe.ErrNotFound) {
			t.Errorf("restore: %v", err)
		}
		if _, err := s.Trash(ctx, "ada", r.ID, recipe.Precondition{}); !errors.Is(err, recipe.ErrNotFound) {
			t.Errorf("trash: %v", err)
		}
		equal(t, "all", all(t, s, "ada"), kept)
		if _, _, err := s.Put(ctx, "ada", r.ID, titled("x"), recipe.Precondition{IfMatchAny: true}); !errors.Is(err, recipe.ErrPrecondition) {
			t.Errorf("put, if any: %v", err)
		}
		put, created, err := s.Put(ctx, "ada", r.ID, titled("New"), recipe.Precondition{IfNoneMatchAny: true})
		if err != nil || !created || !put.CreatedAt.Equal(c.now().Truncate(time.Microsecond)) || put.State != recipe.Active {
			t.Errorf("put: %+v, created %v, %v", put, created, err)
		}
		c.advance(recipe.TrashTTL)
		equal(t, "all", all(t, s, "ada"), []recipe.Recipe{put})
	})
}

// TestDeleteAll takes what is the user's, in the trash or not, and nothing else.
func TestDeleteAll(t *testing.T) {
	eachStore(t, func(t *testing.T, open opener) {
		ctx := t.Context()
		s := open(t)
		for range 620 { // more than one batch
			must(s.Create(ctx, "ada", titled("x"), ""))(t)
		}
		r := must(s.Create(ctx, "ada", titled("y"), "key"))(t)
		must(s.Trash(ctx, "ada", r.ID, recipe.Precondition{}))(t)
		bobs := must(s.Create(ctx, "bob", titled("z"), ""))(t)
		if got := len(all(t, s, "ada")); got != 621 {
			t.Fatalf("all yields %d, want 621", got)
		}
		for range 2 {
			if err := s.DeleteAll(ctx, "ada"); err != nil {
				t.Fatal(err)
			}
			equal(t, "left", all(t, s, "ada"), []recipe.Recipe(nil))
		}
		equal(t, "another's", all(t, s, "bob"), []recipe.Recipe{bobs})
		if again := must(s.Create(ctx, "ada", titled("other"), "key"))(t); again.State != recipe.Active {
			t.Errorf("the key is not forgotten: %+v", again)
		}
	})
}
