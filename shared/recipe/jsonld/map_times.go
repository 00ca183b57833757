package jsonld

import (
	"fmt"
	"strings"

	"pantry.example/shared/recipe"
)

// times takes prepTime and cookTime, and what totalTime adds to them.
func (m *mapper) times() {
	prep, hasPrep := m.duration("preptime", "preparationtime", ".preptime")
	cook, hasCook := m.duration("cooktime", "performtime", "cookingtime", ".cooktime")
	switch {
	case !hasPrep || !hasCook || prep == 0 && cook == 0:
		total, ok := m.duration("totaltime", ".totaltime")
		switch rest := total - prep - cook; {
		case !ok:
		case rest < 0:
			m.drop("/totalTime", "is shorter than its parts")
		case cook == 0:
			cook = rest
		case prep == 0 && !hasPrep:
			prep = rest
		}
	default:
		if total, ok := m.duration("totaltime", ".totaltime"); ok && total != prep+cook && total != 0 {
			m.drop("/totalTime", fmt.Sprintf("Pantry adds up preparation and cooking (%d minutes); the page says %d in all", prep+cook, total))
		}
	}
	m.r.PrepMinutes, m.r.CookMinutes = prep, cook
}

// duration returns the minutes of the first of the properties that is there.
func (m *mapper) duration(names ...string) (int, bool) {
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
			return n, true
		}
	}
	return 0, false
}
