package web

import (
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// ClientAddr returns the address that a request came from. It is for counting only: an IPv4
// address, or the /64 network of an IPv6 address, which one client gets as a whole.
//
// Behind Google's front end (TrustProxy) it is the last entry of X-Forwarded-For, the only
// one that a client cannot write. Behind Firebase Hosting that is a server of Google, which
// many clients share.
func (f Function) ClientAddr(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	if forwarded := r.Header.Values("X-Forwarded-For"); f.TrustProxy && len(forwarded) > 0 {
		last := forwarded[len(forwarded)-1]
		host = strings.TrimSpace(last[strings.LastIndexByte(last, ',')+1:])
	}
	addr, err := netip.ParseAddr(host)
	if err != nil {
		return "unknown"
	}
	addr = addr.Unmap().WithZone("")
	if addr.Is6() {
		if p, err := addr.Prefix(64); err == nil {
			return p.String()
		}
	}
	return addr.String()
}
