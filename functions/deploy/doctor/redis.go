package doctor

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"syscall"
	"time"

	"pantry.example/shared/config"
)

// stepTimeout bounds one step on the way to a server.
const stepTimeout = 3 * time.Second

const (
	checkAddress = "redis-address"
	checkDNS     = "redis-dns"
	checkTCP     = "redis-tcp"
	checkTLS     = "redis-tls"
	checkAuth    = "redis-password"
	checkPing    = "redis-latency"
	checkVersion = "redis-version"
	checkRole    = "redis-role"
	checkEvict   = "redis-eviction"
	checkScripts = "redis-scripts"
)

// behindAuth are the checks that need a connection which was let in.
var behindAuth = []string{checkPing, checkVersion, checkRole, checkEvict, checkScripts}

// redis goes the way that a function's first command goes, one step a check.
func (r *report) redis(ctx context.Context, c config.Redis, bad bool) {
	switch {
	case bad:
		r.skip("the address cannot be read", append([]string{checkAddress, checkDNS, checkTCP, checkTLS, checkAuth}, behindAuth...)...)
		return
	case c.Embedded:
		r.skip("REDIS_SERVER is empty: go run ./functions/local brings an embedded Redis", append([]string{checkAddress, checkDNS, checkTCP, checkTLS, checkAuth}, behindAuth...)...)
		return
	}
	r.redisAddress(c)
	if !r.redisDNS(ctx, c) {
		r.skip("the host has no address", append([]string{checkTCP, checkTLS, checkAuth}, behindAuth...)...)
		return
	}
	if !r.redisTCP(ctx, c) {
		r.skip("there is no connection", append([]string{checkTLS, checkAuth}, behindAuth...)...)
		return
	}
	if !r.redisTLS(ctx, c) {
		r.skip("the connection cannot be used", append([]string{checkAuth}, behindAuth...)...)
		return
	}
	r.redisServer(ctx, c)
}

func (r *report) redisAddress(c config.Redis) {
	how := "without TLS"
	if c.TLS {
		how = "with TLS"
	}
	if c.SkipVerify {
		how = "with TLS, its certificate unchecked"
	}
	who := "no password"
	if c.Password.Reveal() != "" {
		who = "a password"
	}
	if c.Username != "" {
		who += " for a named user"
	}
	r.pass(checkAddress, fmt.Sprintf("%s leads to %s %s and %s", c.Variable, c.Addr(), how, who))
	for _, repair := range c.Repairs {
		r.warn(checkAddress, "had to be repaired: "+repair, "Correct "+c.Variable+" the same way")
	}
	for _, warning := range c.Warnings {
		r.warn(checkAddress, warning, "Correct "+c.Variable)
	}
}

func (r *report) redisDNS(ctx context.Context, c config.Redis) bool {
	if _, err := netip.ParseAddr(c.Host); err == nil {
		r.pass(checkDNS, "an address, nothing to look up")
		return true
	}
	ctx, cancel := context.WithTimeout(ctx, stepTimeout)
	defer cancel()
	addrs, err := net.DefaultResolver.LookupNetIP(ctx, "ip", c.Host)
	var dns *net.DNSError
	switch {
	case err == nil:
		r.pass(checkDNS, fmt.Sprintf("%s has %d addresses, such as %s", c.Host, len(addrs), addrs[0].Unmap()))
		return true
	case errors.As(err, &dns) && dns.IsNotFound:
		r.fail(checkDNS, "there is no host "+c.Host, "Compare it with the console: the name is mistyped, or the database was deleted (Upstash deletes free ones that nobody uses)")
	case isTimeout(err):
		r.fail(checkDNS, "no answer about "+c.Host+" in time", "Check this machine's network and its DNS server")
	default:
		r.fail(checkDNS, "the look-up of "+c.Host+" failed", "Check this machine's network and its DNS server")
	}
	return false
}

func (r *report) redisTCP(ctx context.Context, c config.Redis) bool {
	start := time.Now()
	conn, err := dial(ctx, c)
	if err == nil {
		_ = conn.Close()
		r.pass(checkTCP, fmt.Sprintf("%s accepts connections, after %s", c.Addr(), round(time.Since(start))))
		return true
	}
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		r.fail(checkTCP, "the host is there and nothing listens at port "+fmt.Sprint(c.Port), "Compare the port with the console, or start the server")
	case isTimeout(err):
		r.fail(checkTCP, "no answer from "+c.Addr()+" in "+round(stepTimeout), "Look for a firewall, an allow-list of addresses at the provider, or a host in a private network that needs a VPC connector")
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		r.fail(checkTCP, "there is no route to "+c.Addr(), "Check this machine's network; an IPv6-only host needs IPv6")
	default:
		r.fail(checkTCP, "the connection to "+c.Addr()+" failed", "Check host, port and network")
	}
	return false
}

func dial(ctx context.Context, c config.Redis) (net.Conn, error) {
	return (&net.Dialer{Timeout: stepTimeout}).DialContext(ctx, "tcp", c.Addr())
}

func isTimeout(err error) bool {
	var n net.Error
	return errors.Is(err, context.DeadlineExceeded) || errors.As(err, &n) && n.Timeout()
}

// round is a duration as a person reads it.
func round(d time.Duration) string {
	switch {
	case d >= time.Second:
		return d.Round(100 * time.Millisecond).String()
	case d >= 10*time.Millisecond:
		return d.Round(time.Millisecond).String()
	}
	return strings.Replace(d.Round(10*time.Microsecond).String(), "µs", " µs", 1)
}
