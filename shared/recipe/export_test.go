package recipe

import (
	"testing"
	"time"

	"cloud.google.com/go/firestore"
	"google.golang.org/api/option"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
)

// What tests look at from inside.
var (
	Fold    = fold
	KeyID   = keyID
	Columns = allColumns
)

// IndexTerms returns the terms of an active recipe.
func IndexTerms(r Recipe) []string {
	r.State = Active
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
		b, err := p.behind(p.build(recipes), after).Serialize()
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, b)
	}
	add(byID, nil)
	add(byID, &position{id: "x"})
	add(titleTaken("x"), nil)
	for _, s := range everySearch(t) {
		for pivot := range s.terms {
			p := s.list(pivot)
			add(p, nil)
			at := (&document{Recipe: Recipe{ID: "x"}}).position(s.order)
			add(p, &at)
		}
		if p, ok := s.count(time.Now()); ok {
			add(p, nil)
		}
	}
	return list
}

func everySearch(t testing.TB) []search {
	t.Helper()
	yes, no := true, false
	bools := []*bool{nil, &yes, &no}
	var list []search
	for _, state := range []State{Active, Trashed} {
		for _, field := range orderFields {
			for _, desc := range []bool{false, true} {
				for _, text := range []Query{{}, {Q: "apple pie"}, {Tag: "x"}, {Ingredient: "flour"}, {Q: "a b", Tag: "c", Ingredient: "d"}} {
					for _, made := range bools {
						for _, favorite := range bools {
							for _, rating := range []float64{0, 0.5, 3, 3.5} {
								q := text
								q.State, q.OrderBy, q.Made, q.Favorite, q.MinRating = state, order{field, desc}.String(), made, favorite, rating
								q, err := q.Normalize()
								if err != nil {
									t.Fatal(err)
								}
								list = append(list, newSearch(q))
							}
						}
					}
				}
			}
		}
	}
	return list
}
