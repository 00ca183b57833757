// Package recipes is the Cloud Function Recipes: the recipes of a user over HTTP. The method
// routes has the routes of the API. Requests with ?userID= come from the article's own client
// and have other routes (article.go).
package recipes

import (
	"errors"
	"net/http"
	"strings"

	"pantry.example/shared/web"
)

// New returns the function's handler, or an error that names every missing dependency.
func New(d Deps) (http.Handler, error) {
	var missing []error
	if d.Function.Name == "" || d.Function.Log == nil {
		missing = append(missing, errors.New("recipes: Function has no Name or Log"))
	}
	if d.Authenticate == nil {
		missing = append(missing, errors.New("recipes: Authenticate is missing"))
	}
	if d.Store == nil {
		missing = append(missing, errors.New("recipes: Store is missing"))
	}
	if len(missing) > 0 {
		return nil, errors.Join(missing...)
	}
	if d.User == (Budget{}) {
		d.User = userBudget
	}
	if d.Instance == (Budget{}) {
		d.Instance = instanceBudget
	}
	f := function{
		Deps: d, costs: newLimiter(d.User, d.Instance), pages: newLimiter(userPages, instancePages),
		long: &longRequests{users: map[string]int{}},
	}
	f.Store = meteredStore{d.Store, f.costs}
	api, article := f.authenticated(f.routes()), asMessage(f.authenticated(f.article()))
	return d.Function.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.RawQuery != "" && r.URL.Query().Has("userID") {
			article.ServeHTTP(w, r)
			return
		}
		api.ServeHTTP(w, r)
	})), nil
}

// routes returns the table of paths, methods and query parameters.
func (f function) routes() http.Handler {
	routes := http.NewServeMux()
	routes.Handle("/{$}", web.Handler(methods{
		"GET":    takes(f.list, listParameters...),
		"POST":   takes(f.create),
		"DELETE": takes(f.deleteMany, "all", "state"),
	}.handle))
	routes.Handle("/{id}", withVerb(methods{
		"GET":    takes(f.get),
		"PUT":    takes(f.put),
		"PATCH":  takes(f.patch),
		"DELETE": takes(f.trash, "permanent"),
	}, map[string]methods{
		"restore": {"POST": takes(f.restore)},
	}))
	routes.Handle("/:import", web.Handler(methods{"POST": takes(f.importAll, "dryRun", "duplicates", "restore")}.handle))
	routes.Handle("/:export", web.Handler(methods{"GET": takes(f.exportAll)}.handle))
	routes.Handle("/", web.Handler(web.NotFound))
	return routes
}

// withVerb routes /{id} to plain, and /{id}:verb to the methods of the verb. A pattern of
// ServeMux cannot do so, because its wildcard is always a whole segment.
func withVerb(plain methods, verbs map[string]methods) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		id, verb, ok := strings.Cut(r.PathValue("id"), ":")
		m := plain
		if ok {
			if m = verbs[verb]; m == nil || id == "" {
				return web.NotFound(w, r)
			}
		}
		r.SetPathValue("id", id)
		return m.handle(w, r)
	}
}
