package jsonld

import (
	"html"
	"strings"
)

// plain removes tags and resolves entities. Sites escape them up to twice.
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
	return repair(s)
}

var lineEnds = strings.NewReplacer(string(groupBreak), string(lineBreak), "\r\n", "\n", "\r", "\n", "\u2028", "\n", "\u2029", "\n")

// literalEscapes are escapes that a site escaped again. A recipe has no other backslashes.
var literalEscapes = strings.NewReplacer(`\r\n`, "\n", `\n`, "\n", `\r`, "\n", `\t`, " ", `\"`, `"`, `\'`, "'", `\/`, "/")

// stripTags removes HTML tags, comments, and the content of scripts and styles. It keeps text
// such as "x <y and z". It uses no tokenizer of x/net/html: a page has thousands of short
// texts, and each tokenizer allocates 4 KiB.
func stripTags(s string) string {
	var b strings.Builder
	hidden := "" // the open element whose content is left out
	for {
		text, rest, found := strings.Cut(s, "<")
		if hidden == "" {
			b.WriteString(text)
		}
		if !found {
			return b.String()
		}
		tag, closing, length := tagAt(rest)
		switch raw := "<" + rest[:length]; {
		case hidden != "":
			if closing && tag == hidden {
				hidden = ""
			}
		case length == 0:
			b.WriteByte('<')
		case hiddenTags[tag]:
			if !closing {
				hidden = tag
			}
		case blockTags[tag]:
			b.WriteRune(lineBreak)
		case tag == "sup" && !closing, tag == "td", tag == "th":
			b.WriteByte(' ') // 1<sup>1/2</sup> is not 11/2
		case inlineTags[tag] || strings.ContainsAny(tag, "-:!"):
		default:
			b.WriteString(raw)
		}
		s = rest[length:]
	}
}

// tagAt reads the tag or comment at the beginning of s, after its <. length is 0 when there
// is none. The name of a comment is "!".
func tagAt(s string) (name string, closing bool, length int) {
	const longest = 4096 // bytes; bounds the search for a missing end
	s = s[:min(len(s), longest)]
	if strings.HasPrefix(s, "!--") {
		if end := strings.Index(s, "-->"); end > 0 {
			return "!", false, end + len("-->")
		}
		return "!", false, len(s)
	}
	rest, closing := strings.CutPrefix(s, "/")
	n := 0
	for n < len(rest) && (isNameByte(rest[n]) || rest[n] == ':') {
		n++
	}
	end := strings.IndexByte(s, '>')
	if n == 0 || end < 0 || rest[0] < 'A' || rest[0] == '_' {
		return "", false, 0
	}
	if quote := strings.IndexByte(s[:end], '"'); quote > 0 && strings.Count(s[:end], "\"")%2 == 1 {
		if quote = strings.IndexByte(s[end:], '"'); quote > 0 { // the > stands in an attribute
			if more := strings.IndexByte(s[end+quote:], '>'); more > 0 {
				end += quote + more
			}
		}
	}
	return strings.ToLower(rest[:n]), closing, end + 1
}

var (
	hiddenTags = set("script style noscript template iframe object svg head title textarea select")
	blockTags  = set("br p div li ul ol dl dt dd h1 h2 h3 h4 h5 h6 hr tr table tbody thead tfoot section article aside header footer main nav blockquote pre address figure figcaption fieldset form center details summary body html")
	inlineTags = set("a abbr acronym audio b base bdi bdo big button canvas caption cite code col colgroup data datalist del dfn em embed font i img input ins kbd label legend link map mark meta meter o option optgroup output param picture progress q rp rt ruby s samp small source span strike strong sub sup time track tt u var video wbr")
)

// oneLine returns HTML as one line of plain text, as fold and plain do.
func oneLine(s string) string {
	return fold(plain(s))
}

// paragraphs returns the lines of HTML as plain text, without empty lines.
func paragraphs(s string) []string {
	return lines(plain(s))
}
