package recipes

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"pantry.example/shared/recipe"
	"pantry.example/shared/recipe/jsonld"
	"pantry.example/shared/web"
)

// restoreBodyTimeout bounds how long an export may take to arrive. 32 MiB in 2 minutes are
// 2 Mbit/s.
const restoreBodyTimeout = 2 * time.Minute

// restoreExport stores the recipes of an export, with their ids and times. It holds only the
// recipes that are being stored. A recipe whose id exists stays unchanged. So the request can
// be repeated after an error.
func (f function) restoreExport(w http.ResponseWriter, r *http.Request) error {
	end, err := f.long.begin(callerOf(r.Context()).uid)
	if err != nil {
		return err
	}
	defer end()
	body, err := web.OpenBody(w, r, jsonld.MaxExportBytes, restoreBodyTimeout, "application/ld+json", "application/json")
	if err != nil {
		return err
	}
	ctx, cancel := longContext(r.Context())
	defer cancel()
	results, err := f.storeExport(ctx, body)
	if err != nil {
		e := *web.AsError(importProblem(problem(err)))
		e.Detail += fmt.Sprintf(" The recipes before this, %d at most, are stored. The request can be repeated.", len(results))
		return &e
	}
	out := ImportResults{Results: make([]ImportResult, len(results))}
	for i, result := range results {
		out.Results[i] = *result
	}
	return web.WriteJSON(w, http.StatusOK, out)
}

// storeExport stores the recipes of an export, a few at a time. An error is about the whole
// document, or about the store.
func (f function) storeExport(ctx context.Context, export io.Reader) ([]*ImportResult, error) {
	results := []*ImportResult{}
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(importers)
	for exported, err := range jsonld.ReadExport(ctx, export) {
		var invalid recipe.ValidationError
		if err != nil && !errors.As(err, &invalid) {
			return results, errors.Join(g.Wait(), err) // the store's error comes first: it ended ctx
		}
		result := &ImportResult{Index: len(results), Status: "failed", ID: exported.ID, Title: exported.Title, Dropped: []Dropped{}}
		results = append(results, result)
		if err != nil {
			result.Error = shortResult(ctx, err)
			continue
		}
		g.Go(func() error { return f.storeExported(ctx, exported, result) })
	}
	return results, g.Wait()
}

// maxRestoreFaults bounds the faults of one recipe in the answer, because an export may have
// ten thousand recipes.
const maxRestoreFaults = 3

// shortResult is asResult with only the first faults.
func shortResult(ctx context.Context, err error) *web.Error {
	e := asResult(ctx, err)
	e.Errors = slices.Clone(e.Errors[:min(len(e.Errors), maxRestoreFaults)])
	return e
}

func (f function) storeExported(ctx context.Context, exported recipe.Recipe, result *ImportResult) error {
	_, created, err := f.Store.CreateExported(ctx, callerOf(ctx).uid, exported)
	var invalid recipe.ValidationError
	switch {
	case errors.As(err, &invalid):
		result.Error = shortResult(ctx, err)
	case err != nil:
		return err
	case created:
		result.Status = "created"
	default:
		result.Status = "exists"
	}
	return nil
}
