// Package handlers makes all functions over one set of back ends. The local runner
// serves them, and so do the tests that need all of them in one process.
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

// Backends are what the functions use. Every field but Fetch is required.
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
	made := map[string]http.Handler{}
	var failed error
	for name, open := range b.functions() {
		handler, err := open(b.Outside(name))
		made[name], failed = handler, errors.Join(failed, err)
	}
	return made, failed
}

// functions returns a constructor for each function. go run ./functions/deploy new adds a
// row.
func (b Backends) functions() map[string]func(web.Function) (http.Handler, error) {
	return map[string]func(web.Function) (http.Handler, error){
		setcache.Name: func(f web.Function) (http.Handler, error) {
			return setcache.New(setcache.Deps{Function: f, Sessions: b.Sessions, Firebase: b.Firebase, TTL: b.TTL})
		},
		checkexpiration.Name: func(f web.Function) (http.Handler, error) {
			return checkexpiration.New(checkexpiration.Deps{Function: f, Sessions: b.Sessions})
		},
		recipes.Name: func(f web.Function) (http.Handler, error) {
			authenticate, begin := recipes.Sessions(f, b.Sessions)
			return recipes.New(recipes.Deps{
				Function: f, Authenticate: authenticate, Begin: begin, Store: b.Store, Fetch: b.Fetch, User: b.Reads, Instance: b.Reads,
			})
		},
	}
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
