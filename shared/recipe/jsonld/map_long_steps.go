package jsonld

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"pantry.example/shared/recipe"
)

// fitSteps makes a list of at most MaxSteps steps, and loses as little text as it can. It
// splits a step that is too long at its sentences. When there are too many steps, it joins
// neighbours: first only as many as necessary, then as many as fit into one step.
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
	joined := groupSteps(fit, (len(fit)+recipe.MaxSteps-1)/recipe.MaxSteps)
	if len(joined) > recipe.MaxSteps {
		joined = groupSteps(fit, len(fit))
	}
	over := max(0, len(joined)-recipe.MaxSteps)
	joined = joined[:len(joined)-over]
	m.drop("/recipeInstructions", fmt.Sprintf("%d steps were joined into %d: Pantry keeps at most %d", len(fit), len(joined), recipe.MaxSteps))
	if over > 0 {
		m.drop("/recipeInstructions", fmt.Sprintf("the last %d steps were left out", over))
	}
	return joined
}

// groupSteps joins at most per neighbours into one step of at most MaxStep characters.
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

// splitLong splits s into pieces of at most limit characters: at a line end, else after a
// sentence, else at a space, else anywhere.
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
