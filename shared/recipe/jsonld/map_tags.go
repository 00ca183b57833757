package jsonld

import (
	"strings"
	"unicode"

	"pantry.example/shared/recipe"
)

// tags sets the tags, from categories, cuisines, diets, methods and keywords.
func (m *mapper) tags() {
	seen := map[string]bool{}
	left, at := 0, ""
	for _, name := range []string{"recipecategory", "recipetype", "recipecuisine", "suitablefordiet", "cookingmethod", "keywords"} {
		for loc, v := range m.values(name) {
			for _, tag := range m.splitTags(name, v) {
				if isLink(tag) {
					m.drop(loc, "is only a link")
					continue
				}
				tag = m.cutText(tag, loc, recipe.MaxTag)
				key := strings.ToLower(tag)
				if tag == "" || seen[key] {
					continue
				}
				seen[key] = true
				if len(m.r.Tags) == recipe.MaxTags {
					left, at = left+1, loc
					continue
				}
				m.r.Tags = append(m.r.Tags, tag)
			}
		}
	}
	if left > 0 {
		m.drop(at, "more than "+thousands(recipe.MaxTags)+" tags: "+thousands(left)+" were left out")
	}
}

// splitTags returns the tags in a value. A text may be a list in one line. The name of a
// DefinedTerm is always one tag.
func (m *mapper) splitTags(name string, v any) []string {
	isTerm := false
	if o, ok := v.(*object); ok {
		isTerm = o.isType("definedterm")
		v = o.get("name", "text", "termcode", "@id", "url")
	}
	s := clip(m.text(v), 20_000)
	if isTerm {
		return []string{diet(oneLine(s))}
	}
	separators := ",;|\n，、；•" + string(lineBreak)
	if name == "suitablefordiet" {
		separators += " "
	}
	var list []string
	for part := range strings.FieldsFuncSeq(plain(s), func(c rune) bool { return strings.ContainsRune(separators, c) }) {
		list = append(list, diet(strings.TrimSpace(strings.TrimLeft(oneLine(part), "#"))))
	}
	return list
}

// diet turns https://schema.org/GlutenFreeDiet into Gluten Free.
func diet(s string) string {
	t := s
	if i := strings.LastIndexAny(t, "/:"); i >= 0 && strings.Contains(strings.ToLower(t), "schema") {
		t = t[i+1:]
	}
	name, ok := strings.CutSuffix(t, "Diet")
	if !ok || name == "" || strings.ContainsAny(name, " -") {
		return s
	}
	var b strings.Builder
	for i, c := range name {
		if i > 0 && unicode.IsUpper(c) {
			b.WriteByte(' ')
		}
		b.WriteRune(c)
	}
	return b.String()
}
