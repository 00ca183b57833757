package store_test

import (
	"errors"
	"strings"
	"testing"

	"pantry.example/shared/recipe"
)

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
