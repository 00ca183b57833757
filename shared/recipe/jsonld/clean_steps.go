package jsonld

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"pantry.example/shared/recipe"
)

// splitSteps splits the lines of one text into steps: a single line at its numbers, else each
// line between sentences that have no space between them.
func splitSteps(lines []string) []string {
	if len(lines) == 1 {
		if parts := splitNumbered(lines[0]); len(parts) > 1 {
			return unnumbered(parts)
		}
	}
	var steps []string
	for _, line := range joinWrapped(lines) {
		steps = append(steps, splitGlued(line)...)
	}
	return unnumbered(steps)
}

// splitGlued splits sentences without a space between them, as in "the paper.Snap it off". The
// first sentence must end with three small letters. A regular expression would take ten
// times as long.
func splitGlued(s string) []string {
	var parts []string
	start := 0
	for i := 0; i < len(s) && len(parts) < 2*recipe.MaxSteps; i++ { // more would be dropped
		if strings.IndexByte(".!?", s[i]) >= 0 && endsSentence(s[start:i]) && beginsSentence(s[i+1:]) {
			parts = append(parts, s[start:i+1])
			start = i + 1
		}
	}
	return append(parts, s[start:])
}

func endsSentence(s string) bool {
	if strings.HasSuffix(s, "www") {
		return false
	}
	s = strings.TrimSuffix(s, ")")
	for range 3 {
		c, n := utf8.DecodeLastRuneInString(s)
		if !unicode.IsLower(c) {
			return false
		}
		s = s[:len(s)-n]
	}
	return true
}

func beginsSentence(s string) bool {
	first, n := utf8.DecodeRuneInString(s)
	next, _ := utf8.DecodeRuneInString(s[n:])
	return unicode.IsUpper(first) && (unicode.IsLower(next) || next == ' ' || next == ',')
}

func lastRune(s string) rune {
	r, _ := utf8.DecodeLastRuneInString(s)
	return r
}

// joinWrapped joins lines that were broken to fit a width: one line ends within a sentence,
// and the next begins with a small letter. It does not change a text that begins with a small
// letter, because then all its lines may do so.
func joinWrapped(lines []string) []string {
	if len(lines) == 0 || isLower(lines[0]) {
		return lines
	}
	var out []string
	for start := 0; start < len(lines); {
		end := start + 1
		for end < len(lines) && goesOn(lines[end-1], lines[end]) {
			end++
		}
		out = append(out, strings.Join(lines[start:end], " "))
		start = end
	}
	return out
}

func isLower(s string) bool {
	first, _ := utf8.DecodeRuneInString(s)
	return unicode.IsLower(first)
}

func goesOn(line, next string) bool {
	return isLower(next) && !strings.ContainsRune(".:!?)…。！？;", lastRune(line))
}

// splitNumbered splits "1. Mix. 2. Bake." or "Step 1 Mix. Step 2 Bake." at the numbers, which
// must count up from 1. There may be no space before a number, as in "the butter.2. Bake".
func splitNumbered(s string) []string {
	label := stepNumber().FindString(s[:min(len(s), 24)])
	label = label[:max(0, strings.IndexFunc(label, func(c rune) bool { return !unicode.IsLetter(c) }))]
	var parts []string
	start, want := 0, 1
	for i := 0; i < len(s); i++ {
		n := numberAt(s, i, want, label)
		if n == 0 {
			continue
		}
		if want > 1 {
			parts = append(parts, strings.TrimSpace(s[start:i]))
		} else if strings.TrimSpace(s[:i]) != "" {
			return nil // the count must begin the text
		}
		start = i
		want++
		i += n - 1
	}
	return append(parts, strings.TrimSpace(s[start:]))
}

// numberAt returns the length of the step number want at i, or 0 when it is not there. A
// number looks like "2." or "(2)", and with the label "Step" like "Step 2".
func numberAt(s string, i, want int, label string) int {
	const begin, end = " \t.!?)", ".):"
	if i > 0 && strings.IndexByte(begin, s[i-1]) < 0 {
		return 0
	}
	head := s[i:min(len(s), i+len(label)+8)]
	rest := strings.TrimPrefix(head, "(")
	if label != "" {
		if len(head) < len(label) || !strings.EqualFold(head[:len(label)], label) {
			return 0
		}
		rest = strings.TrimLeft(head[len(label):], " ")
	}
	rest, ok := strings.CutPrefix(rest, strconv.Itoa(want))
	if !ok || rest == "" || label == "" && strings.IndexByte(end, rest[0]) < 0 {
		return 0
	}
	if label == "" {
		rest = rest[1:]
	}
	if rest != "" && isDigit(rune(rest[0])) {
		return 0 // 1.5, or Step 12 for Step 1
	}
	return len(head) - len(rest)
}

var (
	stepNumber = pattern(`^(?i:[\(（]?[\d０-９]{1,3}(?:[.):．）：、]\s*|\s*[-–—]\s+)|[①-⑳]\s*|(?:step|schritt|instruction|étape|etape|paso|passo|stap|steg|trin|krok|шаг|vaihe|adım|步骤|步驟|ステップ|手順)\s*\d{1,3}\s*[.:)–—-]?\s+|第\s*\d{1,3}\s*步[:：]?\s*)`)
	onlyNumber = pattern(`^(?i:(?:step|schritt|instruction|étape|etape|paso|passo|stap|steg|trin|krok|шаг|vaihe|adım|step no|步骤|步驟|ステップ|手順)?[\s#№.°]*\d{0,3}\s*[.:)–—-]*)$`)
)

// unnumbered removes numbers and bullets at the beginning of lines, and lines that have
// nothing else.
func unnumbered(lines []string) []string {
	out := make([]string, 0, len(lines))
	for _, line := range lines {
		if stepLabel(line) == "" {
			continue
		}
		line = leadingMarks(line)
		number := stepNumber().FindString(line)
		// "1.5" and "2 - 3" begin with no step number, but "1. 2 eggs" does.
		if rest := line[len(number):]; rest != "" && (!isDigit(rune(rest[0])) || strings.HasSuffix(number, " ") && !strings.ContainsAny(number, "-–—")) {
			line = rest
		}
		if line != "" {
			out = append(out, line)
		}
	}
	return out
}

// stepLabel returns name, or "" when it is only a step number, such as "Step 3".
func stepLabel(name string) string {
	if len(name) < 40 && onlyNumber().MatchString(name) {
		return ""
	}
	return name
}

// genericHeading reports whether a heading is only a word for instructions or ingredients.
func genericHeading(s string) bool {
	return generic[strings.Trim(strings.ToLower(s), " .:")]
}

var generic = func() map[string]bool {
	m := map[string]bool{}
	for heading := range strings.SplitSeq(`instructions,instruction,directions,direction,method,preparation,steps,procedure,how to make it,zubereitung,anleitung,préparation,instructions de préparation,étapes,
preparación,elaboración,instrucciones,pasos,preparazione,procedimento,istruzioni,modo de preparo,preparação,bereiding,bereidingswijze,gör så här,fremgangsmåde,fremgangsmåte,valmistus,przygotowanie,
sposób przygotowania,postup,elkészítés,приготовление,hazırlanışı,作り方,做法,步骤,만드는 법,recipeinstructions,ingredients,ingredient,zutaten,ingrédients,ingredienti,ingrediënten,ingredientes,材料`, ",") { //nolint:misspell // other languages
		m[strings.TrimSpace(heading)] = true
	}
	return m
}()
