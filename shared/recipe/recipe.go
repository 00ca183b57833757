// Package recipe describes the recipes of a user: the type Recipe with its rules, the Query
// for a list, and the contract of a Store. Package store has the stores.
package recipe

import "time"

// State says whether a recipe is in the list or in the trash.
type State string

// The two states of a stored recipe.
const (
	Active  State = "active"
	Trashed State = "trashed"
)

// TrashTTL is how long a recipe stays in the trash. Then it is deleted for good.
const TrashTTL = 30 * 24 * time.Hour

// Recipe is one recipe of one user. The owner is no field. It is an argument of every Store
// method and part of every path.
//
// The tags of a field describe it completely. Validation, normalization, JSON, Firestore and
// summaries follow them (see Field):
//
//	json     the name, in JSON and in Firestore
//	max      the maximum of a number, or of the characters of each text
//	items    the maximum number of items of a list
//	text     what a text may be: a line (when there is no tag), lines or a link
//	keys     the names that a map may have
//	summary  "no": a summary leaves the field out
//	set      "store": the store sets the field and ignores a caller's value
//
// Characters are Unicode code points of the normalized text. Times are UTC with
// microseconds, as Firestore stores them. ETag is the entity tag without its quotes. It is
// strong, and every change gives a new one (RFC 9110, section 8.8.3).
type Recipe struct {
	ID           string            `json:"id" set:"store"`
	Title        string            `json:"title" max:"200"`
	URL          string            `json:"url" max:"2048" text:"link"`
	ImageURL     string            `json:"imageUrl" max:"2048" text:"link"`
	Rating       float64           `json:"rating" max:"5"` // 0 is not rated
	Made         bool              `json:"made"`
	LastMadeAt   *time.Time        `json:"lastMadeAt,omitempty"`
	Favorite     bool              `json:"favorite"`
	Description  string            `json:"description" max:"10000" text:"lines"`
	Author       string            `json:"author" max:"200"`
	Servings     int               `json:"servings" max:"1000"` // 0 is unknown, as with the minutes
	Yield        string            `json:"yield" max:"200"`     // such as "24 cookies"
	PrepMinutes  int               `json:"prepMinutes" max:"10080"`
	CookMinutes  int               `json:"cookMinutes" max:"10080"`
	TotalMinutes int               `json:"totalMinutes" max:"10080"` // with the time to rest
	Ingredients  []string          `json:"ingredients" max:"500" items:"200" summary:"no"`
	Steps        []string          `json:"steps" max:"4000" items:"100" text:"lines" summary:"no"`
	Tags         []string          `json:"tags" max:"50" items:"30"`
	Notes        string            `json:"notes" max:"10000" text:"lines" summary:"no"`
	Nutrition    map[string]string `json:"nutrition,omitempty" max:"100" keys:"nutrition" summary:"no"` // nil when empty
	State        State             `json:"state" set:"store"`
	ETag         string            `json:"etag" set:"store"`
	CreatedAt    time.Time         `json:"createdAt" set:"store"`
	UpdatedAt    time.Time         `json:"updatedAt" set:"store"`
}

// Nutrients are the names that Recipe.Nutrition may have
// (https://schema.org/NutritionInformation).
var Nutrients = []string{
	"calories", "carbohydrateContent", "cholesterolContent", "fatContent", "fiberContent", "proteinContent",
	"saturatedFatContent", "servingSize", "sodiumContent", "sugarContent", "transFatContent", "unsaturatedFatContent",
}
