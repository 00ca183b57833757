package store_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"pantry.example/shared/recipe"
	"pantry.example/shared/recipe/store"
)

// TestLife is the life of one recipe: made, read, written over, edited, trashed,
// restored.
func TestLife(t *testing.T) {
	eachStore(t, func(t *testing.T, open opener) {
		ctx, c := t.Context(), newClock()
		s := open(t, store.WithClock(c.now))
		born := c.now().Truncate(time.Microsecond)

		made := must(s.Create(ctx, "ada", full(), ""))(t)
		want := full()
		want.ID, want.ETag, want.State, want.CreatedAt, want.UpdatedAt = made.ID, made.ETag, recipe.Active, born, born
		equal(t, "created", made, want)
		if !recipe.ValidID(made.ID) || len(made.ID) < 20 || made.ETag == "" {
			t.Errorf("id %q, etag %q", made.ID, made.ETag)
		}
		equal(t, "read again", must(s.Get(ctx, "ada", made.ID))(t), want)

		c.advance(time.Minute)
		next := titled("Custard")
		put, created, err := s.Put(ctx, "ada", made.ID, next, recipe.Precondition{IfMatch: []string{made.ETag}})
		if err != nil || created {
			t.Fatalf("put: created %v, %v", created, err)
		}
		want = next.Normalize() // nothing of the old content is left
		want.ID, want.ETag, want.State, want.CreatedAt, want.UpdatedAt = made.ID, put.ETag, recipe.Active, born, born.Add(time.Minute)
		equal(t, "put", put, want)
		equal(t, "read after put", must(s.Get(ctx, "ada", made.ID))(t), want)

		edited := must(s.Update(ctx, "ada", made.ID, recipe.Precondition{}, func(r recipe.Recipe) (recipe.Recipe, error) {
			equal(t, "handed to edit", r, want)
			r.Rating, r.ID, r.CreatedAt, r.State, r.ETag = 3, "other", time.Time{}, recipe.Trashed, "mine"
			return r, nil
		}))(t)
		want.Rating, want.ETag, want.UpdatedAt = 3, edited.ETag, want.UpdatedAt.Add(time.Microsecond) // the clock stood still
		equal(t, "edited", edited, want)

		trashed := must(s.Trash(ctx, "ada", made.ID, recipe.Precondition{IfMatch: []string{edited.ETag}}))(t)
		want.State, want.ETag, want.UpdatedAt = recipe.Trashed, trashed.ETag, trashed.UpdatedAt
		equal(t, "trashed", trashed, want)
		equal(t, "read in the trash", must(s.Get(ctx, "ada", made.ID))(t), want)

		restored := must(s.Restore(ctx, "ada", made.ID))(t)
		want.State, want.ETag, want.UpdatedAt = recipe.Active, restored.ETag, restored.UpdatedAt
		equal(t, "restored", restored, want)
		equal(t, "read again", must(s.Get(ctx, "ada", made.ID))(t), want)

		tags := map[string]bool{made.ETag: true, put.ETag: true, edited.ETag: true, trashed.ETag: true, restored.ETag: true}
		if len(tags) != 5 {
			t.Errorf("five writes gave %d different etags: %v", len(tags), tags)
		}
	})
}

