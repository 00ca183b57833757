package store

import (
	"context"
	"fmt"
	"iter"

	"pantry.example/shared/recipe"
)

// streamBatch is how many documents All, DeleteAll and EmptyTrash read in one query. A
// batch of All ends at maxBytes too.
const streamBatch = 500

// All implements Store. Each batch is one request. So a slow reader holds no connection,
// and no deadline ends while it reads.
func (e *engine) All(ctx context.Context, uid string) iter.Seq2[recipe.Recipe, error] {
	return func(yield func(recipe.Recipe, error) bool) {
		var after *position
		for more := true; more; {
			var docs []*document
			err := ctx.Err()
			if err == nil {
				docs, more, err = e.b.query(ctx, uid, byID, after, streamBatch, fieldMask{body: true})
			}
			if err != nil {
				yield(recipe.Recipe{}, fmt.Errorf("read all recipes: %w", err))
				return
			}
			for _, d := range docs {
				after = &position{id: d.ID}
				if !d.expired(e.currentTime()) && !yield(d.Clone(), nil) {
					return
				}
			}
		}
	}
}

// DeleteAll implements Store. It goes through the ids once, in their order. So it ends,
// however fast others add recipes.
func (e *engine) DeleteAll(ctx context.Context, uid string) error {
	if err := e.removeAll(ctx, uid, byID, false); err != nil {
		return fmt.Errorf("delete all recipes: %w", err)
	}
	return nil
}

// EmptyTrash implements Store.
func (e *engine) EmptyTrash(ctx context.Context, uid string) error {
	if err := e.removeAll(ctx, uid, inTrash, true); err != nil {
		return fmt.Errorf("empty trash: %w", err)
	}
	return nil
}

func (e *engine) removeAll(ctx context.Context, uid string, p plan, unchanged bool) error {
	var after *position
	for more := true; more; {
		err := ctx.Err()
		if err == nil {
			after, more, err = e.b.removeAll(ctx, uid, p, after, streamBatch, unchanged)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
