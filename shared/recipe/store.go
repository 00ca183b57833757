package recipe

import (
	"context"
	"iter"
)

// Store keeps the recipes of each user. All methods are safe for concurrent use. They take
// the owner's uid and never reach another user's recipes. A method normalizes and validates
// the Recipe that it gets. The Recipe that it returns shares no memory with the store. For
// every method, a recipe whose TrashTTL is over does not exist.
//
// The comments say what a call costs: the documents that Firestore reads and writes
// (https://firebase.google.com/docs/firestore/pricing). When another write comes first, a
// write reads and writes again, at most 12 times. An aggregation costs 1 read for each
// 1,000 index entries that it counts.
type Store interface {
	// Get returns the recipe, trashed or not. 1 read.
	Get(ctx context.Context, uid, id string) (Recipe, error)

	// List returns one page of the user's recipes. Reading all pages yields each recipe
	// once, even when others are added, changed or removed meanwhile. Only a recipe that
	// itself moves to another place in the order may be missed or come twice.
	//
	// A list with at most one filter reads PageSize+1 recipes. A list with more filters, or
	// of the trash, reads at most 500 recipes, and 6 documents more to find the best index
	// entry. Count adds an aggregation of at most MaxCounted, or with more filters at most
	// 500 recipes. A page ends early when it has 1 MiB of text. Page.Reads has the sum.
	List(ctx context.Context, uid string, q Query) (Page, error)

	// Create stores r under a new id. key is an idempotency key, or empty. When the user has
	// used the key before, Create stores nothing. It returns the recipe of that time as it
	// is now, trashed or not, if r is equal to what was sent then, else ErrKeyReused. A key
	// is forgotten when its recipe is deleted for good. 1 write, or 1 read.
	Create(ctx context.Context, uid string, r Recipe, key string) (Recipe, error)

	// CreateTitled stores r, unless the user has an active recipe of the same title. Then it
	// returns ErrTitleTaken. Case, accents and white space do not count. When many call
	// CreateTitled with one title at once, one succeeds. 1 read and 1 write. Each recipe that
	// CreateTitled made of this title, and that was trashed or renamed, costs 1 read more.
	CreateTitled(ctx context.Context, uid string, r Recipe) (Recipe, error)

	// Put stores r under id. created reports whether that made a new recipe. ErrTrashed when
	// the recipe of this id is in the trash. A ValidationError when id is not a ValidID.
	// When r changes nothing, the recipe keeps its ETag. 1 read and 1 write, or no write
	// when nothing changes.
	Put(ctx context.Context, uid, id string, r Recipe, p Precondition) (_ Recipe, created bool, _ error)

	// Update reads the recipe, calls edit with it and writes what edit returns. When another
	// write came between, it calls edit again, so no concurrent write is lost. It returns an
	// error of edit unchanged and then writes nothing. ErrTrashed when the recipe is in the
	// trash. It costs as much as Put.
	Update(ctx context.Context, uid, id string, p Precondition, edit func(Recipe) (Recipe, error)) (Recipe, error)

	// Trash moves the recipe to the trash. It is deleted there after TrashTTL. ErrNotFound
	// when it is in the trash already. 1 read and 1 write.
	Trash(ctx context.Context, uid, id string, p Precondition) (Recipe, error)

	// Restore takes the recipe out of the trash. 1 read and 1 write.
	Restore(ctx context.Context, uid, id string) (Recipe, error)

	// Delete deletes a recipe for good. It must be in the trash, else ErrNotTrashed. 1 read
	// and 1 delete.
	Delete(ctx context.Context, uid, id string, p Precondition) error

	// CreateExported stores a recipe of an export with its own ID, State, CreatedAt and
	// UpdatedAt. When a recipe of this ID exists, it stores nothing and returns that recipe.
	// A ValidationError when the ID is not a ValidID. 1 write, or 1 read.
	CreateExported(ctx context.Context, uid string, r Recipe) (_ Recipe, created bool, _ error)

	// IDByURL returns the id of an active recipe with this URL. The scheme, "www.", a slash
	// at the end and the fragment do not count. ErrNotFound when there is none. 1 read.
	IDByURL(ctx context.Context, uid, url string) (id string, _ error)

	// All yields every recipe of the user, trashed ones too, in the order of their ids. It
	// holds at most 500 recipes at a time, with about 1 MiB of text. It ends after the first
	// error. 1 read for each recipe.
	All(ctx context.Context, uid string) iter.Seq2[Recipe, error]

	// EmptyTrash deletes every trashed recipe of the user for good, in bounded memory. A
	// recipe that is restored meanwhile stays. It can be repeated after an error. 1 read
	// and 1 delete for each recipe.
	EmptyTrash(ctx context.Context, uid string) error

	// DeleteAll deletes every recipe of the user for good, in bounded memory. A recipe that is
	// added meanwhile may stay. It can be repeated after an error. 1 read and 1 delete for
	// each recipe.
	DeleteAll(ctx context.Context, uid string) error
}
