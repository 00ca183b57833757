package config

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// localOrigins are the development servers of Create React App and Vite.
func localOrigins() []string {
	return []string{"http://localhost:3000", "http://localhost:5173", "http://127.0.0.1:3000", "http://127.0.0.1:5173"}
}

// Origins returns the valid entries of ALLOWED_ORIGINS, also when Load fails, so that a
// page can read the answer that says so.
func Origins(getenv func(string) string) []string {
	l := loader{getenv: getenv}
	return l.origins(getenv("K_SERVICE") != "")
}

// origins reads ALLOWED_ORIGINS: origins with commas or spaces between them.
func (l *loader) origins(deployed bool) []string {
	v := l.get("ALLOWED_ORIGINS")
	if v == "" {
		if deployed {
			return nil // only pages of the same site
		}
		return localOrigins()
	}
	if v[0] == '[' && v[len(v)-1] == ']' { // a JSON array
		v = v[1 : len(v)-1]
	}
	var origins []string
	for i, entry := range strings.FieldsFunc(v, func(r rune) bool { return r == ',' || r == ';' || trimmed(r) }) {
		origin, reason, fix := parseOrigin(strings.Trim(entry, `"'`), deployed)
		switch {
		case reason != "":
			l.refuse("ALLOWED_ORIGINS", "entry "+strconv.Itoa(i+1)+" "+reason, fix)
		case !slices.Contains(origins, origin):
			origins = append(origins, origin)
		}
	}
	return origins
}

// parseOrigin returns the origin as a browser writes it (RFC 6454, section 6.2), or why it
// cannot be one.
func parseOrigin(s string, deployed bool) (origin, reason, fix string) {
	const shape = "Write scheme://host or scheme://host:port, as in https://app.example.com"
	s = lower(s)
	switch {
	case s == "null":
		return "", "is null, which every sandboxed frame and local file sends", "Name the page's real origin"
	case strings.Contains(s, "*"):
		return "", "has a *, so unknown pages could act for a signed-in user", "Name each origin in full"
	}
	scheme, rest, found := strings.Cut(s, "://")
	if !found {
		return "", "has no scheme", shape
	}
	if scheme != "http" && scheme != "https" {
		return "", "is neither https:// nor http://", shape
	}
	rest = strings.TrimSuffix(rest, "/")
	if strings.ContainsAny(rest, "/?#") {
		return "", "has a path, and an origin has none", "End it after the host or the port"
	}
	if strings.Contains(rest, "@") {
		return "", "has a user name or a password in it", shape
	}
	host, port, ok := splitHostPort(rest)
	if ok && port != "" {
		_, ok = parsePort(port)
	}
	if !ok || host == "" {
		return "", "has no valid host and port", shape + " (a name with other letters than a to z in its xn-- form)"
	}
	if scheme == "http" && deployed && !isLoopback(host) {
		return "", "is http:// and not this machine: somebody in the network could change that page and use its session", "Serve the page over https:// and write that"
	}
	if addr, err := netip.ParseAddr(host); err == nil && addr.Is6() {
		host = "[" + addr.String() + "]"
	}
	if n, _ := parsePort(port); n == 0 || scheme == "http" && n == 80 || scheme == "https" && n == 443 {
		return scheme + "://" + host, "", ""
	}
	return scheme + "://" + host + ":" + strings.TrimLeft(port, "0"), "", ""
}
