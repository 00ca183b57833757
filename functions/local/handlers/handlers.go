// Package handlers makes the three functions over one set of back ends. The local runner
// serves them, and so do the tests that need all three in one process.
package handlers

import (
	"context"
	"errors"
	"net/http"
	"time"

	"pantry.example/functions"
	"pantry.example/functions/checkexpiration"
	"pantry.example/functions/recipes"
	"pantry.example/functions/recipes/fetch"
	"pantry.example/functions/setcache"
	"pantry.example/shared/identity/firebase"
	"pantry.example/shared/recipe"
	"pantry.example/shared/session"
	"pantry.example/shared/web"
)

// Backends is what the functions work with. All of it but Fetch is required.
type Backends struct {
	Outside  func(name string) web.Function // a function's outside, by the function's name
	Sessions *session.Cache
	Firebase *firebase.Firebase
	TTL      time.Duration // a session's length
	Store    recipe.Store
	Fetch    func(ctx context.Context, address string) (fetch.Page, error) // see recipes.Deps
	Reads    recipes.Budget                                                // of a user and of all; zero for the usual one
}

// New returns the handler of each function under the function's name.
func New(b Backends) (map[string]http.Handler, error) {
	setCache, err := setcache.New(setcache.Deps{
		Function: b.Outside(setcache.Name), Sessions: b.Sessions, Firebase: b.Firebase, TTL: b.TTL,
	})
	checkExpiration, err2 := checkexpiration.New(checkexpiration.Deps{Function: b.Outside(checkexpiration.Name), Sessions: b.Sessions})
	f := b.Outside(recipes.Name)
	recipeAPI, err3 := recipes.New(recipes.Deps{Function: f, Authenticate: recipes.Sessions(f, b.Sessions), Store: b.Store, Fetch: b.Fetch, User: b.Reads, Instance: b.Reads})
	return map[string]http.Handler{
		setcache.Name: setCache, checkexpiration.Name: checkExpiration, recipes.Name: recipeAPI,
	}, errors.Join(err, err2, err3)
}

// Mux serves each function under its name and under /api/, as a Firebase Hosting rewrite
// would.
func Mux(handlers map[string]http.Handler) *http.ServeMux {
	mux := http.NewServeMux()
	for _, f := range functions.All() {
		for _, path := range []string{"/" + f.Name, "/api/" + f.Name} {
			mux.Handle(path, handlers[f.Name])
			mux.Handle(path+"/", handlers[f.Name])
		}
	}
	return mux
}
