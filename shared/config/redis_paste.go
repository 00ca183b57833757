package config

import (
	"slices"
	"strings"
	"unicode/utf8"
)

var errREST = wrong("is for Upstash's REST interface, which speaks HTTP and not Redis", copyUpstash)

// unwrap takes off what copying puts around an address: invisible characters, spaces, quotes, the name of a variable,
// other lines, the code around it.
func (p *pasted) unwrap(s string) (string, error) {
	if !utf8.ValidString(s) {
		return "", wrong("is not UTF-8 text", "Paste it again as plain text")
	}
	if clean := strings.Map(dropInvisible, s); clean != s {
		s = clean
		p.repair("Removed invisible characters.")
	}
	if clean := trim(s); clean != s {
		s = clean
		p.repair("Removed spaces or line ends around it.")
	}
	s, err := p.oneLine(s)
	if err != nil {
		return "", err
	}
	for before := ""; before != s; {
		before = s
		if _, ok := commandWords(s); ok {
			break
		}
		if s, err = p.unassign(p.unquote(s)); err != nil {
			return "", err
		}
	}
	if s == "" {
		return "", wrong("is empty", writeURL)
	}
	if strings.ContainsFunc(s, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }) {
		return "", wrong("has control characters in it", "Paste it again as plain text")
	}
	return p.extract(s), nil
}

func dropInvisible(r rune) rune {
	if invisible(r) {
		return -1
	}
	return r
}

// oneLine makes one line of several: the lines of a command, an address that a terminal broke, or the one address among
// the lines of an env file.
func (p *pasted) oneLine(s string) (string, error) {
	s = strings.NewReplacer("\\\r\n", " ", "\\\n", " ", "\r\n", "\n", "\r", "\n").Replace(s)
	if !strings.Contains(s, "\n") {
		return s, nil
	}
	var lines, addresses []string
	for line := range strings.SplitSeq(s, "\n") {
		line = trim(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		lines = append(lines, line)
		if findURL(line) >= 0 {
			addresses = append(addresses, line)
		}
	}
	if len(lines) == 0 {
		return "", wrong("is empty", writeURL)
	}
	command := strings.Join(lines, " ")
	if _, ok := commandWords(command); ok {
		return command, nil
	}
	others := slices.ContainsFunc(lines, func(line string) bool {
		_, _, assigns := cutAssignment(line)
		return !assigns && findURL(line) < 0
	})
	switch {
	case len(lines) == 1:
		return lines[0], nil
	case len(addresses) == 1 && !others:
		p.repair("Took the one line of several that has a Redis address.")
		return addresses[0], nil
	case len(addresses) == 1 && findURL(lines[0]) >= 0:
		p.repair("Joined an address that was broken over several lines.")
		return strings.Join(lines, ""), nil
	case len(addresses) == 0 && strings.Contains(s, "_REST_"):
		return "", errREST
	}
	return "", wrong("has several lines", writeURL)
}

// unquote removes quotes and other punctuation at the ends, matching or not: an address begins and ends with none.
func (p *pasted) unquote(s string) string {
	clean := strings.TrimLeft(s, "\"'`<(“”‘’«»„")
	clean = trim(strings.TrimRight(clean, "\"'`>);,\\“”‘’«»"))
	if clean != s {
		p.repair("Removed quotes or punctuation around it.")
	}
	return trim(clean)
}

// unassign removes the name in front: NAME=value as shells, env files and Docker have it, NAME: value as in YAML.
func (p *pasted) unassign(s string) (string, error) {
	name, value, ok := cutAssignment(s)
	if !ok {
		return s, nil
	}
	upper := strings.ToUpper(name)
	if strings.Contains(upper, "REST_URL") || strings.Contains(upper, "REST_TOKEN") {
		return "", errREST
	}
	for _, suffix := range []string{"PASSWORD", "PASS", "TOKEN", "SECRET", "AUTH"} {
		if strings.HasSuffix(upper, suffix) {
			return "", wrong("is a password's line and not the address of a server", copyUpstash)
		}
	}
	p.repair("Removed the name of a variable in front of it.")
	return value, nil
}

func cutAssignment(s string) (name, value string, ok bool) {
	for _, prefix := range []string{"export ", "declare -x ", "setx ", "set ", "env ", "ENV ", "-e ", "--env ", "$env:", "const ", "let ", "var ", "- "} {
		if rest, found := strings.CutPrefix(s, prefix); found {
			s = trim(rest)
			break
		}
	}
	i := strings.IndexAny(s, "=:")
	if i < 0 {
		return "", "", false
	}
	name, value = trim(strings.Trim(trim(s[:i]), `"'`)), s[i+1:]
	if !isName(name) {
		return "", "", false
	}
	if s[i] == ':' {
		// redis:6379 is a host and a port, REDIS_URL: redis://… is a line of YAML.
		return name, trim(value), strings.ToUpper(name) == name && value != "" && trimmed(rune(value[0]))
	}
	value = trim(value)
	// AbC1== and AbC1=@host are base64 and not a name.
	if value == "" {
		return name, "", strings.Contains(strings.ToUpper(name), "REDIS")
	}
	return name, value, value[0] != '=' && value[0] != '@'
}

// isName reports whether s can be the name of a variable.
func isName(s string) bool {
	for i, c := range []byte(s) {
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_'
		if !letter && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return s != ""
}

// beginsURL reports whether a text begins as the address of a Redis server does.
func beginsURL(s string) bool {
	start := lower(s[:min(len(s), len("rediss://"))])
	return strings.HasPrefix(start, "redis://") || start == "rediss://"
}

// findURL returns where the only redis:// or rediss:// of a text begins, or -1.
func findURL(s string) int {
	s = lower(s)
	for _, scheme := range []string{"rediss://", "redis://"} {
		if strings.Count(s, scheme) == 1 {
			return strings.Index(s, scheme)
		}
	}
	return -1
}

// extract takes an address out of the code around it: new Redis("rediss://…"), {"url": "rediss://…"}.
func (p *pasted) extract(s string) string {
	if rest, found := strings.CutPrefix(lower(s), "redis"); found && strings.HasPrefix(strings.TrimPrefix(rest, "s"), "%3a%2f%2f") {
		p.repair("Undid the percent-encoding of the whole address.")
		return (&pasted{}).decode(s)
	}
	start := findURL(s)
	if _, ok := commandWords(s); ok || start <= 0 || beginsURL(s) {
		return s
	}
	before, address := s[start-1], s[start:]
	switch {
	case strings.IndexByte("\"'`", before) >= 0:
		quoted, after, _ := strings.Cut(address, string(before))
		if strings.Contains(after, "@") {
			return s // the quotes are inside a password
		}
		address = quoted
	case strings.IndexByte(" \t=(<:", before) < 0:
		return s
	}
	p.repair("Took the address out of the text around it.")
	return address
}
