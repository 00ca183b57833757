package store

import (
	"context"
	"errors"
	"fmt"

	"pantry.example/shared/recipe"
)

// Get implements Store.
func (e *engine) Get(ctx context.Context, uid, id string) (recipe.Recipe, error) {
	if !recipe.ValidID(id) {
		return recipe.Recipe{}, fmt.Errorf("get recipe: %w", recipe.ErrNotFound)
	}
	d, err := e.b.get(ctx, uid, id)
	if err == nil && d.expired(e.currentTime()) {
		err = recipe.ErrNotFound
	}
	if err != nil {
		return recipe.Recipe{}, fmt.Errorf("get recipe: %w", err)
	}
	return d.Clone(), nil
}

// Create implements Store.
func (e *engine) Create(ctx context.Context, uid string, r recipe.Recipe, key string) (recipe.Recipe, error) {
	if err := r.Validate(); err != nil {
		return recipe.Recipe{}, fmt.Errorf("create recipe: %w", err)
	}
	r = r.Normalize()
	id, sent := recipe.NewID(), ""
	if key != "" {
		id, sent = recipe.IDForKey(uid, key), fingerprint(r)
	}
	d, err := e.write(ctx, uid, id, func(old *document) (*document, error) {
		if old != nil {
			if sent == "" || old.fingerprint != sent {
				return nil, recipe.ErrKeyReused
			}
			return old, nil
		}
		d := newDocument(id, r, e.currentTime())
		d.fingerprint = sent
		return d, nil
	}, true)
	if err != nil {
		return recipe.Recipe{}, fmt.Errorf("create recipe: %w", err)
	}
	return d.Clone(), nil
}

// maxTitleIDs bounds the ids that CreateTitled tries for one title.
const maxTitleIDs = 100

var errOccupied = errors.New("id belongs to a recipe of another title or in the trash")

// CreateTitled implements Store. It derives the id from the title: when many create one
// title at once, one succeeds, and the others find its recipe. When a recipe of this id was
// trashed or got another title, CreateTitled tries the next id.
func (e *engine) CreateTitled(ctx context.Context, uid string, r recipe.Recipe) (recipe.Recipe, error) {
	if err := r.Validate(); err != nil {
		return recipe.Recipe{}, fmt.Errorf("create titled recipe: %w", err)
	}
	r = r.Normalize()
	term := titleTerm(r.Title)
	n, err := e.b.count(ctx, uid, byTitle(r.Title), 1)
	if err == nil && n > 0 {
		err = recipe.ErrTitleTaken
	}
	if err != nil {
		return recipe.Recipe{}, fmt.Errorf("create titled recipe: %w", err)
	}
	for i := range maxTitleIDs {
		id := recipe.IDForKey(uid, fmt.Sprintf("title %d %s", i, term))
		d, err := e.write(ctx, uid, id, func(old *document) (*document, error) {
			switch {
			case old == nil:
				return newDocument(id, r, e.currentTime()), nil
			case old.State == recipe.Active && titleTerm(old.Title) == term:
				return nil, recipe.ErrTitleTaken
			}
			return nil, errOccupied
		}, true)
		switch {
		case err == nil:
			return d.Clone(), nil
		case !errors.Is(err, errOccupied):
			return recipe.Recipe{}, fmt.Errorf("create titled recipe: %w", err)
		}
	}
	return e.Create(ctx, uid, r, "")
}

// validateAt validates r and the id under which it will be stored.
func validateAt(r recipe.Recipe, id string) error {
	var v, faults recipe.ValidationError
	if !recipe.ValidID(id) {
		v = append(v, recipe.FieldError{Pointer: "/id", Rule: "pattern", Limit: 64, Message: "must be 1 to 64 letters, digits, _ and -, and not a reserved name"})
	}
	if err := r.Validate(); errors.As(err, &faults) {
		v = append(v, faults...)
	}
	if len(v) == 0 {
		return nil
	}
	return v
}

