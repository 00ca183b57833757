package recipes

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"pantry.example/shared/recipe"
	"pantry.example/shared/web"
)

const (
	mergePatch     = "application/merge-patch+json"
	idempotencyKey = "Idempotency-Key"
	confirmDelete  = "X-Confirm-Delete"
	// maxKey bounds an idempotency key, in characters.
	maxKey = 255
	// retryAfter is what a client is told to wait when the store cannot be reached.
	retryAfter = 2 * time.Second
)

type createInput struct {
	Key string `header:"Idempotency-Key" minLength:"1" maxLength:"255" pattern:"^[!-~]+$" doc:"1 to 255 visible ASCII characters, new for each recipe."`

	body *recipeBody
}

// Resolve implements huma.Resolver.
func (in *createInput) Resolve(ctx huma.Context) []error {
	r, w := unwrap(ctx)
	faults := keyFaults(r.Header)
	var err error
	if in.body, err = readRecipe(w, r, false); err != nil {
		return []error{err}
	}
	return asErrors(append(faults, in.body.faults...))
}

// keyFaults checks the idempotency key. An empty one is refused: its sender believes
// to be safe.
func keyFaults(h http.Header) []web.FieldError {
	values := h.Values(idempotencyKey)
	if len(values) == 0 {
		return nil
	}
	ok := len(values) == 1 && values[0] != "" && len(values[0]) <= maxKey
	for _, c := range []byte(values[0]) {
		ok = ok && c > ' ' && c < 0x7f
	}
	if ok {
		return nil
	}
	return []web.FieldError{{
		Location: "header." + idempotencyKey, Rule: "pattern", Limit: maxKey,
		Message: fmt.Sprintf("must be 1 to %d visible ASCII characters", maxKey),
	}}
}

func (h *handlers) create(ctx context.Context, in *createInput) (*createdOutput, error) {
	c := callerOf(ctx)
	r, err := h.add(ctx, in.body.values, in.Key)
	if err != nil {
		return nil, err
	}
	return &createdOutput{http.StatusCreated, c.self(r.ID), quoted(r.ETag), wire(r)}, nil
}

// add stores a recipe; one that was exported from the trash goes there. A key whose
// recipe has been moved to the trash since is a conflict: the client asked for a recipe
// in the list, and would be told of one that is not there.
func (h *handlers) add(ctx context.Context, r recipe.Recipe, key string) (recipe.Recipe, error) {
	uid := callerOf(ctx).uid
	stored, err := h.store.Create(ctx, uid, r, key)
	switch {
	case err != nil:
		return recipe.Recipe{}, err
	case r.State == recipe.Trashed && stored.State == recipe.Active:
		return h.store.Trash(ctx, uid, stored.ID, recipe.Precondition{})
	case r.State != recipe.Trashed && stored.State == recipe.Trashed:
		return recipe.Recipe{}, trashed()
	}
	return stored, nil
}

type putInput struct {
	ID          string `path:"id" doc:"Which recipe: 1 to 64 letters, digits, _ and -."`
	IfMatch     string `header:"If-Match" doc:"Replace only one of these versions, else 412; * means that there must be one."`
	IfNoneMatch string `header:"If-None-Match" doc:"* means that there must be none, else 412."`

	body       *recipeBody
	conditions recipe.Precondition
}

// Resolve implements huma.Resolver.
func (in *putInput) Resolve(ctx huma.Context) (errs []error) {
	if !recipe.ValidID(in.ID) {
		errs = append(errs, fault{Location: "path.id", Message: "must be 1 to 64 letters, digits, _ and -, and not a reserved name", Rule: "pattern", Limit: 64})
	}
	r, w := unwrap(ctx)
	p, faults := preconditions(r.Header)
	in.conditions = p
	var err error
	if in.body, err = readRecipe(w, r, false); err != nil {
		return []error{err}
	}
	return append(errs, asErrors(append(faults, in.body.faults...))...)
}

