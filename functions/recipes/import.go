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

	"github.com/danielgtaylor/huma/v2"
	"golang.org/x/sync/errgroup"

	"pantry.example/shared/recipe"
	"pantry.example/shared/recipe/jsonld"
	"pantry.example/shared/web"
)

// importers is how many recipes of one import are stored at a time.
const importers = 8

type importInput struct {
	DryRun bool   `query:"dryRun" doc:"Store nothing and answer what would be stored."`
	Key    string `header:"Idempotency-Key" minLength:"1" maxLength:"255" pattern:"^[!-~]+$" doc:"1 to 255 visible ASCII characters, new for each document."`

	items []jsonld.Item
}

// Resolve implements huma.Resolver.
func (in *importInput) Resolve(ctx huma.Context) []error {
	r, w := unwrap(ctx)
	body, err := web.ReadBody(w, r, jsonld.MaxBytes, "application/ld+json", "application/json", "text/html")
	if err != nil {
		return []error{err}
	}
	parse := jsonld.Parse
	if mediaType, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); mediaType == "text/html" {
		parse = jsonld.ParseHTML
	}
	if in.items, err = parse(r.Context(), body); err != nil {
		return []error{importProblem(err)}
	}
	return asErrors(keyFaults(r.Header))
}

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

// ImportResults is what became of each recipe of an imported document.
type ImportResults struct {
	Results []ImportResult `json:"results" doc:"In the order of the document."`
}

// ImportResult is what became of one recipe.
type ImportResult struct {
	Index   int        `json:"index" doc:"The place of the recipe in the document, from 0."`
	Status  string     `json:"status" enum:"created,failed" doc:"With dryRun=true, created means that it would be."`
	Recipe  *Recipe    `json:"recipe,omitempty" doc:"The recipe when it was created. With dryRun=true its id and etag are empty."`
	Dropped []Dropped  `json:"dropped" doc:"What the document says and the recipe does not."`
	Error   *web.Error `json:"error,omitempty" doc:"Why it failed."`
}

// Dropped is one value that was not taken as it was.
type Dropped struct {
	Location string `json:"location" doc:"A JSON pointer into the item of the document; empty for the item as a whole." example:"/recipeInstructions/3"`
	Reason   string `json:"reason" doc:"Why, for people."`
}

type importOutput struct{ Body ImportResults }

func (h *handlers) importAll(ctx context.Context, in *importInput) (*importOutput, error) {
	out := &importOutput{Body: ImportResults{Results: make([]ImportResult, len(in.items))}}
	var g errgroup.Group
	g.SetLimit(importers)
	for i, item := range in.items {
		g.Go(func() error {
			out.Body.Results[i] = h.importOne(ctx, item, in)
			return nil // one recipe that fails does not fail the others
		})
	}
	_ = g.Wait() // they return no error
	for _, result := range out.Body.Results {
		if result.Error != nil && result.Error.Status >= http.StatusInternalServerError {
			web.Prepare(http.Header{}, ctx, result.Error) // for the log line
			break
		}
	}
	return out, nil
}

func (h *handlers) importOne(ctx context.Context, item jsonld.Item, in *importInput) ImportResult {
	result := ImportResult{Index: item.Index, Status: "created", Dropped: make([]Dropped, len(item.Dropped))}
	for i, d := range item.Dropped {
		result.Dropped[i] = Dropped(d)
	}
	r, err := item.Recipe, item.Err
	switch {
	case err != nil:
		err = itemProblem(err)
	case in.DryRun:
		r = asStored(r)
	default:
		r, err = h.add(ctx, r, itemKey(in.Key, item.Index))
	}
	if err != nil {
		result.Status, result.Error = "failed", asResult(ctx, err)
		return result
	}
	shown := wire(r)
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
