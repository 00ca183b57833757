// Package recipes is the Cloud Function Recipes: a user's recipes over HTTP, for
// clients of this API and, where a request carries ?userID=, for the article's own
// client (article.go). The routes are in [handlers.routes]; the OpenAPI document is
// made from the same table ([OpenAPI]).
package recipes

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"pantry.example/shared/recipe"
	"pantry.example/shared/web"
)

// Deps is what the function works with. All of it is needed.
type Deps struct {
	// Function is the function's outside: its name, log and allowed origins.
	Function web.Function
	// Authenticate returns the uid whose session the request carries. Its error is a
	// *web.Error (400, 401, 429, 503). It is asked once a request, before anything
	// else looks at the request.
	Authenticate func(*http.Request) (uid string, err error)
	// Store keeps the recipes.
	Store recipe.Store
}

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
	return d.Function.Handler(d.authenticated(byDialect(api(d.Store), article(d.Store)))), nil
}

// routes is everything that the API answers. HEAD is answered wherever GET is, and any
// other method of these paths is a 405.
func (h *handlers) routes(api huma.API) {
	route(api, http.MethodGet, "/", listRecipes, h.list)
	route(api, http.MethodPost, "/", createRecipe, h.create)
	route(api, http.MethodDelete, "/", deleteAllRecipes, h.deleteAll)
	route(api, http.MethodGet, "/{id}", getRecipe, h.get)
	route(api, http.MethodPut, "/{id}", putRecipe, h.put)
	route(api, http.MethodPatch, "/{id}", patchRecipe, h.patch)
	route(api, http.MethodDelete, "/{id}", trashRecipe, h.trash)
	route(api, http.MethodPost, "/{id}:restore", restoreRecipe, h.restore)
	route(api, http.MethodPost, "/:import", importRecipes, h.importAll)
	route(api, http.MethodGet, "/:export", exportRecipes, h.exportAll)
}

// handlers are the API's handlers.
type handlers struct{ store recipe.Store }

// caller is what a handler knows of who asks.
type caller struct {
	uid string
	// path is the path as the client wrote it, an alias such as /api/recipes included.
	path string
}

type callerKey struct{}

// callerOf returns who asks. Only requests that authenticated has let through have one.
func callerOf(ctx context.Context) caller {
	c, _ := ctx.Value(callerKey{}).(caller)
	return c
}

// authenticated lets a request with a session through, and a path that can be routed.
func (d Deps) authenticated(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		uid, err := d.Authenticate(r)
		if err == nil && uid == "" {
			err = errors.New("authenticate: no uid and no error")
		}
		if err == nil {
			err = wellFormed(w, r)
		}
		if err != nil {
			render(w, r, err)
			return
		}
		c := caller{uid: uid, path: r.URL.Path}
		if u, err := url.ParseRequestURI(r.RequestURI); err == nil {
			c.path = u.Path
		}
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), callerKey{}, c)))
	})
}

// wellFormed refuses what net/http would answer by itself or read in two ways: a path
// that ServeMux would redirect to its clean form, and a query that is not one or that
// gives a parameter twice.
func wellFormed(w http.ResponseWriter, r *http.Request) error {
	if p := r.URL.Path; p != "/" && p != path.Clean("/"+p) {
		return web.NotFound(w, r)
	}
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return web.NewError(http.StatusBadRequest, "malformed_query", "The query of the URL cannot be read.")
	}
	var faults []web.FieldError
	for name, values := range query {
		if len(values) > 1 {
			faults = append(faults, web.FieldError{Location: "query." + clip(name), Message: "must be given once", Rule: "maxItems", Limit: 1})
		}
	}
	slices.SortFunc(faults, func(a, b web.FieldError) int { return strings.Compare(a.Location, b.Location) })
	return refused(faults)
}

// byDialect hands the requests of the article's client, which carry the user's ID, to
// its dialect.
func byDialect(api, article http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if speaksArticle(r) {
			article.ServeHTTP(w, r)
			return
		}
		api.ServeHTTP(w, r)
	})
}

func speaksArticle(r *http.Request) bool { return r.URL.Query().Has("userID") }

// render answers with err in the dialect of the request.
func render(w http.ResponseWriter, r *http.Request, err error) {
	if speaksArticle(r) {
		writeMessage(w, r, err)
		return
	}
	web.Write(w, r, err)
}

// self returns the path of a recipe, below the path by which the collection was asked.
func (c caller) self(id string) string {
	return strings.TrimSuffix(c.path, "/") + "/" + id
}