// Put implements Store.
func (e *engine) Put(ctx context.Context, uid, id string, r recipe.Recipe, p recipe.Precondition) (recipe.Recipe, bool, error) {
	if err := validateAt(r, id); err != nil {
		return recipe.Recipe{}, false, fmt.Errorf("put recipe: %w", err)
	}
	r = r.Normalize()
	created := false
	d, err := e.write(ctx, uid, id, func(old *document) (*document, error) {
		created = old == nil
		if old == nil {
			return newDocument(id, r.Clone(), e.currentTime()), p.Check("")
		}
		if old.State == recipe.Trashed {
			return nil, recipe.ErrTrashed
		}
		return old.edit(r.Clone(), e.currentTime()), p.Check(old.ETag)
	}, false)
	if err != nil {
		return recipe.Recipe{}, false, fmt.Errorf("put recipe: %w", err)
	}
	return d.Clone(), created, nil
}

// editError marks an error that Update returns unchanged, because it came from edit.
type editError struct{ error }

// Update implements Store.
func (e *engine) Update(ctx context.Context, uid, id string, p recipe.Precondition, edit func(recipe.Recipe) (recipe.Recipe, error)) (recipe.Recipe, error) {
	d, err := e.change(ctx, uid, id, func(old *document) (*document, error) {
		if old.State == recipe.Trashed {
			return nil, recipe.ErrTrashed
		}
		if err := p.Check(old.ETag); err != nil {
			return nil, err
		}
		r, err := edit(old.Clone())
		if err != nil {
			return nil, editError{err}
		}
		if err := r.Validate(); err != nil {
			return nil, err
		}
		return old.edit(r.Normalize(), e.currentTime()), nil
	})
	var own editError
	switch {
	case errors.As(err, &own):
		return recipe.Recipe{}, own.error
	case err != nil:
		return recipe.Recipe{}, fmt.Errorf("update recipe: %w", err)
	}
	return d.Clone(), nil
}

// Trash implements Store.
func (e *engine) Trash(ctx context.Context, uid, id string, p recipe.Precondition) (recipe.Recipe, error) {
	d, err := e.change(ctx, uid, id, func(old *document) (*document, error) {
		if old.State == recipe.Trashed {
			return nil, recipe.ErrNotFound
		}
		return old.moveTo(recipe.Trashed, e.currentTime()), p.Check(old.ETag)
	})
	if err != nil {
		return recipe.Recipe{}, fmt.Errorf("trash recipe: %w", err)
	}
	return d.Clone(), nil
}

// Restore implements Store.
func (e *engine) Restore(ctx context.Context, uid, id string) (recipe.Recipe, error) {
	d, err := e.change(ctx, uid, id, func(old *document) (*document, error) {
		if old.State != recipe.Trashed {
			return nil, recipe.ErrNotTrashed
		}
		return old.moveTo(recipe.Active, e.currentTime()), nil
	})
	if err != nil {
		return recipe.Recipe{}, fmt.Errorf("restore recipe: %w", err)
	}
	return d.Clone(), nil
}

// Delete implements Store.
func (e *engine) Delete(ctx context.Context, uid, id string, p recipe.Precondition) error {
	_, err := e.change(ctx, uid, id, func(old *document) (*document, error) {
		if old.State != recipe.Trashed {
			return nil, recipe.ErrNotTrashed
		}
		return nil, p.Check(old.ETag)
	})
	if err != nil {
		return fmt.Errorf("delete recipe: %w", err)
	}
	return nil
}

// CreateExported implements Store.
func (e *engine) CreateExported(ctx context.Context, uid string, r recipe.Recipe) (recipe.Recipe, bool, error) {
	if err := validateAt(r, r.ID); err != nil {
		return recipe.Recipe{}, false, fmt.Errorf("create exported recipe: %w", err)
	}
	r = r.Normalize()
	created := false
	d, err := e.write(ctx, uid, r.ID, func(old *document) (*document, error) {
		if created = old == nil; !created {
			return old, nil
		}
		return newExported(r, e.currentTime()), nil
	}, true)
	if err != nil {
		return recipe.Recipe{}, false, fmt.Errorf("create exported recipe: %w", err)
	}
	return d.Clone(), created, nil
}

// IDByURL implements Store.
func (e *engine) IDByURL(ctx context.Context, uid, url string) (string, error) {
	docs, _, err := e.b.query(ctx, uid, byURL(url), nil, 1, fieldMask{})
	switch {
	case err != nil:
		return "", fmt.Errorf("look up address: %w", err)
	case len(docs) == 0:
		return "", fmt.Errorf("look up address: %w", recipe.ErrNotFound)
	}
	return docs[0].ID, nil
}
