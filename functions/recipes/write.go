package recipes

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"pantry.example/shared/recipe"
	"pantry.example/shared/web"
)

const (
	confirmDelete = "X-Confirm-Delete"
	// maxKey bounds an idempotency key, in characters.
	maxKey = 255
)

func (f function) create(w http.ResponseWriter, r *http.Request) error {
	body, err := readRecipe(w, r, false)
	if err != nil {
		return err
	}
	key, faults := keyOf(r.Header)
	if err := append(faults, body.faults...).refused(); err != nil {
		return err
	}
	added, err := f.add(r.Context(), body.values, key)
	if err != nil {
		return err
	}
	w.Header().Set("Location", strings.TrimSuffix(clientPath(r), "/")+"/"+added.ID)
	return answer(w, http.StatusCreated, added)
}

// keyOf reads the idempotency key. It refuses an empty key, because its sender believes that
// the request can be repeated.
func keyOf(h http.Header) (key string, faults faults) {
	values := h.Values(idempotencyKey)
	if len(values) == 0 {
		return "", nil
	}
	ok := len(values) == 1 && values[0] != "" && len(values[0]) <= maxKey
	for _, c := range []byte(values[0]) {
		ok = ok && c > ' ' && c < 0x7f
	}
	if !ok {
		faults.add("header."+idempotencyKey, "pattern", maxKey, fmt.Sprintf("must be 1 to %d visible ASCII characters", maxKey))
	}
	return values[0], faults
}

// add stores a recipe. A recipe that was exported from the trash goes to the trash. When the
// key's recipe is in the trash now, add returns ErrTrashed, because the client asked for a
// recipe in the list.
func (f function) add(ctx context.Context, r recipe.Recipe, key string) (recipe.Recipe, error) {
	uid := callerOf(ctx).uid
	stored, err := f.Store.Create(ctx, uid, r, key)
	switch {
	case err != nil:
		return recipe.Recipe{}, err
	case r.State == recipe.Trashed && stored.State == recipe.Active:
		return f.Store.Trash(ctx, uid, stored.ID, recipe.Precondition{})
	case r.State != recipe.Trashed && stored.State == recipe.Trashed:
		return recipe.Recipe{}, recipe.ErrTrashed
	}
	return stored, nil
}

func (f function) put(w http.ResponseWriter, r *http.Request) error {
	body, err := readRecipe(w, r, false)
	if err != nil {
		return err
	}
	id, conditions, err := target(r, body.faults...)
	if err != nil {
		return err
	}
	stored, created, err := f.Store.Put(r.Context(), callerOf(r.Context()).uid, id, body.values, conditions)
	switch {
	case err != nil:
		return f.withCurrent(w, r, err)
	case !created:
		return answer(w, http.StatusOK, stored)
	}
	w.Header().Set("Location", clientPath(r))
	return answer(w, http.StatusCreated, stored)
}

func (f function) patch(w http.ResponseWriter, r *http.Request) error {
	body, err := readRecipe(w, r, true)
	if err != nil {
		return err
	}
	id, conditions, err := target(r, body.faults...)
	if err != nil {
		return err
	}
	changed, err := f.Store.Update(r.Context(), callerOf(r.Context()).uid, id, conditions, func(r recipe.Recipe) (recipe.Recipe, error) {
		body.apply(&r)
		return r, nil
	})
	if err != nil {
		return f.withCurrent(w, r, err)
	}
	return answer(w, http.StatusOK, changed)
}

func (f function) trash(w http.ResponseWriter, r *http.Request) error {
	q := readQuery(r)
	permanent := q.flag("permanent")
	if err := q.faults.refused(); err != nil {
		return err
	}
	id, conditions, err := target(r)
	if err != nil {
		return err
	}
	if permanent {
		if err := f.Store.Delete(r.Context(), callerOf(r.Context()).uid, id, conditions); err != nil {
			return f.withCurrent(w, r, err)
		}
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	trashed, err := f.Store.Trash(r.Context(), callerOf(r.Context()).uid, id, conditions)
	if err != nil {
		return f.withCurrent(w, r, err)
	}
	return answer(w, http.StatusOK, trashed)
}

// withCurrent adds the ETag of the stored version to a failed precondition. So a client knows
// whether it has that version already.
func (f function) withCurrent(w http.ResponseWriter, r *http.Request, err error) error {
	if errors.Is(err, recipe.ErrPrecondition) {
		if now, getErr := f.Store.Get(r.Context(), callerOf(r.Context()).uid, r.PathValue("id")); getErr == nil {
			w.Header().Set("ETag", quoted(now.ETag))
		}
	}
	return err
}

func (f function) restore(w http.ResponseWriter, r *http.Request) error {
	id, _, err := target(r)
	if err != nil {
		return err
	}
	restored, err := f.Store.Restore(r.Context(), callerOf(r.Context()).uid, id)
	if err != nil {
		return err
	}
	return answer(w, http.StatusOK, restored)
}

// deleteMany empties the trash, or deletes all recipes.
func (f function) deleteMany(w http.ResponseWriter, r *http.Request) error {
	if callerOf(r.Context()).query.Has("state") {
		return f.emptyTrash(w, r)
	}
	return f.deleteAll(w, r)
}

func (f function) emptyTrash(w http.ResponseWriter, r *http.Request) error {
	q := readQuery(r)
	if q.Get("state") != string(recipe.Trashed) {
		q.faults.add("query.state", "enum", 0, "must be trashed: only the trash can be emptied")
	}
	if q.Has("all") {
		q.faults.add("query.all", "enum", 0, "cannot be together with state")
	}
	if err := q.faults.refused(); err != nil {
		return err
	}
	ctx, cancel := longContext(r.Context())
	defer cancel()
	if err := f.Store.EmptyTrash(ctx, callerOf(r.Context()).uid); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (f function) deleteAll(w http.ResponseWriter, r *http.Request) error {
	q := readQuery(r)
	if !q.flag("all") {
		q.faults.add("query.all", "enum", 0, "must be true to delete all recipes; DELETE with an id in the path moves that one to the trash")
	}
	if r.Header.Get(confirmDelete) != "all-recipes" {
		q.faults.add("header."+confirmDelete, "enum", 0, "must be all-recipes: this deletes every recipe for good")
	}
	if err := q.faults.refused(); err != nil {
		return err
	}
	if err := recentlySignedIn(r); err != nil {
		return err
	}
	ctx, cancel := longContext(r.Context())
	defer cancel()
	if err := f.Store.DeleteAll(ctx, callerOf(r.Context()).uid); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// recentLogin is the maximum age of a sign-in that may delete everything. A session that was
// stolen, or left open on another device, is usually older.
const recentLogin = 10 * time.Minute

func recentlySignedIn(r *http.Request) error {
	if time.Since(callerOf(r.Context()).signedIn) <= recentLogin {
		return nil
	}
	return web.NewError(http.StatusUnauthorized, "recent_login_required",
		"The sign-in is older than 10 minutes. Sign in again, call set-cache, and then delete.")
}
