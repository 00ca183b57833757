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

// command is what the options of a redis-cli command line say. "" is the same as an option that is not there.
type command struct{ uri, host, port, db, user, password string }

// command reads a redis-cli command line.
func (p *pasted) command(words []string) error {
	if words == nil {
		return wrong("is a redis-cli command with a quote that has no end", writeURL)
	}
	p.repair("Took the address out of a redis-cli command.")
	var c command
	for len(words) > 0 && !isClient(words[0]) {
		if value, found := strings.CutPrefix(words[0], "REDISCLI_AUTH="); found {
			c.password = strings.TrimSuffix(value, ";")
		}
		words = words[1:]
	}
	rest, err := p.flags(&c, words[1:])
	switch {
	case err != nil:
		return err
	case strings.Contains(strings.Join(rest, ""), "@"):
		return wrong("is a redis-cli command whose URL is broken by a space", "Put the URL in quotes, or write the space as %20")
	case c.uri == "" && c.host == "" && (len(rest) > 0 || c.password != ""):
		return wrong("is a redis-cli command without -u or -h", writeURL)
	case len(rest) > 0:
		p.repair("Left out the command after redis-cli's options.")
	}
	return p.combine(c)
}

// flags reads redis-cli's options and returns the words after them.
func (p *pasted) flags(c *command, words []string) ([]string, error) {
	var ignored string
	values := map[string]*string{
		"-u": &c.uri, "--uri": &c.uri, "-h": &c.host, "-p": &c.port, "-n": &c.db,
		"--user": &c.user, "-a": &c.password, "--pass": &c.password,
		"--sni": &ignored, "--cacert": &ignored, "--cacertdir": &ignored, "-t": &ignored, "-r": &ignored, "-i": &ignored, "-d": &ignored,
	}
	for len(words) > 0 && dashed(words[0]) {
		// Word processors make a long dash of two short ones.
		name, value, glued := strings.Cut(strings.NewReplacer("—", "--", "–", "-").Replace(words[0]), "=")
		words = words[1:]
		target := values[name]
		if target == nil {
			if err := p.flag(name); err != nil {
				return nil, err
			}
			continue
		}
		if !glued {
			if len(words) == 0 {
				return nil, wrong("is a redis-cli command whose last option ("+name+") has no value", writeURL)
			}
			value, words = words[0], words[1:]
		}
		*target = value
		if name == "--sni" || strings.HasPrefix(name, "--cacert") {
			p.warn("Left out " + name + ": the certificate is checked for the host's name and against the system's authorities; SSL_CERT_FILE can name others.")
		}
	}
	return words, nil
}

// flag reads an option that has no value. The error does not name one that is unknown, because -aPASSWORD would be one.
func (p *pasted) flag(name string) error {
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
	default:
		return wrong("is a redis-cli command with an option that is not known here", writeURL)
	}
	return nil
}

func dashed(word string) bool {
	return len(word) > 1 && (word[0] == '-' || strings.HasPrefix(word, "—") || strings.HasPrefix(word, "–"))
}

// combine puts the options together. Those with one meaning win over what the URL says, as in redis-cli.
func (p *pasted) combine(c command) error {
	for _, address := range []string{c.uri, c.host} {
		if address == "" {
			continue
		}
		if err := p.address(address); err != nil {
			return err
		}
	}
	if p.host == "" {
		p.host = "127.0.0.1"
	}
	if c.port != "" {
		p.port = c.port
	}
	if c.user != "" {
		p.user = c.user
	}
	if c.password != "" {
		p.password = c.password
	}
	return p.database(c.db)
}
