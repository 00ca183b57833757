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

// Deps has the dependencies of the function. Function, Authenticate and Store are required.
type Deps struct {
	// Function has the function's name, log and allowed origins.
	Function web.Function
	// Authenticate returns the session of a request. Its error is a *web.Error (400, 401,
	// 429, 503). It is called once for each request, before anything else.
	Authenticate func(*http.Request) (session.Session, error)
	// Begin does the same for a request that only reads. It may return before it is known
	// whether the user is admitted. See session.Cache.Begin. It may be nil.
	Begin func(*http.Request) (session.Session, func() error, error)
	// Store keeps the recipes.
	Store recipe.Store

	// Fetch gets a web page for an import. When it is nil, addresses cannot be imported.
	Fetch func(ctx context.Context, address string) (fetch.Page, error)
	// User and Instance bound the document reads of one user, and of all users together. The
	// zero value means the default.
	User, Instance Budget
}

// function has a method for each route.
type function struct {
	Deps
	costs *limiter // of document reads
	pages *limiter // of pages that Fetch gets
	long  *longRequests
}

// caller is the user who sent a request, and the query of its URL.
type caller struct {
	uid string
	// signedIn is when the user signed in at Firebase.
	signedIn time.Time
	// query has each name once.
	query url.Values
}

type callerKey struct{}

// callerOf returns the caller of an authenticated request.
func callerOf(ctx context.Context) caller {
	c, _ := ctx.Value(callerKey{}).(caller)
	return c
}

// authenticated calls next for a request with a session, within the budgets, and with a
// well-formed URL.
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

// begin authenticates a request. When the request only reads, Firebase may still be asked
// while the store reads. Then admitted is not nil, and the answer waits for it.
func (f function) begin(r *http.Request) (s session.Session, admitted func() error, err error) {
	if f.Begin != nil && (r.Method == http.MethodGet || r.Method == http.MethodHead) {
		return f.Begin(r)
	}
	s, err = f.Authenticate(r)
	return s, nil, err
}

// clientPath returns the path as the client sent it, with an alias such as /api/recipes.
func clientPath(r *http.Request) string {
	if u, err := url.ParseRequestURI(r.RequestURI); err == nil {
		return u.Path
	}
	return r.URL.Path
}

// wellFormed returns the query. It refuses a path that ServeMux would redirect, an escaped
// slash in an id, and a query with a name that is given twice.
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

// methods are the handlers of one path. GET also answers HEAD. Any other method is a 405.
type methods map[string]web.Handler

// handle calls the handler of the method, and maps the errors of the store to answers.
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
