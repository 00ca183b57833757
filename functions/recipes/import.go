package recipes

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

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

// importProblem maps what is wrong with a document as a whole. The texts of these
// errors are for the person who sent it.
func importProblem(err error) error {
	switch {
	case errors.Is(err, jsonld.ErrTooMany), errors.Is(err, jsonld.ErrTooLarge):
		return web.NewError(http.StatusRequestEntityTooLarge, "body_too_large", sentence(err))
	case errors.Is(err, jsonld.ErrTooComplex):
		return web.NewError(http.StatusUnprocessableEntity, "too_complex", sentence(err))
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

// ImportResults says what became of each recipe, in the order of the document.
type ImportResults struct {
	Results []ImportResult `json:"results"`
}

// ImportResult says what became of one recipe.
type ImportResult struct {
	Index   int            `json:"index"`            // its place in the document, from 0
	Status  string         `json:"status"`           // created (in a dry run: would be) or failed
	Recipe  *recipe.Recipe `json:"recipe,omitempty"` // in a dry run without id and etag
	Dropped []Dropped      `json:"dropped"`          // what the document says and the recipe does not
	Error   *web.Error     `json:"error,omitempty"`
}

// Dropped is one value that was not taken as it was.
type Dropped struct {
	Location string `json:"location"` // a JSON pointer into the document's item
	Reason   string `json:"reason"`   // for people
}

func (f function) importAll(w http.ResponseWriter, r *http.Request) error {
	items, err := f.readItems(w, r)
	if err != nil {
		return err
	}
	q := readQuery(r)
	dryRun := q.flag("dryRun")
	key, wrong := keyOf(r.Header)
	if err := append(q.faults, wrong...).refused(); err != nil {
		return err
	}
	out := ImportResults{Results: make([]ImportResult, len(items))}
	var g errgroup.Group
	g.SetLimit(importers)
	for i, item := range items {
		g.Go(func() error {
			out.Results[i] = f.importOne(r.Context(), item, key, dryRun)
			return nil // one recipe that fails does not fail the others
		})
	}
	_ = g.Wait() // they return no error
	for _, result := range out.Results {
		if result.Error != nil && result.Error.Status >= http.StatusInternalServerError {
			web.Prepare(http.Header{}, r.Context(), result.Error) // for the log line
			break
		}
	}
	return web.WriteJSON(w, http.StatusOK, out)
}

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
	uid := callerOf(r.Context()).uid
	if err := f.pages.allow(uid); err != nil {
		return nil, err
	}
	f.pages.spend(uid, 1)
	page, err := f.Fetch(r.Context(), address)
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

func (f function) importOne(ctx context.Context, item jsonld.Item, key string, dryRun bool) ImportResult {
	result := ImportResult{Index: item.Index, Status: "created", Dropped: make([]Dropped, len(item.Dropped))}
	for i, d := range item.Dropped {
		result.Dropped[i] = Dropped(d)
	}
	r, err := item.Recipe, item.Err
	switch {
	case err != nil:
		err = itemProblem(err)
	case dryRun:
		r = asStored(r)
	default:
		r, err = f.add(ctx, r, itemKey(key, item.Index))
	}
	if err != nil {
		result.Status, result.Error = "failed", asResult(ctx, err)
		return result
	}
	shown := withLists(r)
	result.Recipe = &shown
	return result
}

// asStored is r as a dry run shows it: without what only storing gives.
func asStored(r recipe.Recipe) recipe.Recipe {
	now := time.Now().UTC().Truncate(time.Microsecond)
	if r.State == "" {
		r.State = recipe.Active
	}
	r.CreatedAt, r.UpdatedAt = now, now
	return r
}

// itemKey derives an item's idempotency key from that of its document.
func itemKey(key string, index int) string {
	if key == "" {
		return ""
	}
	sum := sha256.Sum256([]byte("import\x00" + key + "\x00" + strconv.Itoa(index)))
	return "import:" + hex.EncodeToString(sum[:])
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
