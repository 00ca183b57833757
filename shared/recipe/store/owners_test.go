package store_test

import (
	"context"
	"iter"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"pantry.example/shared/recipe"
)

type owners interface {
	Owners(ctx context.Context) iter.Seq2[string, error]
}

// TestEveryOwner: Owners lists exactly the users who have a recipe, with any characters in the
// uid.
func TestEveryOwner(t *testing.T) {
	eachStore(t, func(t *testing.T, open opener) {
		s := open(t)
		want := []string{".", "..", "%.", "%2F", "__a__", "a/recipes/b", "ada", "bob"}
		for _, uid := range append(want, "gone") {
			must(s.Create(t.Context(), uid, titled("Leek pie"), ""))(t)
		}
		for r, err := range s.All(t.Context(), "bob") {
			if err != nil {
				t.Fatal(err)
			}
			must(s.Trash(t.Context(), "bob", r.ID, recipe.Precondition{}))(t)
		}
		if err := s.DeleteAll(t.Context(), "gone"); err != nil {
			t.Fatal(err)
		}
		var got []string
		for uid, err := range s.(owners).Owners(t.Context()) {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, uid)
		}
		slices.Sort(got)
		slices.Sort(want)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("Owners() (-want +got):\n%s", diff)
		}
	})
}
