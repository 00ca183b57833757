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

// ImportResults says what became of each recipe, in the order of the document.
type ImportResults struct {
	Results []ImportResult `json:"results"`
}

// ImportResult says what became of one recipe.
type ImportResult struct {
	Index   int            `json:"index"`            // its place in the document, from 0
	Status  string         `json:"status"`           // created (in a dry run: would be), duplicate, exists or failed
	Recipe  *recipe.Recipe `json:"recipe,omitempty"` // without id and etag when it was not stored
	Dropped []Dropped      `json:"dropped"`          // what the document says and the recipe does not
	Error   *web.Error     `json:"error,omitempty"`
	// ID and Title are set when an export is restored, in place of Recipe: an export may
	// have ten thousand.
	ID    string `json:"id,omitempty"`
	Title string `json:"title,omitempty"`
	// DuplicateOf is the id of a recipe that the user has from the same page.
	DuplicateOf string `json:"duplicateOf,omitempty"`
}

// Dropped is one value that was not taken as it was.
type Dropped struct {
	Location string `json:"location"` // a JSON pointer into the document's item
	Reason   string `json:"reason"`   // for people
}

// importing is how the recipes of one document are imported.
type importing struct {
	key        string
	dryRun     bool
	duplicates bool // store recipes of pages that the user has already
}

func readImporting(r *http.Request) (in importing, restore bool, _ error) {
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
	in, restore, err := readImporting(r)
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
	// This comes before anything is stored: two recipes of one page are no duplicates.
	had, err := f.existingIDs(r.Context(), items, in.key)
	if err != nil {
		return err
	}
	out := ImportResults{Results: make([]ImportResult, len(items))}
	var g errgroup.Group
	g.SetLimit(importers)
	for i, item := range items {
		g.Go(func() error {
			out.Results[i] = f.importOne(r.Context(), item, in, had[i])
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

// existingIDs returns for each item the id of a recipe that the user has from the same
// page, "" if there is none. What a request with the same key stored is not from before.
func (f function) existingIDs(ctx context.Context, items []jsonld.Item, key string) ([]string, error) {
	uid := callerOf(ctx).uid
	stored := map[string]bool{}
	for _, item := range items {
		stored[recipe.IDForKey(uid, itemKey(key, item.Index))] = key != ""
	}
	had := make([]string, len(items))
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
				had[i] = id
			}
			return err
		})
	}
	return had, g.Wait()
}

func (f function) importOne(ctx context.Context, item jsonld.Item, in importing, had string) ImportResult {
	result := ImportResult{Index: item.Index, Status: "created", DuplicateOf: had, Dropped: make([]Dropped, len(item.Dropped))}
	for i, d := range item.Dropped {
		result.Dropped[i] = Dropped(d)
	}
	r, err := item.Recipe, item.Err
	switch {
	case err != nil:
		err = itemProblem(err)
	case had != "" && !in.duplicates:
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
