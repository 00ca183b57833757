package recipes_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"pantry.example/functions/recipes"
	"pantry.example/functions/recipes/fetch"
	"pantry.example/shared/recipe"
	"pantry.example/shared/recipe/store"
)

// Every call of a user spends from one budget of document reads. Each user has their own.
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

// Exports and restores take minutes. There is always room for other requests.
func TestLongRequestsAreFew(t *testing.T) {
	hold, begun := make(chan struct{}), make(chan struct{})
	s := start(t, nil)
	export := `{"@context":"https://schema.org","@graph":[`
	var running sync.WaitGroup
	restore := func(as string) {
		running.Go(func() {
			// The rest of the document comes when the store has let go.
			reader, writer := io.Pipe()
			go func() {
				_, _ = io.WriteString(writer, export) // returns when the function has read it
				begun <- struct{}{}
				<-hold
				_, _ = io.WriteString(writer, "]}")
				_ = writer.Close()
			}()
			req := httptest.NewRequest(http.MethodPost, "/:import?restore=true", reader)
			req.Header = http.Header{"Authorization": {"Bearer " + as}, "Content-Type": {"application/ld+json"}}
			rec := httptest.NewRecorder()
			s.h.ServeHTTP(rec, req)
			if rec.Code >= http.StatusInternalServerError {
				t.Errorf("%d %s", rec.Code, rec.Body)
			}
		})
	}
	restore("alice")
	restore("alice")
	<-begun
	<-begun
	r := s.do(request{path: "/:export"})
	problem(t, r, http.StatusTooManyRequests, "too_many_requests")
	if r.header.Get("Retry-After") != "30" {
		t.Errorf("Retry-After %q", r.header.Get("Retry-After"))
	}
	if r := s.do(request{as: "bob", path: "/:export"}); r.status != http.StatusOK {
		t.Errorf("another user: %d", r.status)
	}
	if r := s.do(request{path: "/"}); r.status != http.StatusOK {
		t.Errorf("a list meanwhile: %d", r.status)
	}
	close(hold)
	running.Wait()
	if r := s.do(request{path: "/:export"}); r.status != http.StatusOK {
		t.Errorf("afterwards: %d", r.status)
	}
}

// Fetches from a slow site are long requests too.
func TestFetchesAreFew(t *testing.T) {
	hold, begun := make(chan struct{}), make(chan struct{})
	s := start(t, nil, func(d *recipes.Deps) {
		d.Fetch = func(context.Context, string) (fetch.Page, error) {
			begun <- struct{}{}
			<-hold
			return fetch.Page{Text: []byte(soupPage)}, nil
		}
	})
	ask := request{method: "POST", path: "/:import?dryRun=true", body: `{"url":"https://slow.example/soup"}`}
	var running sync.WaitGroup
	for range 2 {
		running.Go(func() {
			if r := s.do(ask); r.status != http.StatusOK {
				t.Errorf("%d %s", r.status, r.body)
			}
		})
		<-begun
	}
	third := make(chan response, 1)
	running.Go(func() { third <- s.do(ask) })
	select {
	case r := <-third:
		problem(t, r, http.StatusTooManyRequests, "too_many_requests")
	case <-begun:
		t.Error("a third page is fetched for the same user")
	}
	close(hold)
	running.Wait()
}
