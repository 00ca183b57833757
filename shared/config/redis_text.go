package config

import (
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"
)

// ParseRedis reads the address of a Redis server in the forms that people paste: a rediss:// or redis:// URL with or
// without percent-encoding, host:port, a host alone, a redis-cli command, NAME=value, each with quotes, spaces or a line
// end around it. Repairs tells what it had to correct.
//
// The error is a Problem. Of the text it repeats at most the scheme, the host and the port, because anything else may be
// the password: url.Parse and redis.ParseURL print it.
func ParseRedis(s string) (Redis, error) {
	var a address
	s, err := a.unwrap(s)
	if err != nil {
		return Redis{}, err
	}
	if words, ok := commandWords(s); ok {
		err = a.command(words)
	} else {
		err = a.url(s)
	}
	if err != nil {
		return Redis{}, err
	}
	return a.settle()
}

// address is what a text says, before the rules of settle.
type address struct {
	tls, skipVerify bool
	user, password  string
	written         string // the password before decoding
	host, port      string // host is valid or empty; port is as it was written
	repairs         []string
	warnings        []string
}

func (a *address) repair(sentence string) {
	for _, r := range a.repairs {
		if r == sentence {
			return
		}
	}
	a.repairs = append(a.repairs, sentence)
}

var (
	errScheme = wrong("does not begin with rediss:// or redis://", writeURL)
	errREST   = wrong("is for Upstash's REST interface, which speaks HTTP and not Redis", copyUpstash)
)

// unwrap takes off what copying puts around an address: invisible characters, spaces, quotes, the name of a variable.
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
	s = trim(strings.NewReplacer("\\\r\n", " ", "\\\n", " ").Replace(visible)) // a command over several lines
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

// unquote removes quotes at the ends, whether they match or not: an address begins and ends with none. A quote at the
// end of a command belongs to its last word.
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

// cutAssignment splits NAME=value. AbC1== and AbC1=@host are base64 and no assignment.
func cutAssignment(s string) (name, value string, ok bool) {
	name, value, ok = strings.Cut(strings.TrimPrefix(s, "export "), "=")
	name, value = trim(name), trim(value)
	letters := strings.Trim(lower(name), "abcdefghijklmnopqrstuvwxyz_0123456789") == ""
	base64 := value == "" && !strings.Contains(strings.ToUpper(name), "REDIS") || strings.HasPrefix(value, "=") || strings.HasPrefix(value, "@")
	return name, value, ok && name != "" && letters && !base64
}

// commandWords splits a redis-cli command at its spaces, but not inside quotes. ok is false when the text is no such
// command; words is nil when it cannot be split without a shell.
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

// command reads a redis-cli command. As in redis-cli, options win over what the URL says.
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
		default: // its name is not repeated: -aPASSWORD would be one
			return wrong("is a redis-cli command with an option that is not supported here", writeURL)
		}
	}
	switch {
	case strings.Contains(strings.Join(words, ""), "@"):
		return wrong("is a redis-cli command whose URL is broken by a space", "Put the URL in quotes, or write the space as %20")
	case options["-u"] == "" && options["-h"] == "":
		return wrong("is a redis-cli command without -u or -h", writeURL)
	}
	for _, text := range []string{options["-u"], options["-h"]} {
		if text == "" {
			continue
		}
		if err := a.url(text); err != nil {
			return err
		}
	}
	a.port = or(options["-p"], a.port)
	a.user = or(options["--user"], a.user)
	if password := or(options["-a"], options["--pass"]); password != "" {
		a.password, a.written = password, password
	}
	return database(options["-n"])
}

func or(first, second string) string {
	if first != "" {
		return first
	}
	return second
}

// url reads a URL, or what is left of one when its scheme is missing: user:password@host:port/0?option=value#.
func (a *address) url(s string) error {
	if masked(s) {
		return errMasked
	}
	rest, named, err := a.scheme(s)
	if err != nil {
		return err
	}
	at := strings.LastIndexByte(rest, '@')
	if at >= 0 {
		if strings.Contains(rest[:at], "?") && strings.Contains(rest[:at], "@") {
			return wrong("can be read in two ways, because an @ stands after the host", "If the password has ? or @ in it, write them as %3F and %40")
		}
		if err := a.credentials(rest[:at], named); err != nil {
			return err
		}
	}
	return a.server(rest[at+1:], !named && at < 0)
}

