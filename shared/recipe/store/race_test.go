package store_test

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"sync"
	"testing"

	"pantry.example/shared/recipe"
)

// eachRound runs a race over both stores, 200 rounds each or as many as RACE_ROUNDS
// says. Each round has a user of its own.
func eachRound(t *testing.T, race func(t *testing.T, s recipe.Store, uid string)) {
	t.Helper()
	rounds := 200
	if text := os.Getenv("RACE_ROUNDS"); text != "" {
		var err error
		if rounds, err = strconv.Atoi(text); err != nil {
			t.Fatalf("RACE_ROUNDS: %v", err)
		}
	}
	eachStore(t, func(t *testing.T, open opener) {
		s := open(t)
		for i := range rounds {
			if race(t, s, fmt.Sprint("user", i)); t.Failed() {
				t.Fatalf("in round %d", i)
			}
		}
	})
}

// atOnce starts all calls together and returns their errors.
func atOnce(calls ...func() error) []error {
	errs := make([]error, len(calls))
	start := make(chan struct{})
	var wg sync.WaitGroup
	for i, call := range calls {
		wg.Go(func() {
			<-start
			errs[i] = call()
		})
	}
	close(start)
	wg.Wait()
	return errs
}

// count returns how many of the errors are err.
func count(errs []error, err error) (n int) {
	for _, e := range errs {
		if errors.Is(e, err) || e == nil && err == nil {
			n++
		}
	}
	return n
}

// TestRaceOfWriters: two writers of one recipe lose none of their changes.
func TestRaceOfWriters(t *testing.T) {
	eachRound(t, func(t *testing.T, s recipe.Store, uid string) {
		ctx := t.Context()
		r := must(s.Create(ctx, uid, titled("x"), ""))(t)
		write := func() error {
			_, err := s.Update(ctx, uid, r.ID, recipe.Precondition{}, func(r recipe.Recipe) (recipe.Recipe, error) { r.Servings++; return r, nil })
			return err
		}
		if errs := atOnce(write, write); count(errs, nil) != 2 {
			t.Error(errs)
		}
		if got := must(s.Get(ctx, uid, r.ID))(t).Servings; got != 2 {
			t.Errorf("%d of 2 changes are there", got)
		}
	})
}

// TestRaceOfKeys: creates with one key at once make one recipe.
func TestRaceOfKeys(t *testing.T) {
	eachRound(t, func(t *testing.T, s recipe.Store, uid string) {
		create := func() error { _, err := s.Create(t.Context(), uid, full(), "key"); return err }
		if errs := atOnce(create, create, create, create); count(errs, nil) != 4 {
			t.Error(errs)
		}
		if list := all(t, s, uid); len(list) != 1 {
			t.Errorf("%d recipes, want 1", len(list))
		}
	})
}

// TestRaceOfTitles: when many create one title at once, one succeeds. The same holds after the
// recipe of that title was trashed.
func TestRaceOfTitles(t *testing.T) {
	eachRound(t, func(t *testing.T, s recipe.Store, uid string) {
		for range 2 {
			var calls []func() error
			for _, title := range []string{"Crème", "creme", " CRÈME", "Creme"} {
				calls = append(calls, func() error { _, err := s.CreateTitled(t.Context(), uid, titled(title)); return err })
			}
			errs := atOnce(calls...)
			if count(errs, nil) != 1 || count(errs, recipe.ErrTitleTaken) != len(calls)-1 {
				t.Fatal(errs)
			}
			page := must(s.List(t.Context(), uid, recipe.Query{}))(t)
			if len(page.Recipes) != 1 {
				t.Fatalf("%d recipes, want 1", len(page.Recipes))
			}
			must(s.Trash(t.Context(), uid, page.Recipes[0].ID, recipe.Precondition{}))(t)
		}
	})
}

// TestRaceOfTrashAndUpdate: an update is either refused, or the trashed recipe has it.
func TestRaceOfTrashAndUpdate(t *testing.T) {
	eachRound(t, func(t *testing.T, s recipe.Store, uid string) {
		ctx := t.Context()
		r := must(s.Create(ctx, uid, titled("x"), ""))(t)
		errs := atOnce(
			func() error { _, err := s.Trash(ctx, uid, r.ID, recipe.Precondition{}); return err },
			func() error {
				_, err := s.Update(ctx, uid, r.ID, recipe.Precondition{}, func(r recipe.Recipe) (recipe.Recipe, error) { r.Servings = 4; return r, nil })
				return err
			})
		got := must(s.Get(ctx, uid, r.ID))(t)
		changed := errs[1] == nil
		if errs[0] != nil || !changed && !errors.Is(errs[1], recipe.ErrTrashed) || got.State != recipe.Trashed || changed != (got.Servings == 4) {
			t.Errorf("%v, then %+v", errs, got)
		}
	})
}

// TestRaceOfDeleteAndRestore: one of them wins, and a restored recipe stays.
func TestRaceOfDeleteAndRestore(t *testing.T) {
	for name, remove := range map[string]func(t *testing.T, s recipe.Store, uid, id string) error{
		"one": func(t *testing.T, s recipe.Store, uid, id string) error {
			return s.Delete(t.Context(), uid, id, recipe.Precondition{})
		},
		"trash": func(t *testing.T, s recipe.Store, uid, _ string) error { return s.EmptyTrash(t.Context(), uid) },
	} {
		t.Run(name, func(t *testing.T) {
			eachRound(t, func(t *testing.T, s recipe.Store, uid string) {
				ctx := t.Context()
				r := must(s.Create(ctx, uid, titled("x"), ""))(t)
				must(s.Trash(ctx, uid, r.ID, recipe.Precondition{}))(t)
				errs := atOnce(
					func() error { return remove(t, s, uid, r.ID) },
					func() error { _, err := s.Restore(ctx, uid, r.ID); return err })
				restored := errs[1] == nil
				got, err := s.Get(ctx, uid, r.ID)
				switch {
				case restored && (err != nil || got.State != recipe.Active || name == "one" && !errors.Is(errs[0], recipe.ErrNotTrashed)):
					t.Errorf("restored, then %v; delete says %v", err, errs[0])
				case !restored && (!errors.Is(err, recipe.ErrNotFound) || errs[0] != nil || !errors.Is(errs[1], recipe.ErrNotFound)):
					t.Errorf("deleted, then %v; the calls say %v", err, errs)
				}
			})
		})
	}
}
