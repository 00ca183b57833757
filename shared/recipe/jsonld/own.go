package jsonld

import (
	"time"

	"pantry.example/shared/recipe"
)

// own reads what schema.org has no term for, from recipes that Pantry wrote.
func (m *mapper) own() {
	m.r.State = recipe.Active
	if !m.literal {
		return
	}
	m.r.Notes = m.cutText(m.text(m.first("pantry:notes")), "/pantry:notes", recipe.MaxNotes)
	m.r.Made, _ = m.first("pantry:made").(bool)
	m.r.Favorite, _ = m.first("pantry:favorite").(bool)
	if m.text(m.first("pantry:state")) == string(recipe.Trashed) {
		m.r.State = recipe.Trashed
	}
	if s := m.text(m.first("pantry:lastmadeat")); s != "" {
		if t, err := time.Parse(time.RFC3339Nano, s); err == nil {
			m.r.LastMadeAt = &t
		} else {
			m.drop("/pantry:lastMadeAt", "is not a time as RFC 3339 writes it")
		}
	}
	m.first("datecreated")
	m.first("datemodified")
	m.first("identifier")
}
