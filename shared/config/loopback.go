package config

import (
	"net"
	"net/netip"
	"strings"
)

// IsLoopback reports whether a host, or a host and port, names this machine by a name that nobody else can give to
// another address: localhost, 127.0.0.1 and its network, [::1]. A Host header or an Origin that passes comes from this
// machine, whatever a DNS server says.
func IsLoopback(hostport string) bool {
	host, _, err := net.SplitHostPort(hostport)
	if err != nil {
		host = hostport
	}
	addr, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return strings.EqualFold(host, "localhost") || err == nil && addr.Unmap().IsLoopback()
}

// isLoopback reports whether only programs on the same machine can be behind a host. 0.0.0.0 and :: count, because a
// connection to them goes to the machine itself, and so do the names under localhost (RFC 6761).
func isLoopback(host string) bool {
	host = strings.TrimSuffix(strings.Trim(host, "[]"), ".")
	addr, err := netip.ParseAddr(host)
	return IsLoopback(host) || err == nil && addr.Unmap().IsUnspecified() || strings.HasSuffix(lower(host), ".localhost")
}
