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

// joinSteps joins as many neighbours as it must to have at most MaxSteps, or as
// many as fit into MaxStep when that is not enough.
func joinSteps(list []located) []located {
	out := groupSteps(list, (len(list)+recipe.MaxSteps-1)/recipe.MaxSteps)
	if len(out) > recipe.MaxSteps {
		out = groupSteps(list, len(list))
	}
	return out
}

func groupSteps(list []located, per int) []located {
	var out []located
	var texts []string
	size := 0
	for i, s := range list {
		length := utf8.RuneCountInString(s.text)
		texts = append(texts, s.text)
		size += length + 1
		if i+1 == len(list) || len(texts) == per || size+utf8.RuneCountInString(list[i+1].text) > recipe.MaxStep {
			out = append(out, located{list[i+1-len(texts)].loc, strings.Join(texts, "\n")})
			texts, size = texts[:0], 0
		}
	}
	return out
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
