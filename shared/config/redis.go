package config

import (
	"errors"
	"net"
	"net/netip"
	"strconv"
	"strings"
)

// Redis says where the Redis server is and how to sign in there. Only Password is secret:
// the other fields may be printed.
type Redis struct {
	Host       string // lower case; an IPv6 address without its brackets
	Port       int    // 1 to 65535
	TLS        bool
	SkipVerify bool     // do not check the server's certificate; only ever true for this machine
	Username   string   // "" means Redis' own default user
	Password   Secret   // "" means none
	Embedded   bool     // no server is configured locally: use the embedded one; all other fields are zero
	Variable   string   // REDIS_SERVER or the alias that was read; ParseRedis leaves it empty
	Repairs    []string // a sentence for each correction; the variable should be corrected too
	Warnings   []string // a sentence for each risk
}

// Addr returns host:port, with brackets around an IPv6 address.
func (r Redis) Addr() string { return net.JoinHostPort(r.Host, strconv.Itoa(r.Port)) }

// same reports whether both have the same server and the same credentials.
func (r Redis) same(o Redis) bool {
	return r.Host == o.Host && r.Port == o.Port && r.TLS == o.TLS && r.SkipVerify == o.SkipVerify &&
		r.Username == o.Username && r.Password.Equal(o.Password)
}

// redis reads the first of REDIS_SERVER and its aliases that is not empty. It is a problem
// when two name different servers, because sessions may be on the other one.
func (l *loader) redis(deployed bool) Redis {
	var first Redis
	valid := true
	for _, name := range []string{"REDIS_SERVER", "REDIS_URL", "UPSTASH_REDIS_URL"} {
		if l.get(name) == "" {
			continue
		}
		r, err := ParseRedis(l.getenv(name))
		if err != nil {
			var p Problem // ParseRedis has no other errors
			errors.As(err, &p)
			l.refuse(name, p.Reason, p.Fix)
			valid = false
		}
		r.Variable = name
		if first.Variable == "" {
			first = r
		} else if valid && !first.same(r) {
			l.refuse(first.Variable+" and "+name, "name different servers", "Keep "+first.Variable+" and remove "+name)
		}
	}
	switch {
	case first.Variable == "" && deployed:
		l.refuse("REDIS_SERVER", "is empty in a deployed function",
			"Give it from Secret Manager with --set-secrets=REDIS_SERVER=NAME:VERSION. "+copyUpstash)
	case first.Variable == "":
		first.Embedded = true
	case deployed && isLoopback(first.Host):
		l.refuse(first.Variable, "is "+first.Host+", and a deployed function has no Redis beside it", copyUpstash)
	}
	return first
}

// What to do about a wrong address.
const (
	copyUpstash = "Copy the rediss:// line with its password shown: Upstash console > your database > Connect > TCP tab"
	writeURL    = "Write rediss://default:PASSWORD@HOST:PORT. For Upstash, copy that line: Upstash console > your database > Connect > TCP tab"
)

// wrong returns an error of ParseRedis. Load replaces the variable by the one that it read.
func wrong(reason, fix string) error {
	return Problem{Variable: "REDIS_SERVER", Reason: reason, Fix: fix}
}

// settle checks the address and fills in the defaults. The rules are the same for every form.
func (a *address) settle() (Redis, error) {
	upstash := isUpstash(a.host)
	for _, check := range []func(upstash bool) error{a.checkWritten, a.checkCredentials, a.checkServer} {
		if err := check(upstash); err != nil {
			return Redis{}, err
		}
	}
	port := 6379
	if a.port != "" {
		port, _ = parsePort(a.port) // checkServer has read it
	}
	if !isPrivate(a.host) {
		if !a.tls {
			a.warnings = append(a.warnings, "The connection to "+a.host+" has no TLS: everybody on the way can read the password and the sessions. Use rediss:// if the server offers it.")
		}
		if a.password == "" {
			a.warnings = append(a.warnings, "The server "+a.host+" is on the internet and asks for no password.")
		}
	}
	return Redis{
		Host: a.host, Port: port, TLS: a.tls, SkipVerify: a.skipVerify, Username: a.user, Password: NewSecret(a.password),
		Repairs: a.repairs, Warnings: a.warnings,
	}, nil
}

