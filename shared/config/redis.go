package config

import (
	"net"
	"net/netip"
	"strconv"
	"strings"
)

// Redis says where the Redis server is and how to sign in there. Its text fields other than Password hold no secret:
// they may be printed.
type Redis struct {
	Host       string // lower case; an IPv6 address without its brackets
	Port       int    // 1 to 65535
	TLS        bool
	SkipVerify bool     // do not check the server's certificate; only ever true for this machine
	Username   string   // "" means Redis' own default user
	Password   Secret   // "" means none
	Embedded   bool     // nothing is configured and nothing is deployed: use the embedded server; the rest is zero
	Variable   string   // the variable it came from, REDIS_SERVER or an alias; ParseRedis leaves it empty
	Repairs    []string // a sentence for each thing that was put right on the way; the address should be mended too
	Warnings   []string // a sentence for each thing that works and is unwise
}

// Addr returns host:port, with brackets around an IPv6 address.
func (r Redis) Addr() string { return net.JoinHostPort(r.Host, strconv.Itoa(r.Port)) }

// same reports whether both lead to the same server with the same credentials.
func (r Redis) same(o Redis) bool {
	return r.Host == o.Host && r.Port == o.Port && r.TLS == o.TLS && r.SkipVerify == o.SkipVerify &&
		r.Username == o.Username && r.Password.Equal(o.Password)
}

// ParseRedis reads the address of a Redis server in every form that people paste: rediss:// and redis:// URLs with or
// without percent-encoding, host:port, a bare host, a redis-cli command line, a line of an env file, with stray quotes,
// spaces and line ends around it. What it had to put right is told in Repairs.
//
// The error is a Problem. Of the text it repeats at most the scheme, the host and the port, because anything else may be
// the password: url.Parse and redis.ParseURL print it.
func ParseRedis(s string) (Redis, error) {
	var p pasted
	s, err := p.unwrap(s)
	if err != nil {
		return Redis{}, err
	}
	if words, ok := commandWords(s); ok {
		err = p.command(words)
	} else {
		err = p.address(s)
	}
	if err != nil {
		return Redis{}, err
	}
	return p.settle()
}

// Where the right text is.
const (
	copyUpstash = "Copy the rediss:// line with its password shown: Upstash console > your database > Connect > TCP tab"
	writeURL    = "Write rediss://default:PASSWORD@HOST:PORT. For Upstash, copy that line: Upstash console > your database > Connect > TCP tab"
)

// wrong makes the error of ParseRedis. Load puts the name of the variable that was really read.
func wrong(reason, fix string) error {
	return Problem{Variable: "REDIS_SERVER", Reason: reason, Fix: fix}
}

// pasted is what a text says, before the rules for servers are applied to it.
type pasted struct {
	tls, skipVerify bool
	user, password  string // decoded
	host, port      string // host is valid or empty; port is as it was written
	repairs         []string
	warnings        []string
}

func (p *pasted) repair(sentence string) {
	for _, r := range p.repairs {
		if r == sentence {
			return
		}
	}
	p.repairs = append(p.repairs, sentence)
}

func (p *pasted) warn(sentence string) { p.warnings = append(p.warnings, sentence) }

// settle applies the rules that hold whatever form the address was written in.
func (p *pasted) settle() (Redis, error) {
	if p.host == "" {
		if p.password != "" || p.port == "" {
			return Redis{}, wrong("has no host", writeURL)
		}
		p.host = "localhost"
		p.repair("There was no host: took localhost.")
	}
	upstash := isUpstash(p.host)
	if err := p.checkPassword(upstash); err != nil {
		return Redis{}, err
	}
	port, err := p.checkPort(upstash)
	if err != nil {
		return Redis{}, err
	}
	if err := p.checkTLS(upstash); err != nil {
		return Redis{}, err
	}
	if !isPrivate(p.host) {
		if !p.tls {
			p.warn("The connection to " + p.host + " has no TLS: everybody on the way can read the password and the sessions. Use rediss:// if the server offers it.")
		}
		if p.password == "" {
			p.warn("The server " + p.host + " is on the internet and asks for no password.")
		}
	}
	return Redis{
		Host: p.host, Port: port, TLS: p.tls, SkipVerify: p.skipVerify, Username: p.user, Password: NewSecret(p.password),
		Repairs: p.repairs, Warnings: p.warnings,
	}, nil
}

