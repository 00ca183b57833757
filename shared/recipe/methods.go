package recipe

import (
	"context"
	"errors"
	"fmt"
)

// Get implements Store.
func (e *engine) Get(ctx context.Context, uid, id string) (Recipe, error) {
	if !ValidID(id) {
		return Recipe{}, fmt.Errorf("get recipe: %w", ErrNotFound)
	}
	d, err := e.b.get(ctx, uid, id)
	if err == nil && d.gone(e.present()) {
		err = ErrNotFound
	}
	if err != nil {
		return Recipe{}, fmt.Errorf("get recipe: %w", err)
	}
	return d.clone(), nil
}

// HasTitle implements Store.
func (e *engine) HasTitle(ctx context.Context, uid, title string) (bool, error) {
	n, err := e.b.count(ctx, uid, titleTaken(title), 1)
	if err != nil {
		return false, fmt.Errorf("look up title: %w", err)
	}
	return n > 0, nil
}

// Create implements Store.
func (e *engine) Create(ctx context.Context, uid string, r Recipe, key string) (Recipe, error) {
	if err := r.Validate(); err != nil {
		return Recipe{}, fmt.Errorf("create recipe: %w", err)
	}
	r = r.Normalize()
	id, sent := NewID(), ""
	if key != "" {
		id, sent = keyID(uid, key), fingerprint(r)
	}
	d, err := e.write(ctx, uid, id, func(old *document) (*document, error) {
		if old != nil {
			if sent == "" || old.fingerprint != sent {
				return nil, ErrKeyReused
			}
			return old, nil
		}
		d := newDocument(id, r, e.present())
		d.fingerprint = sent
		return d, nil
	}, true)
	if err != nil {
		return Recipe{}, fmt.Errorf("create recipe: %w", err)
	}
	return d.clone(), nil
}

// validateAt validates r and the id that it is to have.
func (r Recipe) validateAt(id string) error {
	var v, faults ValidationError
	if !ValidID(id) {
		v.add("/id", "pattern", 64, "must be 1 to 64 letters, digits, _ and -, and not a reserved name")
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
func (e *engine) Put(ctx context.Context, uid, id string, r Recipe, p Precondition) (Recipe, bool, error) {
	if err := r.validateAt(id); err != nil {
		return Recipe{}, false, fmt.Errorf("put recipe: %w", err)
	}
	r = r.Normalize()
	created := false
	d, err := e.write(ctx, uid, id, func(old *document) (*document, error) {
		created = old == nil
		if old == nil {
			return newDocument(id, r.clone(), e.present()), p.check("")
		}
		if old.State == Trashed {
			return nil, ErrTrashed
		}
		return old.edit(r.clone(), e.present()), p.check(old.ETag)
	}, false)
	if err != nil {
		return Recipe{}, false, fmt.Errorf("put recipe: %w", err)
	}
	return d.clone(), created, nil
}

// editError marks an error of Update's edit, which is returned as it is.
type editError struct{ error }

// Update implements Store.
func (e *engine) Update(ctx context.Context, uid, id string, p Precondition, edit func(Recipe) (Recipe, error)) (Recipe, error) {
	d, err := e.change(ctx, uid, id, func(old *document) (*document, error) {
		if old.State == Trashed {
			return nil, ErrTrashed
		}
		if err := p.check(old.ETag); err != nil {
			return nil, err
		}
		r, err := edit(old.clone())
		if err != nil {
			return nil, editError{err}
		}
		if err := r.Validate(); err != nil {
			return nil, err
		}
		return old.edit(r.Normalize(), e.present()), nil
	})
	var own editError
	switch {
	case errors.As(err, &own):
		return Recipe{}, own.error
	case err != nil:
		return Recipe{}, fmt.Errorf("update recipe: %w", err)
	}
	return d.clone(), nil
}

// Trash implements Store.
func (e *engine) Trash(ctx context.Context, uid, id string, p Precondition) (Recipe, error) {
	d, err := e.change(ctx, uid, id, func(old *document) (*document, error) {
		if old.State == Trashed {
			return nil, ErrNotFound
		}
		return old.move(Trashed, e.present()), p.check(old.ETag)
	})
	if err != nil {
		return Recipe{}, fmt.Errorf("trash recipe: %w", err)
	}
	return d.clone(), nil
}

// Restore implements Store.
func (e *engine) Restore(ctx context.Context, uid, id string) (Recipe, error) {
	d, err := e.change(ctx, uid, id, func(old *document) (*document, error) {
		if old.State != Trashed {
			return nil, ErrNotTrashed
		}
		return old.move(Active, e.present()), nil
	})
	if err != nil {
		return Recipe{}, fmt.Errorf("restore recipe: %w", err)
	}
	return d.clone(), nil
}

// Delete implements Store.
func (e *engine) Delete(ctx context.Context, uid, id string, p Precondition) error {
	_, err := e.change(ctx, uid, id, func(old *document) (*document, error) {
		if old.State != Trashed {
			return nil, ErrNotTrashed
		}
		return nil, p.check(old.ETag)
	})
	if err != nil {
		return fmt.Errorf("delete recipe: %w", err)
	}
	return nil
}

// PutBack implements Store.
func (e *engine) PutBack(ctx context.Context, uid string, r Recipe) (Recipe, bool, error) {
	if err := r.validateAt(r.ID); err != nil {
		return Recipe{}, false, fmt.Errorf("put recipe back: %w", err)
	}
	r = r.Normalize()
	created := false
	d, err := e.write(ctx, uid, r.ID, func(old *document) (*document, error) {
		if created = old == nil; !created {
			return old, nil
		}
		return back(r, e.present()), nil
	}, true)
	if err != nil {
		return Recipe{}, false, fmt.Errorf("put recipe back: %w", err)
	}
	return d.clone(), created, nil
}

// OfPage implements Store.
func (e *engine) OfPage(ctx context.Context, uid, url string) (string, error) {
	docs, _, err := e.b.query(ctx, uid, ofPage(url), nil, 1, part{})
	switch {
	case err != nil:
		return "", fmt.Errorf("look up address: %w", err)
	case len(docs) == 0:
		return "", fmt.Errorf("look up address: %w", ErrNotFound)
	}
	return docs[0].ID, nil
}
