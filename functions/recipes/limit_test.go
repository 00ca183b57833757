package recipes_test

import (
	"fmt"
	"net/http"
	"testing"

	"pantry.example/functions/recipes"
	"pantry.example/shared/recipe"
	"pantry.example/shared/recipe/store"
)

// Whatever a user asks for is paid from one budget, in document reads, and another user
// has a budget of their own.
func TestWhatAUserMayCost(t *testing.T) {
	import3 := request{method: "POST", path: "/:import", body: `[{"@type":"Recipe","name":"a"},{"@type":"Recipe","name":"b"},{"@type":"Recipe","name":"c"}]`, header: ldJSON}
	for name, c := range map[string]struct {
		ask            request
		fewest, atMost int // requests that a budget of 300 reads pays
	}{
		"search": {request{path: "/?q=soup&count=true&pageSize=5"}, 4, 60},
		"export": {request{path: "/:export"}, 10, 11},
		"list":   {request{path: "/"}, 10, 14},
		"import": {import3, 25, 26},
		"get":    {request{path: "/none"}, 300, 301},
	} {
		t.Run(name, func(t *testing.T) {
			store := store.NewMemory()
			for _, uid := range []string{"alice-uid", "bob-uid"} {
				for i := range 30 {
					if _, err := store.Create(t.Context(), uid, recipe.Recipe{Title: fmt.Sprintf("Soup %d", i)}, ""); err != nil {
						t.Fatal(err)
					}
				}
			}
			s := start(t, store, func(d *recipes.Deps) { d.User = recipes.Budget{Burst: 300, PerSecond: 1e-6} })
			n, r := 0, s.do(c.ask)
			for ; r.status < 400 || r.status == http.StatusNotFound; n++ {
				if n > c.atMost {
					break
				}
				r = s.do(c.ask)
			}
			if n < c.fewest || n > c.atMost {
				t.Errorf("%d requests until the budget is spent, want %d to %d", n, c.fewest, c.atMost)
			}
			problem(t, r, http.StatusTooManyRequests, "too_many_requests")
			if r.header.Get("Retry-After") == "" {
				t.Error("no Retry-After")
			}
			c.ask.as = "bob"
			if r := s.do(c.ask); r.status == http.StatusTooManyRequests {
				t.Error("bob pays for alice")
			}
		})
	}
}

// All users together have a budget too.
func TestWhatAnInstanceMayCost(t *testing.T) {
	s := start(t, nil, func(d *recipes.Deps) { d.Instance = recipes.Budget{Burst: 10, PerSecond: 1e-6} })
	for i := range 10 {
		s.do(request{path: "/none", as: []string{"alice", "bob"}[i%2]})
	}
	problem(t, s.do(request{path: "/"}), http.StatusTooManyRequests, "too_many_requests")
	problem(t, s.do(request{path: "/", as: "bob"}), http.StatusTooManyRequests, "too_many_requests")
	r := s.do(request{path: "/?userID=alice-uid"})
	if r.status != http.StatusTooManyRequests || r.header.Get("Retry-After") == "" {
		t.Errorf("article: %d %s", r.status, r.body)
	}
}