// TestErrors: the error of each method when it refuses a call. Then nothing is written.
func TestErrors(t *testing.T) {
	eachStore(t, func(t *testing.T, open opener) {
		ctx := t.Context()
		s := open(t)
		mine := must(s.Create(ctx, "ada", titled("Mine"), ""))(t)
		binned := must(s.Create(ctx, "ada", titled("Binned"), ""))(t)
		binned = must(s.Trash(ctx, "ada", binned.ID, recipe.Precondition{}))(t)
		before := all(t, s, "ada")

		keep := func(r recipe.Recipe) (recipe.Recipe, error) { return r, nil }
		none := recipe.Precondition{}
		get := func(uid, id string) error { _, err := s.Get(ctx, uid, id); return err }
		put := func(id string, r recipe.Recipe, p recipe.Precondition) error {
			_, _, err := s.Put(ctx, "ada", id, r, p)
			return err
		}
		update := func(uid, id string, p recipe.Precondition) error {
			_, err := s.Update(ctx, uid, id, p, keep)
			return err
		}
		trash := func(uid, id string, p recipe.Precondition) error { _, err := s.Trash(ctx, uid, id, p); return err }
		restore := func(uid, id string) error { _, err := s.Restore(ctx, uid, id); return err }
		stale := recipe.Precondition{IfMatch: []string{"stale"}}

		for _, row := range []struct {
			name string
			got  error
			want error
		}{
			{"get unknown", get("ada", "unknown"), recipe.ErrNotFound},
			{"get another's", get("bob", mine.ID), recipe.ErrNotFound},
			{"get a path", get("ada", "../../bob/recipes/x"), recipe.ErrNotFound},
			{"get no id", get("ada", ""), recipe.ErrNotFound},
			{"get a reserved id", get("ada", "__x__"), recipe.ErrNotFound},
			{"put into the trash", put(binned.ID, titled("x"), none), recipe.ErrTrashed},
			{"put into the trash, if match", put(binned.ID, titled("x"), recipe.Precondition{IfMatch: []string{binned.ETag}}), recipe.ErrTrashed},
			{"put, stale", put(mine.ID, titled("x"), stale), recipe.ErrPrecondition},
			{"put unknown, if match", put("unknown", titled("x"), stale), recipe.ErrPrecondition},
			{"put unknown, if any", put("unknown", titled("x"), recipe.Precondition{IfMatchAny: true}), recipe.ErrPrecondition},
			{"put, if none", put(mine.ID, titled("x"), recipe.Precondition{IfNoneMatchAny: true}), recipe.ErrPrecondition},
			{"put, if not this one", put(mine.ID, titled("x"), recipe.Precondition{IfNoneMatch: []string{"a", mine.ETag}}), recipe.ErrPrecondition},
			{"put, if weak", put(mine.ID, titled("x"), recipe.Precondition{IfMatch: []string{}}), recipe.ErrPrecondition},
			{"update unknown", update("ada", "unknown", none), recipe.ErrNotFound},
			{"update unknown, if match", update("ada", "unknown", stale), recipe.ErrNotFound},
			{"update another's", update("bob", mine.ID, none), recipe.ErrNotFound},
			{"update a path", update("ada", "a/b", none), recipe.ErrNotFound},
			{"update in the trash", update("ada", binned.ID, none), recipe.ErrTrashed},
			{"update, stale", update("ada", mine.ID, stale), recipe.ErrPrecondition},
			{"trash unknown", trash("ada", "unknown", none), recipe.ErrNotFound},
			{"trash another's", trash("bob", mine.ID, none), recipe.ErrNotFound},
			{"trash twice", trash("ada", binned.ID, none), recipe.ErrNotFound},
			{"trash, stale", trash("ada", mine.ID, stale), recipe.ErrPrecondition},
			{"restore unknown", restore("ada", "unknown"), recipe.ErrNotFound},
			{"restore another's", restore("bob", binned.ID), recipe.ErrNotFound},
			{"restore an active one", restore("ada", mine.ID), recipe.ErrNotTrashed},
		} {
			if !errors.Is(row.got, row.want) {
				t.Errorf("%s: got %v, want %v", row.name, row.got, row.want)
			}
		}
		equal(t, "stored", all(t, s, "ada"), before)
		if got := all(t, s, "bob"); len(got) != 0 {
			t.Errorf("bob has %v", got)
		}
	})
}

