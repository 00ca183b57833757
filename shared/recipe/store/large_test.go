package store_test

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"pantry.example/shared/recipe"
	"pantry.example/shared/recipe/store"
)

// TestManyRecipes streams and then deletes more recipes than one batch has. The heap must not
// grow with the number of recipes.
func TestManyRecipes(t *testing.T) {
	if testing.Short() {
		t.Skip("2,000 recipes take some seconds")
	}
	eachStore(t, func(t *testing.T, open opener) {
		const n = 2000
		ctx := t.Context()
		s := open(t)
		fill(t, s, n)

		base := liveHeap()
		peak, count, last := uint64(0), 0, ""
		for r, err := range s.All(ctx, "ada") {
			if err != nil {
				t.Fatal(err)
			}
			if r.ID <= last || len(r.Notes) != 1200 {
				t.Fatalf("%q after %q, with %d bytes of notes", r.ID, last, len(r.Notes))
			}
			last = r.ID
			if count++; count%500 == 0 {
				peak = max(peak, liveHeap())
			}
		}
		if count != n {
			t.Errorf("all yields %d recipes", count)
		}
		grown := int64(peak) - int64(base) //nolint:gosec // sizes of a heap
		t.Logf("%d recipes, live heap %d KiB before, %d KiB more at most while reading all", n, base>>10, grown>>10)
		if grown > 2<<20 {
			t.Errorf("the heap grew by %d KiB", grown>>10)
		}

		if err := s.DeleteAll(ctx, "ada"); err != nil {
			t.Fatal(err)
		}
		if got := all(t, s, "ada"); len(got) != 0 {
			t.Errorf("%d are left", len(got))
		}
		if got := liveHeap(); got > base+2<<20 {
			t.Errorf("the heap grew from %d KiB to %d KiB", base>>10, got>>10)
		}
	})
}

// TestReadsOfAPage: what a page costs does not grow with the list.
func TestReadsOfAPage(t *testing.T) {
	const scan = 500 // recipes that one page may look at
	s := store.NewMemory()
	for i := range 3000 {
		r := recipe.Recipe{Title: fmt.Sprint("Soup ", i), Rating: float64(i % 6), Tags: []string{"weekday", "quick"}, Made: i%2 == 0}
		must(s.Create(t.Context(), "ada", r, ""))(t)
	}
	yes := true
	for _, row := range []struct {
		name  string
		query recipe.Query
		most  int
	}{
		{"all", recipe.Query{}, 26},
		{"a page of 100", recipe.Query{PageSize: 100, OrderBy: "title"}, 101},
		{"one word", recipe.Query{Q: "soup"}, 26},
		{"one tag, by rating", recipe.Query{Tag: "week", OrderBy: "rating desc"}, 26},
		{"made favorites, of which there are none", recipe.Query{Made: &yes, Favorite: &yes}, 26},
		{"counted", recipe.Query{Count: true}, 26 + 4},
		{"two words and a tag", recipe.Query{Q: "soup quick", Tag: "weekday"}, scan + 6},
		{"two words that are never together", recipe.Query{Q: "7 8"}, scan + 6},
		{"a word that nothing has", recipe.Query{Q: "soup xylophone"}, 6},
		{"six words, counted", recipe.Query{Q: "soup quick weekday s q w", Count: true}, 2*scan + 6},
		{"no word", recipe.Query{Q: "!!!", Count: true}, 0},
	} {
		page := must(s.List(t.Context(), "ada", row.query))(t)
		if page.Reads > row.most {
			t.Errorf("%s: %d reads, want at most %d", row.name, page.Reads, row.most)
		}
	}
}

// fill creates n recipes of 1.2 KB each, several at a time.
func fill(t *testing.T, s recipe.Store, n int) {
	t.Helper()
	var wg sync.WaitGroup
	next := make(chan int)
	for range 16 {
		wg.Go(func() {
			for i := range next {
				r := recipe.Recipe{Title: fmt.Sprint(i), Notes: strings.Repeat("x", 1200)}
				if _, err := s.Create(t.Context(), "ada", r, ""); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	wg.Wait()
}

// liveHeap returns the size of the reachable objects on the heap, in bytes.
func liveHeap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// TestPagesOfLargeRecipes: a page ends early before it fills the memory of an instance,
// and none of its recipes is lost.
func TestPagesOfLargeRecipes(t *testing.T) {
	eachStore(t, func(t *testing.T, open opener) {
		const n, most = 8, 1 << 20
		s := open(t)
		large := recipe.Recipe{Title: "Large", Steps: slices.Repeat([]string{strings.Repeat("a", 4000)}, 60)}
		for range n {
			if _, err := s.Create(t.Context(), "ada", large, ""); err != nil {
				t.Fatal(err)
			}
		}
		q, found := recipe.Query{PageSize: recipe.MaxPageSize}, 0
		for more := true; more; more = q.PageToken != "" {
			page, err := s.List(t.Context(), "ada", q)
			if err != nil {
				t.Fatal(err)
			}
			if size := len(page.Recipes) * large.Size(); size > most {
				t.Errorf("a page has %d bytes of text, want at most %d", size, most)
			}
			found, q.PageToken = found+len(page.Recipes), page.NextPageToken
		}
		if found != n {
			t.Errorf("the pages have %d recipes, want %d", found, n)
		}
	})
}
