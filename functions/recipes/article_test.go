package recipes_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"pantry.example/functions/recipes"
	"pantry.example/shared/recipe"
)

const asAlice = "?userID=alice-uid"

// The answers that the article's client reads, byte for byte.
func TestArticleStory(t *testing.T) {
	s := start(t, nil)
	expect := func(q request, status int, body string) response {
		t.Helper()
		r := s.do(q)
		if r.status != status || r.body != body+"\n" || r.header.Get("Content-Type") != "application/json" {
			t.Errorf("%s %s %s:\ngot  %d %s\nwant %d %s", q.method, q.path, q.body, r.status, r.body, status, body)
		}
		return r
	}
	expect(request{path: "/recipes" + asAlice}, 200, `{"recepies":[]}`)
	soup := `{"userID":"alice-uid","title":"Soup","url":"https://example.com/soup?a=1&b=2","imageUrl":"https://example.com/soup.jpg","made":false,"rating":0,"unknown":{"x":[1]}}`
	expect(request{method: "POST", path: "/recipes" + asAlice, body: soup}, 200, `{"message":"Recipe added."}`)
	expect(request{method: "POST", path: "/recipes" + asAlice, body: strings.Replace(soup, "Soup", " sOUP ", 1)}, 409, `{"message":"A recipe with this title is already in the list."}`)
	expect(request{method: "POST", path: "/recipes" + asAlice, body: `{"title":"Bread","rating":"3.5","made":true}`}, 200, `{"message":"Recipe added."}`)

	list := as[recipes.RecipeList](t, s.do(request{path: "/?orderBy=createdAt"}), http.StatusOK).Recipes
	id, bread := list[0].ID, list[1].ID
	expect(request{path: "/recipes" + asAlice}, 200, `{"recepies":[`+
		`{"id":"`+id+`","userID":"alice-uid","made":false,"rating":0,"title":"Soup","url":"https://example.com/soup?a=1&b=2","imageUrl":"https://example.com/soup.jpg"},`+
		`{"id":"`+bread+`","userID":"alice-uid","made":true,"rating":3.5,"title":"Bread","url":"","imageUrl":""}]}`)
	expect(request{method: "PATCH", path: "/recipes" + asAlice, body: `{"id":"` + id + `","rating":4}`}, 200, `{"message":"Rating saved."}`)
	expect(request{method: "DELETE", path: "/recipes/" + bread + asAlice}, 200, `{"message":"Recipe deleted."}`)
	expect(request{method: "DELETE", path: "/recipes/" + bread + asAlice}, 404, `{"message":"There is no recipe with this id."}`)
	expect(request{path: "/recipes" + asAlice}, 200, `{"recepies":[{"id":"`+id+`","userID":"alice-uid","made":true,"rating":4,"title":"Soup","url":"https://example.com/soup?a=1&b=2","imageUrl":"https://example.com/soup.jpg"}]}`)

	rated := as[recipe.Recipe](t, s.do(request{path: "/" + id}), http.StatusOK)
	if !rated.Made || rated.LastMadeAt == nil || time.Since(*rated.LastMadeAt).Abs() > time.Minute {
		t.Errorf("made %t at %v", rated.Made, rated.LastMadeAt)
	}
	expect(request{method: "PATCH", path: "/recipes" + asAlice, body: `{"id":"` + id + `","rating":null}`}, 200, `{"message":"Rating saved."}`)
	again := as[recipe.Recipe](t, s.do(request{path: "/" + id}), http.StatusOK)
	if again.Rating != 0 || !again.LastMadeAt.Equal(*rated.LastMadeAt) {
		t.Errorf("rating %v, made at %v", again.Rating, again.LastMadeAt)
	}
	// A title is free again when its recipe is in the trash.
	expect(request{method: "POST", path: "/recipes" + asAlice, body: `{"title":"Bread"}`}, 200, `{"message":"Recipe added."}`)
}

