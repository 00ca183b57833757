package recipe

import (
	"context"
	"iter"
)

// Store keeps recipes, each user's apart. All methods are safe for concurrent
// use, take the owner's uid, and never reach another user's recipes. A Recipe
// handed in is normalized and validated first; one handed out shares no memory
// with the store. A recipe whose TrashTTL is over is not there, for every method.
//
// The comments state what a call costs in Firestore's units: the documents that it
// reads and writes (https://firebase.google.com/docs/firestore/pricing). A write that
// meets another one reads and writes again, at most 12 times. An aggregation costs a
// read for each 1,000 entries that it counts.
type Store interface {
	// Get returns the recipe, trashed or not. 1 read.
	Get(ctx context.Context, uid, id string) (Recipe, error)

	// List returns one page of the user's recipes. A walk over all pages yields
	// each recipe once that matches all the while, whatever else is added, changed
	// or removed meanwhile; only a recipe that itself changes its place in the
	// order may be missed or met again.
	//
	// A list with at most one filter reads PageSize+1 recipes. One with more filters,
	// or of the trash, reads at most 500 and 6 more to choose where to look. Count adds
	// an aggregation of at most MaxCounted, or at most 500 recipes with more filters. A
	// page holds at most 4 MiB of text. Page.Reads says what it was.
	List(ctx context.Context, uid string, q Query) (Page, error)

	// Create stores r under a new id. With a key that the user has used before
	// it stores nothing: with an equal r it returns the recipe of the first
	// time, as it is now, trashed or not, else ErrKeyReused. An empty key is no
	// key. A key is forgotten when its recipe is gone for good. 1 write, or 1 read.
	Create(ctx context.Context, uid string, r Recipe, key string) (Recipe, error)

	// CreateTitled stores r unless the user has an active recipe of its title, without
	// regard to case, accents and white space: then it returns ErrTitleTaken. Of those
	// who add one title at once with CreateTitled, one succeeds. 1 read and 1 write, and 1
	// read for each recipe that it made of this title and that is in the trash or renamed.
	CreateTitled(ctx context.Context, uid string, r Recipe) (Recipe, error)

	// Put stores r under id, and reports whether that made a new recipe. ErrTrashed
	// when the id is in the trash; a ValidationError when id is not a ValidID. A
	// recipe that has the content of r already keeps its ETag. 1 read and 1 write, or no
	// write when nothing changes.
	Put(ctx context.Context, uid, id string, r Recipe, p Precondition) (_ Recipe, created bool, _ error)

	// Update reads the recipe, hands it to edit and writes what edit returns, so
	// that no concurrent write is lost: edit runs again when another write came
	// between. An error of edit is returned as it is and nothing is written.
	// ErrTrashed when the recipe is in the trash. It costs what Put costs.
	Update(ctx context.Context, uid, id string, p Precondition, edit func(Recipe) (Recipe, error)) (Recipe, error)

	// Trash moves the recipe to the trash, where it is purged after TrashTTL.
	// ErrNotFound when it is there already. 1 read and 1 write.
	Trash(ctx context.Context, uid, id string, p Precondition) (Recipe, error)

	// Restore takes the recipe out of the trash. 1 read and 1 write.
	Restore(ctx context.Context, uid, id string) (Recipe, error)

	// Delete removes a recipe that is in the trash for good; ErrNotTrashed when it is not
	// there. 1 read and 1 delete.
	Delete(ctx context.Context, uid, id string, p Precondition) error

	// PutBack stores a recipe of an export under its own ID, with its State, CreatedAt and
	// UpdatedAt, unless there is one of that ID, which it then returns as it is. A
	// ValidationError when the ID is not a ValidID. 1 write, or 1 read.
	PutBack(ctx context.Context, uid string, r Recipe) (_ Recipe, created bool, _ error)

	// OfPage returns the id of an active recipe from the web page of that URL, whether
	// http or https, with www. or without; ErrNotFound when there is none.
	// 1 read.
	OfPage(ctx context.Context, uid, url string) (id string, _ error)

	// All yields every recipe of the user, trashed ones too, in the order of
	// their ids, in bounded memory: 500 of them at a time, at most 4 MiB of
	// text. It ends after the first error. 1 read for each recipe.
	All(ctx context.Context, uid string) iter.Seq2[Recipe, error]

	// EmptyTrash removes every trashed recipe of the user for good, in bounded memory.
	// One that is restored meanwhile stays. It is safe to repeat after an error. 1 read
	// and 1 delete for each.
	EmptyTrash(ctx context.Context, uid string) error

	// DeleteAll removes every recipe of the user for good, in bounded memory. What
	// is added while it runs may stay. It is safe to repeat after an error. 1 read and 1
	// delete for each.
	DeleteAll(ctx context.Context, uid string) error
}
