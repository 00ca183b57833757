package jsonld

import (
	"strings"

	"pantry.example/shared/recipe"
)

// times sets the minutes of preparation, of cooking and in total. The total may be more than
// both together, because dough rests.
func (m *mapper) times() {
	m.r.PrepMinutes = m.duration("preptime", "preparationtime", ".preptime")
	m.r.CookMinutes = m.duration("cooktime", "performtime", "cookingtime", ".cooktime")
	total := m.duration("totaltime", ".totaltime")
	if total > 0 && total < max(m.r.PrepMinutes, m.r.CookMinutes) {
		m.drop("/totalTime", "is shorter than its parts")
		return
	}
	m.r.TotalMinutes = total
}

// duration returns the minutes in the first of the properties that the object has, else 0.
func (m *mapper) duration(names ...string) int {
	for loc, v := range m.values(names...) {
		s := m.text(v)
		if o, ok := v.(*object); ok {
			s = m.text(o.get("maxvalue", "value", "minvalue", "text", "duration", "name"))
			if strings.Trim(s, "0123456789.") == "" {
				s += " " + m.text(o.get("unittext", "unitcode"))
			}
		}
		n, ok := minutes(oneLine(clip(s, 1000)))
		switch {
		case !ok:
			m.drop(loc, "names no time that Pantry understands, such as PT1H30M")
		case n > recipe.MaxMinutes:
			m.drop(loc, "is longer than a week")
		default:
			return n
		}
	}
	return 0
}
