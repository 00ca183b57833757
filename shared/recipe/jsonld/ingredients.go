package jsonld

import (
	"fmt"
	"strings"

	"pantry.example/shared/recipe"
)

// ingredients takes recipeIngredient, or ingredients as it was called before.
// Headings of groups stay as lines of their own.
func (m *mapper) ingredients() {
	var list []located
	for _, name := range []string{"recipeingredient", "ingredients", "ingredient", "supply"} {
		var raw []located
		for loc, v := range m.values(name) {
			raw = append(raw, m.ingredientTexts(loc, v, 0)...)
		}
		if list = m.ingredientLines(raw); len(list) > 0 {
			break
		}
	}
	m.ignoreSame("ingredients", list)
	if over := len(list) - recipe.MaxIngredients; over > 0 {
		m.drop(list[recipe.MaxIngredients].loc, fmt.Sprintf("Pantry keeps %d ingredients: the last %d were left out", recipe.MaxIngredients, over))
		list = list[:recipe.MaxIngredients]
	}
	for _, in := range list {
		m.r.Ingredients = append(m.r.Ingredients, m.cutText(in.text, in.loc, recipe.MaxIngredient))
	}
}

// ignoreSame marks an older spelling of a property as used when it says the same.
func (m *mapper) ignoreSame(name string, list []located) {
	for i := range m.props {
		if p := &m.props[i]; p.name == name && !p.used {
			n := 0
			m.each(p.ptr, p.val, func(string, any) bool { n++; return true })
			p.used = n == len(list)
		}
	}
}

// located is a text and where it stands.
type located struct{ loc, text string }

// ingredientTexts returns the texts of one value: several for a group.
func (m *mapper) ingredientTexts(loc string, v any, depth int) []located {
	o, ok := v.(*object)
	if !ok {
		if s := m.rawText(loc, v); s != "" {
			return []located{{loc, s}}
		}
		return nil
	}
	if items := o.get("itemlistelement", "ingredients", "recipeingredient", "items"); items != nil && depth < 8 {
		var list []located
		if heading := oneLine(m.text(o.get("name", "title"))); heading != "" && !genericHeading(heading) {
			list = append(list, located{pointer(loc, "name"), heading})
		}
		m.each(pointer(loc, "itemListElement"), items, func(at string, e any) bool {
			list = append(list, m.ingredientTexts(at, e, depth+1)...)
			return true
		})
		return list
	}
	if item := o.get("item"); item != nil && depth < 8 {
		return m.ingredientTexts(loc, m.doc.resolve(item), depth+1)
	}
	name := m.text(o.get("name", "text", "food", "ingredient", "title", "label", "description"))
	var parts []string
	for _, v := range []any{o.get("amount", "quantity", "value", "requiredquantity"), o.get("unittext", "unit", "unitcode"), name} {
		if s := strings.TrimSpace(m.quantityText(v)); s != "" && (len(parts) == 0 || parts[len(parts)-1] != s) {
			parts = append(parts, s)
		}
	}
	if name == "" {
		m.drop(loc, "is not the text of an ingredient")
		return nil
	}
	return []located{{loc, strings.Join(parts, " ")}}
}

// ingredientLines cleans the texts. Line ends inside one of many texts are how
// the page was typed; in a single text they part the ingredients.
func (m *mapper) ingredientLines(raw []located) []located {
	if m.literal {
		return raw
	}
	var list []located
	for _, in := range raw {
		var lines []string
		switch text := plain(in.text); {
		case len(raw) == 1 || strings.ContainsRune(text, lineBreak):
			lines = paragraphs(in.text)
		default:
			lines = []string{oneLine(in.text)}
		}
		if len(raw) == 1 && len(lines) == 1 {
			lines = splitList(lines[0])
		}
		for _, line := range lines {
			switch line = leadingMarks(line); strings.ToLower(line) {
			case "":
			case "null", "undefined", "[object object]", "array", "n/a", "-":
				m.drop(in.loc, "is not the text of an ingredient")
			default:
				list = append(list, located{in.loc, line})
			}
		}
	}
	return list
}

// splitList parts a list that was written in one line: by bullets or semicolons,
// or by commas when there are at least three outside of parentheses and numbers.
func splitList(line string) []string {
	for _, sep := range []string{"•", "·", ";", "▢", " | ", "、"} {
		if strings.Count(line, sep) >= 1 {
			return strings.Split(line, sep)
		}
	}
	var parts []string
	depth, start := 0, 0
	for i := 0; i < len(line); i++ {
		switch line[i] {
		case '(':
			depth++
		case ')':
			depth = max(0, depth-1)
		case ',':
			if depth == 0 && i+1 < len(line) && line[i+1] == ' ' {
				parts = append(parts, strings.TrimSpace(line[start:i]))
				start = i + 1
			}
		}
	}
	if len(parts) < 3 {
		return []string{line}
	}
	return append(parts, strings.TrimSpace(line[start:]))
}
