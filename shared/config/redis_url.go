package config

import (
	"net/url"
	"strconv"
	"strings"
)

// schemes that mean a Redis server. A repair is told for those that are not its own.
func (p *pasted) scheme(name string) error {
	switch name {
	case "redis", "valkey":
	case "rediss", "valkeys":
		p.tls = true
	case "tcp":
		p.repair("Read tcp:// as redis://.")
	case "tls", "ssl", "redis+ssl", "redis+tls", "redis-ssl", "redis-tls":
		p.tls = true
		p.repair("Read " + name + ":// as rediss://.")
	case "http", "https":
		return wrong("is an "+name+":// address, and Redis does not speak HTTP (Upstash's REST URL is one of these)", copyUpstash)
	case "unix", "redis+unix", "redis-socket", "unixsocket", "file":
		return errSocket
	case "redis-sentinel", "redis+sentinel", "rediss-sentinel", "rediss+sentinel", "sentinel",
		"redis-cluster", "redis+cluster", "rediss-cluster", "rediss+cluster":
		return errSeveral
	case "postgres", "postgresql", "mysql", "mongodb", "mongodb+srv", "amqp", "amqps", "memcached":
		return wrong("is the address of another kind of database ("+name+"://)", writeURL)
	default:
		return errScheme
	}
	return nil
}

var (
	errScheme  = wrong("does not begin with rediss:// or redis://", writeURL)
	errPort    = wrong("has no valid port after the last colon (1 to 65535)", writeURL)
	errSocket  = wrong("is a Unix socket, and Redis is reached over TCP here", "Write redis://127.0.0.1:6379, and let the server listen there")
	errSeveral = wrong("names a cluster or a list of servers, and exactly one server is supported", "Write the address of one server that is neither in cluster mode nor a sentinel")
	errUnclear = wrong("can be read in two ways, because an @ stands after the host", "If the password has ? or @ in it, write them as %3F and %40; if an option has @ in it, leave it out")
)

// address reads a URL, or what is left of one when its scheme is missing: user:password@host:port/0?option=value#.
func (p *pasted) address(s string) error {
	if hidden(s) {
		return errMasked
	}
	name, rest := cutScheme(s)
	if name != "" {
		if err := p.scheme(name); err != nil {
			return err
		}
		if !strings.HasPrefix(s[len(name):], "://") {
			p.repair("Put the two slashes after " + name + ":.")
		}
	}
	at := strings.LastIndexByte(rest, '@')
	if at >= 0 {
		if unclear(rest[:at]) {
			return errUnclear
		}
		if err := p.credentials(rest[:at]); err != nil {
			return err
		}
	}
	return p.server(rest[at+1:], name == "" && at < 0)
}

// cutScheme returns the scheme in lower case and what follows it. redis:6379 has none: it is a host and a port, though
// url.Parse sees a scheme there, and go-redis then takes localhost.
func cutScheme(s string) (scheme, rest string) {
	if before, after, found := strings.Cut(s, "://"); found && isScheme(before) {
		return lower(before), after
	}
	before, after, _ := strings.Cut(s, ":")
	before = lower(before)
	if before != "redis" && before != "rediss" {
		return "", s
	}
	if rest, found := strings.CutPrefix(after, "/"); found {
		return before, rest
	}
	if strings.Contains(after, "@") && strings.Contains(after, ":") {
		return before, after // rediss:user:password@host
	}
	return "", s
}

func isScheme(s string) bool {
	for i, c := range []byte(lower(s)) {
		letter := c >= 'a' && c <= 'z'
		if !letter && (i == 0 || (c < '0' || c > '9') && c != '+' && c != '-' && c != '.') {
			return false
		}
	}
	return s != ""
}

// unclear reports whether what stands before the last @ is a whole address with options, as in
// redis://host:6379?name=a@b, so that the @ belongs to an option and not to a password.
func unclear(credentials string) bool {
	before, option, found := strings.Cut(credentials, "?")
	if !found || !strings.Contains(option, "=") {
		return false
	}
	before = before[strings.LastIndexByte(before, '@')+1:]
	before, _, _ = strings.Cut(before, "/")
	host, port, ok := splitHostPort(before)
	_, isPort := parsePort(port)
	return ok && host != "" && (isPort || port == "" && strings.Contains(host, "."))
}

// credentials reads user:password, :password, or a password that stands alone where a user name would.
func (p *pasted) credentials(s string) error {
	if strings.ContainsAny(s, "/?#@ ") {
		p.repair("Took the password's special characters as they are (a URL has them as %2F, %3F, %23, %40).")
	}
	user, password, found := strings.Cut(s, ":")
	if !found {
		if user == "default" {
			p.user = user
			return nil
		}
		if user != "" {
			p.repair("Took the text in front of the @ as the password and not as a user name (write :PASSWORD@ or default:PASSWORD@).")
		}
		user, password = "", user
	}
	p.user, p.password = p.decode(user), p.decode(password)
	if strings.ContainsAny(p.user+p.password, "\x00\r\n") {
		return wrong("has a line end inside the user name or the password", copyUpstash)
	}
	return nil
}

