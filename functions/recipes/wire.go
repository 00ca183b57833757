package recipes

import (
	"time"

	"pantry.example/shared/recipe"
)

// Recipe is a recipe as a client sees it. It has the fields of recipe.Recipe in the
// same order: the compiler refuses the conversion in [wire] when they part.
type Recipe struct {
	ID          string       `json:"id" readOnly:"true" doc:"Names the recipe: 1 to 64 letters, digits, _ and -." example:"mfrggzdfmztwq2lknnwg23tp"`
	Title       string       `json:"title" minLength:"1" maxLength:"200" doc:"One line of text." example:"Lemon risotto"`
	URL         string       `json:"url" maxLength:"2048" doc:"Where the recipe is from: an http or https URL, or empty." example:"https://example.com/risotto"`
	ImageURL    string       `json:"imageUrl" maxLength:"2048" doc:"A picture of it: an http or https URL, or empty." example:"https://example.com/risotto.jpg"`
	Rating      float64      `json:"rating" minimum:"0" maximum:"5" doc:"0 means unrated." example:"4.5"`
	Made        bool         `json:"made" doc:"Whether it was ever made."`
	LastMadeAt  *time.Time   `json:"lastMadeAt,omitempty" doc:"When it was last made; absent when that is not known." example:"2026-05-01T18:30:00Z"`
	Favorite    bool         `json:"favorite" doc:"Whether it is marked as a favorite."`
	Description string       `json:"description" maxLength:"10000" doc:"Text of one or more lines."`
	Servings    int          `json:"servings" minimum:"0" maximum:"1000" doc:"0 means unknown." example:"4"`
	PrepMinutes int          `json:"prepMinutes" minimum:"0" maximum:"10080" doc:"Minutes of preparation; 0 means unknown." example:"15"`
	CookMinutes int          `json:"cookMinutes" minimum:"0" maximum:"10080" doc:"Minutes of cooking; 0 means unknown." example:"30"`
	Ingredients []string     `json:"ingredients" maxItems:"200" maxLength:"500" doc:"One line each." example:"[\"320 g rice\", \"1 lemon\"]"`
	Steps       []string     `json:"steps" maxItems:"100" maxLength:"4000" doc:"What to do, in order."`
	Tags        []string     `json:"tags" maxItems:"30" maxLength:"50" doc:"One line each; tags that differ in case only are one." example:"[\"dinner\"]"`
	Notes       string       `json:"notes" maxLength:"10000" doc:"Text of one or more lines."`
	State       recipe.State `json:"state" readOnly:"true" enum:"active,trashed" doc:"A trashed recipe is gone for good after 30 days."`
	ETag        string       `json:"etag" readOnly:"true" doc:"This version, as in the ETag header but without its quotes. Put it in quotes and in If-Match to edit this version and no other." example:"u8F2kQ0sV1yZb3dE"`
	CreatedAt   time.Time    `json:"createdAt" readOnly:"true" doc:"UTC, with microseconds."`
	UpdatedAt   time.Time    `json:"updatedAt" readOnly:"true" doc:"UTC, with microseconds. Changes with every write."`
}

// wire returns r as a client sees it: its lists are never null.
func wire(r recipe.Recipe) Recipe {
	for _, list := range []*[]string{&r.Ingredients, &r.Steps, &r.Tags} {
		if *list == nil {
			*list = []string{}
		}
	}
	return Recipe(r)
}

// ReadOnly are the fields that belong to the service. A client may send back what it
// got; they are ignored.
type ReadOnly struct {
	ID        string       `json:"id,omitempty" readOnly:"true" doc:"Ignored."`
	State     recipe.State `json:"state,omitempty" readOnly:"true" enum:"active,trashed" doc:"Ignored."`
	ETag      string       `json:"etag,omitempty" readOnly:"true" doc:"Ignored: send the If-Match header instead."`
	CreatedAt time.Time    `json:"createdAt,omitzero" readOnly:"true" doc:"Ignored."`
	UpdatedAt time.Time    `json:"updatedAt,omitzero" readOnly:"true" doc:"Ignored."`
}