func (p *pasted) checkPassword(upstash bool) error {
	switch {
	case hidden(p.password), p.password != "" && strings.Trim(p.password, marks) == "", p.password == "...":
		return errMasked
	case placeholder(p.password, upstash):
		return wrong("has a placeholder where the password belongs", copyUpstash)
	case p.password == "" && upstash:
		return wrong("has no password, and "+p.host+" asks for one", copyUpstash)
	case p.user == "default_ro" && upstash:
		return wrong("is Upstash's read-only user, and sessions must be written", "Turn Read-Only Token off in the console before you copy. C"+copyUpstash[1:])
	case p.password == "default" && p.user != "" && p.user != "default":
		return wrong("has the password where the user name belongs", "Write default first and the password after the colon")
	case p.password == "" && p.user == "default":
		p.user = ""
		p.repair("There was a user name and no password: connects without both.")
	case p.password == "" && p.user != "":
		return wrong("has a user name and no password", "Write user:password@ in front of the host, or only the host")
	}
	return nil
}

func (p *pasted) checkPort(upstash bool) (int, error) {
	if p.port == "" {
		return 6379, nil
	}
	port, ok := parsePort(p.port)
	if !ok {
		return 0, errPort // that of -p
	}
	if upstash && (port == 443 || port == 80) {
		return 0, wrong("has port "+p.port+", where Upstash speaks HTTP and not Redis", "Use port 6379, or better: c"+copyUpstash[1:])
	}
	return port, nil
}

func (p *pasted) checkTLS(upstash bool) error {
	if upstash && !p.tls {
		p.tls = true
		p.repair("Upstash speaks only TLS: turned it on (rediss:// in place of redis://).")
	}
	switch {
	case !p.skipVerify:
	case !isLoopback(p.host):
		return wrong("turns off the check of the server's certificate (skip_verify, --insecure), and then whoever is in between gets the password",
			"Leave that option out; a certificate of your own authority is accepted when SSL_CERT_FILE names it")
	case !p.tls:
		p.skipVerify = false
		p.repair("skip_verify means nothing without TLS: left it out.")
	}
	return nil
}

func isUpstash(host string) bool {
	return host == "upstash.io" || strings.HasSuffix(host, ".upstash.io")
}

// isPrivate reports whether a host is on this machine or in a private network, as far as its name shows.
func isPrivate(host string) bool {
	if addr, err := netip.ParseAddr(host); err == nil {
		addr = addr.Unmap()
		shared := netip.PrefixFrom(netip.AddrFrom4([4]byte{100, 64}), 10) // RFC 6598
		return isLoopback(host) || addr.IsPrivate() || addr.IsLinkLocalUnicast() || shared.Contains(addr)
	}
	if !strings.Contains(host, ".") {
		return true // a name in a Docker or Kubernetes network, or localhost
	}
	for _, suffix := range []string{".localhost", ".local", ".internal", ".lan", ".svc", ".home.arpa", ".test"} {
		if strings.HasSuffix(host, suffix) {
			return true
		}
	}
	return false
}

// marks are the characters with which consoles hide a password.
const marks = "*•●∙·…"

var errMasked = wrong("has a masked password: the console shows stars until you ask for it", copyUpstash)

// hidden reports whether a text has so many of the marks in a row that a console has hidden something there.
func hidden(s string) bool {
	run := 0
	for _, r := range s {
		if !strings.ContainsRune(marks, r) {
			run = 0
		} else if run++; run == 4 {
			return true
		}
	}
	return false
}

// example reports whether host:port is from a manual: ENDPOINT:PORT, YOUR_ENDPOINT, <host>.
func example(server string) bool {
	host, port, _ := strings.Cut(server, ":")
	if port == "PORT" || port == "YOUR_PORT" || strings.ContainsAny(server, "<>{}") {
		return true
	}
	switch host {
	case "ENDPOINT", "YOUR_ENDPOINT", "YOUR-ENDPOINT", "HOST", "HOSTNAME", "YOUR_HOST":
		return true
	}
	return false
}

// placeholder reports whether a password is the word of a manual: <password>, ${REDIS_PASSWORD}, YOUR_PASSWORD. Plain
// words count only where a server makes its passwords itself.
func placeholder(password string, upstash bool) bool {
	if len(password) < 2 {
		return false
	}
	first, last := password[0], password[len(password)-1]
	inside := strings.Trim(lower(password[1:len(password)-1]), "abcdefghijklmnopqrstuvwxyz_- {") == ""
	if inside && (first == '<' && last == '>' || first == '[' && last == ']' || (first == '{' || first == '$') && last == '}') {
		return true
	}
	if name, found := strings.CutPrefix(password, "$"); found && isName(name) && strings.ToUpper(name) == name {
		return true
	}
	word := strings.NewReplacer("-", "", "_", "", " ", "").Replace(strings.ToLower(password))
	switch word {
	case "yourpassword", "yourredispassword", "yourtoken", "passwordhere", "yourpasswordhere":
		return true
	case "password", "pass", "pw", "secret", "token", "changeme", "redacted", "hidden":
		return upstash
	}
	return upstash && len(word) >= 3 && strings.Trim(word, "x") == ""
}
