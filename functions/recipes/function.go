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
	"unicode/utf8"

	"pantry.example/functions/recipes/fetch"
	"pantry.example/shared/recipe"
	"pantry.example/shared/session"
	"pantry.example/shared/web"
)

const (
	idempotencyKey = "Idempotency-Key"
	// retryAfter is what a client is told to wait when the store cannot be reached.
	retryAfter = 2 * time.Second
	// maxFaults bounds the list of refused fields in one answer: a body of thousands of
	// unknown names must not make a larger answer.
	maxFaults = 100
)

// Deps is what the function works with. Function, Authenticate and Store are required.
type Deps struct {
	// Function is the function's outside: its name, log and allowed origins.
	Function web.Function
	// Authenticate returns the session that the request carries. Its error is a
	// *web.Error (400, 401, 429, 503). It is asked once a request, before anything
	// else looks at the request.
	Authenticate func(*http.Request) (session.Session, error)
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
	// path is the path as the client wrote it, an alias such as /api/recipes included.
	path string
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
		s, err := f.Authenticate(r)
		switch {
		case err != nil:
			return err
		case s.UID == "":
			return errors.New("authenticate: no uid and no error")
		}
		if err := f.costs.allow(s.UID); err != nil {
			return err
		}
		if err := wellFormed(w, r); err != nil {
			return err
		}
		c := caller{uid: s.UID, signedIn: s.AuthTime, path: r.URL.Path}
		if u, err := url.ParseRequestURI(r.RequestURI); err == nil {
			c.path = u.Path
		}
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), callerKey{}, c)))
		return nil
	}
}

// wellFormed refuses what ServeMux would redirect to its clean form, an escaped slash in
// an id, and a query that cannot be read in one way only.
func wellFormed(w http.ResponseWriter, r *http.Request) error {
	if p := r.URL.Path; p != path.Clean("/"+p) || strings.Contains(p[1:], "/") {
		return web.NotFound(w, r)
	}
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return web.NewError(http.StatusBadRequest, "malformed_query", "The query of the URL cannot be read.")
	}
	var faults faults
	for _, name := range slices.Sorted(maps.Keys(query)) {
		if len(query[name]) > 1 {
			faults.add("query."+clip(name), "maxItems", 1, "must be given once")
		}
	}
	return faults.refused()
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

// problem returns the answer to an error of the store. An error that it does not know
// is an opaque 500.
func problem(err error) error {
	var (
		known   *web.Error
		invalid recipe.ValidationError
	)
	switch {
	case err == nil, errors.As(err, &known):
		return err
	case errors.Is(err, recipe.ErrNotFound): // the same for an unknown recipe and another user's
		return web.NewError(http.StatusNotFound, "not_found", "There is no recipe with this id.")
	case errors.Is(err, recipe.ErrTrashed):
		return web.NewError(http.StatusConflict, "recipe_trashed", "The recipe is in the trash. Restore it first, or take another id or key.")
	case errors.Is(err, recipe.ErrNotTrashed):
		return web.NewError(http.StatusConflict, "not_trashed", "The recipe is not in the trash.")
	case errors.Is(err, recipe.ErrPrecondition):
		return web.NewError(http.StatusPreconditionFailed, "precondition_failed",
			"The recipe is not in the version that If-Match or If-None-Match asks for. Read it again, merge and repeat.")
	case errors.Is(err, recipe.ErrKeyReused):
		e := web.NewError(http.StatusUnprocessableEntity, "idempotency_key_reused",
			"This Idempotency-Key was used with another recipe. Take a new key for a new recipe.")
		e.Errors = []web.FieldError{{Location: "header." + idempotencyKey, Message: "was used with another recipe", Rule: "reused"}}
		return e
	case errors.Is(err, recipe.ErrPageToken):
		return faults{{Location: "query.pageToken", Message: "does not belong to this query; begin again without it", Rule: "format"}}.refused()
	case errors.Is(err, recipe.ErrUnavailable):
		return web.NewError(http.StatusServiceUnavailable, "store_unavailable", "The recipes cannot be reached just now. Try again.").
			With(err).Retry(retryAfter)
	case errors.As(err, &invalid):
		var found faults
		found.addAll("", err)
		return found.refused()
	}
	return err
}

// faults are the refused fields and parameters of a request.
type faults []web.FieldError

// add notes a fault; a limit of 0 is none, except for the rule minimum.
func (f *faults) add(location, rule string, limit int, message string) {
	fault := web.FieldError{Location: location, Message: message, Rule: rule}
	if limit != 0 || rule == "minimum" {
		fault.Limit = limit
	}
	*f = append(*f, fault)
}

// addAll notes what err says of single fields, if it is a recipe.ValidationError. The
// fields of a query have the prefix query.
func (f *faults) addAll(prefix string, err error) {
	var invalid recipe.ValidationError
	_ = errors.As(err, &invalid)
	for _, fault := range invalid {
		location := fault.Pointer
		if prefix != "" {
			location = prefix + location[1:]
		}
		f.add(location, fault.Rule, fault.Limit, fault.Message)
	}
}

// refused returns the answer to a request with these faults, nil when there are none.
// Headers, queries and values of the wrong type are malformed (400); a value of the
// right type that breaks a rule cannot be processed (422).
func (f faults) refused() error {
	if len(f) == 0 {
		return nil
	}
	f = f[:min(len(f), maxFaults)]
	e := web.NewError(http.StatusUnprocessableEntity, "invalid_recipe", "The recipe breaks a rule; errors names each field.")
	switch {
	case slices.ContainsFunc(f, func(f web.FieldError) bool { return f.Location != "" && f.Location[0] != '/' }):
		e = web.NewError(http.StatusBadRequest, "invalid_parameter", "A parameter cannot be used; errors names each one.")
	case slices.ContainsFunc(f, func(f web.FieldError) bool { return f.Rule == "type" }):
		e = web.NewError(http.StatusBadRequest, "malformed_body", "A field is of the wrong type; errors names each one.")
	}
	e.Errors = f
	return e
}

// clip keeps a client's own word short enough to be sent back.
func clip(word string) string {
	const limit = 100
	if utf8.RuneCountInString(word) <= limit {
		return word
	}
	return string([]rune(word)[:limit]) + "…"
}
