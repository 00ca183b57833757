package recipe

import "errors"

// The errors of a Store, wrapped with what was being done; test with errors.Is.
// Besides these a Store returns a ValidationError (errors.As), the context's error
// when the caller's context was cancelled, and errors that nobody can do anything
// about, such as missing permissions.
var (
	// ErrNotFound: the user has no such recipe. Another user's recipe is the same answer.
	ErrNotFound = errors.New("recipe not found")
	// ErrPrecondition: the recipe is not in the version that Precondition asks for.
	ErrPrecondition = errors.New("recipe precondition failed")
	// ErrTrashed: the recipe is in the trash and must be restored before it can be written.
	ErrTrashed = errors.New("recipe is in the trash")
	// ErrNotTrashed: Restore of a recipe that is not in the trash.
	ErrNotTrashed = errors.New("recipe is not in the trash")
	// ErrTitleTaken: the user has an active recipe of this title.
	ErrTitleTaken = errors.New("recipe title is taken")
	// ErrKeyReused: an idempotency key that was used before, with another body.
	ErrKeyReused = errors.New("idempotency key was used with another recipe")
	// ErrPageToken: a page token that is damaged or belongs to another query.
	ErrPageToken = errors.New("page token does not belong to this query")
	// ErrUnavailable: the store could not be asked in time, or the recipe was being
	// written by too many at once; the call may be repeated.
	ErrUnavailable = errors.New("recipe store unavailable")
)