func (h *handlers) put(ctx context.Context, in *putInput) (*createdOutput, error) {
	c := callerOf(ctx)
	r, created, err := h.store.Put(ctx, c.uid, in.ID, in.body.values, in.conditions)
	if err != nil {
		return nil, h.withCurrent(ctx, in.ID, err)
	}
	if !created {
		return &createdOutput{http.StatusOK, "", quoted(r.ETag), wire(r)}, nil
	}
	return &createdOutput{http.StatusCreated, c.path, quoted(r.ETag), wire(r)}, nil
}

type patchInput struct {
	ID          string `path:"id" doc:"Which recipe: 1 to 64 letters, digits, _ and -."`
	IfMatch     string `header:"If-Match" doc:"Change only one of these versions, else 412."`
	IfNoneMatch string `header:"If-None-Match" doc:"Do not change these versions: 412."`

	body       *recipeBody
	conditions recipe.Precondition
}

// Resolve implements huma.Resolver.
func (in *patchInput) Resolve(ctx huma.Context) (errs []error) {
	if in.conditions, errs = conditional(ctx, in.ID); !recipe.ValidID(in.ID) {
		return errs
	}
	r, w := unwrap(ctx)
	var err error
	if in.body, err = readRecipe(w, r, true); err != nil {
		return []error{err}
	}
	return append(errs, asErrors(in.body.faults)...)
}

func (h *handlers) patch(ctx context.Context, in *patchInput) (*recipeOutput, error) {
	r, err := h.store.Update(ctx, callerOf(ctx).uid, in.ID, in.conditions, func(r recipe.Recipe) (recipe.Recipe, error) {
		in.body.apply(&r)
		return r, nil
	})
	if err != nil {
		return nil, h.withCurrent(ctx, in.ID, err)
	}
	return answer(r), nil
}

type trashInput struct {
	ID          string `path:"id" doc:"Which recipe: 1 to 64 letters, digits, _ and -."`
	IfMatch     string `header:"If-Match" doc:"Move only one of these versions, else 412."`
	IfNoneMatch string `header:"If-None-Match" doc:"Do not move these versions: 412."`

	conditions recipe.Precondition
}

// Resolve implements huma.Resolver.
func (in *trashInput) Resolve(ctx huma.Context) (errs []error) {
	in.conditions, errs = conditional(ctx, in.ID)
	return errs
}

func (h *handlers) trash(ctx context.Context, in *trashInput) (*recipeOutput, error) {
	r, err := h.store.Trash(ctx, callerOf(ctx).uid, in.ID, in.conditions)
	if err != nil {
		return nil, h.withCurrent(ctx, in.ID, err)
	}
	return answer(r), nil
}

type restoreInput struct {
	ID string `path:"id" doc:"Which recipe: 1 to 64 letters, digits, _ and -."`
}

// Resolve implements huma.Resolver.
func (in *restoreInput) Resolve(ctx huma.Context) []error {
	_, errs := conditional(ctx, in.ID)
	return errs
}

func (h *handlers) restore(ctx context.Context, in *restoreInput) (*recipeOutput, error) {
	r, err := h.store.Restore(ctx, callerOf(ctx).uid, in.ID)
	if err != nil {
		return nil, err
	}
	return answer(r), nil
}

type deleteAllInput struct {
	All     bool   `query:"all" required:"true" enum:"true" doc:"Must be true."`
	Confirm string `header:"X-Confirm-Delete" required:"true" enum:"all-recipes" doc:"Must be all-recipes."`
}

// Resolve implements huma.Resolver.
func (in *deleteAllInput) Resolve(huma.Context) []error {
	var faults []web.FieldError
	if !in.All {
		faults = append(faults, web.FieldError{Location: "query.all", Rule: "enum", Message: "must be true to delete all recipes; DELETE with an id in the path moves that one to the trash"})
	}
	if in.Confirm != "all-recipes" {
		faults = append(faults, web.FieldError{Location: "header." + confirmDelete, Rule: "enum", Message: "must be all-recipes: this deletes every recipe for good"})
	}
	return asErrors(faults)
}

func (h *handlers) deleteAll(ctx context.Context, _ *deleteAllInput) (*struct{}, error) {
	ctx, cancel := patiently(ctx)
	defer cancel()
	if err := h.store.DeleteAll(ctx, callerOf(ctx).uid); err != nil {
		return nil, err
	}
	return nil, nil //nolint:nilnil // huma answers the operation's status, 204
}
