package jsonld

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"pantry.example/shared/recipe"
)

// fitSteps parts steps that are too long at their sentences and joins steps when
// there are too many, so that no text is lost.
func (m *mapper) fitSteps(list []located) []located {
	var fit []located
	for _, s := range list {
		parts := splitLong(s.text, recipe.MaxStep)
		if len(parts) > 1 {
			m.drop(s.loc, fmt.Sprintf("the step was parted: a step has at most %s characters", thousands(recipe.MaxStep)))
		}
		for _, p := range parts {
			fit = append(fit, located{s.loc, p})
		}
	}
	if len(fit) <= recipe.MaxSteps {
		return fit
	}
	joined := joinSteps(fit)
	over := max(0, len(joined)-recipe.MaxSteps)
	joined = joined[:len(joined)-over]
	m.drop("/recipeInstructions", fmt.Sprintf("%d steps were joined into %d: Pantry keeps at most %d", len(fit), len(joined), recipe.MaxSteps))
	if over > 0 {
		m.drop("/recipeInstructions", fmt.Sprintf("the last %d steps were left out", over))
	}
	return joined
}

// joinSteps joins neighbours, each within MaxStep, until at most MaxSteps are
// left or nothing more can be joined.
func joinSteps(list []located) []located {
	for per := (len(list) + recipe.MaxSteps - 1) / recipe.MaxSteps; ; per *= 2 {
		var out []located
		n, size := 0, 0
		for _, s := range list {
			length := utf8.RuneCountInString(s.text)
			if k := len(out); k > 0 && n < per && size+1+length <= recipe.MaxStep {
				out[k-1].text += "\n" + s.text
				n, size = n+1, size+1+length
				continue
			}
			out = append(out, s)
			n, size = 1, length
		}
		if len(out) <= recipe.MaxSteps || per >= len(list) {
			return out
		}
	}
}

// splitLong parts s into pieces of at most limit characters, at a line end, a
// sentence, a space, or wherever it must be.
func splitLong(s string, limit int) []string {
	var parts []string
	for len(s) > limit {
		head := clip(s, limit)
		if len(head) >= len(strings.TrimSpace(s)) {
			break
		}
		cut := len(head)
		for _, sep := range []string{"\n", ". ", "。", "! ", "? ", " "} {
			if i := strings.LastIndex(head, sep); i > len(head)/2 {
				cut = i + len(sep)
				break
			}
		}
		parts = append(parts, strings.TrimSpace(s[:cut]))
		s = strings.TrimSpace(s[cut:])
	}
	if s != "" {
		parts = append(parts, s)
	}
	return parts
}
