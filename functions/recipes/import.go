package recipes

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"strconv"
	"time"

	"golang.org/x/sync/errgroup"

	"pantry.example/shared/recipe"
	"pantry.example/shared/recipe/jsonld"
	"pantry.example/shared/web"
)

// importOptions are the options of one import.
type importOptions struct {
	key        string
	dryRun     bool
	duplicates bool // store a recipe even if the user has one from the same page
}

func readImportOptions(r *http.Request) (in importOptions, restore bool, _ error) {
	q := readQuery(r)
	in.dryRun, restore = q.flag("dryRun"), q.flag("restore")
	switch q.Get("duplicates") {
	case "":
	case "allow":
		in.duplicates = true
	default:
		q.faults.add("query.duplicates", "enum", 0, "must be allow")
	}
	if restore && (in.dryRun || in.duplicates) {
		q.faults.add("query.restore", "enum", 0, "cannot be together with dryRun or duplicates")
	}
	key, wrong := keyOf(r.Header)
	in.key = key
	return in, restore, append(q.faults, wrong...).refused()
}

func (f function) importAll(w http.ResponseWriter, r *http.Request) error {
	in, restore, err := readImportOptions(r)
	switch {
	case err != nil:
		return err
	case restore:
		return f.restoreExport(w, r)
	}
	items, err := f.readItems(w, r)
	if err != nil {
		return err
	}
	// This comes before anything is stored, so two recipes of one page are no duplicates.
	existing, err := f.existingIDs(r.Context(), items, in.key)
	if err != nil {
		return err
	}
	out := ImportResults{Results: make([]ImportResult, len(items))}
	var g errgroup.Group
	g.SetLimit(importers)
	for i, item := range items {
		g.Go(func() error {
			out.Results[i] = f.importOne(r.Context(), item, in, existing[i])
			return nil // a recipe that fails does not stop the others
		})
	}
	_ = g.Wait() // it is always nil
	for _, result := range out.Results {
		if result.Error != nil && result.Error.Status >= http.StatusInternalServerError {
			web.Prepare(http.Header{}, r.Context(), result.Error) // for the log line
			break
		}
	}
	return web.WriteJSON(w, http.StatusOK, out)
}

// existingIDs returns for each item the id of a recipe of the user from the same page, or "".
// A recipe that an earlier request with the same key stored does not count.
func (f function) existingIDs(ctx context.Context, items []jsonld.Item, key string) ([]string, error) {
	uid := callerOf(ctx).uid
	stored := map[string]bool{}
	for _, item := range items {
		stored[recipe.IDForKey(uid, itemKey(key, item.Index))] = key != ""
	}
	existing := make([]string, len(items))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(importers)
	for i, item := range items {
		if item.Err != nil || item.Recipe.URL == "" {
			continue
		}
		g.Go(func() error {
			id, err := f.Store.IDByURL(ctx, uid, item.Recipe.URL)
			if errors.Is(err, recipe.ErrNotFound) {
				return nil
			}
			if !stored[id] {
				existing[i] = id
			}
			return err
		})
	}
	return existing, g.Wait()
}

func (f function) importOne(ctx context.Context, item jsonld.Item, in importOptions, existing string) ImportResult {
	result := ImportResult{Index: item.Index, Status: "created", DuplicateOf: existing, Dropped: make([]Dropped, len(item.Dropped))}
	for i, d := range item.Dropped {
		result.Dropped[i] = Dropped(d)
	}
	r, err := item.Recipe, item.Err
	switch {
	case err != nil:
		err = itemProblem(err)
	case existing != "" && !in.duplicates:
		result.Status, r = "duplicate", asStored(r)
	case in.dryRun:
		r = asStored(r)
	default:
		r, err = f.add(ctx, r, itemKey(in.key, item.Index))
	}
	if err != nil {
		result.Status, result.Error = "failed", asResult(ctx, err)
		return result
	}
	shown := withLists(r)
	result.Recipe = &shown
	return result
}

// asStored returns r as a dry run shows it: with a state and times, but without id and etag.
func asStored(r recipe.Recipe) recipe.Recipe {
	now := time.Now().UTC().Truncate(time.Microsecond)
	if r.State == "" {
		r.State = recipe.Active
	}
	r.CreatedAt, r.UpdatedAt = now, now
	return r
}

// itemKey returns the idempotency key of an item, from the key of its document.
func itemKey(key string, index int) string {
	if key == "" {
		return ""
	}
	sum := sha256.Sum256([]byte("import\x00" + key + "\x00" + strconv.Itoa(index)))
	return "import:" + hex.EncodeToString(sum[:])
}
