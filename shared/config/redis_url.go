package config

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// ParseRedis reads the address of a Redis server in the forms that people paste: a
// rediss:// or redis:// URL with or without percent-encoding, host:port, a host alone, a
// redis-cli command, or NAME=value. Each may have quotes, spaces or a line end around it.
// Repairs lists what it corrected.
//
// The error is a Problem. It repeats at most the scheme, the host and the port of the text,
// because anything else may be the password. (The errors of url.Parse and redis.ParseURL
// repeat the password.)
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

// address holds the parts of a text, before settle checks them.
type address struct {
	tls, skipVerify bool
	user, password  string
	written         string // the password before percent-decoding
	host, port      string // host is valid or empty; port is not checked yet
	repairs         []string
	warnings        []string
}

func (a *address) repair(sentence string) {
	if !slices.Contains(a.repairs, sentence) {
		a.repairs = append(a.repairs, sentence)
	}
}

var (
	errScheme = wrong("does not begin with rediss:// or redis://", writeURL)
	errREST   = wrong("is for Upstash's REST interface, which speaks HTTP and not Redis", copyUpstash)
)

// url reads a URL with or without its scheme: user:password@host:port/0?option=value#.
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

// scheme returns the text after the scheme, and whether there was a scheme. redis:6379 has
// none: it is a host and a port. (url.Parse would see a scheme there, and go-redis would
// then connect to localhost.) rediss/, rediss// and rediss: before credentials are mistyped
// schemes. If they did not count as schemes, TLS would be lost.
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

// credentials reads user:password, :password, or a password alone.
func (a *address) credentials(s string, named bool) error {
	if strings.ContainsAny(s, "/?#@ ") {
		a.repair("Took the password's special characters as they are (a URL has them as %2F, %3F, %23, %40).")
	}
	user, password, found := strings.Cut(s, ":")
	if !named && (strings.HasPrefix(lower(user), "redis") || strings.ContainsAny(user, "/ ")) {
		return errScheme // a mistyped scheme: TLS would be lost
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

// decode undoes percent-encoding. When a % is not part of an encoding, s was not encoded,
// and decode returns it as it is.
func (a *address) decode(s string) string {
	decoded, err := url.PathUnescape(s)
	if err != nil {
		a.repair("Took a % in the password as it is (a URL has it as %25).")
		return s
	}
	return decoded
}

// server reads the text after the @: host:port/database?options#fragment. bare says that
// there was neither a scheme nor an @. Then the text may be a password.
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

// looksSecret reports whether s is probably a password and not the name of a host. Then it
// has no dot, and it has = or +, is long, or has digits and letters of both cases.
func looksSecret(s string, bare bool) bool {
	if strings.ContainsAny(s, ".:") || len(s) < 10 {
		return false
	}
	mixed := lower(s) != s && strings.ToUpper(s) != s && strings.ContainsAny(s, "0123456789")
	return strings.ContainsAny(s, "=+") || mixed || len(s) > 40 || bare && len(s) >= 20
}

// database checks the number of the database, which must be 0 or missing.
func database(db string) error {
	n, err := strconv.Atoi(cmp.Or(db, "0"))
	if err != nil {
		return wrong("has a path after the host", writeURL)
	}
	if n != 0 {
		return wrong("names another database than 0, and Upstash and Redis Cluster have no other", "End the address after the port, or with /0")
	}
	return nil
}

// options reads the query. The error does not name an unknown option, because it may be
// part of a password with a ?.
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
