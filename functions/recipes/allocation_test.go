package recipes_test

import (
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"

	"pantry.example/functions/recipes"
	"pantry.example/shared/recipe"
	"pantry.example/shared/session"
)

// unread is an answer of which only the status is kept.
type unread struct {
	header http.Header
	status int
}

func (u *unread) Header() http.Header         { return u.header }
func (u *unread) WriteHeader(status int)      { u.status = status }
func (u *unread) Write(b []byte) (int, error) { return len(b), nil }

// allocations returns how many allocations a GET costs.
func allocations(t *testing.T, h http.Handler, target string) int {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, target, nil)
	return int(testing.AllocsPerRun(100, func() {
		w := &unread{header: make(http.Header)}
		h.ServeHTTP(w, r)
		if w.status != http.StatusOK {
			t.Fatalf("GET %s is answered %d, want 200", target, w.status)
		}
	}))
}

// The bounds are a third above the measured numbers. With the race detector, pools drop some
// of their items, so the numbers vary.
func TestAllocations(t *testing.T) {
	s := start(t, nil, func(d *recipes.Deps) {
		d.Authenticate = func(*http.Request) (session.Session, error) { return session.Session{UID: "alice-uid"}, nil }
	})
	var id string
	for i := range 20 {
		added, err := s.store.Create(t.Context(), "alice-uid", recipe.Recipe{
			Title: "Soup " + strconv.Itoa(i), Description: "for cold days", Rating: 4, Tags: []string{"soup"},
			Ingredients: []string{"1 onion", "2 carrots"}, Steps: []string{"Cut.", "Cook."},
		}, "")
		if err != nil {
			t.Fatal(err)
		}
		id = added.ID
	}
	one := allocations(t, s.h, "/recipes/"+id)
	ten := allocations(t, s.h, "/recipes?pageSize=10")
	nineteen := allocations(t, s.h, "/recipes?pageSize=19") // a next page, as with ten
	article := allocations(t, s.h, "/recipes?userID=alice-uid")
	for _, row := range []struct {
		name        string
		got, atMost int
	}{
		{"one recipe", one, 57},
		{"ten recipes", ten, 150},
		{"a recipe more in a list", (nineteen - ten) / 9, 4},
		{"twenty recipes for the article's client", article, 110},
	} {
		if row.got > row.atMost {
			t.Errorf("%s: %d allocations, want at most %d", row.name, row.got, row.atMost)
		}
	}
}
