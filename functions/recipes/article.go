package recipes

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"pantry.example/shared/recipe"
	"pantry.example/shared/web"
)

// article returns the routes for the article's own React client. That client sends the
// user's ID with each call, as ?userID=. It reads {"message"} and {"recepies"}, spelled so.
// The ID must be that of the session.
func (f function) article() http.Handler {
	a := dialect{f.Store}
	routes := http.NewServeMux()
	routes.Handle("/{$}", methods{"GET": a.list, "POST": a.add, "PATCH": a.rate}.asMessage())
	routes.Handle("/{id}", methods{"DELETE": a.remove}.asMessage())
	routes.Handle("/", asMessage(web.NotFound))
	return routes
}

type dialect struct{ store recipe.Store }

// asMessage handles the methods. It first refuses another user's ID.
func (m methods) asMessage() http.Handler {
	return asMessage(func(w http.ResponseWriter, r *http.Request) error {
		if err := sameUser(r, callerOf(r.Context()).query.Get("userID")); err != nil {
			return err
		}
		return m.handle(w, r)
	})
}

// asMessage renders the errors of h for the article's client: as a message, not as a problem
// document. The log has them as usual.
func asMessage(h web.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		err := h(w, r)
		if err == nil {
			return
		}
		e := web.Prepare(w.Header(), r.Context(), web.AsError(err))
		text := e.Detail
		if len(e.Errors) > 0 {
			var faults []string
			for _, f := range e.Errors {
				faults = append(faults, strings.TrimPrefix(f.Location, "/")+" "+f.Message)
			}
			text = strings.Join(faults, "; ") + "."
		}
		_ = web.WriteJSON(w, e.Status, message{text}) // a message can be encoded
	})
}

func sameUser(r *http.Request, userID string) error {
	if userID != callerOf(r.Context()).uid {
		return web.NewError(http.StatusForbidden, "other_user", "The userID is not the user who is signed in.")
	}
	return nil
}

// message is every answer that holds no recipes.
type message struct {
	Message string `json:"message"`
}

// articleRecipe is a recipe as the article's client reads it.
type articleRecipe struct {
	ID       string  `json:"id"`
	UserID   string  `json:"userID"`
	Made     bool    `json:"made"`
	Rating   float64 `json:"rating"`
	Title    string  `json:"title"`
	URL      string  `json:"url"`
	ImageURL string  `json:"imageUrl"`
}

// list answers with all recipes at once, because this client knows no pages. The oldest
// recipe is first. In the order of creation, no recipe moves while list reads the pages.
func (a dialect) list(w http.ResponseWriter, r *http.Request) error {
	uid := callerOf(r.Context()).uid
	answer := struct {
		Recipes []articleRecipe `json:"recepies"`
	}{[]articleRecipe{}}
	query := recipe.Query{PageSize: recipe.MaxPageSize, OrderBy: "createdAt", Summary: true} // the client shows no more
	for more := true; more; more = query.PageToken != "" {
		page, err := a.store.List(r.Context(), uid, query)
		if err != nil {
			return err
		}
		answer.Recipes = slices.Grow(answer.Recipes, len(page.Recipes))
		for _, r := range page.Recipes {
			answer.Recipes = append(answer.Recipes, articleRecipe{
				ID: r.ID, UserID: uid, Made: r.Made, Rating: r.Rating, Title: r.Title, URL: r.URL, ImageURL: r.ImageURL,
			})
		}
		query.PageToken = page.NextPageToken
	}
	return web.WriteJSON(w, http.StatusOK, answer)
}

// add stores a recipe, unless the list has its title already.
func (a dialect) add(w http.ResponseWriter, r *http.Request) error {
	var body struct {
		UserID   string        `json:"userID"`
		Title    string        `json:"title"`
		URL      string        `json:"url"`
		ImageURL string        `json:"imageUrl"`
		Made     bool          `json:"made"`
		Rating   lenientNumber `json:"rating"`
	}
	if err := readLenient(w, r, &body); err != nil {
		return err
	}
	uid := callerOf(r.Context()).uid
	if body.UserID != "" {
		if err := sameUser(r, body.UserID); err != nil {
			return err
		}
	}
	added := recipe.Recipe{Title: body.Title, URL: body.URL, ImageURL: body.ImageURL, Made: body.Made, Rating: float64(body.Rating)}
	_, err := a.store.CreateTitled(r.Context(), uid, added)
	if errors.Is(err, recipe.ErrTitleTaken) {
		return web.NewError(http.StatusConflict, "title_taken", "A recipe with this title is already in the list.")
	}
	if err != nil {
		return err
	}
	return web.WriteJSON(w, http.StatusOK, message{"Recipe added."})
}

// rate sets the rating, and marks the recipe as made: this client asks for a rating when a
// recipe was made.
func (a dialect) rate(w http.ResponseWriter, r *http.Request) error {
	var body struct {
		ID     string        `json:"id"`
		Rating lenientNumber `json:"rating"`
	}
	if err := readLenient(w, r, &body); err != nil {
		return err
	}
	if !recipe.ValidID(body.ID) {
		return recipe.ErrNotFound
	}
	_, err := a.store.Update(r.Context(), callerOf(r.Context()).uid, body.ID, recipe.Precondition{}, func(r recipe.Recipe) (recipe.Recipe, error) {
		if !r.Made {
			now := time.Now()
			r.Made, r.LastMadeAt = true, &now
		}
		r.Rating = float64(body.Rating)
		return r, nil
	})
	if err != nil {
		return err
	}
	return web.WriteJSON(w, http.StatusOK, message{"Rating saved."})
}

func (a dialect) remove(w http.ResponseWriter, r *http.Request) error {
	id := r.PathValue("id")
	if !recipe.ValidID(id) {
		return recipe.ErrNotFound
	}
	if _, err := a.store.Trash(r.Context(), callerOf(r.Context()).uid, id, recipe.Precondition{}); err != nil {
		return err
	}
	return web.WriteJSON(w, http.StatusOK, message{"Recipe deleted."})
}

// readLenient reads a JSON body with the limits and checks of every body. It ignores unknown
// fields.
func readLenient(w http.ResponseWriter, r *http.Request, v any) error {
	text, err := web.ReadBody(w, r, maxBody, "application/json")
	if err != nil {
		return err
	}
	if err := web.CheckJSON(text); err != nil {
		return err
	}
	var (
		wrong *json.UnmarshalTypeError
		own   *web.Error
	)
	switch err := json.Unmarshal(text, v); {
	case err == nil:
		return nil
	case errors.As(err, &own):
		return own
	case errors.As(err, &wrong) && wrong.Field != "":
		return malformed(wrong.Field + " has the wrong type")
	default:
		return malformed("it must be a JSON object")
	}
}

// lenientNumber is a number, a numeric text (an <input> gives text) or null.
type lenientNumber float64

// UnmarshalJSON implements json.Unmarshaler.
func (n *lenientNumber) UnmarshalJSON(raw []byte) error {
	text := string(raw)
	if raw[0] == '"' {
		if err := json.Unmarshal(raw, &text); err != nil {
			return err
		}
		text = strings.TrimSpace(text)
	}
	if text == "null" || text == "" {
		return nil
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil && !errors.Is(err, strconv.ErrRange) {
		return malformed("rating must be a number")
	}
	*n = lenientNumber(f)
	return nil
}
