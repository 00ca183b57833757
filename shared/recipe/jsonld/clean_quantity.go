package jsonld

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// token is a part of a text such as "1½ hours" or "Serves 4–6": a number, a word in lower
// case, or one other character.
type token struct {
	num    float64
	word   string
	sym    rune
	isNum  bool
	isFrac bool // written as a fraction: 1/2 or ½
}

const maxTokens = 200

// tokens splits s into at most maxTokens. A mixed number is one token: "1 1/2", "1½",
// "1 and 1/2".
func tokens(s string) []token {
	var list []token
	runes := []rune(spellFractions(clip(s, 600)))
	for i := 0; i < len(runes) && len(list) < maxTokens; {
		c := runes[i]
		start := i
		switch {
		case c >= '0' && c <= '9' || c == '.' && i+1 < len(runes) && isDigit(runes[i+1]):
			for i < len(runes) && (isDigit(runes[i]) || (runes[i] == '.' || runes[i] == ',') && i+1 < len(runes) && isDigit(runes[i+1])) {
				i++
			}
			list = append(list, token{num: decimal(string(runes[start:i])), isNum: true})
		case cjkDigits[c] > 0 && (i+1 == len(runes) || !unicode.IsLetter(runes[i+1]) || strings.ContainsRune("人份個个名", runes[i+1])):
			i++
			list = append(list, token{num: cjkDigits[c], isNum: true})
		case unicode.IsLetter(c) || unicode.Is(unicode.M, c):
			for i < len(runes) && (unicode.IsLetter(runes[i]) || unicode.Is(unicode.M, runes[i])) {
				i++
			}
			word := strings.ToLower(string(runes[start:i]))
			if n, ok := numberWords[word]; ok {
				list = append(list, token{num: n, word: word, isNum: true})
			} else {
				list = append(list, token{word: word})
			}
		default:
			i++
			if !unicode.IsSpace(c) {
				list = append(list, token{sym: c})
			}
		}
	}
	return joinFractions(list)
}

// spellFractions writes ½ as " 1/2" and wide digits as plain ones.
func spellFractions(s string) string {
	if strings.IndexFunc(s, func(c rune) bool { return c >= utf8.RuneSelf }) < 0 {
		return s
	}
	var b strings.Builder
	for _, c := range s {
		if c == 0x2044 || c == 0x2215 {
			b.WriteByte('/')
			continue
		}
		if wide := norm.NFKC.String(string(c)); strings.ContainsRune(wide, '\u2044') {
			b.WriteString(" " + strings.ReplaceAll(wide, "\u2044", "/") + " ")
		} else {
			b.WriteString(wide)
		}
	}
	return b.String()
}

// decimal reads 1.5, 1,5 and 1,000.
func decimal(s string) float64 {
	if i := strings.LastIndexAny(s, ".,"); i >= 0 {
		whole, part := s[:i], s[i+1:]
		if len(part) == 3 && whole != "" && whole != "0" && s[i] == ',' {
			s = whole + part
		} else {
			s = whole + "." + part
		}
		if strings.Count(s, ".") > 1 || strings.ContainsRune(s, ',') {
			s = strings.NewReplacer(".", "", ",", "").Replace(whole) + "." + part
		}
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return 0
	}
	return f
}

// joinFractions makes one number of "1/2", then of "1 1/2" and "1 and 1/2".
func joinFractions(in []token) []token {
	var out []token
	for i := 0; i < len(in); i++ {
		if i+2 < len(in) && in[i].isNum && in[i+1].sym == '/' && in[i+2].isNum && in[i+2].num >= 2 && in[i].num < in[i+2].num {
			out = append(out, token{num: in[i].num / in[i+2].num, isNum: true, isFrac: true})
			i += 2
			continue
		}
		out = append(out, in[i])
	}
	in, out = out, nil
	for i := 0; i < len(in); i++ {
		t := in[i]
		if n := len(out); t.isFrac && n > 0 {
			whole := n - 1
			if w := out[whole].word; n > 1 && (w == "and" || w == "und" || w == "et" || w == "y" || w == "e") {
				whole--
			}
			if w := out[whole]; w.isNum && !w.isFrac && w.num == float64(int(w.num)) && w.num < 1000 {
				out = append(out[:whole], token{num: w.num + t.num, isNum: true, isFrac: true})
				continue
			}
		}
		out = append(out, t)
	}
	return out
}

var numberWords = wordTable(map[float64]string{
	0.5: "half", 1: "one ein eine un une una uno", 2: "two zwei deux dos due", 3: "three drei trois tres tre", 4: "four vier quatre cuatro quattro",
	5: "five fünf cinq cinco cinque", 6: "six sechs seis sei", 7: "seven", 8: "eight acht huit ocho otto", 9: "nine", 10: "ten zehn dix diez dieci", 11: "eleven", 12: "twelve zwölf",
})

var cjkDigits = map[rune]float64{'一': 1, '二': 2, '两': 2, '兩': 2, '三': 3, '四': 4, '五': 5, '六': 6, '七': 7, '八': 8, '九': 9, '十': 10}

// isRange reports whether t stands between the ends of a range.
func (t token) isRange() bool {
	return strings.ContainsRune("-–—‒−‐‑~〜～∼", t.sym) || rangeWords[t.word]
}

var rangeWords = set("to or bis oder à a ou o al tot till til do до から 至 到 或")
