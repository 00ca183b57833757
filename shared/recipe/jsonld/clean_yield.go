package jsonld

import (
	"slices"
	"strings"
)

// count is a number of servings or pieces.
type count struct {
	n      float64
	ranged bool
	dozens bool
}

// The ranks of a number in a yield say how likely it counts servings.
const (
	noServings  = iota // a measure, such as 500 g or 9 inches
	pieces             // "24 cookies"
	plainNumber        // "4"
	servings           // "serves 4"
)

// servingsOf returns the number of servings in a text, and its rank. It reads the text in
// parentheses only when the rest has neither servings nor a plain number. So both
// "8 (2 tbsp servings)" and "1 loaf (8 servings)" are 8.
func servingsOf(s string) (count, int) {
	s = oneLine(clip(s, 2000))
	outside := parenthesis().ReplaceAllString(s, " ")
	if c, rank := bestCount(tokens(outside)); rank >= plainNumber && outside != s {
		return c, rank
	}
	return bestCount(tokens(s))
}

var parenthesis = pattern(`\([^()]*\)?`)

func bestCount(list []token) (best count, bestRank int) {
	for i := 0; i < len(list); i++ {
		c := count{n: list[i].num}
		end := i + 1
		switch {
		case isDozen(list[i].word):
			c.n = 12 // "a dozen"
		case !list[i].isNum:
			continue
		case end+1 < len(list) && isTimes(list[end]) && list[end+1].isNum:
			i += 2 // 9x13
			continue
		case end+1 < len(list) && list[end].isRange() && list[end+1].isNum:
			c.ranged = list[end+1].num != c.n
			c.n = min(c.n, list[end+1].num)
			end += 2
		}
		at := end
		if at < len(list) && (list[at].word == "a" || list[at].word == "an") {
			at++ // half a dozen
		}
		if at < len(list) && isDozen(list[at].word) {
			c.n, c.dozens, end = c.n*12, true, at+1
		}
		if rank := rankOf(list, i, end, &c); rank > bestRank {
			best, bestRank = c, rank
		}
		i = end - 1
	}
	return best, bestRank
}

func isTimes(t token) bool { return t.word == "x" || t.sym == '×' }

var dozenWords = set("dozen dozens dutzend douzaine docena dozzina dúzia")

func isDozen(word string) bool { return dozenWords[word] }

// rankOf returns the rank of the number in list[start:end], from the words around it.
func rankOf(list []token, start, end int, c *count) int {
	unit := ""
	for j := end; j < len(list) && j < end+5; j++ { // "4 (large) portions", "4 hungry people"
		t := list[j]
		if t.isNum || t.sym == ',' || t.sym == ';' || servingLead[t.word] {
			break
		}
		if isServingWord(t.word) {
			return servings
		}
		if unit == "" {
			unit = t.word
			if strings.ContainsRune("\"″”%×", t.sym) {
				unit = "inch"
			}
		}
	}
	for j := max(0, start-3); j < start; j++ { // "Serves: about 4", "Pour 4"
		if isServingWord(list[j].word) || servingLead[list[j].word] {
			return servings
		}
	}
	hyphen := end < len(list) && (list[end].sym == '-' || list[end].sym == '‑')
	switch {
	case measures[unit], hyphen && unit != "": // "2-layer cake"
		return noServings
	case unit == "" && !c.dozens:
		return plainNumber
	}
	return pieces
}

var servingLead = set("serves feeds pour para für per voor dla för til للعدد rende sirve")

// measures are units. A number with a unit is an amount, not a number of servings.
var measures = set(`in inch inches cm mm zoll g gr gram grams gramm grammes gramos grammi kg kilo kilos kilogram kilograms mg
		ml cl dl l liter liters litre litres litri litros oz ounce ounces lb lbs pound pounds cup cups quart quarts qt pint pints
		gallon gallons tbsp tsp tablespoon tablespoons teaspoon teaspoons tasse tassen min minute minutes minuten hour hours
		calories kcal percent fl`)

func isServingWord(word string) bool {
	return slices.ContainsFunc(servingWords, func(begin string) bool { return strings.HasPrefix(word, begin) })
}

var servingWords = []string{
	"serving", "serves", "portion", "portie", "porsjon", "person", "people", "porzion", "porcion", "porció", "porç", "porcj", "porce", "porci", "porcí", "porție", "porții",
	"порц", "персон", "порция", "pers", "convive", "couvert", "ración", "racion", "comensal", "guest", "adult", "pax", "osób", "osoby", "osob", "annos", "adag",
	"kişi", "kisi", "hlöðu", "skammt", "gäste", "pessoa", "μερίδ", "άτομα", "شخص", "أشخاص", "اشخاص", "حصة", "حصص", "أفراد", "מנות", "نفر", "porsi", "khẩu", "người", "ที่", "人", "名", "份", "客", "명", "인분",
}
