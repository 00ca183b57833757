package recipes

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"pantry.example/functions/recipes/fetch"
	"pantry.example/shared/recipe"
	"pantry.example/shared/recipe/jsonld"
	"pantry.example/shared/web"
)

// ImportResults has the result of each recipe, in the order of the document.
type ImportResults struct {
	Results []ImportResult `json:"results"`
}

// ImportResult is the result of one recipe.
type ImportResult struct {
	Index   int            `json:"index"`            // the index in the document, from 0
	Status  string         `json:"status"`           // created (or would be, in a dry run), duplicate, exists or failed
	Recipe  *recipe.Recipe `json:"recipe,omitempty"` // without id and etag when it was not stored
	Dropped []Dropped      `json:"dropped"`          // what the document has and the recipe lacks
	Error   *web.Error     `json:"error,omitempty"`
	// ID and Title replace Recipe when an export is restored, because an export may have ten
	// thousand recipes.
	ID    string `json:"id,omitempty"`
	Title string `json:"title,omitempty"`
	// DuplicateOf is the id of a recipe of the user from the same page.
	DuplicateOf string `json:"duplicateOf,omitempty"`
}

// Dropped is one value that was left out or changed.
type Dropped struct {
	Location string `json:"location"` // a JSON pointer into the document's item
	Reason   string `json:"reason"`   // for people
}

// importProblem returns the answer to an error about a whole document. The texts of these
// errors are for the person who sent the document.
func importProblem(err error) error {
	switch {
	case errors.Is(err, jsonld.ErrTooMany), errors.Is(err, jsonld.ErrTooLarge):
		return web.NewError(http.StatusRequestEntityTooLarge, "body_too_large", sentence(err))
	case errors.Is(err, jsonld.ErrTooComplex):
		return web.NewError(http.StatusUnprocessableEntity, "too_complex", sentence(err))
	case errors.Is(err, jsonld.ErrNotExport):
		return web.NewError(http.StatusUnprocessableEntity, "not_an_export", sentence(err))
	case errors.Is(err, jsonld.ErrNoRecipe):
		return web.NewError(http.StatusUnprocessableEntity, "no_recipe", sentence(err))
	case errors.Is(err, fetch.ErrNotAllowed):
		return web.NewError(http.StatusUnprocessableEntity, "url_not_allowed", sentence(err))
	case errors.Is(err, fetch.ErrUnreachable):
		return web.NewError(http.StatusUnprocessableEntity, "page_unreachable", sentence(err))
	case errors.Is(err, fetch.ErrTooLarge):
		return web.NewError(http.StatusUnprocessableEntity, "page_too_large", sentence(err))
	case errors.Is(err, jsonld.ErrSyntax):
		return web.NewError(http.StatusBadRequest, "malformed_body", sentence(err))
	}
	return err
}

func itemProblem(err error) error {
	var invalid recipe.ValidationError
	if errors.As(err, &invalid) {
		return err
	}
	return web.NewError(http.StatusUnprocessableEntity, "invalid_recipe", sentence(err))
}

// asResult returns err for the result of one recipe. The request as a whole succeeds.
func asResult(ctx context.Context, err error) *web.Error {
	e := *web.AsError(problem(err))
	e.RequestID = web.RequestID(ctx)
	return &e
}

// sentence returns the text of err with a capital letter and a full stop.
func sentence(err error) string {
	s := strings.TrimSuffix(err.Error(), ".")
	if s == "" {
		return ""
	}
	return strings.ToUpper(s[:1]) + s[1:] + "."
}
