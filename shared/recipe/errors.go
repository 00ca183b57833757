package recipe

import "errors"

// The errors of a Store. Each is wrapped with the name of the failed action. Test with
// errors.Is. A Store also returns a ValidationError (errors.As), the error of the caller's
// context when that was cancelled, and errors that no caller can handle.
var (
	// ErrNotFound: the user has no such recipe. Another user may have it.
	ErrNotFound = errors.New("recipe not found")
	// ErrPrecondition: the stored version is not one that the Precondition asks for.
	ErrPrecondition = errors.New("recipe precondition failed")
	// ErrTrashed: the recipe is in the trash. Restore it before you write it.
	ErrTrashed = errors.New("recipe is in the trash")
	// ErrNotTrashed: the recipe is not in the trash, so it cannot be restored or deleted.
	ErrNotTrashed = errors.New("recipe is not in the trash")
	// ErrTitleTaken: the user has an active recipe of this title.
	ErrTitleTaken = errors.New("recipe title is taken")
	// ErrKeyReused: the idempotency key was used before, with another recipe.
	ErrKeyReused = errors.New("idempotency key was used with another recipe")
	// ErrPageToken: the page token is damaged or belongs to another query.
	ErrPageToken = errors.New("page token does not belong to this query")
	// ErrUnavailable: the store did not answer in time, or too many wrote the recipe at
	// once. The call can be repeated.
	ErrUnavailable = errors.New("recipe store unavailable")
	// ErrNotSetUp: the store refuses the call until an operator grants a permission, or
	// creates the database or an index. The text of the error says which.
	ErrNotSetUp = errors.New("recipe store is not set up")
)
