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
// It needs the indexes of firestore.indexes.json. They also make Firestore delete what has
// been in the trash for TrashTTL. The rules of firestore.rules close every other way to
// the recipes.
type Firestore struct{ engine }

var _ recipe.Store = (*Firestore)(nil)

// NewFirestore returns the store in client's database. It sends nothing yet. The
// caller closes the client.
func NewFirestore(client *firestore.Client, options ...Option) *Firestore {
	b := &firestoreBackend{client: client}
	f := &Firestore{newEngine(b, options)}
	b.timeout = f.timeout
	return f
}

// firestoreBackend sends one request for each call. Each request has its own deadline: the
// client has none, and would wait for a dead endpoint for minutes.
type firestoreBackend struct {
	client  *firestore.Client
	timeout time.Duration
}

// recipes returns the collection of uid's recipes.
func (b *firestoreBackend) recipes(uid string) (*firestore.CollectionRef, error) {
	owner, err := ownerPath(uid)
	if err != nil {
		return nil, err
	}
	return b.client.Collection("users").Doc(owner).Collection("recipes"), nil
}

func (b *firestoreBackend) get(ctx context.Context, uid, id string) (*document, error) {
	recipes, err := b.recipes(uid)
	if err != nil {
		return nil, err
	}
	rpc, cancel := context.WithTimeout(ctx, b.timeout)
	defer cancel()
	snap, err := recipes.Doc(id).Get(rpc)
	switch {
	case err == nil:
		return read(snap)
	case snap != nil: // Firestore answers, and has no such document
		return nil, recipe.ErrNotFound
	}
	return nil, failure(ctx, err)
}

func (b *firestoreBackend) create(ctx context.Context, uid string, d *document) error {
	return b.write(ctx, uid, d.ID, func(rpc context.Context, ref *firestore.DocumentRef) error {
		_, err := ref.Create(rpc, fields(d))
		return err
	})
}

// replace updates every field. Set would be simpler, but takes no precondition.
func (b *firestoreBackend) replace(ctx context.Context, uid string, old, d *document) error {
	return b.write(ctx, uid, d.ID, func(rpc context.Context, ref *firestore.DocumentRef) error {
		_, err := ref.Update(rpc, updates(d), firestore.LastUpdateTime(old.version))
		return err
	})
}

func (b *firestoreBackend) remove(ctx context.Context, uid string, old *document) error {
	return b.write(ctx, uid, old.ID, func(rpc context.Context, ref *firestore.DocumentRef) error {
		_, err := ref.Delete(rpc, firestore.LastUpdateTime(old.version))
		return err
	})
}

// write sends one write on a condition, with a deadline.
func (b *firestoreBackend) write(ctx context.Context, uid, id string, send func(rpc context.Context, ref *firestore.DocumentRef) error) error {
	recipes, err := b.recipes(uid)
	if err != nil {
		return err
	}
	rpc, cancel := context.WithTimeout(ctx, b.timeout)
	defer cancel()
	return writeFailure(ctx, send(rpc, recipes.Doc(id)))
}

// writeFailure is failure for a write on a condition. It returns errConflict when the
// condition no longer holds, and when Firestore gave up between two writers. A missing
// database gives the same code here. The next attempt reads first, and that read fails.
func writeFailure(ctx context.Context, err error) error {
	switch status.Code(err) {
	case codes.OK:
		return nil
	case codes.NotFound, codes.AlreadyExists, codes.FailedPrecondition, codes.Aborted:
		return errConflict
	}
	return failure(ctx, err)
}

// failure maps an error of a request to an error of recipe.Store. ctx is the caller's
// context, without the deadline of the request.
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
	switch code := status.Code(err); code {
	case codes.Unavailable, codes.DeadlineExceeded, codes.ResourceExhausted, codes.Aborted:
		return fmt.Errorf("%w: %w", recipe.ErrUnavailable, err)
	case codes.PermissionDenied, codes.NotFound, codes.FailedPrecondition:
		return fmt.Errorf("%w: %s: %w", recipe.ErrNotSetUp, remedies[code], err)
	}
	return fmt.Errorf("ask Firestore: %w", err)
}

// remedies tell an operator why Firestore refuses a call, and what to do.
var remedies = map[codes.Code]string{
	codes.PermissionDenied:   "the service account lacks roles/datastore.user, or the API is off: go run ./functions/deploy setup -only grants, then -only apis",
	codes.NotFound:           "there is no database: go run ./functions/deploy setup -only database",
	codes.FailedPrecondition: "an index is missing or being built, or the database is in Datastore mode: go run ./functions/deploy setup -only indexes",
}
