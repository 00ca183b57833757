package recipes

import (
	"context"
	"net/http"
	"net/url"

	"github.com/danielgtaylor/huma/v2"

	"pantry.example/shared/recipe"
)

type listInput struct {
	PageSize   int          `query:"pageSize" default:"25" minimum:"0" doc:"How many recipes at most; more than 100 is 100, 0 is 25."`
	PageToken  string       `query:"pageToken" doc:"nextPageToken of the page before. It belongs to its query: with other filters or another order it is a 400."`
	Q          string       `query:"q" maxLength:"200" doc:"Words; each must begin a word of the title, a tag or an ingredient. Case and accents do not count."`
	Tag        string       `query:"tag" maxLength:"200" doc:"A tag that the recipe has; case and accents do not count."`
	Ingredient string       `query:"ingredient" maxLength:"200" doc:"As q, but only among the ingredients."`
	Made       optionalBool `query:"made" doc:"Only recipes that were made, or were not."`
	Favorite   optionalBool `query:"favorite" doc:"Only favorites, or only others."`
	MinRating  float64      `query:"minRating" minimum:"0" maximum:"5" doc:"Only recipes rated at least this."`
	State      recipe.State `query:"state" enum:"active,trashed" default:"active" doc:"The list or the trash."`
	OrderBy    string       `query:"orderBy" enum:"updatedAt,updatedAt desc,createdAt,createdAt desc,title,title desc,rating,rating desc" default:"updatedAt desc" doc:"The order; recipes with equal keys are in a fixed order too."`
	Count      bool         `query:"count" doc:"Also count all that match, in totalSize. It is absent when that would take reading too many recipes."`

	query recipe.Query
	given url.Values
}

// Resolve implements huma.Resolver.
func (in *listInput) Resolve(ctx huma.Context) []error {
	u := ctx.URL()
	in.given = u.Query()
	in.query = recipe.Query{
		PageSize: in.PageSize, PageToken: in.PageToken, Q: in.Q, Tag: in.Tag, Ingredient: in.Ingredient,
		Made: in.Made.pointer(), Favorite: in.Favorite.pointer(), MinRating: in.MinRating,
		State: in.State, OrderBy: in.OrderBy, Count: in.Count,
	}
	_, err := in.query.Normalize()
	return asErrors(queryFaults(err))
}

// RecipeList is one page of recipes.
type RecipeList struct {
	Recipes       []Recipe `json:"recipes" doc:"May be empty although there is a next page."`
	NextPageToken string   `json:"nextPageToken,omitempty" doc:"pageToken of the next page; absent on the last one."`
	TotalSize     *int     `json:"totalSize,omitempty" doc:"How many recipes match on all pages together, when count=true asked for it."`
}

type listOutput struct {
	Link string `header:"Link" doc:"The next page, as rel=\"next\"."`
	Body RecipeList
}

func (h *handlers) list(ctx context.Context, in *listInput) (*listOutput, error) {
	page, err := h.store.List(ctx, callerOf(ctx).uid, in.query)
	if err != nil {
		return nil, err
	}
	out := &listOutput{Body: RecipeList{Recipes: make([]Recipe, len(page.Recipes)), NextPageToken: page.NextPageToken, TotalSize: page.TotalSize}}
	for i, r := range page.Recipes {
		out.Body.Recipes[i] = wire(r)
	}
	if page.NextPageToken != "" {
		in.given.Set("pageToken", page.NextPageToken)
		// Relative to the list itself, whatever the name under which it was called.
		out.Link = "<?" + in.given.Encode() + `>; rel="next"`
	}
	return out, nil
}

type getInput struct {
	ID          string `path:"id" doc:"Which recipe: 1 to 64 letters, digits, _ and -."`
	IfMatch     string `header:"If-Match" doc:"Answer only if the recipe is in one of these versions, else 412."`
	IfNoneMatch string `header:"If-None-Match" doc:"The ETags that the client has; 304 if one of them is the present version."`

	conditions recipe.Precondition
}

// Resolve implements huma.Resolver.
func (in *getInput) Resolve(ctx huma.Context) (errs []error) {
	in.conditions, errs = conditional(ctx, in.ID)
	return errs
}

func (h *handlers) get(ctx context.Context, in *getInput) (*recipeOutput, error) {
	r, err := h.store.Get(ctx, callerOf(ctx).uid, in.ID)
	if err != nil {
		return nil, err
	}
	out := answer(r)
	out.Status = readStatus(in.conditions, r.ETag)
	if out.Status == http.StatusPreconditionFailed {
		return nil, huma.ErrorWithHeaders(problem(recipe.ErrPrecondition), http.Header{"Etag": {out.ETag}})
	}
	return out, nil
}

// conditional checks the id in a request's path and reads the request's conditions. An
// id that no recipe can have is not looked up.
func conditional(ctx huma.Context, id string) (recipe.Precondition, []error) {
	if !recipe.ValidID(id) {
		return recipe.Precondition{}, []error{notFound()}
	}
	r, _ := unwrap(ctx)
	p, faults := preconditions(r.Header)
	return p, asErrors(faults)
}

// recipeOutput is an answer that holds a recipe.
type recipeOutput struct {
	Status int
	ETag   string `header:"ETag" doc:"This version, a strong entity tag."`
	Body   Recipe
}

func answer(r recipe.Recipe) *recipeOutput {
	return &recipeOutput{Status: http.StatusOK, ETag: quoted(r.ETag), Body: wire(r)}
}

// createdOutput is an answer that may hold a new recipe.
type createdOutput struct {
	Status   int
	Location string `header:"Location" doc:"The path of the new recipe."`
	ETag     string `header:"ETag" doc:"This version, a strong entity tag."`
	Body     Recipe
}
