package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"cloud.google.com/go/firestore"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"pantry.example/shared/recipe"
)

// Firestore is a Store in Cloud Firestore. A recipe is the document
// users/{uid}/recipes/{id}: the owner is part of its path.
//
// It needs the indexes of firestore.indexes.json, which also make Firestore delete
// what has been in the trash for TrashTTL, and is the only way to the recipes when
// the rules of firestore.rules are in force.
type Firestore struct{ engine }

var _ recipe.Store = (*Firestore)(nil)

// NewFirestore returns the store in client's database. It sends nothing yet. The
// caller closes the client.
func NewFirestore(client *firestore.Client, options ...Option) *Firestore {
	b := &cloud{client: client}
	f := &Firestore{newEngine(b, options)}
	b.timeout = f.timeout
	return f
}

// cloud is the backend: one request a call, each with a deadline of its own, for
// the client has none and waits on a dead endpoint for minutes.
type cloud struct {
	client  *firestore.Client
	timeout time.Duration
}

// recipes is the collection of uid's recipes.
func (c *cloud) recipes(uid string) (*firestore.CollectionRef, error) {
	owner, err := ownerPath(uid)
	if err != nil {
		return nil, err
	}
	return c.client.Collection("users").Doc(owner).Collection("recipes"), nil
}

func (c *cloud) get(ctx context.Context, uid, id string) (*document, error) {
	recipes, err := c.recipes(uid)
	if err != nil {
		return nil, err
	}
	rpc, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	snap, err := recipes.Doc(id).Get(rpc)
	if err != nil {
		if status.Code(err) == codes.NotFound {
			return nil, recipe.ErrNotFound
		}
		return nil, failure(ctx, err)
	}
	return read(snap)
}

func (c *cloud) create(ctx context.Context, uid string, d *document) error {
	recipes, err := c.recipes(uid)
	if err != nil {
		return err
	}
	rpc, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	_, err = recipes.Doc(d.ID).Create(rpc, fields(d))
	return writeFailure(ctx, err)
}

// replace updates every field: unlike Set, Update takes a precondition.
func (c *cloud) replace(ctx context.Context, uid string, old, d *document) error {
	recipes, err := c.recipes(uid)
	if err != nil {
		return err
	}
	rpc, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	_, err = recipes.Doc(d.ID).Update(rpc, updates(d), firestore.LastUpdateTime(old.version))
	return writeFailure(ctx, err)
}

func (c *cloud) remove(ctx context.Context, uid string, old *document) error {
	recipes, err := c.recipes(uid)
	if err != nil {
		return err
	}
	rpc, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	_, err = recipes.Doc(old.ID).Delete(rpc, firestore.LastUpdateTime(old.version))
	return writeFailure(ctx, err)
}

// writeFailure is failure for a write on a condition: that the condition does not
// hold any more, and that Firestore gave up between two writers, are both
// errConflict.
func writeFailure(ctx context.Context, err error) error {
	switch status.Code(err) {
	case codes.OK:
		return nil
	case codes.NotFound, codes.AlreadyExists, codes.FailedPrecondition, codes.Aborted:
		return errConflict
	}
	return failure(ctx, err)
}

// failure classifies an error of a request that ran under a deadline within ctx.
func failure(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	switch cause := ctx.Err(); {
	case errors.Is(cause, context.DeadlineExceeded):
		return fmt.Errorf("%w: %w", recipe.ErrUnavailable, cause)
	case cause != nil:
		return cause
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("%w: %w", recipe.ErrUnavailable, err)
	}
	switch status.Code(err) {
	case codes.Unavailable, codes.DeadlineExceeded, codes.ResourceExhausted, codes.Aborted:
		return fmt.Errorf("%w: %w", recipe.ErrUnavailable, err)
	}
	return fmt.Errorf("ask Firestore: %w", err)
}