func TestArticleListHasAllOfThem(t *testing.T) {
	s := start(t, nil)
	const n = 2*recipe.MaxPageSize + 50
	var want []string
	for i := range n {
		title := fmt.Sprintf("Soup %d", i)
		if _, err := s.store.Create(t.Context(), "alice-uid", recipe.Recipe{Title: title}, ""); err != nil {
			t.Fatal(err)
		}
		want = append(want, title)
	}
	type list struct {
		Recepies []struct {
			ID, UserID, Title, URL, ImageURL string
			Made                             bool
			Rating                           float64
		}
	}
	var got []string
	seen := map[string]bool{}
	for _, r := range as[list](t, s.do(request{path: "/" + asAlice}), http.StatusOK).Recepies {
		got = append(got, r.Title)
		seen[r.ID] = true
	}
	if len(seen) != n {
		t.Errorf("%d ids, want %d", len(seen), n)
	}
	less := func(a, b string) bool { return len(a) < len(b) || len(a) == len(b) && a < b }
	if diff := cmp.Diff(sorted(want, less), sorted(got, less)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func sorted(list []string, less func(a, b string) bool) []string {
	for i := range list {
		for j := i; j > 0 && less(list[j], list[j-1]); j-- {
			list[j], list[j-1] = list[j-1], list[j]
		}
	}
	return list
}

// A request with another userID than the session's, or an empty one, is refused.
func TestArticleUserIDMustBeTheSessions(t *testing.T) {
	s := start(t, nil)
	id := s.add(`{"title":"Soup"}`).ID
	forbidden := `{"message":"The userID is not the user who is signed in."}` + "\n"
	for _, userID := range []string{"bob-uid", "", "ALICE-UID", "alice-uid%20", "alice-uid%00", "*"} {
		for _, q := range []request{
			{path: "/?userID=" + userID},
			{method: "POST", path: "/?userID=" + userID, body: `{`},
			{method: "PATCH", path: "/?userID=" + userID, body: `{"id":"` + id + `","rating":1}`},
			{method: "DELETE", path: "/" + id + "?userID=" + userID},
			{path: "/nothing?userID=" + userID},
		} {
			if r := s.do(q); r.status != http.StatusForbidden || r.body != forbidden {
				t.Errorf("%s %s: %d %s", q.method, q.path, r.status, r.body)
			}
		}
	}
	for _, path := range []string{"/?userID", "/?userID&pageSize=1"} {
		if r := s.do(request{path: path}); r.status != http.StatusForbidden {
			t.Errorf("GET %s: %d", path, r.status)
		}
	}
	if r := s.do(request{path: "/?userID=alice-uid&userID=bob-uid"}); r.status != http.StatusBadRequest {
		t.Errorf("two userIDs: %d", r.status)
	}
	r := s.do(request{method: "POST", path: "/" + asAlice, body: `{"userID":"bob-uid","title":"x"}`})
	if r.status != http.StatusForbidden || r.body != forbidden {
		t.Errorf("a userID in the body: %d %s", r.status, r.body)
	}
	if r := s.do(request{as: "nobody", path: "/" + asAlice}); r.status != http.StatusUnauthorized || r.body != `{"message":"Sign in again."}`+"\n" {
		t.Errorf("without a session: %d %s", r.status, r.body)
	}
}

func TestArticleErrors(t *testing.T) {
	s := start(t, nil)
	for _, c := range []struct {
		q      request
		status int
		body   string
	}{
		{request{method: "POST", path: "/" + asAlice, body: `{"title":" "}`}, 422, `{"message":"title must not be empty."}`},
		{request{method: "POST", path: "/" + asAlice, body: `{"title":null,"rating":"6"}`}, 422, `{"message":"title must not be empty; rating must be at most 5."}`},
		{request{method: "POST", path: "/" + asAlice, body: `{"title":"x","url":"javascript:alert(1)"}`}, 422, `{"message":"url must start with http:// or https://."}`},
		{request{method: "POST", path: "/" + asAlice, body: `{"title":5}`}, 400, `{"message":"The body cannot be read: title has the wrong type."}`},
		{request{method: "POST", path: "/" + asAlice, body: `{"title":"x","rating":"NaN"}`}, 422, `{"message":"rating must be a number from 0 to 5."}`},
		{request{method: "POST", path: "/" + asAlice, body: `{"title":"x","rating":"five"}`}, 400, `{"message":"The body cannot be read: rating must be a number."}`},
		{request{method: "POST", path: "/" + asAlice, body: `{"title":"x","rating":[1]}`}, 400, `{"message":"The body cannot be read: rating must be a number."}`},
		{request{method: "PATCH", path: "/" + asAlice, body: `{"rating":1}`}, 404, `{"message":"There is no recipe with this id."}`},
		{request{method: "PATCH", path: "/" + asAlice, body: `{"id":"../x","rating":1}`}, 404, `{"message":"There is no recipe with this id."}`},
		{request{method: "PATCH", path: "/" + asAlice, body: `[]`}, 400, `{"message":"The body cannot be read: it must be a JSON object."}`},
		{request{method: "PUT", path: "/" + asAlice}, 405, `{"message":"This path answers GET, HEAD, PATCH, POST."}`},
		{request{method: "GET", path: "/abc" + asAlice}, 405, `{"message":"This path answers DELETE."}`},
		{request{method: "DELETE", path: "/a.b" + asAlice}, 404, `{"message":"There is no recipe with this id."}`},
		{request{path: "//" + asAlice}, 404, `{"message":"There is nothing at this path."}`},
		{request{path: "/recipes/a/../" + asAlice}, 404, `{"message":"There is nothing at this path."}`},
		{request{method: "DELETE", path: "/a/b" + asAlice}, 404, `{"message":"There is nothing at this path."}`},
	} {
		if r := s.do(c.q); r.status != c.status || r.body != c.body+"\n" {
			t.Errorf("%s %s %s:\ngot  %d %s\nwant %d %s", c.q.method, c.q.path, c.q.body, r.status, r.body, c.status, c.body)
		}
	}
}

// When many add one title at once, one succeeds. The title is free again after its recipe was
// renamed or trashed.
func TestArticleTitleIsAddedOnce(t *testing.T) {
	s := start(t, nil)
	add := request{method: "POST", path: "/" + asAlice, body: `{"title":"Soup"}`}
	for round := range 5 {
		var wg sync.WaitGroup
		var won atomic.Int64
		for range 24 {
			wg.Go(func() {
				switch r := s.do(add); r.status {
				case http.StatusOK:
					won.Add(1)
				case http.StatusConflict:
				default:
					t.Errorf("%d %s", r.status, r.body)
				}
			})
		}
		wg.Wait()
		list := as[recipes.RecipeList](t, s.do(request{path: "/?q=soup"}), http.StatusOK).Recipes
		if won.Load() != 1 || len(list) != 1 {
			t.Fatalf("round %d: %d won, %d are stored", round, won.Load(), len(list))
		}
		free := request{method: "DELETE", path: "/" + list[0].ID}
		if round%2 == 0 {
			free = request{method: "PATCH", path: "/" + list[0].ID, body: `{"title":"Stew"}`}
		}
		if r := s.do(free); r.status != http.StatusOK {
			t.Fatalf("%d %s", r.status, r.body)
		}
	}
}
