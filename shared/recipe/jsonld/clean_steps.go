package jsonld

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
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
		if s[at[2]:at[3]] != thousands(want) || want > 1 && at[1] < len(s) && isDigit(rune(s[at[1]])) && s[at[1]-1] != ' ' {
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
