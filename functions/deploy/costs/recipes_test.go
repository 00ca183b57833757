package costs_test

import (
	"encoding/json"
	"fmt"
	"strings"

	"pantry.example/functions/recipes"
	"pantry.example/shared/recipe"
)

// stocked is a user with a session and n recipes.
func (w *world) stocked(n int) (p person, handle string) {
	w.t.Helper()
	p = w.signUp()
	for i := range n {
		r := recipe.Recipe{Title: fmt.Sprintf("Apple cake %d", i), Tags: []string{"Dessert"}, Ingredients: []string{"flour", "apples"}}
		if _, err := w.store.Create(w.t.Context(), p.uid, r.Normalize(), ""); err != nil {
			w.t.Fatal(err)
		}
	}
	return p, w.open(p)
}

func (w *world) api(count counting) {
	w.t.Helper()
	p, handle := w.stocked(100)
	to := func(method, path, body string, status int) call {
		return call{function: recipes.Name, method: method, path: path, body: body, as: handle, status: status}
	}
	with := func(c call, pairs ...string) call {
		c.header = map[string]string{}
		for i := 0; i < len(pairs); i += 2 {
			c.header[pairs[i]] = pairs[i+1]
		}
		return c
	}
	count(rowList, w.handlers, to("GET", "/", "", 200))
	w.unseen(p)
	count(rowTouch, w.handlers, to("GET", "/", "", 200))
	count("recipes: GET /?count=true", w.handlers, to("GET", "/?count=true", "", 200))
	count("recipes: GET /?tag=", w.handlers, to("GET", "/?tag=dessert", "", 200))
	count(rowSearch, w.handlers, to("GET", "/?q=apple+cake", "", 200))
	count("recipes: GET /?q= (nothing matches)", w.handlers, to("GET", "/?q=nowhere", "", 200))

	made := count(rowCreate, w.handlers, to("POST", "/", `{"title":"Bread"}`, 201))
	var r struct{ ID, ETag string }
	if err := json.NewDecoder(made.Body).Decode(&r); err != nil || r.ID == "" {
		w.t.Fatalf("no recipe: %v", err)
	}
	keyed := with(to("POST", "/", `{"title":"Soup"}`, 201), "Idempotency-Key", "costs-1")
	count("recipes: POST / with Idempotency-Key", w.handlers, keyed)
	count("recipes: POST / repeated with it", w.handlers, keyed)
	count(rowGet, w.handlers, to("GET", "/"+r.ID, "", 200))
	count("recipes: GET /{id} with If-None-Match (304)", w.handlers, with(to("GET", "/"+r.ID, "", 304), "If-None-Match", made.Header().Get("ETag")))
	count("recipes: GET /{id} of no recipe (404)", w.handlers, to("GET", "/nosuchrecipe00000000", "", 404))
	count("recipes: PUT /{id}", w.handlers, to("PUT", "/"+r.ID, `{"title":"White bread"}`, 200))
	count(rowPatch, w.handlers, with(to("PATCH", "/"+r.ID, `{"rating":4}`, 200), "Content-Type", "application/merge-patch+json"))
	count(rowTrash, w.handlers, to("DELETE", "/"+r.ID, "", 200))
	count("recipes: POST /{id}:restore", w.handlers, to("POST", "/"+r.ID+":restore", "", 200))

	var ten []string
	for i := range 10 {
		ten = append(ten, fmt.Sprintf(`{"@context":"https://schema.org","@type":"Recipe","name":"Imported %d"}`, i))
	}
	count("recipes: POST /:import (10 recipes)", w.handlers, with(to("POST", "/:import", "["+strings.Join(ten, ",")+"]", 200), "Content-Type", "application/ld+json"))
	count("recipes: GET /:export (112 recipes)", w.handlers, to("GET", "/:export", "", 200))
	count("recipes: DELETE /?all=true (112 recipes)", w.handlers, with(to("DELETE", "/?all=true", "", 204), "X-Confirm-Delete", "all-recipes"))
	count("recipes: any call without a session (401)", w.handlers, call{function: recipes.Name, method: "GET", path: "/", status: 401})
}

func (w *world) article(count counting) {
	w.t.Helper()
	p, handle := w.stocked(100)
	to := func(method, path, body string) call {
		return call{function: recipes.Name, method: method, path: path + "?userID=" + p.uid, body: body, as: handle, status: 200}
	}
	count("recipes: GET /?userID= (the article's list, 100 recipes)", w.handlers, to("GET", "/", ""))
	count("recipes: POST /?userID=", w.handlers, to("POST", "/", `{"userID":"`+p.uid+`","title":"Pie","url":"https://example.com/pie","imageUrl":"","made":false,"rating":0}`))
	page, err := w.store.List(w.t.Context(), p.uid, recipe.Query{PageSize: 1})
	if err != nil {
		w.t.Fatal(err)
	}
	id := page.Recipes[0].ID
	count("recipes: PATCH /?userID=", w.handlers, to("PATCH", "/", `{"id":"`+id+`","rating":5}`))
	count("recipes: DELETE /{id}?userID=", w.handlers, to("DELETE", "/"+id, ""))
}
