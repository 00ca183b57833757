package recipes

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"pantry.example/shared/recipe"
	"pantry.example/shared/recipe/jsonld"
	"pantry.example/shared/web"
)

// importers is how many recipes of one import are stored at a time.
const importers = 8

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
	items, err := readItems(w, r)
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

// readItems reads the recipes of the document in the body.
func readItems(w http.ResponseWriter, r *http.Request) ([]jsonld.Item, error) {
	body, err := web.ReadBody(w, r, jsonld.MaxBytes, "application/ld+json", "application/json", "text/html")
	if err != nil {
		return nil, err
	}
	parse := jsonld.Parse
	if mediaType, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); mediaType == "text/html" {
		parse = jsonld.ParseHTML
	}
	items, err := parse(r.Context(), body)
	if err != nil {
		return nil, importProblem(err)
	}
	return items, nil
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