// scheme returns what follows the scheme, and whether there was one. redis:6379 has none: it is a host and a port, though
// url.Parse sees a scheme there, and go-redis then takes localhost. rediss/, rediss//, and rediss: before credentials
// are mistyped schemes: read as no scheme they would lose their TLS.
func (a *address) scheme(s string) (rest string, named bool, err error) {
	name := lower(s[:len(s)-len(strings.TrimLeft(lower(s), "abcdefghijklmnopqrstuvwxyz0123456789+-."))])
	rest = strings.TrimLeft(strings.TrimPrefix(s[len(name):], ":"), "/")
	separator := s[len(name) : len(s)-len(rest)]
	tls, ours := map[string]bool{"redis": false, "rediss": true, "valkey": false, "valkeys": true}[name]
	switch {
	case separator == "://" && (name == "http" || name == "https"):
		return "", false, wrong("is an "+name+":// address, and Redis does not speak HTTP (Upstash's REST URL is one of these)", copyUpstash)
	case ours && (strings.Contains(separator, "/") || separator == ":" && strings.Contains(rest, "@") && strings.Contains(rest, ":")):
		if separator != "://" {
			a.repair("Wrote " + name + ":// in front.")
		}
		a.tls = a.tls || tls
		return rest, true, nil
	case strings.Contains(s, "//"):
		return "", false, errScheme
	}
	return s, false, nil
}

// credentials reads user:password, :password, or a password that stands alone where a user name would.
func (a *address) credentials(s string, named bool) error {
	if strings.ContainsAny(s, "/?#@ ") {
		a.repair("Took the password's special characters as they are (a URL has them as %2F, %3F, %23, %40).")
	}
	user, password, found := strings.Cut(s, ":")
	if !named && (strings.HasPrefix(lower(user), "redis") || strings.ContainsAny(user, "/ ")) {
		return errScheme // it was mistyped, and with it TLS would be lost
	}
	if !found && user != "default" {
		if user != "" {
			a.repair("Took the text in front of the @ as the password and not as a user name (write :PASSWORD@ or default:PASSWORD@).")
		}
		user, password = "", user
	}
	a.user, a.password, a.written = a.decode(user), a.decode(password), password
	return nil
}

// decode undoes percent-encoding, unless there is a % that cannot be part of it: then nobody encoded this.
func (a *address) decode(s string) string {
	decoded, err := url.PathUnescape(s)
	if err != nil {
		a.repair("Took a % in the password as it is (a URL has it as %25).")
		return s
	}
	return decoded
}

// server reads what follows the @: host:port/database?options#fragment. bare says that there was neither a scheme nor an
// @, so that the text may be a password.
func (a *address) server(s string, bare bool) error {
	s, _, _ = strings.Cut(s, "#")
	s, query, _ := strings.Cut(s, "?")
	s, path, _ := strings.Cut(s, "/")
	host, port, ok := splitHostPort(s)
	switch {
	case port == "" && looksSecret(s, bare):
		return wrong("looks like a password or a REST token and not like an address", copyUpstash+". If it is the name of a host, write redis://NAME:6379")
	case strings.ContainsAny(s, ",;"):
		return wrong("names several servers, and exactly one server is supported", writeURL)
	case bare && strings.Trim(s, "0123456789") == "":
		return wrong("has no host", writeURL)
	case !ok:
		return wrong("has no valid host", writeURL+" (an IPv6 address in brackets)")
	}
	a.host, a.port = host, port
	if err := database(strings.TrimSuffix(path, "/")); err != nil {
		return err
	}
	return a.options(query)
}

// looksSecret reports whether a word without a dot is more likely a password than the name of a host: it has characters
// that base64 has and host names have not, or it is long, or it has digits and letters of both cases.
func looksSecret(s string, bare bool) bool {
	if strings.ContainsAny(s, ".:") || len(s) < 10 {
		return false
	}
	mixed := lower(s) != s && strings.ToUpper(s) != s && strings.ContainsAny(s, "0123456789")
	return strings.ContainsAny(s, "=+") || mixed || len(s) > 40 || bare && len(s) >= 20
}

func database(db string) error {
	n, err := strconv.Atoi(or(db, "0"))
	if err != nil {
		return wrong("has a path after the host", writeURL)
	}
	if n != 0 {
		return wrong("names another database than 0, and Upstash and Redis Cluster have no other", "End the address after the port, or with /0")
	}
	return nil
}

// options reads the query. The error does not name an option, because a password with a ? in it looks like one.
func (a *address) options(query string) error {
	values, err := url.ParseQuery(query)
	for name := range values {
		switch value := values.Get(name); name {
		case "db":
			if err := database(value); err != nil {
				return err
			}
		case "skip_verify":
			on, err := strconv.ParseBool(value)
			if err != nil {
				return wrong("has the option "+name+" with something else than true or false", "Leave it out")
			}
			a.skipVerify = a.skipVerify || on
		default:
			return wrong("has an option that is not known here", "End the address after the port; if the password has ? in it, write that as %3F")
		}
	}
	if err != nil {
		return wrong("has options that cannot be read", "End the address after the port")
	}
	return nil
}
