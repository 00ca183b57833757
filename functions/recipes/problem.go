package recipes

import (
	"errors"
	"net/http"
	"slices"
	"time"
	"unicode/utf8"

	"pantry.example/shared/recipe"
	"pantry.example/shared/web"
)

const (
	idempotencyKey = "Idempotency-Key"
	// retryAfter is the Retry-After of the answer when the store cannot be reached.
	retryAfter = 2 * time.Second
	// retrySetUp is the Retry-After of the answer when an operator must set up the store.
	retrySetUp = 10 * time.Second
	// maxFaults bounds the faults in one answer. A body with thousands of unknown names must
	// not make a larger answer.
	maxFaults = 100
)

// problem returns the answer to an error of the store. An unknown error becomes an opaque
// 500.
func problem(err error) error {
	if err == nil {
		return nil
	}
	var (
		known   *web.Error
		invalid recipe.ValidationError
	)
	switch {
	case errors.As(err, &known):
		return err
	case errors.Is(err, recipe.ErrNotFound): // also for a recipe of another user
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
	case errors.Is(err, recipe.ErrNotSetUp):
		return web.NewError(http.StatusServiceUnavailable, "not_configured", "The store of the recipes is not set up. The log says what is missing.").
			With(err).Retry(retrySetUp)
	case errors.As(err, &invalid):
		var found faults
		found.addAll("", err)
		return found.refused()
	}
	return err
}

// faults are the faults of the fields and parameters of a request.
type faults []web.FieldError

// add adds a fault. A limit of 0 means no limit, except for the rule minimum. Past maxFaults,
// add does nothing: a body of 256 KiB can have tens of thousands of faults.
func (f *faults) add(location, rule string, limit int, message string) {
	if len(*f) >= maxFaults {
		return
	}
	fault := web.FieldError{Location: location, Message: message, Rule: rule}
	if limit != 0 || rule == "minimum" {
		fault.Limit = limit
	}
	*f = append(*f, fault)
}

// addAll adds the faults in err, if it is a recipe.ValidationError. The prefix of a query's
// fields is "query.".
func (f *faults) addAll(prefix string, err error) {
	if err == nil {
		return
	}
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

// refused returns the answer to a request with these faults, or nil when there are none. A
// fault of a header, of the query, or of a value's type is a 400. A value of the right type
// that breaks a rule is a 422.
func (f faults) refused() error {
	if len(f) == 0 {
		return nil
	}
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

// clip cuts a client's word to a length that the answer may have.
func clip(word string) string {
	const limit = 100
	if utf8.RuneCountInString(word) <= limit {
		return word
	}
	return string([]rune(word)[:limit]) + "…"
}
