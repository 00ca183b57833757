package jsonld

import (
	"fmt"
	"strings"

	"pantry.example/shared/recipe"
)

// located is a text and where it stands.
type located struct{ loc, text string }

// maxListed is how many ingredients, and how many steps, are read at most. More
// than Pantry keeps are read to say how many were left out.
const maxListed = 2000

// ingredients takes recipeIngredient, or ingredients as it was called before.
// Headings of groups stay as lines of their own. When the one spelling has all in
// one line, the other one that has a list is taken.
func (m *mapper) ingredients() {
	var list []located
	for _, name := range []string{"recipeingredient", "ingredients", "ingredient", "supply", ".ingredient"} {
		var raw []located
		for loc, v := range m.values(name) {
			if raw = m.ingredient(raw, loc, v, 0); len(raw) >= maxListed {
				break
			}
		}
		if lines := m.ingredientLines(raw); len(lines) > len(list) {
			list = lines
		}
		if len(list) > 1 {
			break
		}
	}
	list = withoutRepeat(list)
	if p := m.byName["ingredients"]; p != nil && !p.used {
		older, _ := m.resolve(p.val).([]any)
		p.used = len(older) == len(list) // it says the same
	}
	if over := len(list) - recipe.MaxIngredients; over > 0 {
		m.drop(list[recipe.MaxIngredients].loc, fmt.Sprintf("Pantry keeps %d ingredients: the last %d were left out", recipe.MaxIngredients, over))
		list = list[:recipe.MaxIngredients]
	}
	for _, in := range list {
		m.r.Ingredients = append(m.r.Ingredients, m.cutText(in.text, in.loc, recipe.MaxIngredient))
	}
}

// ingredient appends the raw texts of one value to list: several for a group.
func (m *mapper) ingredient(list []located, loc string, v any, depth int) []located {
	o, ok := v.(*object)
	if !ok {
		if s := m.text(v); s != "" {
			list = append(list, located{loc, s})
		}
		return list
	}
	if items := o.get("itemlistelement", "ingredients", "recipeingredient", "items"); items != nil && depth < 8 {
		if heading := oneLine(m.text(o.get("name", "title"))); heading != "" && !genericHeading(heading) {
			list = append(list, located{pointer(loc, "name"), heading})
		}
		m.each(pointer(loc, "itemListElement"), items, func(at string, e any) bool {
			list = m.ingredient(list, at, e, depth+1)
			return len(list) < maxListed
		})
		return list
	}
	if item := o.get("item"); item != nil && depth < 8 {
		return m.ingredient(list, loc, m.resolve(item), depth+1)
	}
	name := m.text(o.get("name", "text", "food", "ingredient", "title", "label", "description"))
	if name == "" {
		m.drop(loc, "is not the text of an ingredient")
		return list
	}
	var parts []string
	for _, v := range []any{o.get("amount", "quantity", "value", "requiredquantity"), o.get("unittext", "unit", "unitcode"), name} {
		if s := strings.TrimSpace(m.quantity(v)); s != "" && (len(parts) == 0 || parts[len(parts)-1] != s) {
			parts = append(parts, s)
		}
	}
	return append(list, located{loc, strings.Join(parts, " ")})
}

// ingredientLines cleans the texts. Line ends inside one of many texts are how
// the page was typed; in a single text they part the ingredients.
func (m *mapper) ingredientLines(raw []located) []located {
	var list []located
	for _, in := range raw {
		if len(raw) > 1 && (len(raw) > 3 || strings.Count(in.text, string(groupBreak)) <= 3) {
			// Blocks for the amount and the name, not for one ingredient each.
			in.text = strings.ReplaceAll(in.text, string(groupBreak), " ")
		}
		text := plain(in.text)
		parts := []string{fold(text)}
		if len(raw) == 1 || strings.ContainsRune(text, lineBreak) {
			parts = lines(text)
		}
		if len(raw) == 1 && len(parts) == 1 {
			parts = splitList(parts[0])
		}
		for _, line := range parts {
			if head, _, ok := strings.Cut(line, ":"); ok && len(raw) > 1 && genericHeading(head) {
				continue // "Ingredients: onion, salt": the list again, in one line
			}
			switch line = singleParens(leadingMarks(line)); strings.ToLower(clip(line, 20)) {
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

// singleParens writes ((optional)) as (optional): plugins put notes in
// parentheses that have some already. "(1 (8 oz))" stays as it is.
func singleParens(s string) string {
	if !strings.Contains(s, "((") {
		return s
	}
	closing, open := map[int]int{}, []int{} // places of parentheses
	for i := range len(s) {
		switch n := len(open); {
		case s[i] == '(':
			open = append(open, i)
		case s[i] == ')' && n > 0:
			closing[open[n-1]] = i
			open = open[:n-1]
		}
	}
	doubled := map[int]bool{}
	for i, end := range closing {
		if inner, ok := closing[i+1]; ok && inner == end-1 {
			doubled[i], doubled[end] = true, true
		}
	}
	var b strings.Builder
	for i := range len(s) {
		if !doubled[i] {
			b.WriteByte(s[i])
		}
	}
	return b.String()
}

// splitList parts a list that was written in one line: by bullets or semicolons,
// or by commas when there are at least three outside of parentheses and numbers.
func splitList(line string) []string {
	for _, sep := range []string{"•", "·", ";", "▢", " | ", "、"} {
		if strings.Contains(line, sep) {
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

// withoutRepeat cuts the second half of a list that says the same twice, as pages
// do that have one list for phones and one for wide screens. A few lines may well
// be meant twice.
func withoutRepeat(list []located) []located {
	half := len(list) / 2
	if half < 3 || len(list)%2 == 1 {
		return list
	}
	for i := range half {
		if list[i].text != list[half+i].text {
			return list
		}
	}
	return list[:half]
}
