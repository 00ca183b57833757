package recipes

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"pantry.example/shared/recipe"
	"pantry.example/shared/web"
)

// listParameters are the parameters that query.list reads.
var listParameters = []string{
	"pageSize", "pageToken", "q", "tag", "ingredient", "made", "favorite", "minRating", "state", "orderBy", "count", "view",
}

// hint names the parameter with the smallest distance to name.
func hint(name string, parameters []string) string {
	if len(parameters) == 0 {
		return "it has none"
	}
	nearest := slices.MinFunc(parameters, func(a, b string) int { return distance(name, a) - distance(name, b) })
	return "the nearest one is " + nearest
}

// distance returns the Levenshtein distance between two names, in bytes. It reads only the
// first maxName bytes of a.
func distance(a, b string) int {
	a = strings.ToLower(a[:min(len(a), maxName)])
	b = strings.ToLower(b)
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			changed := diagonal
			if a[i] != b[j] {
				changed++
			}
			diagonal = row[j+1]
			row[j+1] = min(changed, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

// maxName bounds the work for one name, in bytes.
const maxName = 100

// query reads the parameters of a request. An absent or empty parameter has the zero value of
// its type. One that cannot be read is a fault.
type query struct {
	url.Values
	faults faults
}

func readQuery(r *http.Request) *query { return &query{Values: callerOf(r.Context()).query} }

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

// summary reads the parameter view, and reports whether it is summary.
func (q *query) summary() bool {
	view := q.Get("view")
	if view != "" && view != "full" && view != "summary" {
		q.faults.add("query.view", "enum", 0, "must be full or summary")
	}
	return view == "summary"
}

// list reads the parameters of a list.
func (q *query) list() recipe.Query {
	return recipe.Query{
		PageSize: q.integer("pageSize"), PageToken: q.Get("pageToken"),
		Q: q.Get("q"), Tag: q.Get("tag"), Ingredient: q.Get("ingredient"),
		Made: q.choice("made"), Favorite: q.choice("favorite"), MinRating: q.number("minRating"),
		State: recipe.State(q.Get("state")), OrderBy: q.Get("orderBy"), Count: q.flag("count"), Summary: q.summary(),
	}
}

// takes refuses parameters that a call does not have. Else a misspelled filter would find
// everything.
func takes(handle web.Handler, parameters ...string) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		var unknown faults
		for _, name := range names(callerOf(r.Context()).query) {
			if !slices.Contains(parameters, name) {
				unknown.add("query."+clip(name), "unknown", 0, "is not a parameter of this call; "+hint(name, parameters))
			}
		}
		if err := unknown.refused(); err != nil {
			return err
		}
		return handle(w, r)
	}
}
