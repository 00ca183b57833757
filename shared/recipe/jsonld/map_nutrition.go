package jsonld

import "pantry.example/shared/recipe"

// nutrients maps schema.org terms to the names in recipe.Nutrients.
var nutrients = func() map[string]string {
	m := map[string]string{}
	for _, name := range recipe.Nutrients {
		m[term(name)] = name
	}
	return m
}()

// nutrition sets the texts of a NutritionInformation.
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
