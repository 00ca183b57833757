package doctor

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strings"
	"syscall"
	"time"

	"pantry.example/shared/config"
	"pantry.example/shared/session"
)

// stepTimeout is the limit of one check of the server.
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

// redis repeats the steps of a function's first command. Each step is a check.
func (r *report) redis(ctx context.Context, c config.Redis, bad bool) {
	s := server{c: c}
	links := []link{
		{[]string{checkAddress}, "there is no client", func() bool { return r.redisAddress(c) && s.open(r) }},
		{[]string{checkDNS}, "the host has no address", func() bool { return r.redisDNS(ctx, c) }},
		{[]string{checkTCP}, "there is no connection", func() bool { return r.redisTCP(ctx, c) }},
		{[]string{checkTLS}, "the connection cannot be used", func() bool { return r.redisTLS(ctx, c) }},
		{[]string{checkAuth}, "the server lets nobody in", func() bool { return s.password(ctx, r) }},
		{[]string{checkPing}, "", func() bool { return s.latency(ctx, r) }},
		{[]string{checkVersion}, "", func() bool { return s.version(ctx, r) }},
		{[]string{checkEvict}, "", func() bool { return s.eviction(ctx, r) }},
		{[]string{checkRole}, "a replica takes no writes", func() bool { return s.role(r) }},
		{[]string{checkScripts}, "", func() bool { return s.scripts(ctx, r) }},
	}
	switch {
	case bad:
		r.skipAll("the address cannot be read", links)
	case c.Embedded:
		r.skipAll("REDIS_SERVER is empty: go run ./functions/local brings an embedded Redis. -project PROJECT -secret reads the deployed address", links)
	default:
		r.chain(links)
		s.close()
	}
}

func (s *server) open(r *report) bool {
	client, err := session.NewClient(s.c)
	if err != nil {
		r.fail(checkAuth, "no client can be made", "Correct "+s.c.Variable)
		return false
	}
	s.client = client
	return true
}

func (s *server) close() {
	if s.client != nil {
		_ = s.client.Close()
	}
}

func (r *report) redisAddress(c config.Redis) bool {
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
	return true
}

func (r *report) redisDNS(ctx context.Context, c config.Redis) bool {
	if _, err := netip.ParseAddr(c.Host); err == nil {
		r.pass(checkDNS, "an address, nothing to look up")
		return true
	}
	ctx, cancel := context.WithTimeout(ctx, stepTimeout)
	defer cancel()
	addrs, err := net.DefaultResolver.LookupNetIP(ctx, "ip", c.Host)
	if err == nil {
		r.pass(checkDNS, fmt.Sprintf("%s has %d addresses, such as %s", c.Host, len(addrs), addrs[0].Unmap()))
		return true
	}
	var dns *net.DNSError
	const network = "Check this machine's network and its DNS server"
	return r.judge(checkDNS, []finding{
		{errors.As(err, &dns) && dns.IsNotFound, fail, "there is no host " + c.Host, "Compare it with the console: the name is mistyped, or the database was deleted (Upstash deletes free ones that nobody uses)"},
		{isTimeout(err), fail, "no answer about " + c.Host + " in time", network},
		{true, fail, "the look-up of " + c.Host + " failed", network},
	}...)
}

func (r *report) redisTCP(ctx context.Context, c config.Redis) bool {
	start := time.Now()
	conn, err := dial(ctx, c)
	if err == nil {
		_ = conn.Close()
	}
	return r.judge(checkTCP, []finding{
		{err == nil, pass, fmt.Sprintf("%s accepts connections, after %s", c.Addr(), round(time.Since(start))), ""},
		{errors.Is(err, syscall.ECONNREFUSED), fail, fmt.Sprintf("the host is there and nothing listens at port %d", c.Port), "Compare the port with the console, or start the server"},
		{isTimeout(err), fail, "no answer from " + c.Addr() + " in " + round(stepTimeout), "Look for a firewall, an allow-list of addresses at the provider, or a host in a private network that needs a VPC connector"},
		{errors.Is(err, syscall.EHOSTUNREACH) || errors.Is(err, syscall.ENETUNREACH), fail, "there is no route to " + c.Addr(), "Check this machine's network; an IPv6-only host needs IPv6"},
		{true, fail, "the connection to " + c.Addr() + " failed", "Check host, port and network"},
	}...)
}

func dial(ctx context.Context, c config.Redis) (net.Conn, error) {
	return (&net.Dialer{Timeout: stepTimeout}).DialContext(ctx, "tcp", c.Addr())
}

func isTimeout(err error) bool {
	var n net.Error
	return errors.Is(err, context.DeadlineExceeded) || errors.As(err, &n) && n.Timeout()
}

// round returns a duration in a short form.
func round(d time.Duration) string {
	if d >= 10*time.Millisecond {
		return d.Round(time.Millisecond).String()
	}
	return strings.Replace(d.Round(10*time.Microsecond).String(), "µs", " µs", 1)
}

// CheckRedis tries a Redis address as a deployed function of the project would. It writes
// what it saw, but not the address, and returns whether the function could use it.
func CheckRedis(ctx context.Context, address, project string, out io.Writer) bool {
	given := map[string]string{"REDIS_SERVER": address, "GOOGLE_CLOUD_PROJECT": project, "K_SERVICE": "set-cache"}
	var r report
	cfg, bad := r.configuration(func(name string) string { return given[name] })
	if r.ok() {
		r.redis(ctx, cfg.Redis, bad.redis())
	}
	return r.writeText(out) == nil && r.ok()
}
