package store_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"pantry.example/shared/recipe"
	"pantry.example/shared/recipe/store"
)

// What Keep saved is there again in the next store: recipes, tags, the trash, the answers to
// idempotency keys.
func TestKeepAndLoad(t *testing.T) {
	ctx := t.Context()
	saved := map[string][]byte{}
	first := store.NewMemory()
	first.Keep(func(uid string, recipes []byte) error { saved[uid] = recipes; return nil })
	soup, err := first.Create(ctx, "ann", recipe.Recipe{Title: "Soup", Tags: []string{"hot"}, Nutrition: map[string]string{"calories": "100"}}, "key-1")
	if err != nil {
		t.Fatal(err)
	}
	bread, err := first.Create(ctx, "ann", recipe.Recipe{Title: "Bread"}, "")
	if err != nil {
		t.Fatal(err)
	}
	trashed, err := first.Trash(ctx, "ann", bread.ID, recipe.Precondition{})
	if err != nil {
		t.Fatal(err)
	}
	again := store.NewMemory()
	for uid, recipes := range saved {
		if err := again.Load(uid, recipes); err != nil {
			t.Fatal(err)
		}
	}
	for _, want := range []recipe.Recipe{soup, trashed} {
		got, err := again.Get(ctx, "ann", want.ID)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%s: %v (-want +got):\n%s", want.Title, err, diff)
		}
	}
	same, err := again.Create(ctx, "ann", recipe.Recipe{Title: "Soup", Tags: []string{"hot"}, Nutrition: map[string]string{"calories": "100"}}, "key-1")
	if err != nil || same.ID != soup.ID {
		t.Errorf("the key again: %s, %v, want %s", same.ID, err, soup.ID)
	}
	page, err := again.List(ctx, "ann", recipe.Query{Tag: "hot"})
	if err != nil || len(page.Recipes) != 1 {
		t.Errorf("by tag: %d recipes, %v", len(page.Recipes), err)
	}
}

// A change that cannot be saved is not made.
func TestKeepFails(t *testing.T) {
	ctx := t.Context()
	s := store.NewMemory()
	soup, err := s.Create(ctx, "ann", recipe.Recipe{Title: "Soup"}, "")
	if err != nil {
		t.Fatal(err)
	}
	trash, err := s.Create(ctx, "ann", recipe.Recipe{Title: "Old"}, "")
	if err != nil {
		t.Fatal(err)
	}
	if trash, err = s.Trash(ctx, "ann", trash.ID, recipe.Precondition{}); err != nil {
		t.Fatal(err)
	}
	s.Keep(func(string, []byte) error { return errors.New("disk full") })
	_, created := s.Create(ctx, "ann", recipe.Recipe{Title: "Bread"}, "")
	_, _, put := s.Put(ctx, "ann", soup.ID, recipe.Recipe{Title: "Stew"}, recipe.Precondition{})
	for name, err := range map[string]error{
		"create": created, "put": put, "delete": s.Delete(ctx, "ann", trash.ID, recipe.Precondition{}), "delete all": s.DeleteAll(ctx, "ann"),
	} {
		if !errors.Is(err, recipe.ErrUnavailable) {
			t.Errorf("%s = %v, want %v", name, err, recipe.ErrUnavailable)
		}
	}
	for _, want := range []recipe.Recipe{soup, trash} {
		if got, err := s.Get(ctx, "ann", want.ID); err != nil || got.ETag != want.ETag {
			t.Errorf("%s is now %+v, %v", want.Title, got, err)
		}
	}
	if page, err := s.List(ctx, "ann", recipe.Query{}); err != nil || len(page.Recipes) != 1 {
		t.Errorf("%d recipes, %v, want the one", len(page.Recipes), err)
	}
}

func TestLoadRefusesDamage(t *testing.T) {
	for _, damaged := range []string{"", "{", "{}", `[{"id":"a"}]`, `[{"id":"a","title":"Soup","state":"active"}]`, `[{"id":"../a","title":"Soup","etag":"x","state":"active"}]`} {
		if err := store.NewMemory().Load("ann", []byte(damaged)); err == nil {
			t.Errorf("Load(%s) = nil, want an error", damaged)
		}
	}
	if err := store.NewMemory().Load("", []byte("[]")); err == nil {
		t.Error("Load without a uid = nil, want an error")
	}
}
