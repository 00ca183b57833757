package load

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"time"
)

// worker is one client of a soak. Its users sign in one after the other.
type worker struct {
	target  *Target
	users   []*user
	current int       // of users
	leaves  time.Time // when the current user signs out
	added   int       // recipes, for their titles
	refused int       // requests answered 503 while Redis was gone
}

// user is a person, and the recipes that this person must have.
type user struct {
	*person
	recipes map[string]recipe // acknowledged
	unsure  map[string]bool   // ids whose last write was refused
}

type recipe struct {
	ID     string  `json:"id"`
	Title  string  `json:"title"`
	Rating float64 `json:"rating"`
}

func newWorker(ctx context.Context, p *pantry, t *Target) (*worker, error) {
	w := &worker{target: t}
	for range usersEach {
		person, err := p.signUp(ctx)
		if err != nil {
			return nil, err
		}
		w.users = append(w.users, &user{person, map[string]recipe{}, map[string]bool{}})
	}
	return w, nil
}

// errGone is a 503 while Redis was gone. It is no fault.
var errGone = errors.New("no Redis")

// expect sends a request with send, and turns a 503 into errGone if Redis was gone meanwhile.
func (w *worker) expect(send func() (int, error)) error {
	began := w.target.gone.Load()
	status, err := send()
	if status == http.StatusServiceUnavailable && (began%2 == 1 || w.target.gone.Load() != began) {
		w.refused++
		return errGone
	}
	return err
}

func (w *worker) call(ctx context.Context, u *user, method, path string, body, out any) error {
	return w.expect(func() (int, error) { return u.call(ctx, method, path, body, out) })
}

// step does the next thing for the current user: sign in, use the recipes, or after two
// seconds sign out. An error is a fault of Pantry.
func (w *worker) step(ctx context.Context) error {
	u := w.users[w.current]
	var err error
	switch {
	case u.handle == "":
		err = w.expect(func() (int, error) { return u.signIn(ctx) })
		w.leaves = time.Now().Add(2 * time.Second)
	case time.Now().Before(w.leaves):
		err = w.useRecipes(ctx, u)
	default:
		err = w.call(ctx, u, http.MethodDelete, "/set-cache", nil, nil)
		u.handle = ""
		w.current = (w.current + 1) % len(w.users)
	}
	if errors.Is(err, errGone) {
		time.Sleep(250 * time.Millisecond) // a user who tries to sign in more than 60 times a minute gets a 429
		return nil
	}
	return err
}

func (w *worker) useRecipes(ctx context.Context, u *user) error {
	r, found := u.any()
	switch n := rand.IntN(10); { //nolint:gosec // G404: it chooses what to do
	case n == 0:
		var ended bool
		if err := w.call(ctx, u, http.MethodGet, "/check-expiration?userID="+u.uid, nil, &ended); err != nil || !ended {
			return err
		}
		return errors.New("check-expiration says that an open session has ended")
	case n == 1:
		return w.call(ctx, u, http.MethodGet, "/recipes?pageSize=10&q=soup", nil, nil)
	case n <= 3 && len(u.recipes) < 20 || !found:
		return w.add(ctx, u)
	case n <= 5:
		return w.rate(ctx, u, r)
	case n == 6:
		return w.remove(ctx, u, r)
	default:
		return w.read(ctx, u, r)
	}
}

// any returns a recipe whose last write was acknowledged.
func (u *user) any() (recipe, bool) {
	for id, r := range u.recipes {
		if !u.unsure[id] {
			return r, true
		}
	}
	return recipe{}, false
}

func (w *worker) add(ctx context.Context, u *user) error {
	w.added++
	title := fmt.Sprintf("Soup %d", w.added)
	var r recipe
	if err := w.call(ctx, u, http.MethodPost, "/recipes", map[string]any{"title": title}, &r); err != nil {
		return err
	}
	if r.ID == "" || r.Title != title {
		return fmt.Errorf("the new recipe %q is answered as %+v", title, r)
	}
	u.recipes[r.ID] = r
	return nil
}

func (w *worker) rate(ctx context.Context, u *user, r recipe) error {
	r.Rating = float64(1 + rand.IntN(5)) //nolint:gosec // G404: any will do
	if err := w.call(ctx, u, http.MethodPatch, "/recipes/"+r.ID, map[string]any{"rating": r.Rating}, nil); err != nil {
		u.unsure[r.ID] = true
		return err
	}
	u.recipes[r.ID] = r
	return nil
}

// remove puts a recipe into the trash and deletes it from there.
func (w *worker) remove(ctx context.Context, u *user, r recipe) error {
	u.unsure[r.ID] = true
	for _, query := range []string{"", "?permanent=true"} {
		if err := w.call(ctx, u, http.MethodDelete, "/recipes/"+r.ID+query, nil, nil); err != nil {
			return err
		}
	}
	delete(u.recipes, r.ID)
	delete(u.unsure, r.ID)
	return nil
}

func (w *worker) read(ctx context.Context, u *user, want recipe) error {
	var got recipe
	if err := w.call(ctx, u, http.MethodGet, "/recipes/"+want.ID, nil, &got); err != nil {
		return err
	}
	if got != want {
		return fmt.Errorf("read the recipe %+v, want %+v", got, want)
	}
	return nil
}

// check reads every acknowledged write.
func (w *worker) check(ctx context.Context) (faults []error) {
	for _, u := range w.users {
		if _, err := u.signIn(ctx); err != nil {
			faults = append(faults, err)
			continue
		}
		for id, r := range u.recipes {
			if u.unsure[id] {
				continue
			}
			if err := w.read(ctx, u, r); err != nil {
				faults = append(faults, err)
			}
		}
	}
	return faults
}