// checkWritten refuses a password of stars and a placeholder. It looks at the password
// before decoding: whoever percent-encodes a password has the real one.
func (a *address) checkWritten(upstash bool) error {
	switch {
	case masked(a.written):
		return errMasked
	case placeholder(a.written, upstash):
		return wrong("has a placeholder where the password belongs", copyUpstash)
	}
	return nil
}

func (a *address) checkCredentials(upstash bool) error {
	switch {
	case strings.ContainsAny(a.user+a.password, "\x00\r\n"):
		return wrong("has a line end inside the user name or the password", copyUpstash)
	case a.password == "" && upstash:
		return wrong("has no password, and "+a.host+" asks for one", copyUpstash)
	case a.user == "default_ro" && upstash:
		return wrong("is Upstash's read-only user, and sessions must be written", "Turn Read-Only Token off in the console before you copy. C"+copyUpstash[1:])
	case a.password == "default" && a.user != "" && a.user != "default":
		return wrong("has the password where the user name belongs", "Write default first and the password after the colon")
	case a.password == "" && a.user == "default":
		a.user = ""
		a.repair("There was a user name and no password: connects without both.")
	case a.password == "" && a.user != "":
		return wrong("has a user name and no password", "Write user:password@ in front of the host, or only the host")
	}
	return nil
}

func (a *address) checkServer(upstash bool) error {
	port, ok := parsePort(a.port)
	switch {
	case a.host == "":
		return wrong("has no host", writeURL)
	case a.port != "" && !ok:
		return wrong("has no valid port after the last colon (1 to 65535)", writeURL)
	case upstash && (port == 443 || port == 80):
		return wrong("has port "+a.port+", where Upstash speaks HTTP and not Redis", "Use port 6379, or better: c"+copyUpstash[1:])
	case a.skipVerify && !isLoopback(a.host):
		return wrong("turns off the check of the server's certificate (skip_verify, --insecure), so another server could get the password",
			"Leave that option out; a certificate of your own authority is accepted when SSL_CERT_FILE names it")
	}
	if upstash && !a.tls {
		a.tls = true
		a.repair("Upstash speaks only TLS: turned it on (rediss:// in place of redis://).")
	}
	if a.skipVerify && !a.tls {
		a.skipVerify = false
		a.repair("skip_verify means nothing without TLS: left it out.")
	}
	return nil
}

func isUpstash(host string) bool {
	return host == "upstash.io" || strings.HasSuffix(host, ".upstash.io")
}

// isPrivate reports whether the name of a host shows that it is this machine or in a
// private network.
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

// stars are the characters with which consoles hide a password.
const stars = "*•●∙·…"

var errMasked = wrong("has a masked password: the console shows stars until you reveal it", copyUpstash)

// masked reports whether a console has hidden a part of s: s is only stars and dots, or has
// four stars in a row.
func masked(s string) bool {
	run := 0
	for _, r := range s {
		if !strings.ContainsRune(stars, r) {
			run = 0
		} else if run++; run == 4 {
			return true
		}
	}
	return s != "" && strings.Trim(s, stars+".") == ""
}

// placeholder reports whether a password is copied from documentation: <password>,
// ${REDIS_PASSWORD}, YOUR_PASSWORD. Words such as secret count only for Upstash, where
// nobody chooses a password.
func placeholder(password string, upstash bool) bool {
	if len(password) < 2 {
		return false
	}
	name, variable := strings.CutPrefix(password, "$")
	if variable && name == strings.ToUpper(name) && strings.Trim(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_{}") == "" {
		return true
	}
	switch pair := password[:1] + password[len(password)-1:]; pair {
	case "<>", "[]", "{}":
		return strings.Trim(lower(password[1:len(password)-1]), "abcdefghijklmnopqrstuvwxyz_- ") == ""
	}
	switch strings.NewReplacer("-", "", "_", "").Replace(lower(password)) {
	case "yourpassword", "yourredispassword", "yourtoken":
		return true
	case "password", "pass", "secret", "token", "xxx", "xxxx", "xxxxxxxx":
		return upstash
	}
	return false
}
