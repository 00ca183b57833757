package recipes_test

import (
	"context"
	"net/http"
	"sync/atomic"
	"testing"

	"pantry.example/functions/recipes"
	"pantry.example/shared/recipe"
	"pantry.example/shared/recipe/store"
	"pantry.example/shared/session"
	"pantry.example/shared/web"
)

// watchedStore tells a test when a recipe is read.
type watchedStore struct {
	recipe.Store
	read chan struct{}
}

func (w watchedStore) Get(ctx context.Context, uid, id string) (recipe.Recipe, error) {
	w.read <- struct{}{}
	return w.Store.Get(ctx, uid, id)
}

// TestReadsBeginBeforeTheUserIsAdmitted: the store is read while Firebase is asked, and
// the answer waits for Firebase.
func TestReadsBeginBeforeTheUserIsAdmitted(t *testing.T) {
	kept := watchedStore{store.NewMemory(), make(chan struct{}, 1)}
	var refuse atomic.Bool
	s := start(t, kept, func(d *recipes.Deps) {
		d.Begin = func(r *http.Request) (session.Session, func() error, error) {
			caller, err := d.Authenticate(r)
			return caller, func() error {
				<-kept.read // Firebase answers after the store
				if refuse.Load() {
					return web.NewError(http.StatusUnauthorized, "no_session", "Sign in again.")
				}
				return nil
			}, err
		}
	})
	id := s.add(`{"title":"Soup"}`).ID
	r := s.do(request{path: "/" + id})
	if r.status != http.StatusOK || r.header.Get("ETag") == "" {
		t.Errorf("admitted: %d %v, want 200 and an ETag", r.status, r.header)
	}
	refuse.Store(true)
	r = s.do(request{path: "/" + id})
	problem(t, r, http.StatusUnauthorized, "no_session")
	if r.header.Get("ETag") != "" {
		t.Errorf("refused: ETag %q, want nothing of the recipe", r.header.Get("ETag"))
	}
}
