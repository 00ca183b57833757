package jsonld

import "strings"

// count is a number of servings or pieces.
type count struct {
	n      float64
	ranged bool
	unit   string // the word behind it, unless that means servings
}

// servingsOf finds the number of servings in a text, and how sure that is: 3 the
// text says servings, 2 it says pieces of something, 1 it is a number, 0 there is
// none, or only an amount such as 500 g.
func servingsOf(s string) (count, int) {
	list := tokens(oneLine(clip(s, 2000)))
	best, bestRank := count{}, 0
	for i := 0; i < len(list); i++ {
		if !list[i].isNum {
			continue
		}
		c := count{n: list[i].num}
		end := i + 1
		if end+1 < len(list) && list[end].isRange() && list[end+1].isNum {
			c.ranged = list[end+1].num != c.n
			c.n = min(c.n, list[end+1].num)
			end += 2
		}
		c.n, end = dozens(list, c.n, end)
		rank := rankOf(list, i, end, &c)
		if rank > bestRank {
			best, bestRank = c, rank
		}
		i = end - 1
	}
	if bestRank == 0 {
		for i, t := range list { // "a dozen"
			if isDozen(t.word) {
				c := count{n: 12}
				rank := rankOf(list, i, i+1, &c)
				return c, rank
			}
		}
	}
	return best, bestRank
}

// dozens multiplies by the dozens behind a number.
func dozens(list []token, n float64, end int) (float64, int) {
	at := end
	if at < len(list) && (list[at].word == "a" || list[at].word == "an") {
		at++ // half a dozen
	}
	if at < len(list) && isDozen(list[at].word) {
		return n * 12, at + 1
	}
	return n, end
}

func isDozen(word string) bool {
	return word == "dozen" || word == "dozens" || word == "dutzend" || word == "douzaine" || word == "docena" || word == "dozzina" || word == "dúzia"
}

// rankOf judges the number in list[start:end] by the words around it.
func rankOf(list []token, start, end int, c *count) int {
	unit := ""
	for j := end; j < len(list) && j < end+3; j++ { // "4 (large) portions", "4 hungry people"
		if list[j].isNum || list[j].sym == ',' || list[j].sym == ';' || servingLead[list[j].word] {
			break
		}
		if isServingWord(list[j].word) {
			return 3
		}
		if unit == "" {
			unit = list[j].word
			if list[j].sym == '"' || list[j].sym == '″' || list[j].sym == '”' || list[j].sym == '%' || list[j].sym == '×' {
				unit = "inch"
			}
		}
	}
	for j := max(0, start-3); j < start; j++ { // "Serves: about 4", "Pour 4"
		if isServingWord(list[j].word) || servingLead[list[j].word] {
			return 3
		}
	}
	at := end
	for at < len(list) && (list[at].sym == '-' || list[at].sym == '‑') {
		at++
	}
	if at < len(list) && unit == "" {
		unit = list[at].word
	}
	switch {
	case measures[unit] || unit == "x" && end+1 < len(list) && end+2 < len(list) && lengths[list[end+2].word]:
		return 0
	case unit == "":
		return 1
	}
	c.unit = unit
	return 2
}

var servingLead = set("serves feeds pour para für per voor dla för til للعدد rende sirve")

// measures make a number an amount, which says nothing of servings.
var (
	lengths  = set("in inch inches cm mm zoll")
	measures = set(`in inch inches cm mm zoll g gr gram grams gramm grammes gramos grammi kg kilo kilos kilogram kilograms mg
		ml cl dl l liter liters litre litres litri litros oz ounce ounces lb lbs pound pounds cup cups quart quarts qt pint pints
		gallon gallons tbsp tsp tablespoon tablespoons teaspoon teaspoons tasse tassen min minute minutes minuten hour hours
		calories kcal percent fl`)
)

func isServingWord(word string) bool {
	if word == "" {
		return false
	}
	for _, p := range servingWords {
		if strings.HasPrefix(word, p) {
			return true
		}
	}
	return false
}

var servingWords = []string{
	"serving", "serves", "portion", "person", "people", "porzion", "porcion", "porció", "porç", "porcj", "porce", "porci", "porție", "porții",
	"порц", "персон", "порция", "pers", "convive", "couvert", "ración", "racion", "comensal", "guest", "adult", "pax", "osób", "osoby", "osob", "annos", "adag",
	"kişi", "kisi", "hlöðu", "skammt", "gäste", "pessoa", "μερίδ", "άτομα", "شخص", "أشخاص", "اشخاص", "حصة", "حصص", "أفراد", "מנות", "نفر", "porsi", "khẩu", "người", "ที่", "人", "名", "份", "客", "명", "인분",
}
