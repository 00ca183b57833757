package recipes

import (
	"context"
	"encoding/json"
	"errors"
	"mime"
	"net/http"
	"strings"

	"pantry.example/functions/recipes/fetch"
	"pantry.example/shared/recipe"
	"pantry.example/shared/recipe/jsonld"
	"pantry.example/shared/web"
)

const (
	// importers is how many recipes of one import are stored at a time.
	importers = 8
	// maxAddress bounds a body that holds the address of a page, in bytes.
	maxAddress = 8 << 10
)

// readItems reads the recipes of the document in the body, or of the page whose address
// is there.
func (f function) readItems(w http.ResponseWriter, r *http.Request) ([]jsonld.Item, error) {
	body, err := web.ReadBody(w, r, jsonld.MaxBytes, "application/ld+json", "application/json", "text/html")
	if err != nil {
		return nil, err
	}
	mediaType, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	var items []jsonld.Item
	if address, ok := addressIn(body); ok && mediaType == "application/json" {
		items, err = f.fetchItems(r, address)
	} else if mediaType == "text/html" {
		items, err = jsonld.ParseHTML(r.Context(), body)
	} else {
		items, err = jsonld.Parse(r.Context(), body)
	}
	return items, importProblem(err)
}

// addressIn returns the address in a body such as {"url":"https://example.com/soup"}.
func addressIn(body []byte) (address string, ok bool) {
	var members map[string]any
	if len(body) > maxAddress || json.Unmarshal(body, &members) != nil || len(members) != 1 {
		return "", false
	}
	address, ok = members["url"].(string)
	return address, ok
}

// fetchItems reads the recipes of a page on the web. One that does not say its address
// gets the page's.
func (f function) fetchItems(r *http.Request, address string) ([]jsonld.Item, error) {
	if f.Fetch == nil {
		return nil, web.NewError(http.StatusForbidden, "url_import_off", "Addresses cannot be imported here. Send the page itself.")
	}
	page, err := f.fetchPage(r.Context(), address)
	if err != nil {
		return nil, err
	}
	items, err := jsonld.ParseHTML(r.Context(), page.Text)
	for i := range items {
		if items[i].Recipe.URL == "" && len(page.URL) <= recipe.MaxURL {
			items[i].Recipe.URL = page.URL
		}
	}
	return items, err
}

// fetchPage gets a page within the limits of pages that a user and the instance have.
func (f function) fetchPage(ctx context.Context, address string) (fetch.Page, error) {
	uid := callerOf(ctx).uid
	if err := f.pages.allow(uid); err != nil {
		return fetch.Page{}, err
	}
	end, err := f.long.begin(uid)
	if err != nil {
		return fetch.Page{}, err
	}
	defer end()
	f.pages.spend(uid, 1)
	return f.Fetch(ctx, address)
}

// importProblem maps what is wrong with a document as a whole. The texts of these
// errors are for the person who sent it.
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

// asResult is err as a part of a result: the request as a whole has not failed.
func asResult(ctx context.Context, err error) *web.Error {
	e := *web.AsError(problem(err))
	e.RequestID = web.RequestID(ctx)
	return &e
}

// sentence is err's text with a capital and a full stop.
func sentence(err error) string {
	s := strings.TrimSuffix(err.Error(), ".")
	if s == "" {
		return ""
	}
	return strings.ToUpper(s[:1]) + s[1:] + "."
}
