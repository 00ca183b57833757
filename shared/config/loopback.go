package config

import (
	"net"
	"net/netip"
	"strings"
)

// IsLoopback reports whether a host, or a host and port, is localhost, in the network of
// 127.0.0.1, or ::1. No DNS server can give these names to another machine, so a Host
// header or an Origin with one of them comes from this machine.
func IsLoopback(hostport string) bool {
	host, _, err := net.SplitHostPort(hostport)
	if err != nil {
		host = hostport
	}
	addr, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return strings.EqualFold(host, "localhost") || err == nil && addr.Unmap().IsLoopback()
}

// isLoopback reports whether a connection to host always goes to this machine. Besides
// IsLoopback, that is so for 0.0.0.0, for :: and for names under localhost (RFC 6761).
func isLoopback(host string) bool {
	host = strings.TrimSuffix(strings.Trim(host, "[]"), ".")
	addr, err := netip.ParseAddr(host)
	return IsLoopback(host) || err == nil && addr.Unmap().IsUnspecified() || strings.HasSuffix(lower(host), ".localhost")
}
