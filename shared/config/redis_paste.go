package config

import (
	"cmp"
	"strings"
	"unicode/utf8"
)

// unwrap removes what copying adds around an address: invisible characters, spaces, quotes,
// the name of a variable.
func (a *address) unwrap(s string) (string, error) {
	if !utf8.ValidString(s) {
		return "", wrong("is not UTF-8 text", "Paste it again as plain text")
	}
	visible := strings.Map(func(r rune) rune {
		if invisible(r) {
			return -1
		}
		return r
	}, s)
	if visible != s {
		a.repair("Removed invisible characters.")
	}
	s = trim(strings.NewReplacer("\\\r\n", " ", "\\\n", " ").Replace(visible)) // a command on several lines
	if s != visible {
		a.repair("Removed spaces or line ends around it.")
	}
	s = a.unquote(s)
	if name, value, ok := cutAssignment(s); ok {
		upper := strings.ToUpper(name)
		switch {
		case strings.Contains(upper, "_REST_"):
			return "", errREST
		case strings.HasSuffix(upper, "PASSWORD"), strings.HasSuffix(upper, "TOKEN"):
			return "", wrong("is a password's line and not the address of a server", copyUpstash)
		}
		a.repair("Removed the name of a variable in front of it.")
		s = a.unquote(value)
	}
	switch {
	case s == "":
		return "", wrong("is empty", writeURL)
	case strings.ContainsAny(s, "\r\n"):
		return "", wrong("has several lines", writeURL)
	case strings.ContainsFunc(s, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }):
		return "", wrong("has control characters in it", "Paste it again as plain text")
	}
	return s, nil
}

// unquote removes quotes at both ends, also when they do not match, because no address
// begins or ends with one. A quote at the end of a command may belong to its last word.
func (a *address) unquote(s string) string {
	clean := trim(strings.TrimLeft(s, "\"'`<“‘"))
	if _, ok := commandWords(clean); !ok || clean != s {
		clean = trim(strings.TrimRight(clean, "\"'`>;,”’"))
	}
	if clean != s {
		a.repair("Removed quotes or punctuation around it.")
	}
	return clean
}

// cutAssignment splits NAME=value. AbC1== and AbC1=@host are not assignments but base64.
func cutAssignment(s string) (name, value string, ok bool) {
	name, value, ok = strings.Cut(strings.TrimPrefix(s, "export "), "=")
	name, value = trim(name), trim(value)
	letters := strings.Trim(lower(name), "abcdefghijklmnopqrstuvwxyz_0123456789") == ""
	base64 := value == "" && !strings.Contains(strings.ToUpper(name), "REDIS") || strings.HasPrefix(value, "=") || strings.HasPrefix(value, "@")
	return name, value, ok && name != "" && letters && !base64
}

// commandWords splits a redis-cli command at the spaces outside quotes. ok is false when
// the text is not such a command. words is nil when only a shell could split it.
func commandWords(s string) (words []string, ok bool) {
	s = strings.TrimPrefix(s, "$ ")
	name, _, _ := strings.Cut(s, " ")
	if name != "redis-cli" && name != "valkey-cli" {
		return nil, false
	}
	var word strings.Builder
	var quote rune
	for _, r := range s + " " {
		switch {
		case r == quote:
			quote = 0
		case quote == 0 && (r == '"' || r == '\''):
			quote = r
		case quote == 0 && trimmed(r):
			if word.Len() > 0 {
				words = append(words, word.String())
			}
			word.Reset()
		default:
			word.WriteRune(r)
		}
	}
	if quote != 0 || strings.Contains(s, `\`) {
		return nil, true
	}
	return words, true
}

// command reads a redis-cli command. Its options replace parts of the URL, as in redis-cli.
func (a *address) command(words []string) error {
	if words == nil {
		return wrong("is a redis-cli command with a quote that has no end, or with a backslash", writeURL)
	}
	a.repair("Took the address out of a redis-cli command.")
	options := map[string]string{}
	for words = words[1:]; len(words) > 0 && strings.HasPrefix(words[0], "-"); words = words[1:] {
		switch name := words[0]; name {
		case "--tls":
			a.tls = true
		case "--insecure":
			a.skipVerify = true
		case "--no-auth-warning", "--raw":
		case "-u", "-h", "-p", "-n", "-a", "--user", "--pass":
			if len(words) == 1 {
				return wrong("is a redis-cli command whose last option ("+name+") has no value", writeURL)
			}
			words = words[1:]
			options[name] = words[0]
		default: // the error does not name it, because -aPASSWORD would be one
			return wrong("is a redis-cli command with an option that is not supported here", writeURL)
		}
	}
	switch {
	case strings.Contains(strings.Join(words, ""), "@"):
		return wrong("is a redis-cli command whose URL is broken by a space", "Put the URL in quotes, or write the space as %20")
	case options["-u"] == "" && options["-h"] == "":
		return wrong("is a redis-cli command without -u or -h", writeURL)
	}
	return a.apply(options)
}

// apply reads the values of a redis-cli command's options.
func (a *address) apply(options map[string]string) error {
	for _, text := range []string{options["-u"], options["-h"]} {
		if text == "" {
			continue
		}
		if err := a.url(text); err != nil {
			return err
		}
	}
	a.port = cmp.Or(options["-p"], a.port)
	a.user = cmp.Or(options["--user"], a.user)
	if password := cmp.Or(options["-a"], options["--pass"]); password != "" {
		a.password, a.written = password, password
	}
	return database(options["-n"])
}
