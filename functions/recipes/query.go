package recipes

import (
	"net/http"
	"net/url"
	"strconv"

	"pantry.example/shared/recipe"
)

// query reads the parameters of a request. One that is absent or empty has its type's
// zero value, and one that cannot be read is a fault.
type query struct {
	url.Values
	faults faults
}

func readQuery(r *http.Request) *query { return &query{Values: r.URL.Query()} } // wellFormed has parsed it

func (q *query) integer(name string) int {
	return parameter(q, name, "must be a whole number", strconv.Atoi)
}

func (q *query) number(name string) float64 {
	return parameter(q, name, "must be a number", func(s string) (float64, error) { return strconv.ParseFloat(s, 64) })
}

func (q *query) flag(name string) bool {
	return parameter(q, name, "must be true or false", strconv.ParseBool)
}

// choice is a flag that may be absent.
func (q *query) choice(name string) *bool {
	if q.Get(name) == "" {
		return nil
	}
	v := q.flag(name)
	return &v
}

func parameter[T any](q *query, name, message string, parse func(string) (T, error)) (v T) {
	text := q.Get(name)
	if text == "" {
		return v
	}
	v, err := parse(text)
	if err != nil {
		q.faults.add("query."+name, "type", 0, message)
	}
	return v
}

// list reads what asks for one page of recipes.
func (q *query) list() recipe.Query {
	return recipe.Query{
		PageSize: q.integer("pageSize"), PageToken: q.Get("pageToken"),
		Q: q.Get("q"), Tag: q.Get("tag"), Ingredient: q.Get("ingredient"),
		Made: q.choice("made"), Favorite: q.choice("favorite"), MinRating: q.number("minRating"),
		State: recipe.State(q.Get("state")), OrderBy: q.Get("orderBy"), Count: q.flag("count"),
	}
}
