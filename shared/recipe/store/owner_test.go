package store_test

import (
	"errors"
	"strings"
	"testing"

	"pantry.example/shared/recipe"
)

// TestCreateTitled compares titles as a person does, and those of active recipes only.
func TestCreateTitled(t *testing.T) {
	eachStore(t, func(t *testing.T, open opener) {
		ctx := t.Context()
		s := open(t)
		must(s.Create(ctx, "bob", titled("Crème Brûlée"), ""))(t)
		first := must(s.CreateTitled(ctx, "ada", titled("Crème  Brûlée")))(t)
		taken := func(want bool) {
			t.Helper()
			for _, title := range []string{" creme brulee\n", "CRE\u0300ME BRU\u0302LE\u0301E"} {
				r, err := s.CreateTitled(ctx, "ada", titled(title))
				if want != errors.Is(err, recipe.ErrTitleTaken) || !want && err != nil {
					t.Fatalf("CreateTitled(%q): %v, want taken %v", title, err, want)
				}
				if err == nil { // make room for the next one
					must(s.Trash(ctx, "ada", r.ID, recipe.Precondition{}))(t)
				}
			}
		}
		taken(true)
		must(s.CreateTitled(ctx, "ada", titled("Creme")))(t)
		must(s.Trash(ctx, "ada", first.ID, recipe.Precondition{}))(t)
		taken(false)
		must(s.Restore(ctx, "ada", first.ID))(t)
		taken(true)
		must(s.Update(ctx, "ada", first.ID, recipe.Precondition{}, func(recipe.Recipe) (recipe.Recipe, error) { return titled("Flan"), nil }))(t)
		taken(false)
		must(s.Create(ctx, "ada", titled("Crème brûlée"), ""))(t) // without regard to titles
		taken(true)
		var invalid recipe.ValidationError
		if _, err := s.CreateTitled(ctx, "ada", titled(strings.Repeat("x", 5000))); !errors.As(err, &invalid) {
			t.Errorf("a title that is too long: %v", err)
		}
	})
}

// TestOwners: every valid uid is one user, and none is a path.
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
