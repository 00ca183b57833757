package jsonld

import (
	"html"
	"strings"
	"unicode"

	xhtml "golang.org/x/net/html"
	"golang.org/x/text/unicode/norm"
)

// lineBreak marks, inside this package, a line break that HTML asked for.
const lineBreak = '\x1e'

// oneLine returns s as one line of plain text: tags and entities resolved, white
// space folded, invisible characters gone, in normalization form C.
func oneLine(s string) string {
	return fold(plain(s))
}

// paragraphs returns the lines of s as plain text, without empty ones. A break is
// what HTML says is one; without such, the line ends of the text.
func paragraphs(s string) []string {
	text := plain(s)
	sep := "\n"
	if strings.ContainsRune(text, lineBreak) {
		sep = string(lineBreak)
	}
	var lines []string
	for line := range strings.SplitSeq(text, sep) {
		if line = fold(line); line != "" {
			lines = append(lines, line)
		}
	}
	return lines
}

// plain resolves tags and entities, which sites escape up to twice.
func plain(s string) string {
	if strings.ContainsRune(s, '\\') {
		s = literalEscapes.Replace(s)
	}
	s = lineEnds.Replace(s)
	for range 3 {
		before := s
		if strings.ContainsRune(s, '<') {
			s = stripTags(s)
		}
		if strings.ContainsRune(s, '&') {
			s = html.UnescapeString(s)
		}
		if s == before {
			break
		}
	}
	return s
}

var lineEnds = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u2028", "\n", "\u2029", "\n")

// literalEscapes are escapes that were escaped once too often; a recipe has no
// other use for a backslash.
var literalEscapes = strings.NewReplacer(`\r\n`, "\n", `\n`, "\n", `\r`, "\n", `\t`, " ", `\"`, `"`, `\'`, "'", `\/`, "/")

// stripTags removes the tags of HTML, and the content of scripts and styles. What
// only looks like a tag, as in "x <y and z", stays.
func stripTags(s string) string {
	z := xhtml.NewTokenizer(strings.NewReader(s))
	var b strings.Builder
	hidden := ""
	for {
		kind := z.Next()
		raw := string(z.Raw())
		switch kind {
		case xhtml.ErrorToken:
			if !strings.HasPrefix(raw, "<!--") && hidden == "" {
				b.WriteString(raw) // a tag that never ends is text
			}
			return b.String()
		case xhtml.TextToken:
			if hidden == "" {
				b.WriteString(raw)
			}
		case xhtml.StartTagToken, xhtml.EndTagToken, xhtml.SelfClosingTagToken:
			name, _ := z.TagName()
			tag := string(name)
			switch {
			case hiddenTags[tag]:
				if kind == xhtml.StartTagToken {
					hidden = tag
				} else if hidden == tag {
					hidden = ""
				}
			case hidden != "":
			case blockTags[tag]:
				b.WriteRune(lineBreak)
			case tag == "sup" && kind == xhtml.StartTagToken, tag == "td", tag == "th":
				b.WriteByte(' ') // 1<sup>1/2</sup> is not 11/2
			case inlineTags[tag] || strings.ContainsAny(tag, "-:"):
			default:
				b.WriteString(raw)
			}
		}
	}
}

func set(words string) map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq(words) {
		m[w] = true
	}
	return m
}

var (
	hiddenTags = set("script style noscript template iframe object svg head title textarea select")
	blockTags  = set("br p div li ul ol dl dt dd h1 h2 h3 h4 h5 h6 hr tr table tbody thead tfoot section article aside header footer main nav blockquote pre address figure figcaption fieldset form center details summary body html")
	inlineTags = set("a abbr acronym audio b base bdi bdo big button canvas caption cite code col colgroup data datalist del dfn em embed font i img input ins kbd label legend link map mark meta meter o option optgroup output param picture progress q rp rt ruby s samp small source span strike strong sub sup time track tt u var video wbr")
)

// fold makes one line of s: every run of white space is one space, marks that
// cannot be seen are gone. The result is trimmed and in normalization form C.
func fold(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	gap := false
	for _, c := range s {
		switch {
		case unicode.IsSpace(c) || c == lineBreak || c == '\u2028' || c == '\u2029':
			gap = b.Len() > 0
			continue
		case isInvisible(c):
			continue
		}
		if gap {
			b.WriteByte(' ')
			gap = false
		}
		b.WriteRune(c)
	}
	return strings.TrimSpace(norm.NFC.String(b.String()))
}

// isInvisible: control characters, soft hyphens, zero-width spaces, and marks
// that turn the reading direction, which belong to the page the text stood on.
// Joiners stay: Persian and emoji are written with them.
func isInvisible(c rune) bool {
	switch {
	case unicode.IsControl(c), c == '\u00AD', c == '\u200B', c == '\u2060', c == '\uFEFF':
		return true
	}
	return c == '\u200E' || c == '\u200F' || c >= '\u202A' && c <= '\u202E' || c >= '\u2066' && c <= '\u2069'
}

// leadingMarks removes the bullets and boxes that lists are drawn with.
func leadingMarks(s string) string {
	trimmed := strings.TrimLeft(s, "•·▢□☐✓✔▪▫●○◦‣∙*►▶–—| ")
	if rest, ok := strings.CutPrefix(trimmed, "- "); ok {
		trimmed = strings.TrimLeft(rest, " ")
	}
	return trimmed
}

// cutText cuts s to limit characters and says so. Half a word at the end goes too.
func (m *mapper) cutText(s, location string, limit int) string {
	if len(s) <= limit {
		return s
	}
	short := clip(s, limit)
	if short == s {
		return s
	}
	if i := strings.LastIndexAny(short, " \n"); i > len(short)*9/10 {
		short = strings.TrimSpace(short[:i])
	}
	m.drop(location, "the text was cut: Pantry keeps at most "+comma(limit)+" characters here")
	return short
}