// TestPreconditionsThatHold lets the write through.
func TestPreconditionsThatHold(t *testing.T) {
	eachStore(t, func(t *testing.T, open opener) {
		ctx := t.Context()
		s := open(t)
		r, created, err := s.Put(ctx, "ada", "pie", titled("Pie"), recipe.Precondition{IfNoneMatchAny: true, IfNoneMatch: []string{"x"}})
		if err != nil || !created {
			t.Fatalf("put new: created %v, %v", created, err)
		}
		for _, p := range []func() recipe.Precondition{
			func() recipe.Precondition { return recipe.Precondition{IfMatchAny: true} },
			func() recipe.Precondition { return recipe.Precondition{IfMatch: []string{"a", r.ETag}} },
			func() recipe.Precondition { return recipe.Precondition{IfNoneMatch: []string{"a"}} },
			func() recipe.Precondition { return recipe.Precondition{} },
		} {
			if r, created, err = s.Put(ctx, "ada", "pie", titled("Pie"), p()); err != nil || created {
				t.Errorf("put: created %v, %v", created, err)
			}
		}
	})
}

// TestInvalidIsNotStored: a store refuses a recipe that breaks the limits, even when no caller
// checked it.
func TestInvalidIsNotStored(t *testing.T) {
	eachStore(t, func(t *testing.T, open opener) {
		ctx := t.Context()
		s := open(t)
		bad := titled("")
		bad.Rating = 6
		want := recipe.ValidationError{
			{Pointer: "/title", Rule: "minLength", Limit: 1},
			{Pointer: "/rating", Rule: "maximum", Limit: 5},
		}
		check := func(what string, err error, want recipe.ValidationError) {
			t.Helper()
			var got recipe.ValidationError
			errors.As(err, &got)
			if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(recipe.FieldError{}, "Message")); diff != "" {
				t.Errorf("%s (-want +got):\n%s", what, diff)
			}
		}
		_, err := s.Create(ctx, "ada", bad, "key")
		check("create", err, want)
		_, _, err = s.Put(ctx, "ada", "recipes", bad, recipe.Precondition{})
		check("put", err, append(recipe.ValidationError{{Pointer: "/id", Rule: "pattern", Limit: 64}}, want...))
		r := must(s.Create(ctx, "ada", titled("Good"), ""))(t)
		_, err = s.Update(ctx, "ada", r.ID, recipe.Precondition{}, func(recipe.Recipe) (recipe.Recipe, error) { return bad, nil })
		check("update", err, want)
		equal(t, "stored", all(t, s, "ada"), []recipe.Recipe{r})
	})
}

// TestEditError: an error of edit comes back as it is.
func TestEditError(t *testing.T) {
	eachStore(t, func(t *testing.T, open opener) {
		s := open(t)
		r := must(s.Create(t.Context(), "ada", full(), ""))(t)
		mine := errors.New("mine")
		_, err := s.Update(t.Context(), "ada", r.ID, recipe.Precondition{}, func(r recipe.Recipe) (recipe.Recipe, error) {
			r.Ingredients[0], *r.LastMadeAt = "changed", time.Time{}
			return r, mine
		})
		if err != mine { //nolint:errorlint // the very same
			t.Errorf("got %v, want the error of edit itself", err)
		}
		equal(t, "stored", must(s.Get(t.Context(), "ada", r.ID))(t), r)
	})
}

// TestNoSharedMemory: changing what went in or came out, except in a list, changes nothing stored.
func TestNoSharedMemory(t *testing.T) {
	eachStore(t, func(t *testing.T, open opener) {
		ctx := t.Context()
		s := open(t)
		in := full()
		out := must(s.Create(ctx, "ada", in, ""))(t)
		spoil := func(r recipe.Recipe) {
			r.Ingredients[0], r.Steps[0], r.Tags[0], *r.LastMadeAt = "spoiled", "spoiled", "spoiled", time.Time{}
		}
		want := must(s.Get(ctx, "ada", out.ID))(t)
		spoil(in)
		spoil(out)
		spoil(must(s.Get(ctx, "ada", out.ID))(t))
		spoil(all(t, s, "ada")[0])
		spoil(must(s.Trash(ctx, "ada", out.ID, recipe.Precondition{}))(t))
		spoil(must(s.Restore(ctx, "ada", out.ID))(t))
		got := must(s.Get(ctx, "ada", out.ID))(t)
		got.ETag, got.UpdatedAt = want.ETag, want.UpdatedAt
		equal(t, "stored", got, want)
	})
}
