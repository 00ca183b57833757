package jsonld

import (
	"cmp"
	"math"
	"strings"

	"pantry.example/shared/recipe"
)

// servings takes recipeYield. Of several values, the first one that speaks of
// servings or is a plain number counts; sites often give "4" and "4 bowls". A
// plain number whose other value is in dozens counts dozens. The first text that
// says more than a number of servings is the yield.
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

// saysOnlyServings reports whether s is a number with at most words for servings.
func saysOnlyServings(s string) bool {
	for _, t := range tokens(s) {
		if t.word != "" && !t.isNum && !isServingWord(t.word) && !servingLead[t.word] || t.isRange() || t.sym == '(' {
			return false
		}
	}
	return strings.ContainsAny(s, "0123456789")
}
