package config

import (
	"slices"
	"strings"
)

// commandWords splits a redis-cli command line, the program's name and what stands before it included. ok is false when
// the text is none; words is nil when a quote in it has no end.
func commandWords(s string) (words []string, ok bool) {
	if beginsURL(s) {
		return nil, false // whatever a password may contain
	}
	words, closed := shellWords(s)
	if !closed {
		words = strings.Fields(s)
	}
	option := strings.HasPrefix(s, "-") && !strings.HasPrefix(s, "-e ") && !strings.HasPrefix(s, "--env ") && !strings.HasPrefix(s, "- ")
	switch {
	case slices.ContainsFunc(words, isClient):
	case option && len(words) > 0:
		words = append([]string{"redis-cli"}, words...)
	default:
		return nil, false
	}
	if !closed {
		return nil, true
	}
	return words, true
}

func isClient(word string) bool {
	word = strings.TrimSuffix(word[strings.LastIndexAny(word, `/\`)+1:], ".exe")
	return word == "redis-cli" || word == "valkey-cli"
}

// shellWords splits as a POSIX shell does, without expanding anything. closed is false when a quote has no end.
func shellWords(s string) (words []string, closed bool) {
	var word strings.Builder
	var quote rune
	escaped, started := false, false
	for _, r := range s {
		switch {
		case escaped:
			if quote == '"' && !strings.ContainsRune("\"\\$`", r) {
				word.WriteByte('\\')
			}
			word.WriteRune(r)
			escaped = false
		case r == '\\' && quote != '\'':
			escaped, started = true, true
		case quote != 0 && r == quote:
			quote = 0
		case quote == 0 && (r == '"' || r == '\''):
			quote, started = r, true
		case quote == 0 && trimmed(r):
			if started {
				words = append(words, word.String())
			}
			word.Reset()
			started = false
		default:
			word.WriteRune(r)
			started = true
		}
	}
	if started {
		words = append(words, word.String())
	}
	return words, quote == 0 && !escaped
}

// command reads a redis-cli command line. Its options are those of redis-cli 8; an unknown one is not named in the error,
// because -aPASSWORD would be one.
func (p *pasted) command(words []string) error {
	if words == nil {
		return wrong("is a redis-cli command with a quote that has no end", writeURL)
	}
	p.repair("Took the address out of a redis-cli command.")
	var uri, host, port, db, user string
	var password *string
	for len(words) > 0 && !isClient(words[0]) {
		if value, found := strings.CutPrefix(words[0], "REDISCLI_AUTH="); found {
			value = strings.TrimSuffix(value, ";")
			password = &value
		}
		words = words[1:]
	}
	values := map[string]*string{"-u": &uri, "--uri": &uri, "-h": &host, "-p": &port, "-n": &db, "--user": &user}
	for words = words[1:]; len(words) > 0 && dashed(words[0]); words = words[1:] {
		name, value, glued := strings.Cut(strings.NewReplacer("—", "--", "–", "-").Replace(words[0]), "=")
		switch name {
		case "--tls":
			p.tls = true
		case "--insecure":
			p.skipVerify = true
		case "-c":
			return errSeveral
		case "-s":
			return errSocket
		case "--cert", "--key":
			return wrong("asks for a client certificate ("+name+"), which is not supported", "Use a password")
		case "--no-auth-warning", "--askpass", "--raw", "--no-raw", "--json", "--csv", "-2", "-3", "-4", "-6", "-x", "--verbose":
		case "-u", "--uri", "-h", "-p", "-n", "--user", "-a", "--pass", "--sni", "--cacert", "--cacertdir", "-t", "-r", "-i", "-d":
			if !glued {
				if len(words) < 2 {
					return wrong("is a redis-cli command whose last option ("+name+") has no value", writeURL)
				}
				words = words[1:]
				value = words[0]
			}
			switch {
			case values[name] != nil:
				*values[name] = value
			case name == "-a" || name == "--pass":
				password = &value
			case name == "--sni" || strings.HasPrefix(name, "--cacert"):
				p.warn("Left out " + name + ": the certificate is checked for the host's name against the system's authorities; SSL_CERT_FILE can name others.")
			}
		default:
			return wrong("is a redis-cli command with an option that is not known here", writeURL)
		}
	}
	if len(words) > 0 {
		if uri == "" && host == "" {
			return wrong("is a redis-cli command without -u or -h", writeURL)
		}
		p.repair("Left out the command after redis-cli's options.")
	}
	return p.combine(uri, host, port, db, user, password)
}

func dashed(word string) bool {
	return len(word) > 1 && (word[0] == '-' || strings.HasPrefix(word, "—") || strings.HasPrefix(word, "–"))
}

// combine puts the options of a command together. Those with one meaning win over what the URL says, as in redis-cli.
func (p *pasted) combine(uri, host, port, db, user string, password *string) error {
	for _, address := range []string{uri, host} {
		if address == "" {
			continue
		}
		if err := p.address(address); err != nil {
			return err
		}
	}
	if port != "" {
		p.port = port
	}
	if user != "" {
		p.user = user
	}
	if password != nil {
		p.password = *password
	}
	if p.host == "" {
		if p.password != "" {
			return wrong("is a redis-cli command without -u or -h", writeURL)
		}
		p.host = "127.0.0.1"
	}
	return p.database(db)
}
