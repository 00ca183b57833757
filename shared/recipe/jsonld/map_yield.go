package jsonld

import (
	"math"

	"pantry.example/shared/recipe"
)

// servings takes recipeYield. Of several values, the first one that speaks of
// servings or is a plain number counts; sites often give "4" and "4 bowls". A
// plain number whose other value is in dozens counts dozens.
func (m *mapper) servings() {
	best, bestRank, bestLoc := count{}, 0, ""
	text, first := "", ""
	for loc, v := range m.values("recipeyield", "yield", "servings", ".yield") {
		s := m.quantity(v)
		if s == "" {
			continue
		}
		fill(&first, loc)
		c, rank := servingsOf(s)
		if rank == plainNumber && !c.ranged {
			rank = servings
		}
		if rank > bestRank || c.dozens && best.n*12 == c.n {
			best, bestRank, bestLoc, text = c, rank, loc, s
		}
	}
	switch n := math.Floor(best.n + 1e-9); {
	case first == "":
	case bestRank == 0:
		m.drop(first, "says no number of servings")
	case n < 1 || n > float64(recipe.MaxServings):
		m.drop(bestLoc, "servings must be from 1 to "+thousands(recipe.MaxServings))
	default:
		m.r.Servings = int(n)
		switch {
		case best.ranged:
			m.drop(bestLoc, "the lower number of the range was taken")
		case n != best.n:
			m.drop(bestLoc, "rounded down to whole servings")
		case best.unit != "":
			m.drop(bestLoc, "Pantry keeps the number of servings, not the words beside it: "+clip(oneLine(text), 80))
		}
	}
}