// decode undoes percent-encoding, unless there is a % that cannot be part of it: then nobody encoded this.
func (p *pasted) decode(s string) string {
	decoded, err := url.PathUnescape(s)
	if err != nil {
		p.repair("Took a % in the password as it is (a URL has it as %25).")
		return s
	}
	return decoded
}

// server reads what follows the @: host:port/database?options#fragment. bare says that there was neither a scheme nor an
// @, so that the text may be anything.
func (p *pasted) server(s string, bare bool) error {
	if i := strings.IndexFunc(s, trimmed); i >= 0 {
		if after := trim(s[i:]); !strings.HasPrefix(after, "#") && !strings.HasPrefix(after, "//") {
			return wrong("has more text after the address", writeURL)
		}
		s = strings.TrimRight(s[:i], "\"'`,;")
		p.repair("Left out the comment after the address.")
	}
	s, _, _ = strings.Cut(s, "#")
	s, query, _ := strings.Cut(s, "?")
	if bare && strings.HasPrefix(s, "//") {
		return errScheme
	}
	if bare && (strings.HasPrefix(s, "/") || strings.HasPrefix(s, "./") || strings.HasSuffix(s, ".sock")) {
		return errSocket
	}
	s, path, _ := strings.Cut(s, "/")
	var err error
	if p.host, p.port, err = hostAndPort(s, bare); err != nil {
		return err
	}
	if err := p.database(strings.TrimSuffix(path, "/")); err != nil {
		return err
	}
	return p.options(query)
}

// hostAndPort takes host:port apart, or says what it is instead.
func hostAndPort(s string, bare bool) (host, port string, err error) {
	host, port, ok := splitHostPort(s)
	_, isPort := parsePort(port)
	switch {
	case strings.ContainsAny(s, ",;"):
		err = errSeveral
	case (bare || ok) && port == "" && looksSecret(s):
		err = wrong("looks like a password or a REST token and not like an address", copyUpstash+". If it is the name of a host, write redis://NAME:6379")
	case bare && strings.Trim(s, "0123456789") == "":
		err = wrong("has no host", writeURL)
	case example(s):
		err = wrong("has the words of an example where the host and the port belong", copyUpstash)
	case !ok:
		err = wrong("has no valid host", writeURL+" (an IPv6 address in brackets)")
	case port != "" && !isPort:
		err = errPort
	}
	return host, port, err
}

// looksSecret reports whether a word without a dot is more likely a password than the name of a host: long with digits,
// or of mixed case with digits, or with characters that base64 has and host names have not.
func looksSecret(s string) bool {
	if strings.ContainsAny(s, ".:") || len(s) < 10 {
		return false
	}
	digits := strings.ContainsAny(s, "0123456789")
	mixed := lower(s) != s && strings.ToUpper(s) != s
	return digits && (len(s) >= 20 || mixed) || strings.ContainsAny(s, "=+") || len(s) > 40
}

func (p *pasted) database(db string) error {
	if db == "" {
		return nil
	}
	n, err := strconv.Atoi(db)
	if err != nil {
		return wrong("has a path after the host", writeURL)
	}
	if n != 0 {
		return wrong("names another database than 0, and Upstash and Redis Cluster have no other", "End the address after the port, or with /0")
	}
	return nil
}

// options reads the query. An option is named in an error only when it cannot be a secret.
func (p *pasted) options(query string) error {
	for pair := range strings.SplitSeq(query, "&") {
		name, value, _ := strings.Cut(pair, "=")
		switch name {
		case "":
			if value != "" {
				return wrong("has an option without a name", "End the address after the port")
			}
		case "skip_verify", "ssl", "tls":
			on, err := strconv.ParseBool(value)
			if err != nil {
				return wrong("has the option "+name+" with something else than true or false", "Leave it out")
			}
			p.tls = p.tls || on && name != "skip_verify"
			p.skipVerify = p.skipVerify || on && name == "skip_verify"
		case "ssl_cert_reqs": // redis-py
			p.skipVerify = p.skipVerify || strings.HasSuffix(strings.ToLower(value), "none")
		case "db":
			if err := p.database(value); err != nil {
				return err
			}
		case "password", "username", "user", "auth":
			return wrong("has the credentials as options", writeURL)
		case "protocol", "client_name", "dial_timeout", "read_timeout", "write_timeout", "idle_timeout", "pool_size",
			"pool_timeout", "pool_fifo", "min_idle_conns", "max_idle_conns", "max_active_conns", "max_retries",
			"min_retry_backoff", "max_retry_backoff", "conn_max_idle_time", "conn_max_lifetime", "family",
			"socket_timeout", "socket_connect_timeout", "max_connections", "connection_limit", "timeout":
			p.repair("Left out the option " + name + ": the client's limits are set for functions already.")
		default:
			if isOption(name) {
				return wrong("has the option "+name+", which is not known here", "Leave it out")
			}
			return wrong("has an option that is not known here", "End the address after the port; if the password has ? in it, write that as %3F")
		}
	}
	return nil
}

// isOption reports whether a name is a plain word, as the options of all clients are.
func isOption(s string) bool {
	return len(s) >= 2 && len(s) <= 30 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz_-") == ""
}
