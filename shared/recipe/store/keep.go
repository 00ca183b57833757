package store

import (
	"encoding/json"
	"fmt"
	"time"

	"pantry.example/shared/recipe"
)

// kept is a document outside the process.
type kept struct {
	recipe.Recipe
	PurgeAt     time.Time `json:"purgeAt,omitzero"`
	Fingerprint string    `json:"fingerprint,omitempty"`
}

// Load puts back a user's recipes that an earlier Memory gave to the function of Keep.
// It takes all of them or none.
func (m *Memory) Load(uid string, recipes []byte) error {
	if _, err := ownerPath(uid); err != nil {
		return err
	}
	var list []kept
	if err := json.Unmarshal(recipes, &list); err != nil {
		return fmt.Errorf("read the kept recipes: %w", err)
	}
	docs := make(map[string]*document, len(list))
	for _, k := range list {
		if err := validateAt(k.Recipe, k.ID); err != nil || k.ETag == "" || k.State == "" {
			return fmt.Errorf("read the kept recipes: the recipe %q is not whole", k.ID)
		}
		d := (&document{Recipe: k.Recipe, purgeAt: k.PurgeAt, fingerprint: k.Fingerprint}).seal()
		d.ETag = k.ETag
		docs[k.ID] = d
	}
	m.memory.mu.Lock()
	defer m.memory.mu.Unlock()
	m.memory.users[uid] = docs
	return nil
}

// Keep gives save all recipes of a user, as JSON, after each change of one and before the
// call that made it returns. When save fails, the change is undone and the call answers
// ErrUnavailable. It must be called before anything else uses the store.
func (m *Memory) Keep(save func(uid string, recipes []byte) error) { m.memory.save = save }

// keep saves the recipes of a user after a change. undo takes the change back.
func (m *memory) keep(uid string, undo func()) error {
	if m.save == nil {
		return nil
	}
	list := make([]kept, 0, len(m.users[uid]))
	for _, d := range m.users[uid] {
		list = append(list, kept{d.Recipe, d.purgeAt, d.fingerprint})
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
