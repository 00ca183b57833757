package store

import (
	"strings"
	"testing"
	"time"

	"cloud.google.com/go/firestore"
	"google.golang.org/api/option"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"pantry.example/shared/recipe"
)

// What tests look at from inside.
var (
	Fold    = fold
	Columns = fieldMask{terms: true, body: true}.columns()
)

// IndexTerms returns the terms of an active recipe.
func IndexTerms(r recipe.Recipe) []string {
	r.State = recipe.Active
	return indexTerms(r)
}

// MaxTerms is the bound of a recipe's terms.
const MaxTerms = maxTerms

// EveryQuery builds each kind of query that the Firestore store sends, as the
// message that goes over the wire.
func EveryQuery(t testing.TB) [][]byte {
	t.Helper()
	client, err := firestore.NewClient(t.Context(), "demo", option.WithEndpoint("127.0.0.1:1"), option.WithoutAuthentication(),
		option.WithGRPCDialOption(grpc.WithTransportCredentials(insecure.NewCredentials()))) // sends nothing
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	recipes := client.Collection("users").Doc("u").Collection("recipes")
	var list [][]byte
	add := func(p plan, after *position) {
		b, err := p.startAfter(p.build(recipes), after).Serialize()
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, b)
	}
	add(byID, nil)
	add(byID, &position{id: "x"})
	add(byTitle("x"), nil)
	add(byURL("x"), nil)
	add(inTrash, nil)
	add(inTrash, &position{key: time.Now(), id: "x"})
	for _, s := range everySearch(t) {
		for term := range s.terms {
			p := s.list(term)
			add(p, nil)
			at := (&document{Recipe: recipe.Recipe{ID: "x"}}).position(s.order)
			add(p, &at)
		}
		if p, ok := s.count(time.Now()); ok {
			add(p, nil)
		}
	}
	return list
}

// everySearch combines each filter with each other, each order and state.
func everySearch(t testing.TB) []search {
	t.Helper()
	queries := []recipe.Query{{}, {Q: "apple pie"}, {Tag: "x"}, {Ingredient: "flour"}, {Q: "a b", Tag: "c", Ingredient: "d"}}
	times := func(n int, set func(q *recipe.Query, i int)) {
		var next []recipe.Query
		for _, q := range queries {
			for i := range n {
				set(&q, i)
				next = append(next, q)
			}
		}
		queries = next
	}
	yes, no := true, false
	bools := []*bool{nil, &yes, &no}
	times(3, func(q *recipe.Query, i int) { q.Made = bools[i] })
	times(3, func(q *recipe.Query, i int) { q.Favorite = bools[i] })
	times(4, func(q *recipe.Query, i int) { q.MinRating = []float64{0, 0.5, 3, 3.5}[i] })
	times(2, func(q *recipe.Query, i int) { q.State = []recipe.State{recipe.Active, recipe.Trashed}[i] })
	times(4, func(q *recipe.Query, i int) { q.OrderBy = []string{"updatedAt", "createdAt", "title", "rating"}[i] })
	times(2, func(q *recipe.Query, i int) { q.OrderBy = strings.Fields(q.OrderBy)[0] + []string{"", " desc"}[i] })
	var list []search
	for _, q := range queries {
		q, err := q.Normalize()
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, newSearch(q))
	}
	return list
}
