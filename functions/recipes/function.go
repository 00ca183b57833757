package recipes

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"

	"pantry.example/functions/recipes/fetch"
	"pantry.example/shared/recipe"
	"pantry.example/shared/session"
	"pantry.example/shared/web"
)

// Deps is what the function works with. Function, Authenticate and Store are required.
type Deps struct {
	// Function is the function's outside: its name, log and allowed origins.
	Function web.Function
	// Authenticate returns the session that the request carries. Its error is a
	// *web.Error (400, 401, 429, 503). It is asked once a request, before anything
	// else looks at the request.
	Authenticate func(*http.Request) (session.Session, error)
	// Begin does the same for a request that only reads, and may return before it is
	// known whether the user is admitted; see session.Cache.Begin. It may be nil.
	Begin func(*http.Request) (session.Session, func() error, error)
	// Store keeps the recipes.
	Store recipe.Store

	// Fetch gets a web page for an import. It may be nil: addresses are not imported then.
	Fetch func(ctx context.Context, address string) (fetch.Page, error)
	// User and Instance bound the document reads that a user and all of them together
	// may cost. Zero stands for the usual budgets.
	User, Instance Budget
}

// function has a method for each route.
type function struct {
	Deps
	costs *limiter // of document reads
	pages *limiter // of pages that Fetch gets
	long  *longRequests
}

// caller is what a handler knows of who asks.
type caller struct {
	uid string
	// signedIn is when the user signed in at Firebase.
	signedIn time.Time
	// query is the query of the URL, in which each name is there once.
	query url.Values
}

type callerKey struct{}

// callerOf returns who asks. Only requests that authenticated has let through have one.
func callerOf(ctx context.Context) caller {
	c, _ := ctx.Value(callerKey{}).(caller)
	return c
}

// authenticated lets a request through that carries a session and can be routed.
func (f function) authenticated(next http.Handler) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		s, admitted, err := f.begin(r)
		switch {
		case err != nil:
			return err
		case s.UID == "":
			return errors.New("authenticate: no uid and no error")
		}
		if err := f.costs.allow(s.UID); err != nil {
			return err
		}
		query, err := wellFormed(w, r)
		if err != nil {
			return err
		}
		c := caller{uid: s.UID, signedIn: s.AuthTime, query: query}
		r = r.WithContext(context.WithValue(r.Context(), callerKey{}, c))
		if admitted != nil {
			return web.Gate(w, r, admitted, next)
		}
		next.ServeHTTP(w, r)
		return nil
	}
}

// begin authenticates a request. For one that only reads, Firebase may be asked while the
// store is, and the answer waits.
func (f function) begin(r *http.Request) (s session.Session, admitted func() error, err error) {
	if f.Begin != nil && (r.Method == http.MethodGet || r.Method == http.MethodHead) {
		return f.Begin(r)
	}
	s, err = f.Authenticate(r)
	return s, nil, err
}

// clientPath is the path as the client wrote it, an alias such as /api/recipes included.
func clientPath(r *http.Request) string {
	if u, err := url.ParseRequestURI(r.RequestURI); err == nil {
		return u.Path
	}
	return r.URL.Path
}

// wellFormed returns the query. It refuses what ServeMux would redirect to its clean
// form, an escaped slash in an id, and a query that cannot be read in one way only.
func wellFormed(w http.ResponseWriter, r *http.Request) (url.Values, error) {
	if p := r.URL.Path; !strings.HasPrefix(p, "/") || p != path.Clean(p) || strings.Contains(p[1:], "/") {
		return nil, web.NotFound(w, r)
	}
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, web.NewError(http.StatusBadRequest, "malformed_query", "The query of the URL cannot be read.")
	}
	var faults faults
	for _, name := range names(query) {
		if len(query[name]) > 1 {
			faults.add("query."+clip(name), "maxItems", 1, "must be given once")
		}
	}
	return query, faults.refused()
}

// names returns the names in a query, in order.
func names(query url.Values) []string {
	if len(query) == 0 {
		return nil // most requests
	}
	return slices.Sorted(maps.Keys(query))
}

// methods are the handlers of one path. HEAD is answered wherever GET is, and any other
// method is a 405.
type methods map[string]web.Handler

// handle calls the method's handler and gives the store's errors their answers.
func (m methods) handle(w http.ResponseWriter, r *http.Request) error {
	method := r.Method
	if method == http.MethodHead {
		method = http.MethodGet
	}
	if handle, ok := m[method]; ok {
		return problem(handle(w, r))
	}
	allowed := slices.Collect(maps.Keys(m))
	if m[http.MethodGet] != nil {
		allowed = append(allowed, http.MethodHead)
	}
	slices.Sort(allowed)
	return web.MethodNotAllowed(strings.Join(allowed, ", "))(w, r)
}

// takes refuses a query with parameters that a call does not have: a misspelled filter
// would find everything.
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
