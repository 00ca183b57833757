package recipes

import (
	"context"
	"encoding/json"
	"mime"
	"net/http"

	"pantry.example/functions/recipes/fetch"
	"pantry.example/shared/recipe"
	"pantry.example/shared/recipe/jsonld"
	"pantry.example/shared/web"
)

const (
	// importers is how many recipes of one import are stored at the same time.
	importers = 8
	// maxAddress bounds a body with the address of a page, in bytes.
	maxAddress = 8 << 10
)

// readItems reads the recipes of the document in the body, or of the page at the address in
// the body.
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

// fetchItems reads the recipes of a web page. A recipe without an address gets that of the
// page.
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

// fetchPage gets a page, within the budgets of the user and of the instance.
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
