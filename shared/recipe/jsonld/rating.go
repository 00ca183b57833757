package jsonld

import (
	"math"
	"strconv"
	"strings"

	"pantry.example/shared/recipe"
)

// rating takes the user's own rating from a recipe that Pantry wrote, and
// everywhere else what the site's users gave, on a scale of 5 with one decimal.
func (m *mapper) rating() {
	if m.literal {
		if review, ok := m.first("review").(*object); ok {
			if o, ok := review.get("reviewrating").(*object); ok {
				m.r.Rating, _ = strconv.ParseFloat(m.text(o.get("ratingvalue")), 64)
			}
		}
		return
	}
	for loc, v := range m.values("aggregaterating") {
		value, why := m.rated(v)
		if why != "" {
			m.drop(loc, why)
		}
		if value > 0 {
			m.r.Rating = value
			m.dropCounts(loc, v)
			return
		}
	}
	sum, n := 0.0, 0.0
	at := ""
	for loc, v := range m.values("review", "reviews") {
		if o, ok := v.(*object); ok {
			if value, _ := m.rated(m.doc.resolve(o.get("reviewrating", "rating"))); value > 0 {
				sum, n, at = sum+value, n+1, loc
			}
		}
	}
	if n > 0 {
		m.r.Rating = math.Round(sum/n*10) / 10
		m.drop(strings.TrimRight(at, "/0123456789"), "only the rating was taken: Pantry keeps no reviews")
	}
}

// rated returns a Rating on a scale of 5, 0 when there is none, and what is to be
// said about it.
func (m *mapper) rated(v any) (float64, string) {
	best, s := 0.0, m.text(v)
	if o, ok := v.(*object); ok {
		if c := o.get("ratingcount", "reviewcount"); c != nil && o.get("ratingvalue") != nil {
			if list := tokens(m.text(c)); len(list) > 0 && list[0].isNum && list[0].num == 0 {
				return 0, "nobody has rated it"
			}
		}
		s = m.text(o.get("ratingvalue"))
		if list := tokens(m.text(o.get("bestrating"))); len(list) > 0 {
			best = list[0].num
		}
	}
	list := tokens(oneLine(strings.ReplaceAll(s, "/", " of ")))
	if len(list) == 0 || !list[0].isNum {
		if s == "" {
			return 0, ""
		}
		return 0, "is not a number"
	}
	value := list[0].num
	if last := list[len(list)-1]; len(list) > 1 && last.isNum && best == 0 {
		best = last.num // 4.5/5, 9 out of 10
	} else if last.sym == '%' {
		best = 100
	}
	if best <= 0 {
		switch best = 5; {
		case value > 10:
			best = 100
		case value > 5:
			best = 10
		}
	}
	why := ""
	if value > best {
		value, why = best, "is more than the best rating: taken as the best"
	}
	return math.Round(value/best*recipe.MaxRating*10) / 10, why
}

// dropCounts says of a rating that was taken what else it held.
func (m *mapper) dropCounts(loc string, v any) {
	o, ok := v.(*object)
	if !ok {
		return
	}
	for _, mem := range o.members {
		switch term(mem.key) {
		case "ratingcount", "reviewcount":
			if !isEmpty(mem.val) {
				m.drop(pointer(loc, mem.key), "Pantry keeps the rating, not how many people gave it")
			}
		}
	}
}
