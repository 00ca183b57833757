package store

import (
	"fmt"
	"reflect"
	"time"

	"cloud.google.com/go/firestore"

	"pantry.example/shared/recipe"
)

// stored is a document as Firestore has it: the fields of a recipe under their names
// in JSON, which the library matches whatever their case, and what the recipe is
// found by.
type stored struct {
	recipe.Recipe
	TitleKey    string    `firestore:"titleKey"`
	PurgeAt     time.Time `firestore:"purgeAt"`     // only in the trash
	Fingerprint string    `firestore:"fingerprint"` // only when made with an idempotency key
	Terms       []string  `firestore:"terms"`
}

// updates lists every field of d with its value, firestore.Delete where d has none.
// A number or a text is there even when it is zero: a list in the order of a field
// lacks the documents without it.
func updates(d *document) []firestore.Update {
	var list []firestore.Update
	set := func(name string, value any, present bool) {
		if !present {
			value = firestore.Delete
		}
		list = append(list, firestore.Update{Path: name, Value: value})
	}
	for _, f := range recipe.Fields {
		if f.Name == "id" { // the document's name
			continue
		}
		v := reflect.ValueOf(f.In(&d.Recipe)).Elem()
		optional := v.Kind() == reflect.Pointer || v.Kind() == reflect.Map
		set(f.Name, v.Interface(), !optional || !v.IsNil())
	}
	set("titleKey", d.titleKey, true)
	set("purgeAt", d.purgeAt, !d.purgeAt.IsZero())
	set("fingerprint", d.fingerprint, d.fingerprint != "")
	set("terms", d.terms, true)
	return list
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

// columns are the fields to ask Firestore for. The terms are longer than most recipes
// and needed only when a search looks for more than one.
func (p part) columns() []string {
	asked := []string{"titleKey", "purgeAt", "fingerprint"}
	for _, f := range recipe.Fields {
		if f.Name != "id" && (p.body || f.Summary) {
			asked = append(asked, f.Name)
		}
	}
	if p.terms {
		asked = append(asked, "terms")
	}
	return asked
}

// read turns a snapshot back into a document.
func read(snap *firestore.DocumentSnapshot) (*document, error) {
	var s stored
	if err := snap.DataTo(&s); err != nil {
		return nil, fmt.Errorf("read recipe %q: %w", snap.Ref.ID, err)
	}
	s.ID = snap.Ref.ID
	return &document{
		Recipe: s.Recipe, titleKey: s.TitleKey, terms: s.Terms, purgeAt: s.PurgeAt, fingerprint: s.Fingerprint,
		version: snap.UpdateTime, bytes: s.Size(),
	}, nil
}
