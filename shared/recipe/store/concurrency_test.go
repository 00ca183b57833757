package store_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"pantry.example/shared/recipe"
	"pantry.example/shared/recipe/store"
)

// TestNoLostUpdate: when many writers add one to the same recipe at once, no addition is lost.
func TestNoLostUpdate(t *testing.T) {
	eachStore(t, func(t *testing.T, open opener) {
		ctx := t.Context()
		s := open(t)
		r := must(s.Create(ctx, "ada", titled("x"), ""))(t)
		var done atomic.Int64
		var wg sync.WaitGroup
		for range 6 {
			wg.Go(func() {
				for range 5 {
					_, err := s.Update(ctx, "ada", r.ID, recipe.Precondition{}, func(r recipe.Recipe) (recipe.Recipe, error) {
						r.Servings++
						return r, nil
					})
					switch {
					case err == nil:
						done.Add(1)
					case !errors.Is(err, recipe.ErrUnavailable): // then nothing was written
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		got := must(s.Get(ctx, "ada", r.ID))(t)
		if got.Servings != int(done.Load()) {
			t.Errorf("%d additions were confirmed, %d are there", done.Load(), got.Servings)
		}
		if done.Load() < 25 {
			t.Errorf("only %d of 30 writes came through", done.Load())
		}
	})
}

// TestOneOfManyWins: when many replace the same version, one succeeds.
func TestOneOfManyWins(t *testing.T) {
	eachStore(t, func(t *testing.T, open opener) {
		ctx := t.Context()
		s := open(t)
		const writers = 5
		tag := ""
		for round := range 4 {
			p := recipe.Precondition{IfMatch: []string{tag}}
			if tag == "" {
				p = recipe.Precondition{IfNoneMatchAny: true}
			}
			tags := make([]string, writers)
			var wg sync.WaitGroup
			for i := range writers {
				wg.Go(func() {
					r, _, err := s.Put(ctx, "ada", "one", titled(fmt.Sprint("round ", round, " by ", i)), p)
					if err == nil {
						tags[i] = r.ETag
					} else if !errors.Is(err, recipe.ErrPrecondition) {
						t.Error(err)
					}
				})
			}
			wg.Wait()
			winners := slices.DeleteFunc(tags, func(s string) bool { return s == "" })
			if len(winners) != 1 {
				t.Fatalf("%d writers won", len(winners))
			}
			if tag = must(s.Get(ctx, "ada", "one"))(t).ETag; tag != winners[0] {
				t.Errorf("the stored tag is %q, the winner's %q", tag, winners[0])
			}
		}
	})
}

// TestCreateOnceAtOnce: when many use the same key at once, they make one recipe, and all of
// them get it.
func TestCreateOnceAtOnce(t *testing.T) {
	eachStore(t, func(t *testing.T, open opener) {
		ctx := t.Context()
		s := open(t)
		got := make([]recipe.Recipe, 8)
		var wg sync.WaitGroup
		for i := range got {
			wg.Go(func() {
				var err error
				if got[i], err = s.Create(ctx, "ada", full(), "key"); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		for _, r := range got {
			equal(t, "one of them", r, got[0])
		}
		equal(t, "stored", all(t, s, "ada"), got[:1])
	})
}

// TestListUnderWrites: while others add, trash and restore recipes, the pages of each list have
// every recipe that stays, once.
func TestListUnderWrites(t *testing.T) {
	eachStore(t, func(t *testing.T, open opener) {
		ctx := t.Context()
		s := open(t, store.WithMaxScan(20))
		var want []string
		for i := range 30 {
			r := full()
			r.Title = fmt.Sprintf("Stays %02d", i)
			want = append(want, r.Title)
			must(s.Create(ctx, "ada", r, ""))(t)
		}
		n := 0
		disturb := func(wg *sync.WaitGroup) { // runs while a page is read
			for range 2 {
				n++
				n := n
				wg.Go(func() {
					r := full()
					r.Title = fmt.Sprintf("Stays %02d and goes", n*7%30)
					r, err := s.Create(ctx, "ada", r, "")
					if err == nil {
						_, err = s.Trash(ctx, "ada", r.ID, recipe.Precondition{})
					}
					if err == nil && n%2 == 0 {
						_, err = s.Restore(ctx, "ada", r.ID)
					}
					if err != nil {
						t.Error(err)
					}
				})
			}
		}
		for _, q := range []recipe.Query{
			{OrderBy: "title"},
			{OrderBy: "title desc"},
			{OrderBy: "createdAt"},
			{OrderBy: "createdAt desc"},
			{},
			{OrderBy: "title", Q: "stays cream", Tag: "french", Ingredient: "egg"},
			{OrderBy: "rating", Q: "stay french"},
		} {
			q.PageSize = 10
			var met []string
			for turn, more := 0, true; more; turn, more = turn+1, q.PageToken != "" {
				var wg sync.WaitGroup
				if turn < 4 { // a walk by the time of creation would never end otherwise
					disturb(&wg)
				}
				page, err := s.List(ctx, "ada", q)
				wg.Wait()
				if err != nil {
					t.Fatal(err)
				}
				for _, r := range page.Recipes {
					if !strings.HasSuffix(r.Title, "goes") {
						met = append(met, r.Title)
					}
				}
				q.PageToken = page.NextPageToken
			}
			slices.Sort(met)
			equal(t, fmt.Sprintf("met with %+v", q), met, want)
		}
		met := 0
		var wg sync.WaitGroup
		for r, err := range s.All(ctx, "ada") {
			if err != nil {
				t.Fatal(err)
			}
			if !strings.HasSuffix(r.Title, "goes") {
				if met++; met%10 == 0 {
					disturb(&wg)
				}
			}
		}
		wg.Wait()
		if met != len(want) {
			t.Errorf("all yields %d of those that stay, want %d", met, len(want))
		}
	})
}

// TestDeleteAllEnds although others go on adding.
func TestDeleteAllEnds(t *testing.T) {
	eachStore(t, func(t *testing.T, open opener) {
		ctx := t.Context()
		s := open(t)
		for range 620 { // more than one batch
			must(s.Create(ctx, "ada", titled("before"), ""))(t)
		}
		stop := make(chan struct{})
		var wg sync.WaitGroup
		wg.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				if _, err := s.Create(ctx, "ada", titled("meanwhile"), ""); err != nil {
					t.Error(err)
					return
				}
			}
		})
		err := s.DeleteAll(ctx, "ada")
		close(stop)
		wg.Wait()
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range all(t, s, "ada") {
			if r.Title == "before" {
				t.Fatal("one that was there before is still there")
			}
		}
	})
}
