package jsonld

import (
	"cmp"
	"math"
	"strings"

	"pantry.example/shared/recipe"
)

// servings sets the servings and the yield, from recipeYield. Sites often have several values,
// such as "4" and "4 bowls". The first one with a word for servings, or with only a number,
// is the servings. With "2" and "2 dozen", the servings are 24. The first text that is more
// than a number of servings is the yield.
func (m *mapper) servings() {
	best, bestRank, bestLoc, first := count{}, noServings, "", ""
	for loc, v := range m.values("recipeyield", "yield", "servings", ".yield") {
		s := oneLine(clip(m.quantity(v), 2000))
		if s == "" {
			continue
		}
		first = cmp.Or(first, loc)
		c, rank := servingsOf(s)
		if m.r.Yield == "" && !saysOnlyServings(s) {
			m.r.Yield = m.cutText(s, loc, recipe.MaxYield)
		}
		if rank == plainNumber && !c.ranged {
			rank = servings
		}
		if rank > bestRank || c.dozens && best.n*12 == c.n {
			best, bestRank, bestLoc = c, rank, loc
		}
	}
	switch n := math.Floor(best.n + 1e-9); {
	case first == "", bestRank == noServings && m.r.Yield != "":
	case bestRank == noServings:
		m.drop(first, "says no number of servings")
	case n < 1 || n > float64(recipe.MaxServings):
		m.drop(bestLoc, "servings must be from 1 to "+thousands(recipe.MaxServings))
	default:
		m.r.Servings = int(n)
	}
}

// saysOnlyServings reports whether s has nothing but a number and words for servings.
func saysOnlyServings(s string) bool {
	for _, t := range tokens(s) {
		if t.word != "" && !t.isNum && !isServingWord(t.word) && !servingLead[t.word] || t.isRange() || t.sym == '(' {
			return false
		}
	}
	return strings.ContainsAny(s, "0123456789")
}
