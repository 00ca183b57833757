package store

import (
	"context"
	"fmt"
	"iter"

	"pantry.example/shared/recipe"
)

// streamBatch is how many documents All, DeleteAll and EmptyTrash fetch at a time. All's batches
// end at maxBytes too.
const streamBatch = 500

// All implements Store. Each batch is a request of its own, so that a slow reader
// holds no connection and no deadline runs while it reads.
func (e *engine) All(ctx context.Context, uid string) iter.Seq2[recipe.Recipe, error] {
	return func(yield func(recipe.Recipe, error) bool) {
		var after *position
		for more := true; more; {
			var docs []*document
			err := ctx.Err()
			if err == nil {
				docs, more, err = e.b.query(ctx, uid, byID, after, streamBatch, part{body: true})
			}
			if err != nil {
				yield(recipe.Recipe{}, fmt.Errorf("read all recipes: %w", err))
				return
			}
			for _, d := range docs {
				after = &position{id: d.ID}
				if !d.gone(e.present()) && !yield(d.Clone(), nil) {
					return
				}
			}
		}
	}
}

// DeleteAll implements Store. It goes once through the ids in their order, so that
// it ends however fast others add.
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