// RecipeInput is the body of POST and PUT. It documents what decodeRecipe reads.
type RecipeInput struct {
	Title       string     `json:"title" minLength:"1" maxLength:"200" doc:"One line of text. Text is trimmed and put in Unicode normalization form C before it is measured." example:"Lemon risotto"`
	URL         string     `json:"url,omitempty" maxLength:"2048" doc:"Where the recipe is from: an http or https URL, or empty." example:"https://example.com/risotto"`
	ImageURL    string     `json:"imageUrl,omitempty" maxLength:"2048" doc:"A picture of it: an http or https URL, or empty." example:"https://example.com/risotto.jpg"`
	Rating      float64    `json:"rating,omitempty" minimum:"0" maximum:"5" doc:"0 means unrated." example:"4.5"`
	Made        bool       `json:"made,omitempty" doc:"Whether it was ever made."`
	LastMadeAt  *time.Time `json:"lastMadeAt,omitempty" nullable:"true" doc:"When it was last made; null or absent when that is not known." example:"2026-05-01T18:30:00Z"`
	Favorite    bool       `json:"favorite,omitempty" doc:"Whether it is marked as a favorite."`
	Description string     `json:"description,omitempty" maxLength:"10000" doc:"Text of one or more lines."`
	Servings    int        `json:"servings,omitempty" minimum:"0" maximum:"1000" doc:"0 means unknown." example:"4"`
	PrepMinutes int        `json:"prepMinutes,omitempty" minimum:"0" maximum:"10080" doc:"Minutes of preparation; 0 means unknown." example:"15"`
	CookMinutes int        `json:"cookMinutes,omitempty" minimum:"0" maximum:"10080" doc:"Minutes of cooking; 0 means unknown." example:"30"`
	Ingredients []string   `json:"ingredients,omitempty" maxItems:"200" maxLength:"500" doc:"One line each; empty ones are dropped." example:"[\"320 g rice\", \"1 lemon\"]"`
	Steps       []string   `json:"steps,omitempty" maxItems:"100" maxLength:"4000" doc:"What to do, in order; empty ones are dropped."`
	Tags        []string   `json:"tags,omitempty" maxItems:"30" maxLength:"50" doc:"One line each; empty and repeated ones are dropped." example:"[\"dinner\"]"`
	Notes       string     `json:"notes,omitempty" maxLength:"10000" doc:"Text of one or more lines."`
	ReadOnly
}

// RecipePatch is the body of PATCH, a JSON merge patch (RFC 7396): what is absent
// stays, what is null becomes empty, and a list is replaced as a whole.
type RecipePatch struct {
	Title       *string    `json:"title,omitempty" minLength:"1" maxLength:"200" doc:"One line of text."`
	URL         *string    `json:"url,omitempty" nullable:"true" maxLength:"2048" doc:"An http or https URL."`
	ImageURL    *string    `json:"imageUrl,omitempty" nullable:"true" maxLength:"2048" doc:"An http or https URL."`
	Rating      *float64   `json:"rating,omitempty" nullable:"true" minimum:"0" maximum:"5" doc:"0 means unrated."`
	Made        *bool      `json:"made,omitempty" nullable:"true" doc:"Whether it was ever made."`
	LastMadeAt  *time.Time `json:"lastMadeAt,omitempty" nullable:"true" doc:"When it was last made."`
	Favorite    *bool      `json:"favorite,omitempty" nullable:"true" doc:"Whether it is marked as a favorite."`
	Description *string    `json:"description,omitempty" nullable:"true" maxLength:"10000" doc:"Text of one or more lines."`
	Servings    *int       `json:"servings,omitempty" nullable:"true" minimum:"0" maximum:"1000" doc:"0 means unknown."`
	PrepMinutes *int       `json:"prepMinutes,omitempty" nullable:"true" minimum:"0" maximum:"10080" doc:"Minutes of preparation; 0 means unknown."`
	CookMinutes *int       `json:"cookMinutes,omitempty" nullable:"true" minimum:"0" maximum:"10080" doc:"Minutes of cooking; 0 means unknown."`
	Ingredients []string   `json:"ingredients,omitempty" nullable:"true" maxItems:"200" maxLength:"500" doc:"One line each."`
	Steps       []string   `json:"steps,omitempty" nullable:"true" maxItems:"100" maxLength:"4000" doc:"What to do, in order."`
	Tags        []string   `json:"tags,omitempty" nullable:"true" maxItems:"30" maxLength:"50" doc:"One line each."`
	Notes       *string    `json:"notes,omitempty" nullable:"true" maxLength:"10000" doc:"Text of one or more lines."`
	ReadOnly
}
