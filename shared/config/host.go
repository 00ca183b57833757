package config

import (
	"net/netip"
	"strconv"
	"strings"
	"unicode"
)

// trimmed reports whether a character is removed at the ends of a value: white space of
// every kind, and invisible characters, which copying adds.
func trimmed(r rune) bool { return unicode.IsSpace(r) || invisible(r) }

// invisible reports whether a character has no width of its own: zero-width spaces and
// joiners, direction marks, the soft hyphen, the byte order mark.
func invisible(r rune) bool { return unicode.Is(unicode.Cf, r) }

func trim(s string) string { return strings.TrimFunc(s, trimmed) }

// lower changes only A to Z. strings.ToLower would change the length of some letters, and
// turn the Kelvin sign into k.
func lower(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, s)
}

// parsePort reads a port from 1 to 65535.
func parsePort(s string) (int, bool) {
	if len(s) > 5 || strings.Trim(s, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.Atoi(s)
	return n, err == nil && n >= 1 && n <= 65535
}

// splitHostPort splits host, host:port, [v6], [v6]:port and v6. It checks the host, and
// returns it in lower case, without brackets and without a final dot. It does not check the
// port, which is "" when there is none. An empty host is valid.
func splitHostPort(s string) (host, port string, ok bool) {
	if rest, found := strings.CutPrefix(s, "["); found {
		inside, after, closed := strings.Cut(rest, "]")
		addr, err := netip.ParseAddr(inside)
		if !closed || err != nil || !addr.Is6() || addr.Zone() != "" || after != "" && after[0] != ':' {
			return "", "", false
		}
		return addr.String(), strings.TrimPrefix(after, ":"), true
	}
	if strings.Count(s, ":") > 1 {
		addr, err := netip.ParseAddr(s)
		// ::1:6379 is a valid address, but means ::1 and a port.
		if err != nil || addr.Zone() != "" || strings.HasSuffix(s, ":6379") || strings.HasSuffix(s, ":6380") {
			return "", "", false
		}
		return addr.String(), "", true
	}
	host, port, _ = strings.Cut(s, ":")
	host = strings.TrimSuffix(lower(host), ".")
	return host, port, host == "" || isHost(host)
}

// isHost reports whether s is an IPv4 address, or a host name of letters, digits, hyphens
// and underscores (which Docker uses).
func isHost(s string) bool {
	if len(s) > 253 {
		return false
	}
	numeric := true
	for label := range strings.SplitSeq(s, ".") {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
		for _, c := range []byte(label) {
			digit := c >= '0' && c <= '9'
			if !digit && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && c != '-' && c != '_' {
				return false
			}
			numeric = numeric && digit
		}
	}
	if numeric {
		_, err := netip.ParseAddr(s)
		return err == nil
	}
	return true
}
