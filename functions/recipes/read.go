package recipes

import (
	"net/http"

	"pantry.example/shared/recipe"
	"pantry.example/shared/web"
)

// RecipeList is one page of recipes.
type RecipeList struct {
	Recipes       []*recipe.Recipe `json:"recipes"` // may be empty although there is a next page
	NextPageToken string           `json:"nextPageToken,omitempty"`
	TotalSize     *int             `json:"totalSize,omitempty"`
}

// summaries is a RecipeList with view=summary.
type summaries struct {
	Recipes []summary `json:"recipes"`
	RecipeList
}

// summary is a recipe without its long fields. The fields here hide them, and are never set.
type summary struct {
	*recipe.Recipe
	Ingredients *struct{} `json:"ingredients,omitempty"`
	Steps       *struct{} `json:"steps,omitempty"`
	Notes       *struct{} `json:"notes,omitempty"`
	Nutrition   *struct{} `json:"nutrition,omitempty"`
}

func (f function) list(w http.ResponseWriter, r *http.Request) error {
	given := readQuery(r)
	q := given.list()
	_, err := q.Normalize()
	given.faults.addAll("query.", err)
	if err := given.faults.refused(); err != nil {
		return err
	}
	page, err := f.Store.List(r.Context(), callerOf(r.Context()).uid, q)
	if err != nil {
		return err
	}
	out := RecipeList{Recipes: page.Recipes, NextPageToken: page.NextPageToken, TotalSize: page.TotalSize}
	if page.NextPageToken != "" {
		given.Set("pageToken", page.NextPageToken)
		// A link relative to the list works under each path of the function.
		w.Header().Set("Link", "<?"+given.Encode()+`>; rel="next"`)
	}
	if !q.Summary {
		return web.WriteJSON(w, http.StatusOK, out)
	}
	short := summaries{make([]summary, len(out.Recipes)), out}
	for i, r := range out.Recipes {
		short.Recipes[i].Recipe = r
	}
	return web.WriteJSON(w, http.StatusOK, short)
}

func (f function) get(w http.ResponseWriter, r *http.Request) error {
	id, conditions, err := target(r)
	if err != nil {
		return err
	}
	found, err := f.Store.Get(r.Context(), callerOf(r.Context()).uid, id)
	if err != nil {
		return err
	}
	w.Header().Set("ETag", quoted(found.ETag))
	switch readStatus(conditions, found.ETag) {
	case http.StatusPreconditionFailed:
		return recipe.ErrPrecondition
	case http.StatusNotModified:
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	return answer(w, http.StatusOK, found)
}
