package store

import (
	"fmt"
	"slices"
	"time"

	"cloud.google.com/go/firestore"

	"pantry.example/shared/recipe"
)

// stored is a document as Firestore has it. Its fields are those of the contract,
// so that a look into the console explains itself.
type stored struct {
	Title       string       `firestore:"title"`
	URL         string       `firestore:"url"`
	ImageURL    string       `firestore:"imageUrl"`
	Rating      float64      `firestore:"rating"`
	Made        bool         `firestore:"made"`
	LastMadeAt  *time.Time   `firestore:"lastMadeAt"`
	Favorite    bool         `firestore:"favorite"`
	Description string       `firestore:"description"`
	Servings    int          `firestore:"servings"`
	PrepMinutes int          `firestore:"prepMinutes"`
	CookMinutes int          `firestore:"cookMinutes"`
	Ingredients []string     `firestore:"ingredients"`
	Steps       []string     `firestore:"steps"`
	Tags        []string     `firestore:"tags"`
	Notes       string       `firestore:"notes"`
	State       recipe.State `firestore:"state"`
	ETag        string       `firestore:"etag"`
	CreatedAt   time.Time    `firestore:"createdAt"`
	UpdatedAt   time.Time    `firestore:"updatedAt"`
	TitleKey    string       `firestore:"titleKey"`
	PurgeAt     time.Time    `firestore:"purgeAt"`     // only in the trash
	Fingerprint string       `firestore:"fingerprint"` // only when made with an idempotency key
	Terms       []string     `firestore:"terms"`
}

// updates lists every field of d with its value, firestore.Delete where d has
// none.
func updates(d *document) []firestore.Update {
	lastMadeAt, purgeAt, sent := any(firestore.Delete), any(firestore.Delete), any(firestore.Delete)
	if d.LastMadeAt != nil {
		lastMadeAt = *d.LastMadeAt
	}
	if !d.purgeAt.IsZero() {
		purgeAt = d.purgeAt
	}
	if d.fingerprint != "" {
		sent = d.fingerprint
	}
	return []firestore.Update{
		{Path: "title", Value: d.Title},
		{Path: "url", Value: d.URL},
		{Path: "imageUrl", Value: d.ImageURL},
		{Path: "rating", Value: d.Rating},
		{Path: "made", Value: d.Made},
		{Path: "lastMadeAt", Value: lastMadeAt},
		{Path: "favorite", Value: d.Favorite},
		{Path: "description", Value: d.Description},
		{Path: "servings", Value: d.Servings},
		{Path: "prepMinutes", Value: d.PrepMinutes},
		{Path: "cookMinutes", Value: d.CookMinutes},
		{Path: "ingredients", Value: d.Ingredients},
		{Path: "steps", Value: d.Steps},
		{Path: "tags", Value: d.Tags},
		{Path: "notes", Value: d.Notes},
		{Path: "state", Value: string(d.State)},
		{Path: "etag", Value: d.ETag},
		{Path: "createdAt", Value: d.CreatedAt},
		{Path: "updatedAt", Value: d.UpdatedAt},
		{Path: "titleKey", Value: d.titleKey},
		{Path: "purgeAt", Value: purgeAt},
		{Path: "fingerprint", Value: sent},
		{Path: "terms", Value: d.terms},
	}
}

// fields is d as a new document.
func fields(d *document) map[string]any {
	m := make(map[string]any)
	for _, u := range updates(d) {
		if u.Value != firestore.Delete {
			m[u.Path] = u.Value
		}
	}
	return m
}

// bodyColumns are what a summary lacks.
var bodyColumns = []string{"ingredients", "steps", "notes"}

// columns are the fields to ask Firestore for. The terms are longer than most recipes
// and needed only when a search looks for more than one.
func (p part) columns() []string {
	var asked []string
	for _, u := range updates(&document{}) {
		if (p.terms || u.Path != "terms") && (p.body || !slices.Contains(bodyColumns, u.Path)) {
			asked = append(asked, u.Path)
		}
	}
	return asked
}

// read turns a snapshot back into a document.
func read(snap *firestore.DocumentSnapshot) (*document, error) {
	var s stored
	if err := snap.DataTo(&s); err != nil {
		return nil, fmt.Errorf("read recipe %q: %w", snap.Ref.ID, err)
	}
	d := &document{
		Recipe: recipe.Recipe{
			ID: snap.Ref.ID, Title: s.Title, URL: s.URL, ImageURL: s.ImageURL, Rating: s.Rating, Made: s.Made, LastMadeAt: s.LastMadeAt,
			Favorite: s.Favorite, Description: s.Description, Servings: s.Servings, PrepMinutes: s.PrepMinutes,
			CookMinutes: s.CookMinutes, Ingredients: s.Ingredients, Steps: s.Steps, Tags: s.Tags, Notes: s.Notes,
			State: s.State, ETag: s.ETag, CreatedAt: s.CreatedAt, UpdatedAt: s.UpdatedAt,
		},
		titleKey: s.TitleKey, terms: s.Terms, purgeAt: s.PurgeAt, fingerprint: s.Fingerprint, version: snap.UpdateTime,
	}
	return d, nil
}
