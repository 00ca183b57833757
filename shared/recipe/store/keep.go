package store

import (
	"encoding/json"
	"fmt"
	"time"

	"pantry.example/shared/recipe"
)

// savedDocument is a document as Keep saves it.
type savedDocument struct {
	recipe.Recipe
	PurgeAt     time.Time `json:"purgeAt,omitzero"`
	Fingerprint string    `json:"fingerprint,omitempty"`
}

// Load sets a user's recipes to what an earlier Memory gave to the function of Keep. It
// loads all of them or none.
func (m *Memory) Load(uid string, recipes []byte) error {
	if err := checkUID(uid); err != nil {
		return err
	}
	var list []savedDocument
	if err := json.Unmarshal(recipes, &list); err != nil {
		return fmt.Errorf("read the kept recipes: %w", err)
	}
	docs := make(map[string]*document, len(list))
	for _, k := range list {
		if err := validateAt(k.Recipe, k.ID); err != nil || k.ETag == "" || k.State == "" {
			return fmt.Errorf("read the kept recipes: the recipe %q is not whole", k.ID)
		}
		d := (&document{Recipe: k.Recipe.Clone(), purgeAt: k.PurgeAt, fingerprint: k.Fingerprint}).complete()
		d.ETag = k.ETag
		docs[k.ID] = d
	}
	m.backend.mu.Lock()
	defer m.backend.mu.Unlock()
	m.backend.users[uid] = docs
	return nil
}

// Keep makes each change call save before it returns, with all recipes of that user as
// JSON. When save fails, the change is undone and returns ErrUnavailable. Keep must be
// called before anything else uses the store.
func (m *Memory) Keep(save func(uid string, recipes []byte) error) { m.backend.save = save }

// saveUser saves the recipes of a user after a change. When that fails, it calls undo.
func (m *memoryBackend) saveUser(uid string, undo func()) error {
	if m.save == nil {
		return nil
	}
	list := make([]savedDocument, 0, len(m.users[uid]))
	for _, d := range m.users[uid] {
		list = append(list, savedDocument{d.Recipe, d.purgeAt, d.fingerprint})
	}
	recipes, err := json.Marshal(list)
	if err == nil {
		err = m.save(uid, recipes)
	}
	if err != nil {
		undo()
		return fmt.Errorf("%w: keep the recipes: %w", recipe.ErrUnavailable, err)
	}
	return nil
}
