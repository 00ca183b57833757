package jsonld

import (
	"slices"
	"strings"

	"pantry.example/shared/recipe"
)

// author takes the names of who wrote the recipe.
func (m *mapper) author() {
	const most = 5
	var names []string
	for loc, v := range m.values("author", "creator", "contributor") {
		switch name := m.line(v); {
		case name == "", isLink(name), slices.Contains(names, name):
		case len(names) == most:
			m.drop(loc, "Pantry keeps "+thousands(most)+" authors")
		default:
			names = append(names, name)
		}
	}
	m.r.Author = m.cutText(strings.Join(names, ", "), "/author", recipe.MaxAuthor)
}

// nutrients are the names of nutrition by their terms.
var nutrients = func() map[string]string {
	m := map[string]string{}
	for _, name := range recipe.Nutrients {
		m[term(name)] = name
	}
	return m
}()

// nutrition takes the texts of a NutritionInformation.
func (m *mapper) nutrition() {
	for loc, v := range m.values("nutrition", "nutritioninformation") {
		o, ok := v.(*object)
		if !ok {
			m.drop(loc, "is not a NutritionInformation")
			continue
		}
		for _, mem := range o.members {
			name := nutrients[mem.term]
			if s := oneLine(clip(m.quantity(m.resolve(mem.val)), 1000)); name != "" && s != "" {
				if m.r.Nutrition == nil {
					m.r.Nutrition = map[string]string{}
				}
				m.r.Nutrition[name] = m.cutText(s, pointer(loc, mem.key), recipe.MaxNutrient)
			}
		}
	}
}
