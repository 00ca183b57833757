package jsonld

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"pantry.example/shared/recipe"
)

// splitSteps parts the lines of one text into steps.
func splitSteps(lines []string) []string {
	if len(lines) == 1 {
		if parts := splitNumbered(lines[0]); len(parts) > 1 {
			return unnumbered(parts)
		}
	}
	return unnumbered(joinWrapped(lines))
}

// joinWrapped joins lines that were broken to fit a width: the first ends within
// a sentence and the next goes on with a small letter.
func joinWrapped(lines []string) []string {
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

func goesOn(line, next string) bool {
	first, _ := utf8.DecodeRuneInString(next)
	return unicode.IsLower(first) && !strings.ContainsRune(".:!?)…。！？;", lastRune(line))
}

var inlineNumber = regexp.MustCompile(`(?:^|\s)\(?(\d{1,2})[.):]\s*(?:-\s+)?`)

// splitNumbered parts "1. Mix. 2. Bake." at numbers that count up from 1.
func splitNumbered(s string) []string {
	var parts []string
	start, want := 0, 1
	for _, at := range inlineNumber.FindAllStringSubmatchIndex(s, -1) {
		if s[at[2]:at[3]] != comma(want) || want > 1 && at[1] < len(s) && isDigit(rune(s[at[1]])) && s[at[1]-1] != ' ' {
			continue
		}
		if want == 1 && strings.TrimSpace(s[:at[0]]) != "" {
			return nil // the count must begin the text
		}
		if want > 1 {
			parts = append(parts, strings.TrimSpace(s[start:at[0]]))
		}
		start = at[0]
		want++
	}
	return append(parts, strings.TrimSpace(s[start:]))
}

var (
	stepNumber = regexp.MustCompile(`^(?i:[\(（]?[\d０-９]{1,3}(?:[.):．）：、]\s*|\s*[-–—]\s+)|[①-⑳]\s*|(?:step|schritt|étape|etape|paso|passo|stap|steg|trin|krok|шаг|vaihe|adım|步骤|步驟|ステップ|手順)\s*\d{1,3}\s*[.:)–—-]?\s+|第\s*\d{1,3}\s*步[:：]?\s*)`)
	onlyNumber = regexp.MustCompile(`^(?i:(?:step|schritt|étape|etape|paso|passo|stap|steg|trin|krok|шаг|vaihe|adım|step no|步骤|步驟|ステップ|手順)?[\s#№.°]*\d{0,3}\s*[.:)–—-]*)$`)
)

// unnumbered removes the numbers and bullets in front of lines, and lines that
// are nothing else.
func unnumbered(lines []string) []string {
	out := make([]string, 0, len(lines))
	for _, line := range lines {
		if stepLabel(line) == "" {
			continue
		}
		line = leadingMarks(line)
		number := stepNumber.FindString(line)
		// 1.5 and 2 - 3 are no numbers of steps, "1. 2 eggs" begins with one.
		if rest := line[len(number):]; rest != "" && (!isDigit(rune(rest[0])) || strings.HasSuffix(number, " ") && !strings.ContainsAny(number, "-–—")) {
			line = rest
		}
		if line != "" {
			out = append(out, line)
		}
	}
	return out
}

// stepLabel returns "" for a name that only numbers a step, such as "Step 3".
func stepLabel(name string) string {
	if len(name) < 40 && onlyNumber.MatchString(name) {
		return ""
	}
	return name
}

// genericHeading reports whether a heading only says that instructions or
// ingredients follow.
func genericHeading(s string) bool {
	return generic[strings.Trim(strings.ToLower(s), " .:")]
}

var generic = map[string]bool{
	"instructions": true, "instruction": true, "directions": true, "direction": true, "method": true, "preparation": true, "steps": true, "procedure": true, "how to make it": true,
	"zubereitung": true, "anleitung": true, "préparation": true, "instructions de préparation": true, "étapes": true, "preparación": true, "elaboración": true, "instrucciones": true, "pasos": true,
	"preparazione": true, "procedimento": true, "istruzioni": true, "modo de preparo": true, "preparação": true, "bereiding": true, "bereidingswijze": true, "gör så här": true, "fremgangsmåde": true, "fremgangsmåte": true,
	"valmistus": true, "przygotowanie": true, "sposób przygotowania": true, "postup": true, "elkészítés": true, "приготовление": true, "hazırlanışı": true, "作り方": true, "做法": true, "步骤": true, "만드는 법": true,
	"ingredients": true, "ingredient": true, "zutaten": true, "ingrédients": true, "ingredienti": true, "ingrediënten": true, "材料": true, "recipeinstructions": true,
	"ingredientes": true, //nolint:misspell // Spanish and Portuguese
}

// fitSteps parts steps that are too long at their sentences and joins steps when
// there are too many, so that no text is lost.
func (m *mapper) fitSteps(list []located) []located {
	var fit []located
	for _, s := range list {
		parts := splitLong(s.text, recipe.MaxStep)
		if len(parts) > 1 {
			m.drop(s.loc, fmt.Sprintf("the step was parted: a step has at most %s characters", comma(recipe.MaxStep)))
		}
		for _, p := range parts {
			fit = append(fit, located{s.loc, p})
		}
	}
	if len(fit) <= recipe.MaxSteps {
		return fit
	}
	joined, over := joinSteps(fit)
	m.drop("/recipeInstructions", fmt.Sprintf("%d steps were joined into %d: Pantry keeps at most %d", len(fit), len(joined), recipe.MaxSteps))
	if over > 0 {
		m.drop("/recipeInstructions", fmt.Sprintf("the last %d steps were left out", over))
	}
	return joined
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

// joinSteps joins neighbours until at most MaxSteps are left, each within
// MaxStep, and returns how many did not fit at all.
func joinSteps(list []located) ([]located, int) {
	per := (len(list) + recipe.MaxSteps - 1) / recipe.MaxSteps
	for ; ; per *= 2 {
		out := groupSteps(list, per)
		if len(out) <= recipe.MaxSteps {
			return out, 0
		}
		if per >= len(list) {
			return out[:recipe.MaxSteps], len(out) - recipe.MaxSteps
		}
	}
}

func groupSteps(list []located, per int) []located {
	var out []located
	n, size := 0, 0
	for _, s := range list {
		length := utf8.RuneCountInString(s.text)
		if k := len(out); k > 0 && n < per && size+1+length <= recipe.MaxStep {
			out[k-1].text += "\n" + s.text
			n, size = n+1, size+1+length
			continue
		}
		out = append(out, s)
		n, size = 1, length
	}
	return out
}
