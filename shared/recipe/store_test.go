package recipe_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"pantry.example/shared/recipe"
)

// TestLife is the life of one recipe: made, read, written over, edited, trashed,
// restored.
func TestLife(t *testing.T) {
	eachStore(t, func(t *testing.T, open opener) {
		ctx, c := t.Context(), newClock()
		s := open(t, recipe.WithClock(c.now))
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

// TestErrors: what each method answers when it can not do as asked, and that
// nothing is written then.
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

// TestInvalidIsNotStored: a store takes nothing that breaks the limits, whoever
// forgot to check it.
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

// TestNoSharedMemory: changing what went in or came out changes nothing stored.
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
		spoil(must(s.List(ctx, "ada", recipe.Query{}))(t).Recipes[0])
		spoil(all(t, s, "ada")[0])
		spoil(must(s.Trash(ctx, "ada", out.ID, recipe.Precondition{}))(t))
		spoil(must(s.Restore(ctx, "ada", out.ID))(t))
		got := must(s.Get(ctx, "ada", out.ID))(t)
		got.ETag, got.UpdatedAt = want.ETag, want.UpdatedAt
		equal(t, "stored", got, want)
	})
}

// TestIdempotentCreate: the same key and content make one recipe, whatever became
// of it since.
func TestIdempotentCreate(t *testing.T) {
	eachStore(t, func(t *testing.T, open opener) {
		ctx, c := t.Context(), newClock()
		s := open(t, recipe.WithClock(c.now))
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

// TestPurge: when its time in the trash is over a recipe is not there, for any
// method, though Firestore may keep its document for a day.
func TestPurge(t *testing.T) {
	eachStore(t, func(t *testing.T, open opener) {
		ctx, c := t.Context(), newClock()
		s := open(t, recipe.WithClock(c.now))
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

// TestHasTitle compares as a person does, and active recipes only.
func TestHasTitle(t *testing.T) {
	eachStore(t, func(t *testing.T, open opener) {
		ctx := t.Context()
		s := open(t)
		r := must(s.Create(ctx, "ada", titled("Crème  Brûlée"), ""))(t)
		must(s.Create(ctx, "bob", titled("Pie"), ""))(t)
		has := func(title string, want bool) {
			t.Helper()
			if got := must(s.HasTitle(ctx, "ada", title))(t); got != want {
				t.Errorf("HasTitle(%q) = %v, want %v", title, got, want)
			}
		}
		has(" creme brulee\n", true)
		has("CRE\u0300ME BRU\u0302LE\u0301E", true)
		has("creme", false)
		has("Pie", false)
		has("", false)
		has(strings.Repeat("x", 5000), false)
		must(s.Trash(ctx, "ada", r.ID, recipe.Precondition{}))(t)
		has("Crème Brûlée", false)
		must(s.Restore(ctx, "ada", r.ID))(t)
		has("Crème Brûlée", true)
		must(s.Update(ctx, "ada", r.ID, recipe.Precondition{}, func(recipe.Recipe) (recipe.Recipe, error) { return titled("Flan"), nil }))(t)
		has("Crème Brûlée", false)
		has("flan", true)
	})
}

// TestOwners: whatever a uid looks like, it is one user and no path.
func TestOwners(t *testing.T) {
	eachStore(t, func(t *testing.T, open opener) {
		ctx := t.Context()
		s := open(t)
		uids := []string{
			"ada", "Ada", "a/recipes/b", "a%2Frecipes%2Fb", ".", "..", "%2E", "%.", "__ada__", "%__ada__", "a", "a/", "/a", "%",
			"%25", "ü", "u\u0308", " ", "x@y.z", strings.Repeat("é", 128), strings.Repeat("/", 128),
		}
		for _, uid := range uids {
			if _, err := s.Create(ctx, uid, titled(uid+"x"), "key"); err != nil {
				t.Fatalf("create for %q: %v", uid, err)
			}
		}
		for _, uid := range uids {
			if got := all(t, s, uid); len(got) != 1 || got[0].Title != (recipe.Recipe{Title: uid + "x"}).Normalize().Title {
				t.Errorf("%q has %v", uid, got)
			}
		}
		for _, uid := range []string{"", strings.Repeat("x", 129), "\xff", "a\x00b", "a\nb"} {
			_, err := s.Get(ctx, uid, "x")
			if err == nil || errors.Is(err, recipe.ErrNotFound) {
				t.Errorf("get of %q: %v", uid, err)
			}
			if _, err := s.Create(ctx, uid, titled("x"), ""); err == nil {
				t.Errorf("create for %q", uid)
			}
			if err := s.DeleteAll(ctx, uid); err == nil {
				t.Errorf("delete all of %q", uid)
			}
		}
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
