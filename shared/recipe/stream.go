package recipe

import (
	"context"
	"fmt"
	"iter"
)

// streamBatch is how many documents All and DeleteAll fetch at a time. All's batches
// end at maxBytes too.
const streamBatch = 500

// All implements Store. Each batch is a request of its own, so that a slow reader
// holds no connection and no deadline runs while it reads.
func (e *engine) All(ctx context.Context, uid string) iter.Seq2[Recipe, error] {
	return func(yield func(Recipe, error) bool) {
		var after *position
		for more := true; more; {
			var docs []*document
			err := ctx.Err()
			if err == nil {
				docs, more, err = e.b.query(ctx, uid, byID, after, streamBatch, false)
			}
			if err != nil {
				yield(Recipe{}, fmt.Errorf("read all recipes: %w", err))
				return
			}
			for _, d := range docs {
				after = &position{id: d.ID}
				if !d.gone(e.present()) && !yield(d.clone(), nil) {
					return
				}
			}
		}
	}
}

// DeleteAll implements Store. It goes once through the ids in their order, so that
// it ends however fast others add.
func (e *engine) DeleteAll(ctx context.Context, uid string) error {
	for after, more := "", true; more; {
		err := ctx.Err()
		if err == nil {
			after, more, err = e.b.remove(ctx, uid, after, streamBatch)
		}
		if err != nil {
			return fmt.Errorf("delete all recipes: %w", err)
		}
	}
	return nil
}
