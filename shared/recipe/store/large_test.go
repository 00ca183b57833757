package store_test

import (
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"

	"pantry.example/shared/recipe"
)

// TestManyRecipes streams and then deletes more recipes than the store reads at a time,
// and watches the heap: what the store holds does not grow with the list.
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

// liveHeap is what is reachable.
func liveHeap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
