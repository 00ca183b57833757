package store

import (
	"fmt"
	"reflect"
	"time"

	"cloud.google.com/go/firestore"

	"pantry.example/shared/recipe"
)

// stored is a document as Firestore has it. The fields of a recipe have their names in
// JSON. The Firestore library matches names without regard to case.
type stored struct {
	recipe.Recipe
	TitleKey    string    `firestore:"titleKey"`
	PurgeAt     time.Time `firestore:"purgeAt"`     // only in the trash
	Fingerprint string    `firestore:"fingerprint"` // only when made with an idempotency key
	Terms       []string  `firestore:"terms"`
}

// updates lists every field of d with its value, or with firestore.Delete when d has none.
// It writes zero numbers and empty texts too: a query in the order of a field does not find
// documents without that field.
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

// columns are the fields to ask Firestore for. The terms are longer than most recipes, and
// only a search for several terms needs them.
func (m fieldMask) columns() []string {
	asked := []string{"titleKey", "purgeAt", "fingerprint"}
	for _, f := range recipe.Fields {
		if f.Name != "id" && (m.body || f.Summary) {
			asked = append(asked, f.Name)
		}
	}
	if m.terms {
		asked = append(asked, "terms")
	}
	return asked
}

// read returns the document in a snapshot.
func read(snap *firestore.DocumentSnapshot) (*document, error) {
	var s stored
	if err := snap.DataTo(&s); err != nil {
		return nil, fmt.Errorf("read recipe %q: %w", snap.Ref.ID, err)
	}
	s.ID = snap.Ref.ID
	return &document{
		Recipe: s.Recipe.Clone(), titleKey: s.TitleKey, terms: s.Terms, purgeAt: s.PurgeAt, fingerprint: s.Fingerprint,
		version: snap.UpdateTime, bytes: s.Size(),
	}, nil
}
