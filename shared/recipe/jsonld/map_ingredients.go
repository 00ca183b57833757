package jsonld

import (
	"fmt"
	"strings"
	"unicode"

	"pantry.example/shared/recipe"
)

// located is a text with the JSON pointer to it.
type located struct{ loc, text string }

// maxListed bounds the ingredients, and the steps, that are read. It is more than Pantry
// keeps, so that the answer can say how many were left out.
const maxListed = 2000

// ingredients sets the ingredients, from recipeIngredient or an older name of it. The heading
// of a group becomes a line. When one property has all ingredients in one line, ingredients
// takes another property that has a list.
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
		p.used = len(older) == len(list) // it is the same list
	}
	if over := len(list) - recipe.MaxIngredients; over > 0 {
		m.drop(list[recipe.MaxIngredients].loc, fmt.Sprintf("Pantry keeps %d ingredients: the last %d were left out", recipe.MaxIngredients, over))
		list = list[:recipe.MaxIngredients]
	}
	for _, in := range list {
		m.r.Ingredients = append(m.r.Ingredients, m.cutText(in.text, in.loc, recipe.MaxIngredient))
	}
}

// ingredient appends the raw text of a value to list, or the texts of a group.
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

// ingredientLines cleans the texts. In a single text, line ends separate ingredients. In one
// of many texts, they mean nothing.
func (m *mapper) ingredientLines(raw []located) []located {
	var list []located
	for _, in := range raw {
		if len(raw) > 1 && (len(raw) > 3 || strings.Count(in.text, string(groupBreak)) <= 3) {
			// The blocks are the parts of one ingredient, such as its amount and its name.
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

// singleParens returns ((optional)) as (optional). Some plugins add parentheses to notes that
// have them already. "(1 (8 oz))" stays unchanged.
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

// splitList splits a list in one line at its bullets or semicolons. A line without them is
// split where two ingredients have no space between them, if there are two such places or
// more. Any other line is split at its commas, if there are three or more. Commas inside
// parentheses and numbers do not count.
func splitList(line string) []string {
	for _, sep := range []string{"•", "·", ";", "▢", " | ", "、"} {
		if strings.Contains(line, sep) {
			return strings.Split(line, sep)
		}
	}
	if parts := splitJoined(line); len(parts) > 2 {
		return parts
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

// splitJoined splits "2 l milk1 onion, dicedSalt" before each number and each capital letter
// that follows a word without a space. "2x400g" stays whole.
func splitJoined(line string) []string {
	var parts []string
	start, before, last := 0, ' ', ' '
	for i, c := range line {
		ends := unicode.IsLower(last) && last != 'x' || last == ')' || last == '.' && unicode.IsLetter(before)
		if ends && (unicode.IsNumber(c) || unicode.IsUpper(c)) {
			parts = append(parts, line[start:i])
			start = i
		}
		before, last = last, c
	}
	return append(parts, line[start:])
}

// withoutRepeat removes the second half of a list when it equals the first half. Pages with
// one list for phones and one for wide screens have such lists. A list of fewer than six
// lines stays, because its lines may be meant twice.
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
