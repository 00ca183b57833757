package recipes

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"pantry.example/shared/recipe"
	"pantry.example/shared/web"
)

// huma makes its own errors through a variable of its package, so this is set once
// for the whole process, before any API is made: every error that huma finds is a
// *web.Error, like those that handlers return. Arrays are never null in our answers.
func init() {
	huma.NewErrorWithContext = func(_ huma.Context, status int, message string, errs ...error) huma.StatusError {
		return found(status, message, errs)
	}
	huma.NewError = func(status int, message string, errs ...error) huma.StatusError {
		return found(status, message, errs)
	}
	huma.DefaultArrayNullable = false
}

// fault is one refused field on its way through huma's list of errors.
type fault web.FieldError

func (f fault) Error() string { return f.Location + " " + f.Message }

func asErrors(faults []web.FieldError) []error {
	errs := make([]error, len(faults))
	for i, f := range faults {
		errs[i] = fault(f)
	}
	return errs
}

// found turns what huma and the Resolve methods found in one request into one error.
func found(status int, message string, errs []error) *web.Error {
	var faults []web.FieldError
	for _, err := range errs {
		var (
			whole  *web.Error
			field  fault
			detail *huma.ErrorDetail
		)
		switch {
		case errors.As(err, &whole):
			return whole // about the request as a whole: nothing else matters
		case errors.As(err, &field):
			faults = append(faults, web.FieldError(field))
		case errors.As(err, &detail): // a parameter that huma could not parse
			faults = append(faults, web.FieldError{Location: detail.Location, Message: parameterMessage(detail.Message), Rule: "type"})
		case err != nil:
			return web.AsError(err)
		}
	}
	if err := refused(faults); err != nil {
		return web.AsError(err)
	}
	return web.NewError(status, "error", message)
}

func parameterMessage(message string) string {
	switch message {
	case "invalid integer":
		return "must be a whole number"
	case "invalid float":
		return "must be a number"
	case "invalid boolean":
		return "must be true or false"
	}
	return "cannot be read"
}

// refused returns the answer to a request whose fields have faults, nil when there are
// none. Headers, queries and values of the wrong type are malformed (400); a value of
// the right type that breaks a rule cannot be processed (422).
func refused(faults []web.FieldError) error {
	if len(faults) == 0 {
		return nil
	}
	faults = faults[:min(len(faults), maxFieldErrors)]
	e := web.NewError(http.StatusUnprocessableEntity, "invalid_recipe", "The recipe breaks a rule; errors names each field.")
	switch {
	case slices.ContainsFunc(faults, func(f web.FieldError) bool { return f.Location != "" && f.Location[0] != '/' }):
		e = web.NewError(http.StatusBadRequest, "invalid_parameter", "A parameter cannot be used; errors names each one.")
	case slices.ContainsFunc(faults, func(f web.FieldError) bool { return f.Rule == "type" }):
		e = web.NewError(http.StatusBadRequest, "malformed_body", "A field is of the wrong type; errors names each one.")
	}
	e.Errors = faults
	return e
}

// problem maps what a store says to its answer. What it does not know is an opaque 500.
func problem(err error) error {
	var (
		known   *web.Error
		invalid recipe.ValidationError
	)
	switch {
	case errors.As(err, &known):
		return err
	case errors.Is(err, recipe.ErrNotFound):
		return notFound()
	case errors.Is(err, recipe.ErrTrashed):
		return trashed()
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
		return refused([]web.FieldError{{Location: "query.pageToken", Message: "does not belong to this query; begin again without it", Rule: "format"}})
	case errors.Is(err, recipe.ErrUnavailable):
		return web.NewError(http.StatusServiceUnavailable, "store_unavailable", "The recipes cannot be reached just now. Try again.").
			With(err).Retry(retryAfter)
	case errors.As(err, &invalid):
		return refused(fieldErrors(invalid))
	}
	return err
}

// notFound answers for an unknown recipe and for another user's alike.
func notFound() *web.Error {
	return web.NewError(http.StatusNotFound, "not_found", "There is no recipe with this id.")
}

func trashed() *web.Error {
	return web.NewError(http.StatusConflict, "recipe_trashed", "The recipe is in the trash. Restore it first, or take another id or key.")
}

// withCurrent adds the ETag of the present version to a failed precondition, so that a
// client knows whether it has that version already.
func (h *handlers) withCurrent(ctx context.Context, id string, err error) error {
	if !errors.Is(err, recipe.ErrPrecondition) {
		return err
	}
	headers := http.Header{}
	if r, getErr := h.store.Get(ctx, callerOf(ctx).uid, id); getErr == nil {
		headers.Set("ETag", quoted(r.ETag))
	}
	return huma.ErrorWithHeaders(problem(err), headers)
}

// prepare is a huma transformer: it completes every error with what its request knows
// and notes it for the log line.
func prepare(ctx huma.Context, _ string, v any) (any, error) {
	e, ok := v.(*web.Error)
	if !ok {
		return v, nil
	}
	_, w := unwrap(ctx)
	return web.Prepare(w.Header(), ctx.Context(), e), nil
}

// queryFaults names the faults of a recipe.Query by their parameters.
func queryFaults(err error) []web.FieldError {
	var invalid recipe.ValidationError
	if !errors.As(err, &invalid) {
		return nil
	}
	faults := fieldErrors(invalid)
	for i := range faults {
		faults[i].Location = "query." + strings.TrimPrefix(faults[i].Location, "/")
	}
	return faults
}

// fieldErrors is v as clients see it.
func fieldErrors(v recipe.ValidationError) []web.FieldError {
	faults := make([]web.FieldError, 0, len(v))
	for _, f := range v {
		e := web.FieldError{Location: f.Pointer, Message: f.Message, Rule: f.Rule}
		if f.Limit != 0 || f.Rule == "minimum" {
			e.Limit = f.Limit
		}
		faults = append(faults, e)
	}
	return faults
}
